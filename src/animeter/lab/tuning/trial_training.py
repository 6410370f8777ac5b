"""One training of a study, in a process of its own: started, watched, and stopped from outside.

FOLDER/recipe.toml   the recipe as trained
FOLDER/train.log     what the training printed
FOLDER/log.csv       one line an epoch, as `training` writes it, with the held-out figures
FOLDER/failure.txt   why it failed, if it did

A crash costs one training and its memory is given back. Where the system can, the process is
forked from a server that has torch loaded already, so that starting one takes no time.
"""

import multiprocessing
import os
import threading
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from animeter.domain.errors import AnimeterError
from animeter.lab.recipe import Recipe, read_recipe
from animeter.lab.recipe_variants import write_recipe
from animeter.lab.training_log import EpochFigures, read_log
from animeter.media.small_files import write_whole

LOG_OF_PROCESS = "train.log"
_RECIPE = "recipe.toml"
_FAILURE = "failure.txt"


@dataclass(frozen=True, slots=True)
class Folds:
    """Which pictures one training has.

    Attributes:
        judge: folds whose pictures judge every epoch; the network never learns from them.
        unseen: folds that are not touched at all.
    """

    judge: tuple[int, ...]
    unseen: tuple[int, ...] = ()


class TrialTraining:
    """A training that runs beside this process, and ends with it.

    Args:
        recipe: what to train; a recipe that the folder holds already must be the same.
        folds: which pictures it has.
        folder: of the training; one that was begun there goes on.
        threads: of the processor.
    """

    def __init__(self, recipe: Recipe, folds: Folds, folder: Path, threads: int) -> None:
        self.folder = folder
        write_recipe(recipe, folder / _RECIPE)
        (folder / _FAILURE).unlink(missing_ok=True)
        self._process: BaseProcess = _context().Process(
            target=_train, args=(folder, folds, threads), name=folder.name
        )
        self._process.start()
        self._given = 0

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.exitcode is not None

    @property
    def failure(self) -> str | None:
        """Why it ended without its result, as a sentence; None while it runs or if it did not."""
        code = self._process.exitcode
        if not code:
            return None
        try:
            return (self.folder / _FAILURE).read_text(encoding="utf-8")
        except OSError:
            how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
            return f"The training {how}; see {self.folder / LOG_OF_PROCESS}."

    def new_epochs(self) -> list[EpochFigures]:
        """Return the epochs that were finished since this was last asked."""
        figures = read_log(self.folder)[self._given :]
        self._given += len(figures)
        return figures

    def stop(self) -> None:
        """End it at once; what it has written up to its last epoch stays."""
        self._process.kill()
        self._process.join()


def _context() -> ForkServerContext | SpawnContext:
    """Return how processes are started here."""
    # Passive: threads that wait for each other must not spin on a core another training needs.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["animeter.lab.training"])
    return context


def _train(folder: Path, folds: Folds, threads: int) -> None:
    """Train in the process that was started for it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with (folder / LOG_OF_PROCESS).open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    try:
        _train_on(folder, read_recipe(folder / _RECIPE), folds, threads)
    except Exception as error:  # a parent that is told why can go on with other trials
        traceback.print_exc()
        said = error.message if isinstance(error, AnimeterError) else _first_line(error)
        write_whole(folder / _FAILURE, said)
        raise SystemExit(1) from error


def _train_on(folder: Path, recipe: Recipe, folds: Folds, threads: int) -> None:
    from animeter.lab.runs import training_rows, trusted_rows
    from animeter.lab.training import train_network

    kept_out = {*folds.judge, *folds.unseen}
    rows = [row for row in training_rows(recipe) if row.fold not in kept_out]
    held_out = [row for row in trusted_rows(recipe) if row.fold in folds.judge]
    train_network(recipe, rows, folder, threads=threads, quiet=True, held_out=held_out)


def _end_with_parent() -> None:
    """Leave when the process that started this one is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _first_line(error: Exception) -> str:
    lines: Sequence[str] = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"
