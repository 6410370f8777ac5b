"""Backbones of many makers: at the sizes that the recipes ask for, frozen, and from files."""

from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file

from animeter.datasets.manifest import read_manifest
from animeter.lab.network import LabelNetwork, StyleNetwork
from animeter.lab.recipe import NetworkRecipe, read_recipe
from animeter.media.images import read_image
from tests.support.tiny_recipe import BACKBONE

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
RECIPES = sorted(set((ROOT / "recipes").glob("*.toml")) - {ROOT / "recipes" / "default.toml"})
MANIFEST = ROOT.parent / "shared/data/manifest.csv"
RESNET_WEIGHTS = ROOT.parent / "shared/weights/resnet50v2_stage3.imagenet.fp16.safetensors"


def _image(n: int, size_px: int) -> torch.Tensor:
    chance = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (n, size_px, size_px, 3), generator=chance, dtype=torch.uint8)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipes_network_can_look_and_learn_at_its_sizes(path: Path) -> None:
    recipe = read_recipe(path)
    scratch = recipe.network.model_copy(
        update={"pretrained": False, "frozen": False, "weights": None, "frozen_stages": 0}
    )
    with torch.device("meta"):  # shapes and gradients, without the arithmetic
        network = LabelNetwork(scratch, 3)
        for size_px in {scratch.size_px, *recipe.training.sizes_px}:
            logits, _ = network.train_logits(torch.zeros(2, size_px, size_px, 3))
            assert logits.shape == (2, 3)
        logits.sum().backward()
    idle = [name for name, weight in network.named_parameters() if weight.grad is None]
    assert idle == [], "weights that nothing reads"


def test_hidden_layers_read_what_the_pooling_leaves() -> None:
    def dims(**recipe: object) -> tuple[int, list[int]]:
        settings = NetworkRecipe.model_validate({"size_px": 32, **recipe})
        network = LabelNetwork(settings, 4)
        layers = [one for one in network.hidden if isinstance(one, torch.nn.Linear)]
        assert network(_image(2, 50))[0].shape == (2, 4)
        return network.embedding_dim, [layer.in_features for layer in layers]

    cnn = {"backbone": "cnn", "channels": [4, 6]}
    assert dims(**cnn) == (6, [])
    assert dims(**cnn, hidden=[5]) == (5, [6])
    assert dims(**cnn, pooling="flatten", hidden=[5]) == (5, [6 * 8 * 8])
    assert dims(backbone="dense", hidden=[7, 9]) == (9, [32 * 32 * 3, 7])


def test_a_likeness_behind_hidden_layers_still_adds_up() -> None:
    recipe = NetworkRecipe(backbone="cnn", channels=[4, 6], hidden=[5], size_px=32)
    network = StyleNetwork(recipe).eval()
    with torch.no_grad():
        reading = network(_image(3, 32))
    assert reading.activation.shape == (3, 2, 1, 1)
    summed = reading.activation.mean((2, 3)) + network.style.bias
    assert torch.allclose(summed, reading.logits, atol=1e-5)


def test_a_frozen_backbone_keeps_weights_and_statistics(tmp_path: Path) -> None:
    # As published weights come: with a classifier behind the features.
    published = timm.create_model(BACKBONE, num_classes=5).state_dict()
    weights = tmp_path / "start.safetensors"
    save_file({key: value.contiguous() for key, value in published.items()}, weights)
    recipe = NetworkRecipe(backbone=BACKBONE, weights=weights, frozen=True, hidden=[8], size_px=48)
    network = LabelNetwork(recipe, 3)
    first = {key: value.clone() for key, value in network.state_dict().items()}
    optimizer = torch.optim.SGD((p for p in network.parameters() if p.requires_grad), 0.5)
    network.train_logits(_image(4, 48))[0].square().sum().backward()
    optimizer.step()
    changed = {key for key, value in network.state_dict().items() if not value.equal(first[key])}
    assert changed == {"hidden.1.weight", "hidden.1.bias", "label.weight", "label.bias"}
    for key, value in network.backbone.state_dict().items():
        assert value.equal(published[key]), key


@pytest.mark.skipif(
    not (RESNET_WEIGHTS.is_file() and MANIFEST.is_file()),
    reason="needs ../shared/weights and ../shared/data",
)
def test_the_resnet_fits_the_published_weights() -> None:
    recipe = NetworkRecipe(
        backbone="resnet50v2_stage3", weights=RESNET_WEIGHTS, frozen=True, size_px=96
    )
    network = LabelNetwork(recipe, 3).eval()
    seen: list[torch.Tensor] = []
    network.backbone.post.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    rows = read_manifest(MANIFEST)[:: len(read_manifest(MANIFEST)) // 12]
    with torch.no_grad():
        for row in rows:
            image = torch.from_numpy(read_image(row.path).rgb[None])
            features = network.features(network.squashed(image))
    assert features.shape == (1, 1024, 6, 6)
    # Put together wrongly, the last normalisation sees other means than it was trained on.
    means = torch.cat(seen).mean((0, 2, 3))
    wanted = network.backbone.post.running_mean
    assert float(torch.corrcoef(torch.stack([means, wanted]))[0, 1]) > 0.8
