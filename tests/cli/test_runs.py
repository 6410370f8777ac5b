"""`animeter runs`: what is at hand, what one is, and what sets several apart."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Program
from tests.support.drawn_run import make_run


def test_list_shows_runs_and_names_the_broken_ones(run: Program, tmp_path: Path) -> None:
    folder = make_run(tmp_path / "runs").folder
    (tmp_path / "runs" / "broken").mkdir()
    (tmp_path / "runs" / "broken" / "run.json").write_text("{}")
    done = run("runs", "list", str(tmp_path / "runs"))
    assert done.returncode == 3
    assert done.stdout.decode().splitlines()[1].split()[:5] == [
        folder.name,
        "tiny",
        "0.1.0",
        "2",
        "of",
    ]
    assert b"broken" in done.stderr


def test_list_of_nothing_says_so(run: Program, tmp_path: Path) -> None:
    done = run("runs", "list", str(tmp_path))
    assert done.returncode == 0
    assert b"there are no runs" in done.stderr


@pytest.mark.slow
def test_show_gives_recipe_and_figures(run: Program, tmp_path: Path) -> None:
    folder = make_run(tmp_path).folder
    text = run("runs", "show", str(folder)).stdout.decode()
    facts = dict(line.split(maxsplit=1) for line in text.splitlines())
    assert facts["training.epochs"] == "2"
    assert facts["fold-1"].startswith("100% of the training")
    told = json.loads(run("runs", "show", str(folder), "--json").stdout)
    assert told["figures"]["folds"] == 2


@pytest.mark.slow
def test_compare_shows_what_differs_and_nothing_else(run: Program, tmp_path: Path) -> None:
    folders = [str(make_run(tmp_path / str(epochs), epochs=epochs).folder) for epochs in (2, 5)]
    text = run("runs", "compare", *folders).stdout.decode()
    assert [line.split() for line in text.splitlines() if line.startswith("training.")] == [
        ["training.epochs", "2", "5"]
    ]
    assert "balanced accuracy" in text


def test_compare_wants_two(run: Program, tmp_path: Path) -> None:
    done = run("runs", "compare", str(make_run(tmp_path).folder))
    assert done.returncode == 2
    assert b"two runs or more" in done.stderr
