"""One recipe of a comparison: given its pictures, task and budget, then trained and judged."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from animeter.datasets.records import PATH
from animeter.lab import out_of_fold
from animeter.lab.comparison.entries import Report
from animeter.lab.comparison.figures import cost, read_judged, worth
from animeter.lab.comparison.pictures import BY_FRANCHISE, FOLDER_LABEL, STYLE, Split, franchise_of
from animeter.lab.folds import TrainingFailedError, is_done, start_part
from animeter.lab.leaks import REPORT_FILE
from animeter.lab.recipe import Recipe
from animeter.lab.recipe_variants import FOR_LIKENESS_ALONE, with_settings, write_recipe
from animeter.lab.runs import Run, fold_name
from animeter.media.small_files import write_whole

_FIGURES = "figures.json"
_TIMED = 200  # pictures
_AVERAGED_SHARE = 0.1
"""Of all steps, over how many the kept weights are averaged at most: a recipe's own average is
made for its own number of steps, and would remember the start of a shorter training."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be compared.

    Attributes:
        data: a manifest, or a folder whose folders are labels.
        recipes: files; their stems name them, so no two are the same.
        label: the column of exclusive labels to tell; None compares likenesses.
        splits: how the pictures are dealt into folds (`compared_pictures.SPLITS`).
        folds: held out, one network each.
        pictures: how many of the data's; None takes all.
        only: what the pictures must have in some columns of the manifest.
        epochs: of every recipe.
        settings: of every recipe, by dotted key, over its own.
        threads: of the processor; None for all.
    """

    data: Path
    recipes: tuple[Path, ...]
    label: str | None = None
    splits: tuple[str, ...] = (BY_FRANCHISE,)
    folds: tuple[int, ...] = (0,)
    pictures: int | None = None
    only: Mapping[str, str] = field(default_factory=dict)
    epochs: int = 6
    settings: Mapping[str, Any] = field(default_factory=dict)
    threads: int | None = None

    @property
    def column(self) -> str:
        """The column that is to be told."""
        if self.data.is_dir():
            return FOLDER_LABEL
        return self.label or STYLE

    @property
    def task(self) -> Literal["likeness", "labels"]:
        """What every recipe learns."""
        return "labels" if self.label or self.data.is_dir() else "likeness"

    def plan(self) -> dict[str, Any]:
        """Return what must be the same for figures to stand in one table."""
        return {
            "data": str(self.data.resolve()),
            "label": self.label,
            "folds": list(self.folds),
            "pictures": self.pictures,
            "only": dict(self.only),
            "epochs": self.epochs,
            "settings": dict(self.settings),
        }


def budgeted(recipe: Recipe, request: Request, manifest: Path, pictures: int) -> Recipe:
    """Return a recipe with the pictures, the task and the budget of a comparison.

    Args:
        recipe: to start from.
        request: what is to be compared.
        manifest: of the split.
        pictures: how many a network is trained on.

    Raises:
        RecipeError: it cannot have the settings that are asked for.
    """
    steps = request.epochs * pictures / recipe.training.batch_size
    averaged = max(1.0, _AVERAGED_SHARE * steps)
    settings = {
        "task": request.task,
        "data.manifest": str(manifest.resolve()),
        "data.folder": None,
        "data.label": request.column if request.task == "labels" else None,
        "data.folds": None,
        "data.more_labels": None,  # both name pictures of another manifest
        "data.leave_out": None,
        "data.pictures_per_epoch": None,
        "average": None,  # one network each, of so many epochs
        "finish": None,
        "training.epochs": request.epochs,
        "training.ema_decay": min(recipe.training.ema_decay, 1.0 - 1.0 / averaged),
    }
    if request.task == "labels":
        settings |= FOR_LIKENESS_ALONE
    return with_settings(recipe, settings | dict(request.settings))


def starts_from(recipe: Recipe) -> str:
    """Say what weights a recipe's network starts from."""
    network = recipe.network
    given = network.checkpoint or network.weights
    if given:
        return given.name.removesuffix(".safetensors")
    return "timm's weights" if network.starts_from_timm else "chance"


def figures_of(stem: str, recipe: Recipe, request: Request, split: Split) -> Report:
    """Return a recipe's figures under a split, training what is not trained yet.

    Args:
        stem: what the recipe is called.
        recipe: as its file has it.
        request: what is compared.
        split: the pictures.

    Raises:
        AnimeterError: it could not be trained, exported or judged.
    """
    kept = split.folder / stem / _FIGURES
    if kept.exists():
        figures: Report = json.loads(kept.read_text(encoding="utf-8"))
        return figures
    variant = split.folder / f"{stem}.toml"
    shown = len(split.trained_on(request.folds[0]))
    write_recipe(
        budgeted(recipe, request, split.manifest, shown),
        variant,
        f"The recipe {stem} as it is compared: its own settings, but for pictures and budget.",
    )
    run = Run.open(variant, split.folder / stem)
    parts = [fold_name(fold) for fold in request.folds]
    for part in parts:
        if not is_done(run, part):
            _train(run, part, split, request.threads or os.cpu_count() or 1)
    judged = read_judged([run.part(part) / out_of_fold.FILE for part in parts])
    held_out = [split.records.picture(row) for fold in request.folds for row in split.inside(fold)]
    figures = {
        "size_px": run.recipe.network.size_px,
        "worth": worth(judged, {row[PATH]: franchise_of(row) for row in split.records.rows}),
        "cost": cost([run.part(part) for part in parts], _evenly(held_out, _TIMED)),
    }
    write_whole(kept, json.dumps(figures, indent=1) + "\n")
    return figures


def _train(run: Run, part: str, split: Split, threads: int) -> None:
    known = split.folder / REPORT_FILE
    if known.exists():
        # A training looks for leaks first; of these pictures and folds they are known.
        shutil.copyfile(known, run.folder / REPORT_FILE)
    process = start_part(run, part, threads)
    try:
        code = process.wait()
    finally:
        process.terminate()
    if code:
        log = run.part(part) / "train.log"
        said = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
        last = said[-1].removeprefix("animeter: ") if said else "it said nothing"
        reason = last if code > 0 else f"The training was ended by signal {-code}; before: {last}"
        raise TrainingFailedError(f"{reason} ({log})")


def _evenly(paths: Sequence[Path], most: int) -> list[Path]:
    return list(paths[:: max(1, len(paths) // most)][:most])
