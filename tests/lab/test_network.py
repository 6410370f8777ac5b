"""The network: one look for training and inference, and errors that name the fix."""

from pathlib import Path

import pytest
import torch

from animeter.domain.errors import RecipeError
from animeter.lab.network import StyleNetwork
from animeter.lab.recipe import NetworkRecipe
from tests.support.tiny_recipe import BACKBONE, write_recipe


def _network(**recipe: object) -> StyleNetwork:
    settings = {"backbone": BACKBONE, "pretrained": False, "size_px": 48, **recipe}
    return StyleNetwork(NetworkRecipe.model_validate(settings), [5])


def _image(n: int = 2, height: int = 48, width: int = 48) -> torch.Tensor:
    chance = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (n, height, width, 3), generator=chance, dtype=torch.uint8)


def test_a_reading_has_the_agreed_shapes_at_any_size() -> None:
    network = _network().eval()
    with torch.no_grad():
        reading = network(_image(3, 70, 33))
    assert reading.logits.shape == (3, 2)
    assert reading.embedding.shape == (3, network.embedding_dim)
    assert torch.allclose(reading.embedding.norm(dim=1), torch.ones(3), atol=1e-5)
    assert reading.activation.shape[:2] == (3, 2)


def test_training_and_inference_see_the_same_pixels() -> None:
    network = _network().eval()
    image = _image()
    with torch.no_grad():
        assert torch.allclose(network.train_logits(image)[0], network(image).logits, atol=1e-4)


def test_activation_maps_add_up_to_the_logits() -> None:
    network = _network().eval()
    with torch.no_grad():
        reading = network(_image())
    summed = reading.activation.mean((2, 3)) + network.style.bias
    assert torch.allclose(summed, reading.logits, atol=1e-4)


def changed_by_a_step(network: StyleNetwork) -> set[str]:
    """Train one step and name what of the backbone is no longer as it was."""
    before = {k: v.clone() for k, v in network.backbone.state_dict().items()}
    optimizer = torch.optim.SGD((p for p in network.parameters() if p.requires_grad), 0.5)
    network.train_logits(_image())[0].square().sum().backward()
    optimizer.step()
    after = network.backbone.state_dict()
    return {key for key, value in after.items() if not torch.equal(value, before[key])}


def test_frozen_stages_keep_their_weights_and_follow_the_statistics() -> None:
    # As Lightning takes it: a new network, on which nobody called `train`.
    changed = changed_by_a_step(_network(frozen_stages=1))
    assert any(key.startswith("blocks.4.") for key in changed)
    frozen = {key for key in changed if key.startswith(("conv_stem.", "bn1.", "blocks.0."))}
    assert "bn1.running_mean" in frozen
    assert all("running" in key or "num_batches" in key for key in frozen)


def test_kept_statistics_do_not_move_in_any_stage() -> None:
    changed = changed_by_a_step(_network(keep_statistics=True))
    assert "conv_stem.weight" in changed
    assert not any("running" in key for key in changed)


def test_weights_are_loaded_from_a_file_without_a_network(tmp_path: Path) -> None:
    write_recipe(tmp_path)
    path = tmp_path / "start.safetensors"
    loaded = [_network(weights=path).backbone.state_dict() for _ in range(2)]
    key = "conv_stem.weight"
    assert torch.equal(loaded[0][key], loaded[1][key])
    assert not torch.equal(loaded[0][key], _network().backbone.state_dict()[key])


def test_unusable_networks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="Did you mean"):
        _network(backbone="mobilenetv2_999")
    with pytest.raises(RecipeError, match=r"none\.safetensors"):
        _network(weights=tmp_path / "none.safetensors")
    (tmp_path / "bad.safetensors").write_bytes(b"not weights at all")
    with pytest.raises(RecipeError, match="does not hold"):
        _network(weights=tmp_path / "bad.safetensors")
    with pytest.raises(RecipeError, match="frozen_stages"):
        _network(backbone="test_vit", frozen_stages=2)
