"""Giving a run's bundles their calibration and thresholds.

Each fold's bundle is calibrated on the other folds' predictions, so that scoring the fold with it
is honest; the final bundle is calibrated on all of them.
"""

import csv
import dataclasses
import json
from collections.abc import Sequence

from animeter.lab.export import Provenance, recalibrate_bundle
from animeter.lab.label_suspects import find_suspects
from animeter.lab.out_of_fold import (
    FILE,
    Predictions,
    calibrate,
    calibrate_without,
    read_predictions,
)
from animeter.lab.runs import FINAL, Run, fold_name, training_facts
from animeter.media.small_files import write_whole


def calibrate_run(run: Run, folds: Sequence[int]) -> None:
    """Fit calibrations from out-of-fold predictions and give every bundle its own."""
    predictions = read_predictions([run.part(fold_name(fold)) / FILE for fold in folds])
    fitted = {fold_name(fold): calibrate_without(predictions, fold) for fold in folds}
    fitted[FINAL] = calibrate(predictions)
    for name, calibration in fitted.items():
        facts = Provenance(training_facts(run, name))
        recalibrate_bundle(run.recipe, run.bundle(name), calibration, facts)
    record = {name: dataclasses.asdict(calibration) for name, calibration in fitted.items()}
    write_whole(run.folder / "calibration.json", json.dumps(record, indent=2) + "\n")
    _write_suspects(run, predictions)


def _write_suspects(run: Run, predictions: Predictions) -> None:
    path = run.folder / "suspects.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("path", "style", "anime", "cartoon", "confidence_in_label"))
        for suspect in find_suspects(predictions):
            writer.writerow(
                (
                    suspect.name,
                    suspect.style,
                    f"{suspect.anime:.4f}",
                    f"{suspect.cartoon:.4f}",
                    f"{suspect.confidence:.4f}",
                )
            )
