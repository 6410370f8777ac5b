"""Training on labels while the likenesses are held to what a starting network says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from animeter.datasets.manifest import BORDERLINE, ManifestRow
from animeter.domain.errors import RecipeError
from animeter.lab.export import load_network
from animeter.lab.network import StyleNetwork
from animeter.lab.recipe import DataRecipe, HeadRecipe, NetworkRecipe, Recipe, TrainingRecipe
from animeter.lab.training import train_network
from tests.support.tiny_network import write_checkpoint
from tests.support.tiny_recipe import BACKBONE, drawing


def _network(checkpoint: Path, **more: object) -> NetworkRecipe:
    settings = {"backbone": BACKBONE, "size_px": 48, "checkpoint": checkpoint, **more}
    return NetworkRecipe.model_validate(settings)


def _rows(folder: Path) -> list[ManifestRow]:
    rows = []
    for number in range(24):
        style = ("anime", "cartoon")[number % 2]
        path = folder / f"{number}.png"
        drawing(style, number).save(path)
        rows.append(ManifestRow(path, path.name, BORDERLINE, character=style))
    return rows


def _recipe(checkpoint: Path, *, hold: bool) -> Recipe:
    return Recipe(
        name="Held_1",
        data=DataRecipe(manifest=Path()),
        network=_network(checkpoint, keep_statistics=True),
        training=TrainingRecipe(
            epochs=6,
            batch_size=8,
            sizes_px=[48],
            learning_rate=3e-3,
            ema_decay=0.5,
            hold_likenesses=5.0 if hold else 0.0,
            bf16=False,
        ),
        heads=[HeadRecipe(column="character", weight=1.0, smoothing=0.05)],
    )


def _likenesses(network: StyleNetwork) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    pictures = [drawing(style, 900 + n) for n, style in enumerate(("anime", "cartoon") * 8)]
    image = torch.from_numpy(np.stack([np.asarray(picture) for picture in pictures]))
    with torch.no_grad():
        return np.asarray(torch.sigmoid(network(image).logits).numpy())


@pytest.mark.slow
def test_held_likenesses_stay_where_taught_ones_go(tmp_path: Path) -> None:
    checkpoint = write_checkpoint(tmp_path / "start.safetensors")
    rows = _rows(tmp_path)
    held, taught = _recipe(checkpoint, hold=True), _recipe(checkpoint, hold=False)
    start = load_network(held, checkpoint)
    after_holding = load_network(held, train_network(held, rows, tmp_path / "held"))
    styled = [replace(row, style=row.character) for row in rows]
    after_teaching = load_network(taught, train_network(taught, styled, tmp_path / "taught"))

    first, last = start.backbone.state_dict(), after_holding.backbone.state_dict()
    assert any(not torch.equal(first[key], last[key]) for key in first)
    for key in (key for key in first if "running" in key):
        assert torch.equal(first[key], last[key]), key
    moved = np.abs(_likenesses(after_holding) - _likenesses(start)).mean()
    moved_by_teaching = np.abs(_likenesses(after_teaching) - _likenesses(start)).mean()
    assert moved < 0.5 * moved_by_teaching


def test_a_checkpoint_brings_all_but_the_auxiliary_heads(tmp_path: Path) -> None:
    checkpoint = write_checkpoint(tmp_path / "start.safetensors")
    one, other = (StyleNetwork(_network(checkpoint), [n]) for n in (3, 5))
    for key, value in one.state_dict().items():
        if not key.startswith("auxiliary."):
            assert torch.equal(value, other.state_dict()[key]), key
    assert [head.out_features for head in other.auxiliary] == [5]


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.safetensors").write_bytes(b"nothing of the kind")
    with pytest.raises(RecipeError, match="animeter export"):
        StyleNetwork(_network(tmp_path / "bad.safetensors"))
    with pytest.raises(RecipeError, match="animeter export"):
        StyleNetwork(_network(tmp_path / "none.safetensors"))


def test_holding_needs_something_to_hold_to() -> None:
    with pytest.raises(ValueError, match=r"network\.checkpoint"):
        Recipe(
            name="x",
            data=DataRecipe(manifest=Path()),
            training=TrainingRecipe(hold_likenesses=1.0),
        )
