"""Training one network: rows in, averaged weights out, in a folder that survives a kill.

FOLDER/last.ckpt            written after every epoch; training goes on from it
FOLDER/log.csv              one line an epoch
FOLDER/progress.json        where it is (`progress`)
FOLDER/weights.safetensors  the averaged weights, written last: its presence means done
"""

import json
import logging
import os
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import lightning
import torch
from lightning.pytorch.callbacks import (
    Callback,
    EMAWeightAveraging,
    ModelCheckpoint,
    TQDMProgressBar,
)
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch.utils.data import DataLoader

from animeter.datasets.manifest import ManifestRow
from animeter.domain.errors import OutputError, RecipeError
from animeter.domain.verdict import STYLES
from animeter.lab.distributed import ALONE, Processes, SharedDraws
from animeter.lab.labelled_pictures import (
    AugmentedPictures,
    Columns,
    Draws,
    HeldOutPictures,
    balancing_weights,
    head_labels,
)
from animeter.lab.labels.rows import refuse_untaught
from animeter.lab.labels.training import LabelTraining
from animeter.lab.network_training import NetworkTraining
from animeter.lab.progress import WEIGHTS_FILE, Progress, read_progress, write_progress
from animeter.lab.recipe import Recipe
from animeter.lab.style_training import StyleTraining
from animeter.lab.training_log import HELD_OUT_ACCURACY, HELD_OUT_LOSS, append_epoch
from animeter.media.small_files import whole_file

LABELS_KEY = "labels"
"""In the metadata of the weights: the exclusive labels, a JSON list in the order of the logits."""

_CHECKPOINT = "last"


def train_network(
    recipe: Recipe,
    rows: Sequence[ManifestRow],
    folder: Path,
    *,
    threads: int | None = None,
    quiet: bool = False,
    held_out: Sequence[ManifestRow] = (),
    processes: Processes = ALONE,
) -> Path:
    """Train a network, or go on where a killed run stopped, or return at once if it is done.

    Args:
        recipe: how.
        rows: the pictures to train on, all of them.
        folder: the run's own; made if need be.
        threads: of the processor; None for all.
        quiet: no progress bar, on a terminal either.
        held_out: pictures to look at after every epoch, without learning from them.
        processes: that train it together. Where they are not started from outside (by SLURM or
            torchrun), this call starts them, with the command line of this process; each comes
            here, and the first alone has written the weights when it returns.

    Returns:
        The path of the averaged weights (safetensors, float32, keys as in `StyleNetwork` or
        `LabelNetwork`, auxiliary heads included).

    Raises:
        RecipeError: the pictures cannot teach the task, or the network cannot be made.
        ManifestError: a picture cannot be read.
        OutputError: the folder cannot be written to, as on a full disk; finished epochs are kept.
    """
    weights = folder / WEIGHTS_FILE
    if weights.exists():
        return weights
    labels = _task_labels(recipe, rows, held_out)
    if threads is not None:
        torch.set_num_threads(threads)
    _hush()
    lightning.seed_everything(recipe.seed, workers=True, verbose=False)
    with finished_epochs_kept(folder):
        folder.mkdir(parents=True, exist_ok=True)
        checkpoint = folder / f"{_CHECKPOINT}.ckpt"
        resumed = checkpoint.exists()
        training = _training(recipe, rows, labels, start=not resumed)
        # What went before a kill counts too.
        began_s = time.monotonic() - (read_progress(folder).seconds if resumed else 0.0)
        bar = not quiet and sys.stderr.isatty()
        callbacks = [*_kept(recipe, folder), _Progress(folder, began_s), _Log(folder)]
        trainer = _trainer(recipe, processes, [*callbacks, *_bar(bar)])
        trainer.fit(
            training,
            _shown(recipe, rows, labels, processes),
            _watched(recipe, held_out, labels) if held_out else None,
            ckpt_path=str(checkpoint) if resumed else None,
        )
        if trainer.is_global_zero:
            # The callback has put the averaged weights into the network by now.
            save_weights(training.network, weights, labels)
            done = Progress(1.0, recipe.training.epochs, time.monotonic() - began_s)
            write_progress(folder, done)
    return weights


def _training(
    recipe: Recipe, rows: Sequence[ManifestRow], labels: Sequence[str], *, start: bool
) -> NetworkTraining:
    head_sizes = [len(head_labels(rows, head)) for head in recipe.heads]
    weighed = recipe.data.balance == "weights"
    weights = balancing_weights(rows, labels or STYLES) if weighed else []
    if labels:
        return LabelTraining(recipe, len(labels), head_sizes, start=start, weights=weights)
    return StyleTraining(recipe, head_sizes, start=start, weights=weights)


def _shown(
    recipe: Recipe, rows: Sequence[ManifestRow], labels: Sequence[str], processes: Processes
) -> "DataLoader[object]":
    """Return the batches to learn from, or this process's part of each."""
    of_heads = [head_labels(rows, head) for head in recipe.heads]
    draws, batch_size = Draws(rows, recipe), recipe.training.batch_size
    return DataLoader(
        AugmentedPictures(rows, recipe.augment, recipe.heads, of_heads, labels),
        batch_size=processes.pictures_each(batch_size, len(draws)),
        sampler=draws if processes.count == 1 else SharedDraws(draws, batch_size),
        num_workers=_workers(),
        drop_last=len(rows) > batch_size,
    )


def _watched(
    recipe: Recipe, held_out: Sequence[ManifestRow], labels: Sequence[str]
) -> "DataLoader[object]":
    """Return the batches that are looked at without learning from them."""
    pictures = HeldOutPictures(held_out, Columns.of([], [], labels), recipe.network.size_px)
    return DataLoader(pictures, batch_size=recipe.training.batch_size, num_workers=_workers())


def _workers() -> int:
    # On a CPU the network is what takes time, and workers would only take its cores.
    return min(16, os.cpu_count() or 1) if torch.cuda.is_available() else 0


def _trainer(
    recipe: Recipe, processes: Processes, callbacks: Sequence[Callback]
) -> lightning.Trainer:
    return lightning.Trainer(
        max_epochs=recipe.training.epochs,
        accelerator="auto",
        devices=processes.devices,
        num_nodes=processes.nodes,
        strategy=processes.strategy(recipe),
        use_distributed_sampler=False,  # `SharedDraws` is
        precision="bf16-mixed" if recipe.training.bf16 else "32-true",
        logger=False,
        callbacks=list(callbacks),
        enable_progress_bar=any(isinstance(one, TQDMProgressBar) for one in callbacks),
        enable_model_summary=False,
        num_sanity_val_steps=0,
        gradient_clip_val=5.0,
    )


def _kept(recipe: Recipe, folder: Path) -> list[Callback]:
    """Return what keeps averaged weights, and whole checkpoints."""
    return [
        EMAWeightAveraging(decay=recipe.training.ema_decay),
        # Not save_last, which saves nothing in the epochs of which no other file is kept.
        ModelCheckpoint(
            dirpath=folder,
            filename=_CHECKPOINT,
            enable_version_counter=False,
            save_on_train_epoch_end=True,
        ),
    ]


def _bar(wanted: bool) -> list[Callback]:
    return [TQDMProgressBar(refresh_rate=5)] if wanted else []


class _Progress(Callback):
    """Writes how far a run is into a small file, for a parent process to show."""

    def __init__(self, folder: Path, began_s: float) -> None:
        self._folder = folder
        self._began_s = began_s

    def on_train_batch_end(
        self, trainer: lightning.Trainer, *_args: object, **_kwargs: object
    ) -> None:
        step, steps = trainer.global_step, int(trainer.estimated_stepping_batches)
        if step % 10 == 0 and trainer.is_global_zero:
            seconds = time.monotonic() - self._began_s
            write_progress(self._folder, Progress(step / steps, trainer.current_epoch, seconds))


class _Log(Callback):
    """Appends a line an epoch to the log."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def on_train_epoch_end(self, trainer: lightning.Trainer, *_args: object) -> None:
        means = {
            name.removesuffix("_epoch"): float(value)
            for name, value in sorted(trainer.callback_metrics.items())
            if name.endswith("_epoch") or name in {HELD_OUT_LOSS, HELD_OUT_ACCURACY}
        }
        if trainer.is_global_zero:
            append_epoch(self._folder, trainer.current_epoch, means)


def save_weights(network: torch.nn.Module, path: Path, labels: Sequence[str] = ()) -> None:
    """Write a network's weights, whole or not at all; of a task with labels, with these."""
    state = {key: value.detach().contiguous() for key, value in network.state_dict().items()}
    with whole_file(path) as unfinished:
        save_file(state, unfinished, {LABELS_KEY: json.dumps(labels)} if labels else None)


@contextmanager
def finished_epochs_kept(folder: Path) -> Iterator[None]:
    """Say what to do where a folder cannot be written to."""
    try:
        yield
    except (OSError, SafetensorError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise OutputError(
            f"Training cannot write to {folder}: {reason}. Make room or mend it, and give the "
            "same command again: finished epochs are kept."
        ) from error


def _hush() -> None:
    """Keep Lightning from telling users about its products and its own deprecations."""
    for name in ("lightning.pytorch", "lightning.fabric", "lightning.pytorch.utilities.rank_zero"):
        logging.getLogger(name).setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", module=r"lightning\.")


def _task_labels(
    recipe: Recipe, rows: Sequence[ManifestRow], held_out: Sequence[ManifestRow]
) -> list[str]:
    """Return the exclusive labels, sorted; none of a task that has no such.

    Raises:
        RecipeError: the pictures cannot teach the task.
    """
    if recipe.task == "likeness":
        if not recipe.training.hold_likenesses:
            _check_styles(rows)
        return []
    labels = sorted({row.label for row in rows})
    if len(labels) < 2:
        raise RecipeError(
            f"Training needs pictures of two labels or more, got {labels} in {len(rows)} rows. "
            "Name another column with data.label, or add pictures of another label."
        )
    refuse_untaught(rows, held_out)
    return labels


def _check_styles(rows: Sequence[ManifestRow]) -> None:
    styles = {row.style for row in rows}
    if not {"anime", "cartoon"} <= styles:
        raise RecipeError(
            f"Training needs pictures of anime and of cartoon, got {sorted(styles)} in "
            f"{len(rows)} rows. Check the manifest's columns 'style' and 'content'."
        )
