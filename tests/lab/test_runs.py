"""Which pictures a run uses, and what its folder remembers."""

import json
from pathlib import Path

import pytest

from animeter.domain.errors import RecipeError
from animeter.lab.recipe import read_recipe
from animeter.lab.runs import Run, folds_of, training_rows, trusted_rows
from tests.support.tiny_recipe import write_recipe


def test_photographs_filed_under_a_show_are_trained_on_as_neither_and_not_reported(
    tmp_path: Path,
) -> None:
    recipe = read_recipe(write_recipe(tmp_path))
    assert "toy.png" not in {row.name for row in trusted_rows(recipe)}
    (toy,) = [row for row in training_rows(recipe) if row.name == "toy.png"]
    assert (toy.style, toy.series) == ("neither", "")


def test_photographs_that_were_seen_later_are_trained_on_as_neither_too(tmp_path: Path) -> None:
    path = write_recipe(tmp_path, more='more_labels = "seen.csv"')
    name = "cartoon-1.png"
    (tmp_path / "seen.csv").write_text(f"path,content\n{name},photo\n", encoding="utf-8")
    recipe = read_recipe(path)
    assert name not in {row.name for row in trusted_rows(recipe)}
    (row,) = [row for row in training_rows(recipe) if row.name == name]
    assert row.style == "neither"


def test_a_folds_network_sees_no_picture_of_the_fold(tmp_path: Path) -> None:
    recipe = read_recipe(write_recipe(tmp_path))
    for fold in folds_of(trusted_rows(recipe)):
        assert fold not in {row.fold for row in training_rows(recipe, fold)}


def test_what_is_left_out_is_left_out_of_training_alone(tmp_path: Path) -> None:
    path = write_recipe(tmp_path, more='leave_out = "out.txt"')
    name = "cartoon-1.png"
    (tmp_path / "out.txt").write_text(f"# wrong\n{name}\n", encoding="utf-8")
    recipe = read_recipe(path)
    assert name not in {row.name for row in training_rows(recipe)}
    assert name in {row.name for row in trusted_rows(recipe)}


def test_a_left_out_name_that_the_manifest_lacks_is_refused(tmp_path: Path) -> None:
    path = write_recipe(tmp_path, more='leave_out = "out.txt"')
    (tmp_path / "out.txt").write_text("nobody.png\n", encoding="utf-8")
    with pytest.raises(RecipeError, match=r"nobody\.png"):
        training_rows(read_recipe(path))


def test_a_run_remembers_its_recipe_and_refuses_another(tmp_path: Path) -> None:
    path = write_recipe(tmp_path)
    run = Run.open(path, tmp_path / "run")
    assert Run.open(path, run.folder) == run
    assert Run.reopen(run.folder).recipe == run.recipe
    assert json.loads((run.folder / "run.json").read_text())["seed"] == run.recipe.seed
    path.write_text(path.read_text().replace("epochs = 2", "epochs = 3"), encoding="utf-8")
    with pytest.raises(RecipeError, match="another recipe"):
        Run.open(path, run.folder)


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=str(tmp_path)):
        Run.reopen(tmp_path)
