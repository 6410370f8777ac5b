"""One network trained by several processes, on this machine or on many.

Every process works on its part of the same batches that one process alone would see, and their
gradients are averaged at every step (data parallelism, by Lightning's strategy `ddp`; over gloo
on processors, NCCL on GPUs). The first process alone writes files; the others return early.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lightning.pytorch.utilities import rank_zero_only
from torch import distributed
from torch.utils.data import Sampler

from animeter.domain.errors import RecipeError
from animeter.lab.labelled_pictures import Draw, Draws
from animeter.lab.recipe import Recipe
from animeter.lab.recipe_variants import write_variant
from animeter.lab.runs import RECIPE_FILE, Run


@dataclass(frozen=True, slots=True)
class Processes:
    """How many processes train a network together.

    Attributes:
        devices: on each machine; a GPU each where there are any, else processes.
        nodes: machines.
    """

    devices: int = 1
    nodes: int = 1

    @property
    def count(self) -> int:
        """How many there are in all."""
        return self.devices * self.nodes

    def strategy(self, recipe: Recipe) -> str:
        """Return what Lightning calls the way in which they train a recipe's network together."""
        if self.count == 1:
            return "auto"
        # An auxiliary head has no gradient in a step whose pictures have none of its labels.
        return "ddp_find_unused_parameters_true" if recipe.heads else "ddp"

    def pictures_each(self, batch_size: int, drawn: int) -> int:
        """Return how many pictures of a batch each process takes.

        Args:
            batch_size: of the recipe.
            drawn: pictures an epoch.

        Raises:
            RecipeError: they cannot share the batches evenly.
        """
        if batch_size % self.count:
            raise RecipeError(
                f"{self.count} processes cannot share batches of {batch_size} pictures evenly. "
                "Choose --devices and --nodes that divide training.batch_size, or change it."
            )
        if self.count > 1 and drawn < batch_size:
            raise RecipeError(
                f"{drawn} pictures an epoch do not fill one batch of {batch_size}, which "
                f"{self.count} processes could share. Train with --devices 1."
            )
        return batch_size // self.count


_BEGIN_TIMEOUT_S: Final = 300.0
_POLL_S: Final = 0.2

ALONE: Final = Processes()


def is_first_process() -> bool:
    """Say whether this process is the one that writes files and prints."""
    # Lightning's, which knows SLURM's, torchrun's and its own way of numbering processes.
    return getattr(rank_zero_only, "rank", None) in {None, 0}


def open_run(recipe_path: Path, folder: Path, changes: Mapping[str, Any] | None = None) -> Run:
    """Begin a run or go on with one; where several processes come here, the first one begins it.

    Args:
        recipe_path: of the recipe.
        folder: of the run.
        changes: settings in place of the recipe's own, by dotted key.

    Raises:
        RecipeError: as `Run.open` and `write_variant`, or the first process has not begun the
            run in time.
    """
    give_up_s = time.monotonic() + _BEGIN_TIMEOUT_S
    while not is_first_process() and not (folder / RECIPE_FILE).exists():
        if time.monotonic() > give_up_s:
            raise RecipeError(
                f"The first process has not begun a run in {folder} within {_BEGIN_TIMEOUT_S:.0f} "
                "s. All processes need the same folder, on a disk that all machines share."
            )
        time.sleep(_POLL_S)
    return Run.open(write_variant(recipe_path, changes, folder) if changes else recipe_path, folder)


class SharedDraws(Sampler[Draw]):
    """This process's part of every batch; the parts of all make the batches of one process alone.

    An epoch's last batch is dropped where it is not full. Lightning calls `set_epoch`.

    Args:
        draws: of all processes together.
        batch_size: of all processes together.
    """

    def __init__(self, draws: Draws, batch_size: int) -> None:
        self._draws = draws
        self._batch_size = batch_size

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch that the next iteration draws, counted from 0."""
        self._draws.set_epoch(epoch)

    def __len__(self) -> int:
        return len(self._draws) // self._batch_size * self._pictures_each()

    def __iter__(self) -> Iterator[Draw]:
        each = self._pictures_each()
        begin = _rank() * each
        draws = list(self._draws)
        for start in range(0, len(draws) - self._batch_size + 1, self._batch_size):
            yield from draws[start + begin : start + begin + each]

    def _pictures_each(self) -> int:
        return self._batch_size // _processes()


def _rank() -> int:
    return distributed.get_rank() if distributed.is_initialized() else 0


def _processes() -> int:
    return distributed.get_world_size() if distributed.is_initialized() else 1
