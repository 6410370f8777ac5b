"""The soft maximum of a picture and its halves."""

from pathlib import Path

import numpy as np
import pytest
import torch

from animeter.domain.errors import RecipeError
from animeter.lab.halves import whole_or_half
from animeter.lab.network import StyleNetwork
from animeter.lab.recipe import Recipe, read_recipe
from tests.support.tiny_recipe import drawing, write_recipe


@pytest.mark.parametrize("side", [1, 2, 6, 7])
def test_where_all_places_agree_the_answer_is_theirs(side: int) -> None:
    assert whole_or_half(torch.full((2, 2, side, side), 3.0)) == pytest.approx(
        torch.full((2, 2), 3.0)
    )


@pytest.mark.parametrize("turned", [False, True])
def test_two_styles_side_by_side_are_both_seen(turned: bool) -> None:
    """Of a likeness that one half shows (8) and the other denies (-8), the mean would say 0."""
    left = torch.cat([torch.full((6, 3), 8.0), torch.full((6, 3), -8.0)], dim=1)
    activation = torch.stack([left, left.flip(1)])[None]
    if turned:
        activation = activation.transpose(2, 3)
    assert activation.mean() == 0
    said = whole_or_half(activation)
    assert (said > 6).all()
    assert torch.allclose(said[0, 0], said[0, 1])


def test_the_answer_lies_between_the_mean_and_the_largest_half() -> None:
    activation = torch.randn(20, 2, 7, 5, generator=torch.Generator().manual_seed(0))
    halves = [
        activation[..., :4, :],
        activation[..., 3:, :],
        activation[..., :3],
        activation[..., 2:],
    ]
    means = torch.stack([part.mean((2, 3)) for part in [activation, *halves]])
    said = whole_or_half(activation)
    assert (said <= means.amax(0) + 1e-5).all()
    assert (said >= means.mean(0) - 1e-5).all()


def recipe_with(folder: Path, more: str) -> Recipe:
    path = write_recipe(folder)
    text = path.read_text(encoding="utf-8").replace("[training]", f"{more}\n[training]")
    path.write_text(text, encoding="utf-8")
    return read_recipe(path)


def test_the_network_asks_halves_in_training_too(tmp_path: Path) -> None:
    network = StyleNetwork(recipe_with(tmp_path, "ask_halves = true").network).eval()
    pictures = [drawing(style, 1).resize((96, 96)) for style in ("anime", "cartoon")]
    image = torch.from_numpy(np.stack([np.asarray(picture) for picture in pictures]))
    network.size_px = 96  # as large as its feature map has halves that differ
    with torch.no_grad():
        network.style.weight *= 100  # so much that it matters which are asked
        reading, taught = network(image), network.train_logits(image)[0]
    assert reading.activation.shape[2] > 1
    expected = whole_or_half(reading.activation) + network.style.bias
    assert torch.allclose(reading.logits, expected, atol=1e-5)
    assert torch.allclose(taught, expected, atol=1e-3)
    whole = reading.activation.mean((2, 3)) + network.style.bias
    assert (reading.logits - whole).abs().max() > 0.005


def test_training_drops_channels_before_halves_are_asked(tmp_path: Path) -> None:
    more = "ask_halves = true\ndropout = 0.5"
    network = StyleNetwork(recipe_with(tmp_path, more).network, [3]).eval()
    image = torch.from_numpy(np.asarray(drawing("anime", 1).resize((96, 96))).copy())[None]
    with torch.no_grad():
        said = [network.train_logits(image) for _ in range(2)]
        network.dropout.train()
        network.training = True
        dropped = [network.train_logits(image) for _ in range(2)]
    assert torch.equal(said[0][0], said[1][0])
    assert said[0][1][0].shape == (1, 3)
    assert not torch.equal(dropped[0][0], dropped[1][0])
    assert not torch.equal(dropped[0][1][0], dropped[1][1][0])


@pytest.mark.parametrize("hiding", ["hidden = [8]", 'pooling = "flatten"'])
def test_halves_that_are_hidden_are_refused(tmp_path: Path, hiding: str) -> None:
    with pytest.raises(RecipeError, match="leave it or them out"):
        recipe_with(tmp_path, f"ask_halves = true\n{hiding}")
