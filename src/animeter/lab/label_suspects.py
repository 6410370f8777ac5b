"""Labels that networks which never saw them do not believe.

Source: Northcutt, Jiang, Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset
Labels", as the library cleanlab does it. A suspect is a reason to look, not a proof: hard
pictures are suspected too.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animeter.domain.calibration import cross_fit_likeness
from animeter.domain.errors import MissingExtraError
from animeter.domain.verdict import STYLES
from animeter.lab.out_of_fold import Predictions


@dataclass(frozen=True, slots=True)
class Suspect:
    """A picture whose label is doubted.

    Attributes:
        name: the manifest's path.
        style: the label.
        anime: the calibrated likeness.
        cartoon: the calibrated likeness.
        confidence: probability that the label is right, in [0, 1].
    """

    name: str
    style: str
    anime: float
    cartoon: float
    confidence: float


def find_suspects(predictions: Predictions) -> list[Suspect]:
    """Return the doubted labels, the most doubtful first."""
    likeness = cross_fit_likeness(predictions.logits, predictions.truth, predictions.fold)
    classes = three_classes(likeness)
    return [
        Suspect(
            name=predictions.names[i],
            style=STYLES[predictions.style[i]],
            anime=float(likeness[i, 0]),
            cartoon=float(likeness[i, 1]),
            confidence=confidence,
        )
        for i, confidence in doubted_labels(predictions.style, classes)
    ]


def doubted_labels(
    truth: NDArray[np.int64], probability: NDArray[np.float64]
) -> list[tuple[int, float]]:
    """Find labels that out-of-fold predictions do not believe, the most doubtful first.

    Args:
        truth: [N] numbers of labels.
        probability: [N, K] of each label, by models that never saw the picture.

    Returns:
        The number of each doubted picture, and the probability of its label.

    Raises:
        MissingExtraError: cleanlab is not installed.
    """
    try:
        from cleanlab.filter import find_label_issues
        from cleanlab.rank import get_self_confidence_for_each_label
    except ImportError as error:
        raise MissingExtraError("train", "cleanlab") from error
    doubted = find_label_issues(truth, probability, filter_by="both")
    confidence = get_self_confidence_for_each_label(truth, probability)
    return [(int(i), float(confidence[i])) for i in np.argsort(confidence) if doubted[i]]


def three_classes(likeness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn two independent likenesses [N, 2] into three exclusive probabilities [N, 3].

    "Both" is left out, as no picture has that label, and the rest made to add up to 1.
    """
    anime, cartoon = np.clip(likeness.T, 1e-6, 1 - 1e-6)
    table = np.stack(
        [anime * (1 - cartoon), cartoon * (1 - anime), (1 - anime) * (1 - cartoon)], axis=1
    )
    return np.asarray(table / table.sum(axis=1, keepdims=True))
