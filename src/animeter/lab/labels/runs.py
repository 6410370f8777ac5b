"""What the networks of a run of exclusive labels said of the folds they never saw.

Training writes it down before the networks are calibrated; here each fold gets the temperature
that stands in its network's bundle, which was fitted without that fold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from animeter.domain.errors import RecipeError
from animeter.inference.bundle import LabelBundle
from animeter.lab.labels.judges import facts_of
from animeter.lab.labels.predictions import (
    LabelPredictions,
    holds_label_predictions,
    read_label_predictions,
)
from animeter.lab.out_of_fold import fold_files
from animeter.lab.recipe import read_recipe
from animeter.lab.runs import RECIPE_FILE, held_out_by
from animeter.lab.training_log import EpochFigures, read_log


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """A run whose folds were judged.

    Attributes:
        predictions: of all of them.
        column: what the labels are called; None where the recipe does not say.
        judges: facts about the networks that judged.
        learning: how each was trained, by its name.
    """

    predictions: LabelPredictions
    column: str | None
    judges: Sequence[Mapping[str, Any]]
    learning: Mapping[str, Sequence[EpochFigures]]


def holds_labels(run: Path) -> bool:
    """Say whether a run holds predictions under labels."""
    return bool(_files(run))


def read_judged_run(run: Path) -> JudgedRun:
    """Read all that a run says of the folds it judged.

    Raises:
        RecipeError: it judged none.
        ManifestError: its predictions are not of the form that training writes.
        BundleError: a bundle is not whole.
    """
    files = _files(run)
    if not files:
        raise RecipeError(
            f"The run {run} holds no fold that was judged under labels. Finish it "
            "with 'animeter train RECIPE --folds', with a recipe of the task 'labels'."
        )
    parts = [path.parent for path in files]
    bundles = {
        part.name: LabelBundle.open(part / "bundle") for part in parts if (part / "bundle").is_dir()
    }
    recipe = run / RECIPE_FILE
    return JudgedRun(
        predictions=_calibrated(read_label_predictions(files), bundles),
        column=read_recipe(recipe).data.label if recipe.is_file() else None,
        judges=[facts_of(bundle) for bundle in bundles.values()],
        learning={part.name: read_log(part) for part in parts},
    )


def _files(run: Path) -> list[Path]:
    return [path for path in fold_files(run) if holds_label_predictions(path)]


def _calibrated(
    predictions: LabelPredictions, bundles: Mapping[str, LabelBundle]
) -> LabelPredictions:
    temperature = np.ones(len(predictions.names))
    for name, bundle in bundles.items():
        temperature[predictions.fold == held_out_by(name)] = bundle.spec.calibration.temperature
    return predictions.at(temperature)
