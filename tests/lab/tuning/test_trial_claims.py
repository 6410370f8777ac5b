"""Trials are claimed by one worker each, whoever asks when, and never lost with a worker."""

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from optuna.trial import TrialState

from animeter.domain.errors import OutputError, RecipeError
from animeter.lab.tuning.study_storage import open_study
from animeter.lab.tuning.trial_claims import LOST_AFTER_S, Claims, Worker, folder_name
from tests.support.tiny_study import GRID, SEARCHES, TPE, open_tiny

pytestmark = pytest.mark.slow


def start(folder: Path, method: str, how: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.support.tiny_study", str(folder), method, how]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("method", ["grid", "tpe"])
def test_workers_share_a_study_without_doing_anything_twice(tmp_path: Path, method: str) -> None:
    workers = [start(tmp_path, method, "ends") for _ in range(2)]
    said = [worker.communicate()[0].split() for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    study, _ = open_tiny(tmp_path, SEARCHES[method])
    done = study.get_trials(states=(TrialState.COMPLETE,))
    assert len(done) == SEARCHES[method].planned
    assert sorted(int(number) for part in said for number in part) == [t.number for t in done]
    if method == "grid":
        tried = [GRID.settings(trial.params) for trial in done]
        assert sorted(map(str, tried)) == sorted(str(GRID.settings(p)) for p in GRID.points())


def test_what_a_killed_worker_was_at_is_tried_again(tmp_path: Path) -> None:
    killed = start(tmp_path, "tpe", "never comes back")
    assert killed.stdout is not None
    killed.stdout.readline()
    study, guard = open_tiny(tmp_path, TPE)
    with Worker(tmp_path / "workers") as worker:
        claims = Claims(study, TPE, worker, guard)
        other = claims.next()
        assert other is not None
        assert claims.elsewhere() == 1, "the first worker lives, so its trial is its own"
        killed.kill()
        killed.wait()
        again = claims.next()
        assert again is not None
        first = study.trials[0]
        assert first.state is TrialState.FAIL
        assert again.params == first.params != other.params
        assert folder_name(again) == folder_name(first) == "trial-0000"
        assert claims.elsewhere() == 0
        for trial in (other, again):
            study.tell(trial, 0.5)
        while (trial := claims.next()) is not None:
            study.tell(trial, 0.5)
    done = study.get_trials(states=(TrialState.COMPLETE,))
    assert len(done) == TPE.planned


def test_a_worker_of_another_machine_is_lost_once_it_was_silent_for_long(tmp_path: Path) -> None:
    study, guard = open_tiny(tmp_path)
    with Worker(tmp_path / "there") as far:  # its lock is not where the other one looks
        trial = Claims(study, GRID, far, guard).next()
        assert trial is not None
        with Worker(tmp_path / "here") as near:
            claims = Claims(study, GRID, near, guard)
            claims.next()
            assert study.trials[trial.number].state is TrialState.RUNNING
            trial.set_user_attr("heard_of_s", time.time() - LOST_AFTER_S - 1)
            again = claims.next()
            assert again is not None
            assert again.params == trial.params
            study.tell(again, 0.5)
        study.tell(trial, 0.9, skip_if_finished=True)  # the far one wakes up, too late
    assert study.trials[trial.number].state is TrialState.FAIL


def test_a_point_that_failed_is_tried_again_by_the_next_command_not_by_this_one(
    tmp_path: Path,
) -> None:
    study, guard = open_tiny(tmp_path)
    with Worker(tmp_path / "workers") as worker:
        claims = Claims(study, GRID, worker, guard)
        first = claims.next()
        assert first is not None
        claims.failed(first)
        while (trial := claims.next()) is not None:
            assert trial.params != first.params
            study.tell(trial, 0.5)
    with Worker(tmp_path / "workers") as worker:
        again = Claims(study, GRID, worker, guard).next()
        assert again is not None
        assert again.params == first.params


def test_tpe_draws_the_same_whether_interrupted_or_not(tmp_path: Path) -> None:
    drawn = []
    for name, commands in {"whole": 1, "in-parts": 3}.items():
        (tmp_path / name).mkdir()
        study, guard = open_tiny(tmp_path / name, TPE)
        for _ in range(commands):
            with suppress(KeyboardInterrupt), Worker(tmp_path / name / "workers") as worker:
                claims = Claims(study, TPE, worker, guard)
                done = 0
                while (trial := claims.next()) is not None:
                    if commands > 1 and done == 4:
                        raise KeyboardInterrupt
                    study.tell(trial, trial.params["network.dropout"])
                    done += 1
        trials = study.get_trials(states=(TrialState.COMPLETE,))
        drawn.append([trial.params for trial in trials])
    assert len(study.trials) == TPE.planned + 2, "two were interrupted"
    assert drawn[0] == drawn[1]
    assert len({str(params) for params in drawn[0]}) == TPE.planned


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"axes": {"network.dropout": [0.1, 0.2]}}, "search.axes.network.dropout"),
        ({"score": "loss"}, "search.score"),
        ({"folds": {"choose": 2}}, "search.folds.choose"),
    ],
)
def test_another_search_in_the_same_study_is_refused(
    tmp_path: Path, change: dict[str, Any], named: str
) -> None:
    open_tiny(tmp_path)
    open_tiny(tmp_path, GRID.model_copy(update={"trials": 5, "recipe": Path("elsewhere.toml")}))
    other = type(GRID).model_validate(GRID.model_dump() | change)
    with pytest.raises(RecipeError, match=named):
        open_tiny(tmp_path, other)


@pytest.mark.parametrize(
    ("storage", "named"),
    [
        ("study.db", "no storage"),
        ("sqlite:////dev/null/study.db", "/dev/null"),
        ("nosuch://me:secret@host/db", "nosuch"),
    ],
)
def test_a_storage_that_cannot_be_used_is_named_without_its_password(
    storage: str, named: str
) -> None:
    with pytest.raises(OutputError, match=named) as caught:
        open_study("tiny", storage, {}, maximise=True)
    assert "secret" not in str(caught.value)
