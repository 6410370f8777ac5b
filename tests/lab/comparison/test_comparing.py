"""Comparing recipes for real: tiny networks, one that cannot be trained, and going on later."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from animeter.domain.errors import FileMissingError, ManifestError, RecipeError
from animeter.lab.comparison.comparing import compare
from animeter.lab.comparison.pictures import AT_RANDOM, BY_FRANCHISE
from animeter.lab.comparison.training import Request, budgeted, starts_from
from animeter.lab.recipe import Recipe, read_recipe
from tests.support.plain_recipe import write_plain_recipe
from tests.support.tiny_recipe import write_recipe

pytestmark = pytest.mark.slow


def request_for(folder: Path, *recipes: str, **more: object) -> Request:
    files = tuple(folder / f"{name}.toml" for name in recipes)
    request = Request(folder / "manifest.csv", files, epochs=2, threads=1, pictures=48)
    return replace(request, **more)  # type: ignore[arg-type]


def test_recipes_are_compared_one_fails_and_a_later_call_goes_on(tmp_path: Path) -> None:
    write_plain_recipe(tmp_path)
    write_plain_recipe(tmp_path, backbone="no_such_net")
    output = tmp_path / "out"
    said: list[str] = []
    report = compare(request_for(tmp_path, "no_such_net", "cnn"), output, said.append)

    failed, cnn = report["entries"]
    assert "no_such_net" in failed["error"]
    assert "worth" not in failed
    assert any("no_such_net" in sentence for sentence in said)
    assert 0.0 <= cnn["worth"]["accuracy"]["low"] <= cnn["worth"]["accuracy"]["high"] <= 1.0
    assert cnn["worth"]["pictures"] == 24
    assert cnn["cost"]["model_bytes"] > 4 * cnn["cost"]["parameters"] > 0
    assert cnn["cost"]["training_s"] > 0
    assert cnn["cost"]["pictures_per_s"] > 0
    assert report["splits"][BY_FRANCHISE]["held_out_of_known_franchises"] == 0
    page = (output / "comparison.html").read_text()
    assert "no_such_net" in page
    assert "cnn" in page

    trained = output / BY_FRANCHISE / "cnn" / "fold-0" / "weights.safetensors"
    before = trained.stat().st_mtime_ns
    both = request_for(tmp_path, "cnn", splits=(AT_RANDOM, BY_FRANCHISE))
    report = compare(both, output)
    assert trained.stat().st_mtime_ns == before
    assert list(report["splits"]) == [BY_FRANCHISE, AT_RANDOM]
    assert {(one["recipe"], one["split"]) for one in report["entries"]} == {
        ("no_such_net", BY_FRANCHISE),
        ("cnn", BY_FRANCHISE),
        ("cnn", AT_RANDOM),
    }
    assert report["splits"][AT_RANDOM]["held_out_of_known_franchises"] > 12
    assert json.loads((output / "comparison.json").read_text()) == report
    assert "What a random split reports" in (output / "comparison.md").read_text()

    with pytest.raises(RecipeError, match="epochs = 2, not 3"):
        compare(request_for(tmp_path, "cnn", epochs=3), output)


def test_every_recipe_gets_the_same_pictures_task_and_budget(tmp_path: Path) -> None:
    request = request_for(tmp_path, label="series", epochs=3, settings={"seed": 7})
    recipe = Recipe.model_validate(
        {"name": "any", "data": {"manifest": "other.csv", "leave_out": "left.txt"}}
    )
    variant = budgeted(recipe, request, tmp_path / "manifest.csv", 640)
    assert (variant.task, variant.data.label, variant.seed) == ("labels", "series", 7)
    assert variant.data.manifest == (tmp_path / "manifest.csv").resolve()
    assert variant.data.leave_out is None
    assert variant.training.epochs == 3
    assert variant.training.ema_decay == pytest.approx(1 - 1 / 3)  # a tenth of 30 steps
    long = budgeted(recipe, replace(request, epochs=1000), tmp_path / "manifest.csv", 640)
    assert long.training.ema_decay == recipe.training.ema_decay


def test_a_recipe_that_averages_is_compared_as_one_network(tmp_path: Path) -> None:
    recipe = Recipe.model_validate(
        {
            "name": "any",
            "data": {"manifest": "other.csv"},
            "network": {"embedding_levels": 3},
            "average": [{"training.epochs": 6}, {}],
        }
    )
    manifest = tmp_path / "manifest.csv"
    likeness = budgeted(recipe, request_for(tmp_path), manifest, 640)
    assert (likeness.average, likeness.network.embedding_levels) == ([], 3)
    labels = budgeted(recipe, request_for(tmp_path, label="series"), manifest, 640)
    assert (labels.average, labels.network.embedding_levels) == ([], 0)


def test_what_a_network_starts_from_is_said(tmp_path: Path) -> None:
    recipe = read_recipe(write_recipe(tmp_path))
    assert starts_from(recipe) == "start"
    network = recipe.network.model_copy(update={"weights": None})
    assert starts_from(recipe.model_copy(update={"network": network})) == "timm's weights"
    network = network.model_copy(update={"backbone": "cnn"})
    assert starts_from(recipe.model_copy(update={"network": network})) == "chance"


def test_what_cannot_be_compared_is_refused_before_anything_is_trained(tmp_path: Path) -> None:
    write_plain_recipe(tmp_path)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "cnn.toml").write_text((tmp_path / "cnn.toml").read_text())
    output = tmp_path / "out"
    with pytest.raises(FileMissingError, match="no recipe"):
        compare(request_for(tmp_path, "nowhere"), output)
    with pytest.raises(RecipeError, match="two have the same"):
        compare(request_for(tmp_path, "cnn", "more/cnn"), output)
    with pytest.raises(ManifestError, match=r"no fold 7, but 0, 1.*--fold"):
        compare(request_for(tmp_path, "cnn", folds=(7,)), output)
    with pytest.raises(ManifestError, match="mood"):
        compare(request_for(tmp_path, "cnn", label="mood"), output)
    assert not output.exists()
