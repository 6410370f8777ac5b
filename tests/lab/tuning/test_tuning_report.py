"""What a study's report says, from trials whose scores are known."""

import json
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from animeter.lab.recipe import DataRecipe, Recipe, read_recipe
from animeter.lab.training_log import EpochFigures
from animeter.lab.tuning.report import best_trial, tuning_report, write_best, write_tuning_report
from animeter.lab.tuning.trial_claims import Claims, Worker
from tests.support.tiny_study import GRID, TPE, open_tiny

pytestmark = pytest.mark.slow


@pytest.fixture
def study(tmp_path: Path) -> optuna.Study:
    """The whole grid: Adam is worth ten points, dropout nothing; one is pruned, one fails."""
    study, guard = open_tiny(tmp_path)
    with Worker(tmp_path / "workers") as worker:
        claims = Claims(study, GRID, worker, guard)
        while (trial := claims.next()) is not None:
            settings = GRID.settings(trial.params)
            score = 0.7 + 0.1 * (settings["training.optimizer"] == "adam")
            score += 0.001 * settings["network.dropout"]
            trial.report(score, 0)
            if trial.number == 3:
                study.tell(trial, state=TrialState.PRUNED)
            elif trial.number == 5:
                claims.failed(trial)
            else:
                study.tell(trial, score)
    return study


def test_the_report_says_what_was_best_and_what_mattered(study: optuna.Study) -> None:
    report = tuning_report(GRID, study, EpochFigures(0, 0.5, 0.61, 0.75))
    assert report["best"]["settings"] == {"network.dropout": 0.4, "training.optimizer": "adam"}
    assert report["best"]["score"] == pytest.approx(0.8004)
    assert report["reported"] == {"accuracy": 0.75, "loss": 0.61}
    assert (len(report["trials"]), report["failed"], report["planned"]) == (11, 1, 12)
    assert [trial["number"] for trial in report["trials"] if trial["pruned"]] == [3]
    assert next(iter(report["importance"])) == "training.optimizer"
    assert report["importance"]["training.optimizer"] > 0.9
    assert sum(report["importance"].values()) == pytest.approx(1.0)


def test_the_page_and_the_plots_show_it_in_both_themes(study: optuna.Study, tmp_path: Path) -> None:
    page = write_tuning_report(tmp_path / "run", GRID, study, None).read_text(encoding="utf-8")
    assert "The best of 11 trials" in page
    assert "80.0\N{NO-BREAK SPACE}%" in page
    assert page.count("<svg") == 4
    assert "var(--anime)" in page
    assert "http" not in page.replace("http://www.w3.org", "")
    plots = sorted(path.name for path in (tmp_path / "run" / "plots").iterdir())
    assert plots == [
        "axis_network.dropout.svg",
        "axis_training.optimizer.svg",
        "history.svg",
        "importance.svg",
    ]
    alone = (tmp_path / "run" / "plots" / "history.svg").read_text(encoding="utf-8")
    assert "prefers-color-scheme:dark" in alone
    assert json.loads((tmp_path / "run" / "report.json").read_text())["method"] == "grid"


def test_the_best_trial_becomes_a_recipe_with_its_story(
    study: optuna.Study, tmp_path: Path
) -> None:
    recipe = Recipe(name="base", data=DataRecipe(manifest=tmp_path / "manifest.csv"))
    best = best_trial(study)
    assert best is not None
    write_best(tmp_path, GRID, recipe, best, EpochFigures(0, 0.5, 0.61, 0.75))
    written = read_recipe(tmp_path / "best.toml")
    assert (written.network.dropout, written.training.optimizer) == (0.4, "adam")
    assert written.data == recipe.data
    story = (tmp_path / "best.toml").read_text()
    assert "80.0%" in story
    assert "75.0%" in story


def test_a_study_without_a_finished_trial_says_so(tmp_path: Path) -> None:
    study, _ = open_tiny(tmp_path, TPE)
    assert best_trial(study) is None
    page = write_tuning_report(tmp_path / "run", TPE, study, None).read_text(encoding="utf-8")
    assert "No trial was trained to its end" in page


def test_scores_that_are_all_alike_have_no_importance(tmp_path: Path) -> None:
    study, guard = open_tiny(tmp_path)
    with Worker(tmp_path / "workers") as worker:
        claims = Claims(study, GRID, worker, guard)
        while (trial := claims.next()) is not None:
            study.tell(trial, 0.5)
    report = tuning_report(GRID, study, None)
    assert not report["importance"]
    assert write_tuning_report(tmp_path / "run", GRID, study, None).exists()
