"""Training one network: rows in, averaged weights out, in a folder that survives a kill.

FOLDER/last.ckpt            written after every epoch; training goes on from it
FOLDER/log.csv              one line an epoch
FOLDER/progress.json        where it is (`progress`)
FOLDER/weights.safetensors  the averaged weights, written last: its presence means done
"""

import csv
import logging
import os
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import lightning
import torch
from lightning.pytorch.callbacks import (
    Callback,
    EMAWeightAveraging,
    ModelCheckpoint,
    TQDMProgressBar,
)
from safetensors.torch import save_file
from torch.utils.data import DataLoader

from animeter.datasets.manifest import ManifestRow
from animeter.domain.errors import RecipeError
from animeter.lab.labelled_pictures import Draws, LabelledPictures, head_labels
from animeter.lab.progress import WEIGHTS_FILE, Progress, write_progress
from animeter.lab.recipe import Recipe
from animeter.lab.style_training import StyleTraining

LOG_FILE = "log.csv"
_CHECKPOINT = "last"


def train_network(
    recipe: Recipe,
    rows: Sequence[ManifestRow],
    folder: Path,
    *,
    threads: int | None = None,
    quiet: bool = False,
) -> Path:
    """Train a network, or go on where a killed run stopped, or return at once if it is done.

    Args:
        recipe: how.
        rows: the pictures to train on, all of them.
        folder: the run's own; made if need be.
        threads: of the processor; None for all.
        quiet: no progress bar, on a terminal either.

    Returns:
        The path of the averaged weights (safetensors, float32, keys as in `StyleNetwork`,
        auxiliary heads included).

    Raises:
        RecipeError: the pictures cannot teach both likenesses, or the network cannot be made.
    """
    weights = folder / WEIGHTS_FILE
    if weights.exists():
        return weights
    if not recipe.training.hold_likenesses:
        _check_styles(rows)
    folder.mkdir(parents=True, exist_ok=True)
    if threads is not None:
        torch.set_num_threads(threads)
    _hush()
    lightning.seed_everything(recipe.seed, workers=True, verbose=False)
    labels = [head_labels(rows, head) for head in recipe.heads]
    pictures = LabelledPictures(rows, recipe.augment, recipe.heads, labels)
    loader = DataLoader(
        pictures,
        batch_size=recipe.training.batch_size,
        sampler=Draws(rows, recipe),
        # On a CPU the network is what takes time, and workers would only take its cores.
        num_workers=min(16, os.cpu_count() or 1) if torch.cuda.is_available() else 0,
        drop_last=len(rows) > recipe.training.batch_size,
    )
    checkpoint = folder / f"{_CHECKPOINT}.ckpt"
    resumed = checkpoint.exists()
    training = StyleTraining(recipe, [len(names) for names in labels], start=not resumed)
    started = time.monotonic()
    trainer = _trainer(recipe, folder, quiet=quiet or not sys.stderr.isatty())
    trainer.fit(training, loader, ckpt_path=str(checkpoint) if resumed else None)
    # The callback has put the averaged weights into the network by now.
    _save_weights(training.network, weights)
    seconds = time.monotonic() - started
    write_progress(folder, Progress(1.0, recipe.training.epochs, seconds))
    return weights


def _trainer(recipe: Recipe, folder: Path, *, quiet: bool) -> lightning.Trainer:
    bar = [] if quiet else [TQDMProgressBar(refresh_rate=5)]
    return lightning.Trainer(
        max_epochs=recipe.training.epochs,
        accelerator="auto",
        devices=1,
        precision="bf16-mixed" if recipe.training.bf16 else "32-true",
        logger=False,
        callbacks=[
            EMAWeightAveraging(decay=recipe.training.ema_decay),
            # Not save_last, which saves nothing in the epochs of which no other file is kept.
            ModelCheckpoint(dirpath=folder, filename=_CHECKPOINT, enable_version_counter=False),
            _Progress(folder),
            _Log(folder),
            *bar,
        ],
        enable_progress_bar=not quiet,
        enable_model_summary=False,
        gradient_clip_val=5.0,
    )


class _Progress(Callback):
    """Writes how far a run is into a small file, for a parent process to show."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started = time.monotonic()

    def on_train_batch_end(
        self, trainer: lightning.Trainer, *_args: object, **_kwargs: object
    ) -> None:
        step, steps = trainer.global_step, int(trainer.estimated_stepping_batches)
        if step % 10 == 0:
            seconds = time.monotonic() - self._started
            write_progress(self._folder, Progress(step / steps, trainer.current_epoch, seconds))


class _Log(Callback):
    """Appends a line an epoch to a CSV file; Lightning's own logger begins anew after a kill."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOG_FILE

    def on_train_epoch_end(self, trainer: lightning.Trainer, *_args: object) -> None:
        means = {
            name.removesuffix("_epoch"): f"{float(value):.5f}"
            for name, value in sorted(trainer.callback_metrics.items())
            if name.endswith("_epoch")
        }
        fresh = not self._path.exists()
        with self._path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            if fresh:
                writer.writerow(["epoch", *means])
            writer.writerow([trainer.current_epoch, *means.values()])


def _save_weights(network: torch.nn.Module, path: Path) -> None:
    state = {key: value.detach().contiguous() for key, value in network.state_dict().items()}
    fresh = path.with_suffix(".new")
    save_file(state, fresh)
    fresh.replace(path)


def _hush() -> None:
    """Keep Lightning from telling users about its products and its own deprecations."""
    for name in ("lightning.pytorch", "lightning.fabric", "lightning.pytorch.utilities.rank_zero"):
        logging.getLogger(name).setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", module=r"lightning\.")


def _check_styles(rows: Sequence[ManifestRow]) -> None:
    styles = {row.style for row in rows}
    if not {"anime", "cartoon"} <= styles:
        raise RecipeError(
            f"Training needs pictures of anime and of cartoon, got {sorted(styles)} in "
            f"{len(rows)} rows. Check the manifest's columns 'style' and 'content'."
        )
