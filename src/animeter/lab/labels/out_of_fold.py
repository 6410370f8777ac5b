"""Out-of-fold predictions of exclusive labels, and the temperatures that come from them.

As with likenesses, they are made by each fold's exported file, of the fold it never saw.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from animeter.datasets.manifest import ManifestRow
from animeter.domain.label_model_spec import TemperatureSpec
from animeter.domain.temperature import fit_temperature
from animeter.inference.bundle import LabelBundle
from animeter.inference.label_classifier import LabelClassifier, LabelResult
from animeter.lab.export import Provenance
from animeter.lab.labels.export import recalibrate_label_bundle
from animeter.lab.labels.predictions import (
    LabelPredictions,
    read_label_predictions,
    write_label_predictions,
)
from animeter.lab.out_of_fold import FILE
from animeter.lab.progress import WEIGHTS_FILE
from animeter.lab.runs import FINAL, Run, fold_name, training_facts
from animeter.media.small_files import write_whole


def predict_held_out_labels(bundle: Path, rows: Sequence[ManifestRow], target: Path) -> None:
    """Score rows with a bundle and write its probabilities, as `label_predictions` reads them.

    Pictures that cannot be read are left out, with a row less in the file.

    Raises:
        OutputError: the file cannot be written.
    """
    classifier = LabelClassifier(LabelBundle.open(bundle))
    results = classifier.classify_many([row.path for row in rows])
    judged = [
        (row, result.probabilities)
        for row, result in zip(rows, results, strict=True)
        if isinstance(result, LabelResult)
    ]
    labels = classifier.labels
    predictions = LabelPredictions(
        names=tuple(row.name for row, _ in judged),
        truth=np.array([labels.index(row.label) for row, _ in judged], dtype=np.int64),
        labels=labels,
        probability=np.array([shares for _, shares in judged], dtype=np.float64).reshape(
            len(judged), len(labels)
        ),
        fold=np.array([row.fold for row, _ in judged], dtype=np.int64),
    )
    write_label_predictions(predictions, target)


def temperature_of(predictions: LabelPredictions, fitted_on: str) -> TemperatureSpec:
    """Fit a temperature on uncalibrated predictions.

    Args:
        predictions: to learn from.
        fitted_on: what to call them.
    """
    return TemperatureSpec(
        temperature=fit_temperature(predictions.logits, predictions.truth),
        fitted_on=fitted_on,
        pictures=len(predictions.names),
    )


def calibrate_label_run(run: Run, folds: Sequence[int]) -> None:
    """Give every bundle of a run a temperature from the folds that it may learn from."""
    predictions = read_label_predictions([run.part(fold_name(fold)) / FILE for fold in folds])
    assert predictions.fold is not None  # noqa: S101  (we wrote the files)
    fitted = {
        fold_name(fold): temperature_of(
            predictions.only(predictions.fold != fold),
            f"out-of-fold predictions without fold {fold}",
        )
        for fold in folds
    }
    fitted[FINAL] = temperature_of(predictions, "out-of-fold predictions")
    for name, calibration in fitted.items():
        weights, facts = run.part(name) / WEIGHTS_FILE, Provenance(training_facts(run, name))
        recalibrate_label_bundle(run.recipe, weights, run.bundle(name), calibration, facts)
    record = {name: calibration.model_dump() for name, calibration in fitted.items()}
    write_whole(run.folder / "calibration.json", json.dumps(record, indent=2) + "\n")
