"""What an epoch shows, and with which labels."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from animeter.datasets.manifest import ManifestRow
from animeter.lab.labelled_pictures import UNLABELLED, AugmentedPictures, Draw, Draws, head_labels
from animeter.lab.recipe import AugmentRecipe, HeadRecipe, Recipe, read_recipe
from animeter.lab.runs import training_rows
from tests.support.tiny_recipe import write_recipe


def _rows(franchises: dict[str, int], style: str = "anime") -> list[ManifestRow]:
    return [
        ManifestRow(path=Path(f"{name}-{i}"), name=f"{name}-{i}", style=style, franchise=name)
        for name, count in franchises.items()
        for i in range(count)
    ]


def _recipe(**data: object) -> Recipe:
    return Recipe.model_validate({"name": "x", "data": {"manifest": "m.csv", **data}})


def _drawn(rows: list[ManifestRow], recipe: Recipe, epoch: int = 0) -> list[Draw]:
    draws = Draws(rows, recipe)
    draws.set_epoch(epoch)
    return list(draws)


def test_an_epoch_shows_every_picture_once() -> None:
    rows = _rows({"a": 30, "b": 2})
    assert sorted(draw.index for draw in _drawn(rows, _recipe())) == list(range(32))


def test_epochs_differ_and_repeat_themselves_when_asked_again() -> None:
    rows = _rows({"a": 30})
    assert _drawn(rows, _recipe(), 1) == _drawn(rows, _recipe(), 1)
    assert _drawn(rows, _recipe(), 1) != _drawn(rows, _recipe(), 2)


def test_with_full_power_every_franchise_is_shown_alike() -> None:
    rows = _rows({"a": 90, "b": 10})
    drawn = _drawn(rows, _recipe(franchise_power=1.0, pictures_per_epoch=1000))
    shown = Counter(rows[draw.index].franchise for draw in drawn)
    assert shown["a"] == pytest.approx(500, abs=2)


def test_styles_keep_their_shares_whatever_the_franchises() -> None:
    rows = [
        *_rows({"a": 50, "b": 25, "c": 25}),
        *_rows({f"p{i}": 1 for i in range(100)}, "neither"),
    ]
    drawn = _drawn(rows, _recipe(franchise_power=1.0, pictures_per_epoch=1000))
    assert Counter(rows[d.index].style for d in drawn)["neither"] == pytest.approx(500, abs=2)


def test_collages_come_as_often_as_asked() -> None:
    recipe = _recipe().model_copy(update={"augment": AugmentRecipe(collage=0.25)})
    drawn = _drawn(_rows({"a": 2000}), recipe)
    assert np.mean([draw.partner is not None for draw in drawn]) == pytest.approx(0.25, abs=0.04)


def test_head_labels_are_those_with_enough_pictures() -> None:
    rows = [
        ManifestRow(path=Path("p"), name="p", style="anime", series=series)
        for series in ("x", "x", "y", "", "", "")
    ]
    head = HeadRecipe(column="series", weight=1.0, min_pictures=2)
    assert head_labels(rows, head) == ["x"]


def test_items_carry_pixels_likenesses_and_classes(tmp_path: Path) -> None:
    recipe = read_recipe(write_recipe(tmp_path))
    rows = training_rows(recipe)
    labels = [head_labels(rows, head) for head in recipe.heads]
    pictures = AugmentedPictures(rows, recipe.augment, recipe.heads, labels)
    by_style = {row.style: i for i, row in enumerate(rows)}
    anime, cartoon = by_style["anime"], by_style["cartoon"]

    image, likeness, classes = pictures[Draw(anime, None, seed=1, size_px=32)]
    assert (image.shape, str(image.dtype)) == ((32, 32, 3), "torch.uint8")
    assert likeness.tolist() == [1.0, 0.0]
    assert labels[0][int(classes[0])] == rows[anime].series

    _, likeness, classes = pictures[Draw(anime, cartoon, seed=1, size_px=32)]
    assert likeness.tolist() == [1.0, 1.0]
    assert classes.tolist() == [UNLABELLED]

    _, likeness, classes = pictures[Draw(by_style["neither"], None, seed=1, size_px=32)]
    assert likeness.tolist() == [0.0, 0.0]
    assert classes.tolist() == [UNLABELLED]
