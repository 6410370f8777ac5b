"""Out-of-fold predictions: what each fold's exported file says of the fold it never saw.

All calibration, and every figure of accuracy, comes from these. They are made by the exported
file through `Classifier`, never by the training loop.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from animeter.datasets.manifest import ManifestRow
from animeter.domain.calibration import (
    Calibration,
    apply_scalings,
    choose_thresholds,
    cross_fit_likeness,
    fit_scalings,
)
from animeter.domain.errors import ManifestError
from animeter.domain.results import Failure
from animeter.domain.verdict import STYLES, VerdictRule
from animeter.inference.bundle import Bundle
from animeter.inference.classifier import Classifier
from animeter.lab.scoring import logits_of

FILE = "out_of_fold.csv"
_COLUMNS = ("path", "fold", "style", "anime_logit", "cartoon_logit")

TARGET_ERROR = 0.04
"""Share of wrong ones allowed among the pictures that a likeness decides; the rest is unsure."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """Out-of-fold predictions of N pictures.

    Attributes:
        names: the manifest's paths.
        fold: int [N].
        style: int [N], index into `STYLES`.
        logits: float [N, 2], uncalibrated.
    """

    names: list[str]
    fold: NDArray[np.int64]
    style: NDArray[np.int64]
    logits: NDArray[np.float64]

    @property
    def truth(self) -> NDArray[np.float64]:
        """Float [N, 2]: whether each picture is anime, whether it is a cartoon."""
        return np.eye(len(STYLES))[self.style][:, :2]


def predict_held_out(
    bundle: Path, rows: Sequence[ManifestRow], target: Path, progress: Callable[[int], None]
) -> None:
    """Score rows with an uncalibrated bundle and write their logits as CSV.

    Pictures that cannot be read are left out, with a row less in the file.
    """
    classifier = Classifier(Bundle.open(bundle))
    results = classifier.classify_many([row.path for row in rows])
    fresh = target.with_suffix(".new")
    with fresh.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for row, result in zip(rows, results, strict=True):
            if not isinstance(result, Failure):
                anime, cartoon = logits_of(np.array((result.anime, result.cartoon)))
                writer.writerow([row.name, row.fold, row.style, f"{anime:.5f}", f"{cartoon:.5f}"])
            progress(1)
    fresh.replace(target)


def fold_files(run: Path) -> list[Path]:
    """Return what was predicted in a run's folder, one file a fold that is done."""
    return sorted(run.glob(f"fold-*/{FILE}"))


def read_predictions(paths: Sequence[Path]) -> Predictions:
    """Put several files of `predict_held_out` together.

    Raises:
        ManifestError: a file is not of that form.
    """
    records: list[dict[str, str]] = []
    for path in paths:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != _COLUMNS:
                raise ManifestError(f"{path} should have the columns {', '.join(_COLUMNS)}.")
            records.extend(reader)
    return Predictions(
        names=[record["path"] for record in records],
        fold=np.array([int(record["fold"]) for record in records]),
        style=np.array([STYLES.index(record["style"]) for record in records]),
        logits=np.array([[float(r["anime_logit"]), float(r["cartoon_logit"])] for r in records]),
    )


def calibrate(
    predictions: Predictions, fitted_on: str = "out-of-fold predictions, folds by franchise"
) -> Calibration:
    """Fit scalings on all predictions and set thresholds on cross-fitted likenesses.

    Args:
        predictions: of the folds to learn from.
        fitted_on: what to call them.
    """
    logits, truth = predictions.logits, predictions.truth
    scalings = fit_scalings(logits, truth)
    if len(np.unique(predictions.fold)) > 1:
        likeness = cross_fit_likeness(logits, truth, predictions.fold)
    else:  # of two folds, one is left when the other is to be judged
        likeness = apply_scalings(logits, scalings)
    thresholds = [
        choose_thresholds(likeness[:, column], truth[:, column], TARGET_ERROR)
        for column in range(len(scalings))
    ]
    return Calibration(
        anime=scalings[0],
        cartoon=scalings[1],
        rule=VerdictRule(anime=thresholds[0], cartoon=thresholds[1]),
        fitted_on=fitted_on,
        pictures=len(predictions.names),
    )


def calibrate_without(predictions: Predictions, fold: int) -> Calibration:
    """Fit on all folds but one, for judging that one."""
    others = predictions.fold != fold
    return calibrate(
        Predictions(
            names=[name for name, kept in zip(predictions.names, others, strict=True) if kept],
            fold=predictions.fold[others],
            style=predictions.style[others],
            logits=predictions.logits[others],
        ),
        f"out-of-fold predictions without fold {fold}",
    )
