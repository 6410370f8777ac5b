"""Tuning for real, with tiny networks: kills, workers side by side, pruning, failures, reports."""

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from animeter.domain.errors import OutputError, RecipeError
from animeter.lab.folds import train_part
from animeter.lab.recipe import read_recipe
from animeter.lab.runs import Run, trusted_rows
from animeter.lab.tuning.search_space import read_search
from animeter.lab.tuning.study_storage import essence_of, open_study, sqlite_url
from animeter.lab.tuning.trial_claims import Claims, Worker, folder_name
from animeter.lab.tuning.tuning import TrialEnd, TuningFailedError, tune
from tests.support.tiny_search import write_search

pytestmark = pytest.mark.slow

GRID = """
[axes]
"network.hidden" = [[8], [16, 8]]
"training.optimizer" = ["sgd", "adam"]
"""


def command(search: Path, *more: str) -> list[str]:
    place = ["--run", str(search.parent / "run"), "--threads", "1"]
    return [sys.executable, "-m", "animeter", "tune", str(search), *place, *more]


def start(search: Path) -> "subprocess.Popen[bytes]":
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command(search), **pipes)  # type: ignore[call-overload,no-any-return]


def processes() -> dict[int, int]:
    """Return the parent of every process that lives, from Linux's /proc."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            parents[int(entry.name)] = int(parent)
    return parents


def descendants(process: int) -> set[int]:
    """Return the processes that one has started, and those that these have."""
    parents = processes()
    found: set[int] = set()
    while fresh := {pid for pid, parent in parents.items() if parent in {process, *found}} - found:
        found |= fresh
    return found


def wait_until_gone(wanted: set[int]) -> None:
    until = time.monotonic() + 120
    while wanted & processes().keys():
        assert time.monotonic() < until, "trainings outlive the process that began them"
        time.sleep(0.05)


def study_of(search: Path) -> optuna.Study:
    url = sqlite_url(search.parent / "run" / "study.db")
    return optuna.load_study(study_name=search.stem, storage=url)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc")
def test_a_killed_study_goes_on_with_two_workers_and_ends_in_a_recipe(tmp_path: Path) -> None:
    search = write_search(tmp_path, GRID, epochs=20)
    killed = start(search)
    folder = tmp_path / "run" / "trials" / "trial-0000"
    while not (folder / "last.ckpt").exists() and killed.poll() is None:
        time.sleep(0.005)
    trainings = descendants(killed.pid)
    killed.kill()
    killed.communicate()
    wait_until_gone(trainings)
    assert not (folder / "weights.safetensors").exists(), "killed too late to show anything"

    workers = [start(search) for _ in range(2)]
    said = [worker.communicate() for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], said
    trials = study_of(search).trials
    assert [trial.number for trial in trials if trial.state is TrialState.FAIL] == [0]
    done = [trial for trial in trials if trial.state is TrialState.COMPLETE]
    assert len({str(trial.params) for trial in done}) == len(done) == 4
    again = next(trial for trial in done if trial.params == trials[0].params)
    assert folder_name(again) == "trial-0000"
    with (folder / "log.csv").open(newline="") as file:
        epochs = [int(record["epoch"]) for record in csv.DictReader(file)]
    assert set(epochs) == set(range(20))
    assert epochs.count(0) == 1, "began anew instead of going on"

    best = tmp_path / "run" / "best.toml"
    assert said[0][0].decode().split() == [str(best)]
    chosen = read_search(search)[0].settings(study_of(search).best_params)
    assert read_recipe(best).training.optimizer == chosen["training.optimizer"]
    train_part(Run.open(best, tmp_path / "trained"), "fold-0", threads=1)
    assert (tmp_path / "trained" / "fold-0" / "bundle" / "model.onnx").is_file()
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["best"]["score"] == max(trial["score"] for trial in report["trials"])
    assert 0 <= report["reported"]["accuracy"] <= 1
    left = [path.name for path in (tmp_path / "run" / "workers").iterdir()]
    assert len(left) == 1, "only the killed worker could not say that it is done"


def test_pictures_of_the_report_have_no_part_in_choosing(tmp_path: Path) -> None:
    search = write_search(tmp_path, '[axes]\n"network.hidden" = [[8]]\n')
    ends: list[TrialEnd] = []
    tuned = tune(search, tmp_path / "run", threads=1, watch=ends.append)
    assert tuned.reported is not None
    _, recipe = read_search(search)
    for row in trusted_rows(recipe):
        if row.fold == 0:
            row.path.unlink()
    with pytest.raises(TuningFailedError, match="the report"):
        tune(search, tmp_path / "blind", threads=1, watch=ends.append)
    assert ends[0].score == ends[1].score == tuned.score


def test_what_lags_behind_half_of_the_others_is_given_up(tmp_path: Path) -> None:
    text = "prune = true\n[axes]\nseed = [1, 2, 3, 4, 5, 6, 7]\n"
    search = write_search(tmp_path, text, epochs=12)
    asked, recipe = read_search(search)
    folder = tmp_path / "run"
    folder.mkdir()
    essence = essence_of(asked, recipe, trusted_rows(recipe))
    url = sqlite_url(folder / "study.db")
    study, guard = open_study(search.stem, url, essence, maximise=True)
    with Worker(folder / "workers") as worker:
        claims = Claims(study, asked, worker, guard)
        for _ in range(6):  # six that are better than any training can be
            trial = claims.next()
            assert trial is not None
            for epoch in range(12):
                trial.report(2.0, epoch)
            study.tell(trial, 2.0)
    ends: list[TrialEnd] = []
    tuned = tune(search, folder, threads=1, watch=ends.append)
    assert [(end.number, end.pruned, end.finished) for end in ends] == [(6, True, 7)]
    pruned = study.trials[6]
    assert pruned.state is TrialState.PRUNED
    assert sorted(pruned.intermediate_values) == [0, 1]
    left = {path.name for path in (folder / "trials" / "trial-0006").iterdir()}
    assert {"log.csv", "recipe.toml"} <= left
    assert not {"weights.safetensors", "last.ckpt"} & left, "nobody needs them any more"
    assert tuned.score == 2.0


def test_a_cause_that_fails_every_trial_ends_the_study_until_it_is_mended(tmp_path: Path) -> None:
    search = write_search(tmp_path, GRID, epochs=1)
    _, recipe = read_search(search)
    victim = next(row.path for row in trusted_rows(recipe) if row.fold == 2)
    whole = victim.read_bytes()
    victim.write_bytes(whole[:40])
    ends: list[TrialEnd] = []
    with pytest.raises(TuningFailedError, match=victim.name):
        tune(search, tmp_path / "run", jobs=2, threads=1, watch=ends.append)
    assert len(ends) == 3
    victim.write_bytes(whole)
    tuned = tune(search, tmp_path / "run", jobs=2, threads=1)
    assert (tuned.failed, tuned.elsewhere) == (0, 0)
    done = study_of(search).get_trials(states=(TrialState.COMPLETE,))
    assert len({str(trial.params) for trial in done}) == len(done) == 4


def test_a_folder_that_cannot_be_written_to_is_said_so(tmp_path: Path) -> None:
    search = write_search(tmp_path, GRID)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "trials").write_text("in the way")
    with pytest.raises(OutputError, match="what is finished is kept"):
        tune(search, tmp_path / "run")


def test_folds_that_the_data_has_not_are_refused(tmp_path: Path) -> None:
    search = write_search(tmp_path, GRID)
    search.write_text(search.read_text().replace("report = [0]", "report = [0, 2]"))
    with pytest.raises(RecipeError, match=r"\[0, 1, 2\] to judge by.*has the folds \[0, 1, 2\]"):
        tune(search, tmp_path / "run")


def test_pictures_that_change_begin_another_study(tmp_path: Path) -> None:
    search = write_search(tmp_path, GRID)
    _, recipe = read_search(search)
    rows = trusted_rows(recipe)
    asked, recipe = read_search(search)
    first, second = (essence_of(asked, recipe, part) for part in (rows, rows[1:]))
    assert first["pictures"] != second["pictures"]
    assert {key: first[key] for key in ("search", "recipe")} == {
        key: second[key] for key in ("search", "recipe")
    }
