"""Changing settings of a recipe by dotted key, and writing recipes that read the same again."""

import tomllib
from pathlib import Path

import pytest

from animeter.domain.errors import RecipeError
from animeter.lab.recipe import DataRecipe, HeadRecipe, Recipe, read_recipe
from animeter.lab.recipe_variants import of_data, with_settings, write_recipe, write_variant


def base() -> Recipe:
    return Recipe(
        name="base",
        data=DataRecipe(manifest=Path("/pictures/manifest.csv")),
        heads=[HeadRecipe(column="series", weight=0.1)],
    )


def test_settings_change_and_all_others_stay() -> None:
    changed = with_settings(base(), {"training.epochs": 3, "network.backbone": "vgg19", "seed": 7})
    assert (changed.training.epochs, changed.network.backbone, changed.seed) == (3, "vgg19", 7)
    again = with_settings(
        changed, {"training.epochs": 6, "network.backbone": "mobilenetv2_100", "seed": 1}
    )
    assert again == base()


def test_none_takes_a_setting_away() -> None:
    halved = with_settings(base(), {"data.pictures_per_epoch": 100, "training.ema_decay": 0.5})
    whole = with_settings(halved, {"data.pictures_per_epoch": None, "training.ema_decay": None})
    assert whole == base()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"training.epoch": 3}, "training.epoch"),
        ({"training.epochs": 0}, "training.epochs"),
        ({"training.epochs.more": 1}, "training.epochs.more"),
        ({"data.manifest": None}, "data.manifest"),
    ],
)
def test_what_no_recipe_can_say_is_refused_by_name(settings: dict[str, object], named: str) -> None:
    with pytest.raises(RecipeError, match=named):
        with_settings(base(), settings)


def test_a_written_recipe_reads_the_same_wherever_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "a" / "variant.toml"
    write_recipe(base(), path, "Made for a test.\n\nTwo lines.")
    assert read_recipe(path) == base()
    assert path.read_text().startswith("# Made for a test.\n#\n# Two lines.\n")
    assert tomllib.loads(path.read_text())["heads"][0]["column"] == "series"


def test_other_pictures_bring_their_own_labels(tmp_path: Path) -> None:
    (tmp_path / "shows").mkdir()
    changed = with_settings(base(), of_data(tmp_path / "shows", None))
    assert changed.task == "labels"
    assert (changed.data.manifest, changed.data.folder) == (None, tmp_path / "shows")
    of_column = with_settings(changed, of_data(tmp_path / "m.csv", "series"))
    assert (of_column.data.source, of_column.data.label) == (tmp_path / "m.csv", "series")
    assert with_settings(base(), of_data(tmp_path / "m.csv", None)).task == "likeness"


def test_what_is_for_likenesses_alone_goes_where_labels_are_told(tmp_path: Path) -> None:
    network = {"embedding_levels": 2, "ask_halves": True, "find_picture": True}
    settings = {f"network.{key}": value for key, value in network.items()}
    settings |= {"average": [{"training.epochs": 3}, {}], "finish": {"training.epochs": 1}}
    averaged = with_settings(base(), settings)
    for settings in (of_data(None, "series"), of_data(tmp_path, None)):
        labels = with_settings(averaged, settings)
        assert (labels.task, labels.average, labels.finish) == ("labels", [], {})
        assert labels.network.model_dump(include=set(network)) == dict.fromkeys(network, 0)
    kept = with_settings(averaged, of_data(tmp_path / "manifest.csv", None))
    assert (kept.average, kept.finish) == (averaged.average, averaged.finish)
    assert kept.network == averaged.network


def test_a_run_keeps_the_variant_it_began_with(tmp_path: Path) -> None:
    path = tmp_path / "base.toml"
    write_recipe(base(), path)
    run = tmp_path / "run"
    first = write_variant(path, {"training.epochs": 2}, run)
    assert read_recipe(first) == with_settings(base(), {"training.epochs": 2})
    assert write_variant(path, {"training.epochs": 2}, run) == first
    with pytest.raises(RecipeError, match="other settings"):
        write_variant(path, {"training.epochs": 3}, run)
