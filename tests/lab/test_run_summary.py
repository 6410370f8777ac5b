"""Reading run folders: figures, differing settings, and what is no run."""

from pathlib import Path

import numpy as np
import pytest

from animeter.domain.errors import RecipeError
from animeter.lab.labels.predictions import LabelPredictions, write_label_predictions
from animeter.lab.out_of_fold import FILE
from animeter.lab.run_summary import Figures, LabelFigures, differing_settings, find_runs, read_run
from animeter.lab.runs import Run
from tests.support.drawn_run import PICTURES, make_run
from tests.support.tiny_label_recipe import write_label_recipe


def test_figures_are_those_of_the_folds_together(tmp_path: Path) -> None:
    good = read_run(make_run(tmp_path / "good", noise=0.5).folder).figures
    bad = read_run(make_run(tmp_path / "bad", noise=6.0).folder).figures
    assert isinstance(good, Figures)
    assert isinstance(bad, Figures)
    assert (good.pictures, good.folds) == (2 * PICTURES, 2)
    assert good.balanced_accuracy > 0.95 > bad.balanced_accuracy > 1 / 3
    assert good.anime_against_cartoon > bad.anime_against_cartoon


def test_one_fold_gives_no_figures_since_others_would_have_to_calibrate_it(tmp_path: Path) -> None:
    run = read_run(make_run(tmp_path, folds=1).folder)
    assert run.figures is None
    assert run.seconds == 30.0
    assert list(run.parts) == ["fold-0"]


def test_of_exclusive_labels_accuracy_and_the_likeliest_labels_calibration_are_told(
    tmp_path: Path,
) -> None:
    run = Run.open(write_label_recipe(tmp_path), tmp_path / "run")
    chance = np.random.default_rng(0)
    for fold in range(2):
        truth = chance.integers(0, 3, 400)
        # Said with 90 %, right in three of four: too sure, by what a temperature can mend.
        said = np.where(chance.random(400) < 0.75, truth, (truth + 1) % 3)
        shares = np.full((400, 3), 0.05)
        shares[np.arange(400), said] = 0.9
        names = tuple(f"{fold}-{i}" for i in range(400))
        folds = np.full(400, fold)
        predictions = LabelPredictions(names, truth, ("a", "b", "c"), shares, folds)
        write_label_predictions(predictions, run.part(f"fold-{fold}") / FILE)
        figures = read_run(run.folder).figures
        assert isinstance(figures, LabelFigures)
        assert figures.pictures == 400 * (fold + 1)
        assert figures.accuracy == pytest.approx(0.75, abs=0.05)
        assert figures.balanced_accuracy == pytest.approx(0.75, abs=0.05)
        # One fold has no other that could calibrate it.
        assert figures.calibration_error == pytest.approx(0.15 if fold == 0 else 0.0, abs=0.05)


def test_settings_that_differ_are_named_with_their_values(tmp_path: Path) -> None:
    folders = [make_run(tmp_path / str(epochs), epochs=epochs).folder for epochs in (2, 3)]
    runs = [read_run(folder) for folder in folders]
    assert differing_settings(runs) == {"training.epochs": [2, 3]}
    assert differing_settings([runs[0], runs[0]]) == {}


def test_runs_are_found_in_a_folder_of_runs_or_as_the_folder_itself(tmp_path: Path) -> None:
    run = make_run(tmp_path).folder
    (tmp_path / "no-run").mkdir()
    assert find_runs(tmp_path) == [run]
    assert find_runs(run) == [run]
    with pytest.raises(RecipeError, match="There is no folder"):
        find_runs(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("run.json", "{"),
        ("recipe.toml", "name = 3"),
        ("recipe.toml", "= ="),
        ("fold-0/out_of_fold.csv", "a,b\n"),
        ("fold-0/out_of_fold.csv", "path,fold,style,anime_logit,cartoon_logit\np,0,anime,x,y\n"),
    ],
)
def test_a_damaged_run_is_an_error_that_names_it(tmp_path: Path, file: str, content: str) -> None:
    run = make_run(tmp_path).folder
    (run / file).write_text(content, encoding="utf-8")
    with pytest.raises(RecipeError, match=str(run)):
        read_run(run)
