"""What run folders hold, in figures: to list them, show one, and set several side by side.

The figures are out of fold and cross-fitted: what each fold's exported file said of pictures that
its network never saw, with a calibration that the other folds gave.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from animeter.domain.calibration import cross_fit_likeness
from animeter.domain.dotted_keys import dotted
from animeter.domain.errors import ManifestError, RecipeError
from animeter.domain.metrics import (
    accuracy,
    anime_against_cartoon_accuracy,
    balanced_accuracy,
    expected_calibration_error,
)
from animeter.domain.temperature import fit_temperature
from animeter.domain.verdict import forced_style
from animeter.inference.bundle import MODEL_FILE
from animeter.lab import out_of_fold
from animeter.lab.labels.predictions import LabelPredictions, read_label_predictions
from animeter.lab.members import progress_of
from animeter.lab.progress import Progress
from animeter.lab.recipe import Recipe
from animeter.lab.runs import FINAL, RECIPE_FILE, RECORD_FILE


@dataclass(frozen=True, slots=True)
class Figures:
    """How good a run's networks are on shows that they never saw.

    Attributes:
        pictures: how many were judged.
        folds: how many folds judged them.
        anime_against_cartoon: share of anime and cartoons whose larger likeness is the right one.
        balanced_accuracy: over anime, cartoon and neither.
        calibration_error_anime: expected, of the anime likeness.
        calibration_error_cartoon: expected, of the cartoon likeness.
    """

    pictures: int
    folds: int
    anime_against_cartoon: float
    balanced_accuracy: float
    calibration_error_anime: float
    calibration_error_cartoon: float


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """How good the networks of a run of exclusive labels are on pictures that they never saw.

    Attributes:
        pictures: how many were judged.
        folds: how many folds judged them.
        accuracy: share of pictures whose likeliest label is the right one.
        balanced_accuracy: mean over the labels.
        calibration_error: expected, of the likeliest label's probability; with temperatures that
            the other folds gave, where there are others.
    """

    pictures: int
    folds: int
    accuracy: float
    balanced_accuracy: float
    calibration_error: float


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run, read from its folder.

    Attributes:
        folder: of the run.
        label: name and version of the model that comes out.
        settings: the recipe, defaults filled in, by dotted key: `training.epochs`.
        record: how it was begun: command, seed, git revision, versions.
        parts: how far each network is that was begun, by name.
        model_bytes: size of the first network's exported file; None before there is one.
        figures: out of fold; None until two folds have predicted, or one of exclusive labels.
    """

    folder: Path
    label: str
    settings: Mapping[str, Any]
    record: Mapping[str, Any]
    parts: Mapping[str, Progress]
    model_bytes: int | None
    figures: Figures | LabelFigures | None

    @property
    def seconds(self) -> float:
        """How long all networks have trained, together."""
        return sum(part.seconds for part in self.parts.values())

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return {
            "folder": str(self.folder),
            "label": self.label,
            "settings": dict(self.settings),
            "record": dict(self.record),
            "parts": {name: asdict(part) for name, part in self.parts.items()},
            "model_bytes": self.model_bytes,
            "figures": asdict(self.figures) if self.figures else None,
        }


def find_runs(folder: Path) -> list[Path]:
    """Return the run folders right below a folder, by name, or the folder itself if it is one."""
    if (folder / RECORD_FILE).is_file():
        return [folder]
    if not folder.is_dir():
        raise RecipeError(
            f"There is no folder {folder}. Name the one that holds your runs; `animeter train` "
            "makes them in runs/ unless told otherwise."
        )
    return sorted(path.parent for path in folder.glob(f"*/{RECORD_FILE}"))


def read_run(folder: Path) -> RunSummary:
    """Read what a run folder holds, finished or not.

    Raises:
        RecipeError: the folder holds no run, or one that this version cannot read.
    """
    try:
        record = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
        text = (folder / RECIPE_FILE).read_text(encoding="utf-8")
        recipe = Recipe.model_validate(tomllib.loads(text))
        figures = (_label_figures if recipe.task == "labels" else _figures)(folder)
    except (OSError, ValueError, ManifestError) as error:
        reason = str(error).splitlines()[0]
        raise RecipeError(
            f"{folder} holds no run of `animeter train` that can be read: {reason}. "
            "`animeter runs list` shows the runs at hand."
        ) from error
    parts = [path for path in (*sorted(folder.glob("fold-*")), folder / FINAL) if path.is_dir()]
    models = [path / "bundle" / MODEL_FILE for path in parts]
    return RunSummary(
        folder=folder,
        label=f"{recipe.name} {recipe.version}",
        settings=dict(dotted(recipe.model_dump(mode="json"))),
        record=record,
        parts={path.name: progress_of(recipe, path) for path in parts},
        model_bytes=next((path.stat().st_size for path in models if path.is_file()), None),
        figures=figures,
    )


def differing_settings(runs: Sequence[RunSummary]) -> dict[str, list[Any]]:
    """Return the settings that are not the same in all runs, with each run's value."""
    keys = dict.fromkeys(key for run in runs for key in run.settings)
    values = {key: [run.settings.get(key) for run in runs] for key in keys}
    return {key: row for key, row in values.items() if any(value != row[0] for value in row)}


def _figures(folder: Path) -> Figures | None:
    files = out_of_fold.fold_files(folder)
    if len(files) < 2:  # the calibration of one fold comes from the others
        return None
    predictions = out_of_fold.read_predictions(files)
    truth = predictions.truth
    likeness = cross_fit_likeness(predictions.logits, truth, predictions.fold)
    return Figures(
        pictures=len(predictions.names),
        folds=len(files),
        anime_against_cartoon=anime_against_cartoon_accuracy(likeness, predictions.style),
        balanced_accuracy=balanced_accuracy(predictions.style, forced_style(likeness)),
        calibration_error_anime=expected_calibration_error(likeness[:, 0], truth[:, 0]),
        calibration_error_cartoon=expected_calibration_error(likeness[:, 1], truth[:, 1]),
    )


def _label_figures(folder: Path) -> LabelFigures | None:
    files = out_of_fold.fold_files(folder)
    if not files:
        return None
    predictions = read_label_predictions(files)
    right = predictions.answer == predictions.truth
    return LabelFigures(
        pictures=len(predictions.names),
        folds=len(files),
        accuracy=accuracy(predictions.truth, predictions.answer),
        balanced_accuracy=balanced_accuracy(predictions.truth, predictions.answer),
        calibration_error=expected_calibration_error(
            _cross_fitted(predictions).probability.max(axis=1), right
        ),
    )


def _cross_fitted(predictions: LabelPredictions) -> LabelPredictions:
    """Return the predictions, those of each fold at a temperature from the others."""
    fold = predictions.fold
    if fold is None or len(np.unique(fold)) < 2:
        return predictions
    temperature = np.ones(len(fold))
    for number in np.unique(fold):
        others = predictions.only(fold != number)
        temperature[fold == number] = fit_temperature(others.logits, others.truth)
    return predictions.at(temperature)
