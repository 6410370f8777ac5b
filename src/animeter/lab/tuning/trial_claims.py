"""Who trains which trial of a study: one worker each, and another if that one dies.

A worker is a process of `animeter tune`. All workers of a study share one storage of Optuna, which
may be a file beside them or a database server that machines reach from everywhere. This file is
the only one that writes to it, and does not know what a training is.

A trial that is lost, because its worker was killed, is marked as failed and queued again with the
same values. Which workers live is known by a locked file where it can be seen (the system unlocks
it when the process ends, however it ends), otherwise by how long ago they were last heard of.
"""

import json
import platform
import time
import uuid
import zlib
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any, Self

import optuna
from filelock import FileLock, Timeout
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import FrozenTrial, Trial, TrialState

from animeter.lab.tuning.search_space import Params, Range, Search, choices_of

HEARD_OF_EVERY_S = 30.0
LOST_AFTER_S = 300.0

_POINT, _FOLDER, _WORKER, _HEARD_OF_S = "point", "folder", "worker", "heard_of_s"
_NEVER_BEGUN, _AGAIN = "never_begun", "again"


class Worker:
    """This process, as the other workers of its study see it.

    Args:
        folder: where workers that share it find each other's locks.
    """

    def __init__(self, folder: Path) -> None:
        self.name = f"{platform.node() or 'worker'}-{uuid.uuid4().hex[:8]}"
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(self._path(self.name))
        self._lock.acquire()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._lock.release()
        if kind is None:  # otherwise others look for it, to take over what it was at
            self._path(self.name).unlink(missing_ok=True)

    def lives(self, name: str, heard_of_s: float) -> bool:
        """Say whether a worker may still be at work.

        Args:
            name: of the worker.
            heard_of_s: when it was last heard of, in seconds since 1970.
        """
        if name == self.name:
            return True
        path = self._path(name)
        if not path.exists():  # on another machine
            return time.time() - heard_of_s < LOST_AFTER_S
        try:
            with FileLock(path, timeout=0):
                return False
        except Timeout:
            return True

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.lock"


class Claims:
    """A study's trials, as one worker takes them.

    Args:
        study: that all workers share.
        search: what it tries.
        worker: who asks.
        guard: a lock around every claim; None for a storage that locks rows itself.
    """

    def __init__(
        self,
        study: optuna.Study,
        search: Search,
        worker: Worker,
        guard: AbstractContextManager[Any] | None = None,
    ) -> None:
        self._study = study
        self._search = search
        self._worker = worker
        self._guard = guard or nullcontext()
        # Without a guard two workers may draw at once, and must not draw the same.
        self._seed = search.seed * 100_000 + (0 if guard else zlib.crc32(worker.name.encode()))
        self._distributions = _distributions(search)
        self._gave_up: set[str] = set()
        self._heard_of_s = 0.0

    def next(self) -> Trial | None:
        """Return a trial to train that nobody else has; None if there is none left."""
        with self._guard:
            self._queue_lost()
            while (trial := self._ask()) is not None:
                if not self._is_one_too_many(trial):
                    return trial
                trial.set_user_attr(_NEVER_BEGUN, value=True)
                self._study.tell(trial, state=TrialState.FAIL)
        return None

    def failed(self, trial: Trial) -> None:
        """Mark a trial as failed; this worker will not try its point of the grid again."""
        self._gave_up.add(_point(trial.params))
        self._study.tell(trial, state=TrialState.FAIL, skip_if_finished=True)

    def still_at(self, trials: list[Trial]) -> None:
        """Let other workers know, every now and then, that this one works at some trials."""
        now_s = time.time()
        if now_s - self._heard_of_s >= HEARD_OF_EVERY_S:
            self._heard_of_s = now_s
            for trial in trials:
                with suppress(UpdateFinishedTrialError):  # this one was taken for dead
                    trial.set_user_attr(_HEARD_OF_S, now_s)

    def elsewhere(self) -> int:
        """Return how many trials other workers are at."""
        running = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        return sum(trial.user_attrs.get(_WORKER) != self._worker.name for trial in running)

    def _ask(self) -> Trial | None:
        trials = self._study.get_trials(deepcopy=False)
        if not any(trial.state is TrialState.WAITING for trial in trials):
            live = [trial for trial in trials if trial.state is not TrialState.FAIL]
            if len(live) >= self._search.planned or not self._can_queue(live):
                return None
        if self._search.method == "tpe":
            # Seeded anew for each trial, so that a study that was killed draws as if it was not.
            drawn = sum(_AGAIN not in trial.user_attrs for trial in trials)
            seed = (self._seed + drawn) % 2**32
            self._study.sampler = optuna.samplers.TPESampler(seed=seed)
        trial = self._study.ask(self._distributions)
        trial.set_user_attr(_WORKER, self._worker.name)
        trial.set_user_attr(_HEARD_OF_S, time.time())
        trial.set_user_attr(_POINT, _point(trial.params))
        if _FOLDER not in trial.user_attrs:
            trial.set_user_attr(_FOLDER, f"trial-{trial.number:04d}")
        return trial

    def _can_queue(self, live: list[FrozenTrial]) -> bool:
        """Queue a grid's next point; what `tpe` tries is drawn when it is asked for."""
        if self._search.method == "tpe":
            return True
        taken = {trial.user_attrs.get(_POINT) for trial in live} | self._gave_up
        for params in self._search.points():
            if _point(params) not in taken:
                self._study.enqueue_trial(params, user_attrs={_POINT: _point(params)})
                return True
        return False

    def _is_one_too_many(self, trial: Trial) -> bool:
        """Say whether workers that asked at once have planned more than there should be."""
        earlier = [
            other
            for other in self._study.get_trials(deepcopy=False)
            if other.number < trial.number and other.state is not TrialState.FAIL
        ]
        if self._search.method == "grid":
            point = _point(trial.params)
            return any(other.user_attrs.get(_POINT) == point for other in earlier)
        return len(earlier) >= self._search.planned

    def _queue_lost(self) -> None:
        for trial in self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            started_s = trial.datetime_start.timestamp() if trial.datetime_start else time.time()
            name = trial.user_attrs.get(_WORKER, "")
            heard_of_s = trial.user_attrs.get(_HEARD_OF_S, started_s)
            if self._worker.lives(name, heard_of_s):
                continue
            try:
                self._study.tell(trial.number, state=TrialState.FAIL)
            except (ValueError, RuntimeError):  # another worker was faster, or it lived after all
                continue
            kept = {k: v for k, v in trial.user_attrs.items() if k in {_POINT, _FOLDER}}
            if _POINT in kept:  # otherwise it died before its values were drawn
                self._study.enqueue_trial(
                    json.loads(kept[_POINT]), user_attrs=kept | {_AGAIN: True}
                )


def failed_trials(study: optuna.Study) -> int:
    """Return how many trainings failed or were lost; most of them were tried again."""
    failed = study.get_trials(deepcopy=False, states=(TrialState.FAIL,))
    return sum(_NEVER_BEGUN not in trial.user_attrs for trial in failed)


def folder_name(trial: Trial | FrozenTrial) -> str:
    """Return the name of a trial's folder; a trial that was lost and is tried again keeps it."""
    return str(trial.user_attrs[_FOLDER])


def _distributions(search: Search) -> dict[str, BaseDistribution]:
    found: dict[str, BaseDistribution] = {}
    for key, axis in search.axes.items():
        if not isinstance(axis, Range):
            found[key] = CategoricalDistribution(choices_of(axis))
        elif axis.is_whole:
            step = int(axis.step or 1)
            found[key] = IntDistribution(int(axis.low), int(axis.high), log=axis.log, step=step)
        else:
            found[key] = FloatDistribution(axis.low, axis.high, log=axis.log, step=axis.step)
    return found


def _point(params: Params) -> str:
    """Write a trial's values as text that is the same for the same values."""
    return json.dumps(dict(params), sort_keys=True)
