"""The figures of predictions under labels, with bootstrap intervals.

A draw weighs every picture by how often its unit (a franchise, or the picture alone) was drawn.
All figures are sums of weights by label or bin, so that memory stays flat however many pictures
and labels there are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animeter.domain.label_metrics import rank_of_truth, ratio
from animeter.lab.labels.predictions import LabelPredictions
from animeter.lab.scoring import PROBABILITY_FLOOR
from animeter.lab.tallies import BINS, Figure, bin_of, with_interval

DRAWS = 1000
SEED = 0
TOP = 5

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the figures need of each of N pictures."""

    truth: Indices
    answer: Indices
    rank: Indices
    loss: Floats
    bin: Indices
    gap: Floats
    labels: int

    @classmethod
    def of(cls, predictions: LabelPredictions) -> "_Facts":
        said = np.clip(predictions.probability, 0.0, 1.0)
        answer = predictions.answer
        rank = rank_of_truth(predictions.probability, predictions.truth)
        own = np.take_along_axis(said, predictions.truth[:, None], axis=1)[:, 0]
        confidence = said.max(axis=1)
        return cls(
            truth=predictions.truth,
            answer=answer,
            rank=rank,
            loss=-np.log(np.maximum(own, PROBABILITY_FLOOR)),
            bin=bin_of(confidence),
            gap=confidence - (rank == 0),
            labels=len(predictions.labels),
        )

    def figures(self, weight: Floats) -> Floats:
        """Return the figures in the order of `_names`, each picture counting by its weight."""
        whole = weight.sum()
        right = weight * (self.rank == 0)
        hits = np.bincount(self.truth, right, self.labels)
        support = np.bincount(self.truth, weight, self.labels)
        answered = np.bincount(self.answer, weight, self.labels)
        occurs = support > 0
        gaps = np.bincount(self.bin, weight * self.gap, BINS)
        return np.array(
            [
                right.sum() / whole,
                (weight * (self.rank < TOP)).sum() / whole,
                ratio(hits, support)[occurs].mean(),
                ratio(2 * hits, support + answered)[occurs].mean(),
                np.abs(gaps).sum() / whole,
                (weight * self.loss).sum() / whole,
            ]
        )


_NAMES = ("accuracy", "top_5", "balanced_accuracy", "macro_f1", "calibration_error", "log_loss")


def label_figures(predictions: LabelPredictions, units: NDArray[np.str_]) -> dict[str, Figure]:
    """Return accuracy, top 5, balanced accuracy, macro F1, calibration error and loss.

    Balanced accuracy and macro F1 are means over the labels that occur. The calibration error is
    that of the answer's probability; the loss is the mean cross-entropy in nats. `top_5` is only
    there where there are more than five labels.

    Args:
        predictions: of at least one picture.
        units: [N] what intervals are drawn by.
    """
    facts = _Facts.of(predictions)
    _, number = np.unique(units, return_inverse=True)
    members = int(number.max()) + 1
    generator = np.random.default_rng(SEED)
    drawn = []
    for _ in range(DRAWS):
        times = np.bincount(generator.integers(members, size=members), minlength=members)
        drawn.append(facts.figures(times[number].astype(np.float64)))
    values, table = facts.figures(np.ones(len(number))), np.array(drawn)
    return {
        name: with_interval(float(values[column]), table[:, column])
        for column, name in enumerate(_NAMES)
        if name != "top_5" or facts.labels > TOP
    }
