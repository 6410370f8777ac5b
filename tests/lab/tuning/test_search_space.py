"""What a search file may say, and what of it is refused before anything is trained."""

from pathlib import Path
from typing import Any

import pytest
import tomli_w

from animeter.domain.errors import FileMissingError, RecipeError
from animeter.lab.tuning.search_space import read_search

BASE: dict[str, Any] = {"name": "base", "data": {"manifest": "manifest.csv"}}
GRID: dict[str, Any] = {
    "recipe": "base.toml",
    "folds": {"choose": 1, "report": [0]},
    "axes": {"network.dropout": [0.0, 0.5], "network.hidden": [[20, 10], [64]], "seed": [1, 2, 3]},
}
TPE: dict[str, Any] = {
    "recipe": "base.toml",
    "method": "tpe",
    "trials": 7,
    "folds": {"choose": 1},
    "axes": {
        "training.learning_rate": {"low": 1e-4, "high": 1e-2, "log": True},
        "training.batch_size": {"low": 8, "high": 64, "step": 8},
        "network.activation": ["relu", "tanh"],
    },
}


def write(folder: Path, search: dict[str, Any]) -> Path:
    (folder / "base.toml").write_text(tomli_w.dumps(BASE))
    path = folder / "search.toml"
    path.write_text(tomli_w.dumps(search))
    return path


def test_a_grid_has_every_combination_once(tmp_path: Path) -> None:
    search, recipe = read_search(write(tmp_path, GRID))
    points = [search.settings(params) for params in search.points()]
    assert len(points) == search.planned == 12
    assert points[0] == {"network.dropout": 0.0, "network.hidden": [20, 10], "seed": 1}
    assert points[-1] == {"network.dropout": 0.5, "network.hidden": [64], "seed": 3}
    assert len({str(point) for point in points}) == 12
    assert recipe.data.manifest == tmp_path / "manifest.csv"


def test_choices_that_python_calls_equal_stay_apart(tmp_path: Path) -> None:
    axes = {"training.bf16": [True, False], "seed": [1, 0], "network.dropout": [1.0, 0]}
    search, _ = read_search(write(tmp_path, {**GRID, "axes": axes}))
    points = [search.settings(params) for params in search.points()]
    first = {"training.bf16": True, "seed": 1, "network.dropout": 1.0}
    assert points[0] == first
    assert [type(points[0][key]) for key in first] == [bool, int, float]


def test_numbers_of_a_range_are_taken_as_they_are(tmp_path: Path) -> None:
    search, _ = read_search(write(tmp_path, TPE))
    params = {
        "training.learning_rate": 0.003,
        "training.batch_size": 16,
        "network.activation": '"tanh"',
    }
    assert search.settings(params) == {**params, "network.activation": "tanh"}
    assert search.planned == 7


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"axes": {}}, "axes"),
        ({"axes": {"training.epoch": [1, 2]}}, "training.epoch"),
        ({"axes": {"network.dropout": [0.5, 1.5]}}, "network.dropout = 1.5"),
        ({"axes": {"network.dropout": []}}, "axes.network.dropout"),
        ({"axes": {"network.dropout": [0.5, 0.5]}}, "axes.network.dropout holds a value twice"),
        ({"axes": {"network.dropout": {"low": 0.1, "high": 0.5}}}, "a grid needs a list"),
        ({"axes": {"data.manifest": ["a.csv", "b.csv"]}}, "what is learnt"),
        ({"trials": 13}, "12 points"),
        ({"rounds": 3}, "rounds"),
        ({"folds": {"choose": 0, "report": [0]}}, "other folds"),
        ({"folds": {"report": [0]}}, "folds.choose"),
        ({"recipe": "other.toml"}, "other.toml"),
    ],
)
def test_a_grid_that_makes_no_sense_is_refused(
    tmp_path: Path, change: dict[str, Any], named: str
) -> None:
    with pytest.raises((RecipeError, FileMissingError), match=named):
        read_search(write(tmp_path, {**GRID, **change}))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"trials": 0}, "trials"),
        ({"axes": {"training.epochs": {"low": 5, "high": 2}}}, "low must be below high"),
        ({"axes": {"training.epochs": {"low": 0, "high": 2}}}, "training.epochs = 0"),
        ({"axes": {"network.dropout": {"low": 0.0, "high": 0.5, "log": True}}}, "log needs"),
        ({"axes": {"training.epochs": {"low": 1, "high": 5, "step": 0.5}}}, "whole step"),
    ],
)
def test_a_search_by_tpe_that_makes_no_sense_is_refused(
    tmp_path: Path, change: dict[str, Any], named: str
) -> None:
    with pytest.raises(RecipeError, match=named):
        read_search(write(tmp_path, {**TPE, **change}))


def test_a_recipe_that_averages_is_refused_until_it_does_not(tmp_path: Path) -> None:
    path = write(tmp_path, GRID)
    tables: dict[str, Any] = {**BASE, "task": "likeness", "average": [{}]}
    tables["finish"] = {"training.epochs": 1}
    tables["data"] = {key: BASE["data"][key] for key in ("manifest",)}
    (tmp_path / "base.toml").write_text(tomli_w.dumps(tables))
    with pytest.raises(RecipeError, match="averages networks"):
        read_search(path)
    alone = read_search(path, {"average": [], "finish": {}})[1]
    assert (alone.average, alone.finish) == ([], {})


def test_tpe_needs_an_end(tmp_path: Path) -> None:
    endless = {key: value for key, value in TPE.items() if key != "trials"}
    with pytest.raises(RecipeError, match="never end"):
        read_search(write(tmp_path, endless))


def test_a_missing_search_says_which_come_along(tmp_path: Path) -> None:
    with pytest.raises(FileMissingError, match="dense-grid"):
        read_search(tmp_path / "none.toml")
