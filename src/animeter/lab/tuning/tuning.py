"""Tuning: real trainings of a recipe's variants, the best of them written as a recipe.

RUN/base.toml                    the recipe whose settings are tried
RUN/study.db                     the trials, unless another storage was named
RUN/trials/trial-0000/ ...       a folder a trial, as `trial_training` writes it, less its weights
RUN/report/trial-0000/           the chosen recipe, judged by folds that had no part in choosing
RUN/best.toml                    the best trial so far, for `animeter train`
RUN/report.html, report.json     what `tuning_report` makes of the study
RUN/workers/                     a locked file for each process of `animeter tune` at work

A trial is scored by the fold `folds.choose` of the search. The best of many trials is partly the
one that suits that fold by chance, so its score flatters; `folds.report` says what is left of it.
"""

import math
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from filelock import FileLock
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import FrozenTrial, Trial, TrialState

from animeter.domain.errors import AnimeterError, OutputError, RecipeError
from animeter.lab.progress import WEIGHTS_FILE
from animeter.lab.recipe import Recipe
from animeter.lab.recipe_variants import with_settings, write_recipe
from animeter.lab.runs import folds_of, trusted_rows
from animeter.lab.training_log import EpochFigures
from animeter.lab.tuning.report import BEST_FILE, best_trial, write_best, write_tuning_report
from animeter.lab.tuning.search_space import Search, read_search
from animeter.lab.tuning.study_storage import (
    STORAGE_FAILURES,
    essence_of,
    open_study,
    sqlite_url,
    storage_error,
)
from animeter.lab.tuning.trial_claims import Claims, Worker, folder_name
from animeter.lab.tuning.trial_training import Folds, TrialTraining

_POLL_S = 0.2
_FAILURES_IN_A_ROW = 3


class TuningFailedError(AnimeterError):
    """The trials of a study fail one after another."""

    code = "tuning_failed"


@dataclass(frozen=True, slots=True)
class TrialEnd:
    """How one trial of this process ended.

    Attributes:
        number: of the trial.
        score: that it has; None if it failed or diverged.
        pruned: whether it was given up early.
        failure: why it failed; None if it did not.
        finished: how many trials of the study are finished.
        planned: how many there will be.
        best: number and score of the best trial so far; None before there is one.
    """

    number: int
    score: float | None
    pruned: bool
    failure: str | None
    finished: int
    planned: int
    best: tuple[int, float] | None


Watch = Callable[[TrialEnd], None]
"""Told of every trial that ends."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """How far a study is, once this process has nothing left to do for it.

    Attributes:
        best_recipe: the best trial, for `animeter train`; None if no trial was trained to its end.
        page: the report; None while other processes are still at work, who will write it.
        score: of the best trial.
        reported: figures of its recipe on the report folds; None where there are none.
        failed: how many trials failed here.
        elsewhere: how many trials other processes are still at.
    """

    best_recipe: Path | None
    page: Path | None
    score: float | None
    reported: EpochFigures | None
    failed: int
    elsewhere: int


@dataclass(slots=True)
class _Running:
    """A trial that is being trained, and its score so far."""

    trial: Trial
    training: TrialTraining
    epochs: int
    score: float | None = None

    def verdict(self, search: Search) -> TrialState | None:
        """Take in the epochs since the last call; None while there is no reason to end."""
        has_ended = self.training.has_ended  # asked first: what is written later is not missed
        for figures in self.training.new_epochs():
            self.score = _score(search, figures)
            if self.score is None or math.isnan(self.score):
                self.score = None
                return TrialState.PRUNED
            self.trial.report(self.score, figures.epoch)
            is_last = figures.epoch + 1 >= self.epochs
            if search.prune and not is_last and self.trial.should_prune():
                return TrialState.PRUNED
        if not has_ended:
            return None
        return TrialState.FAIL if self.failure else TrialState.COMPLETE

    @property
    def failure(self) -> str | None:
        """Why the training, which has ended, has no score."""
        no_score = None if self.score is not None else "The training ended without a score."
        return self.training.failure or no_score


class _Tuning:
    """A study, and the trials of it that this process trains, a few at a time."""

    def __init__(
        self,
        folder: Path,
        search: Search,
        recipe: Recipe,
        study: optuna.Study,
        *,
        threads: int,
        watch: Watch,
    ) -> None:
        self._folder = folder
        self._search = search
        self._recipe = recipe
        self._study = study
        self._threads = threads
        self._watch = watch
        self._running: list[_Running] = []
        self._failures_in_a_row = 0
        self.failed = 0

    def train(self, claims: Claims, jobs: int) -> None:
        """Train until no trial is left to claim."""
        try:
            self._fill(claims, jobs)
            while self._running:
                time.sleep(_POLL_S)
                claims.still_at([one.trial for one in self._running])
                running = list(self._running)
                if [one for one in running if self._has_ended(one, claims)]:
                    self._fill(claims, jobs)
        finally:
            for one in self._running:
                one.training.stop()

    def finish(self, elsewhere: int) -> Tuned:
        """Judge the best trial and report, unless other processes are still at trials."""
        best = best_trial(self._study)
        reported = None if best is None or elsewhere else self._judged(best)
        page = None
        if best is not None:
            write_best(self._folder, self._search, self._recipe, best, reported)
        if not elsewhere:
            page = write_tuning_report(self._folder, self._search, self._study, reported)
        return Tuned(
            best_recipe=None if best is None else self._folder / BEST_FILE,
            page=page,
            score=None if best is None else best.value,
            reported=reported,
            failed=self.failed,
            elsewhere=elsewhere,
        )

    def _judged(self, best: FrozenTrial) -> EpochFigures | None:
        """Train the best recipe once more, to be judged by the folds that did not choose it."""
        judge = tuple(self._search.folds.report)
        if not judge:
            return None
        folder = self._folder / "report" / folder_name(best)
        recipe = with_settings(self._recipe, self._search.settings(best.params))
        training = TrialTraining(recipe, Folds(judge), folder, self._threads)
        try:
            while not training.has_ended:
                time.sleep(_POLL_S)
        finally:
            training.stop()
        if training.failure:
            raise TuningFailedError(
                f"The best recipe failed where it is trained for the report: {training.failure} "
                "Mend the cause and give the same command again: all trials are kept."
            )
        for path in folder.glob("*.ckpt"):
            path.unlink()
        return training.new_epochs()[-1]

    def _fill(self, claims: Claims, jobs: int) -> None:
        while len(self._running) < jobs and (trial := claims.next()) is not None:
            folds = Folds((self._search.folds.choose,), tuple(self._search.folds.report))
            folder = self._folder / "trials" / folder_name(trial)
            try:
                recipe = with_settings(self._recipe, self._search.settings(trial.params))
            except RecipeError as error:
                self._fail(trial, claims, error.message)
                continue
            training = TrialTraining(recipe, folds, folder, self._threads)
            self._running.append(_Running(trial, training, recipe.training.epochs))

    def _has_ended(self, one: _Running, claims: Claims) -> bool:
        try:
            verdict = one.verdict(self._search)
        except UpdateFinishedTrialError:  # others took this process for dead, and went on
            self._running.remove(one)
            one.training.stop()
            return True
        if verdict is None:
            return False
        self._running.remove(one)
        if verdict is TrialState.FAIL:
            self._fail(one.trial, claims, one.failure or "")
            return True
        one.training.stop()
        value = one.score if verdict is TrialState.COMPLETE else None
        self._study.tell(one.trial, value, state=verdict, skip_if_finished=True)
        self._failures_in_a_row = 0
        for path in (one.training.folder / WEIGHTS_FILE, *one.training.folder.glob("*.ckpt")):
            path.unlink(missing_ok=True)  # a study of hundreds of trials would fill the disk
        best = best_trial(self._study)
        if best is not None and best.number == one.trial.number:
            write_best(self._folder, self._search, self._recipe, best)
        self._tell(one.trial, one.score, pruned=verdict is TrialState.PRUNED)
        return True

    def _fail(self, trial: Trial, claims: Claims, failure: str) -> None:
        claims.failed(trial)
        self.failed += 1
        self._failures_in_a_row += 1
        self._tell(trial, None, failure=failure)
        if self._failures_in_a_row >= _FAILURES_IN_A_ROW:
            raise TuningFailedError(
                f"{_FAILURES_IN_A_ROW} trials failed one after another, the last one: {failure} "
                "Mend the cause and give the same command again: what is finished is kept."
            )

    def _tell(
        self, trial: Trial, score: float | None, *, pruned: bool = False, failure: str | None = None
    ) -> None:
        done = (TrialState.COMPLETE, TrialState.PRUNED)
        finished = self._study.get_trials(deepcopy=False, states=done)
        best = best_trial(self._study)
        shown = None if best is None or best.value is None else (best.number, best.value)
        end = TrialEnd(
            trial.number, score, pruned, failure, len(finished), self._search.planned, shown
        )
        self._watch(end)


def tune(
    path: Path,
    folder: Path,
    *,
    settings: Mapping[str, Any] | None = None,
    storage: str | None = None,
    jobs: int = 1,
    threads: int | None = None,
    watch: Watch = lambda _: None,
) -> Tuned:
    """Train whatever of a study is not done, and report once all of it is.

    Args:
        path: of the search, whose name is the study's.
        folder: of the study; one that is there goes on.
        settings: what to change in the base recipe, by dotted key.
        storage: URL of Optuna's storage; None for a file in the folder.
        jobs: how many trials this process trains at a time; any number of further processes may
            work at the same study.
        threads: of the processor, for each; None shares all of them out.
        watch: told of every trial that ends.

    Raises:
        AnimeterError: the search, its recipe, the data or the storage cannot be used, or the
            trials fail one after another.
    """
    search, recipe = read_search(path, settings)
    rows = trusted_rows(recipe)
    _check_folds(search, folds_of(rows))
    folder.mkdir(parents=True, exist_ok=True)
    url = storage or sqlite_url(folder / "study.db")
    essence = essence_of(search, recipe, rows)
    study, guard = open_study(path.stem, url, essence, maximise=search.score == "accuracy")
    write_recipe(recipe, folder / "base.toml", f"What {path.name} starts from.")
    shared = threads or max(1, (os.cpu_count() or 1) // jobs)
    tuning = _Tuning(folder, search, recipe, study, threads=shared, watch=watch)
    try:
        with Worker(folder / "workers") as worker:
            claims = Claims(study, search, worker, guard)
            tuning.train(claims, jobs)
        with FileLock(folder / "report.lock"):
            return tuning.finish(claims.elsewhere())
    except STORAGE_FAILURES as error:
        raise storage_error(url, error) from error
    except OSError as error:
        raise OutputError(
            f"The study in {folder} cannot be written: {error}. Make room there and give the same "
            "command again: what is finished is kept."
        ) from error


def _check_folds(search: Search, there: list[int]) -> None:
    judging = {search.folds.choose, *search.folds.report}
    if not judging < set(there):
        raise RecipeError(
            f"The search keeps the folds {sorted(judging)} to judge by, and the data has the folds "
            f"{there}. Name folds that are there in folds.choose and folds.report, and leave at "
            "least one to train on."
        )


def _score(search: Search, figures: EpochFigures) -> float | None:
    return figures.held_out_accuracy if search.score == "accuracy" else figures.held_out_loss
