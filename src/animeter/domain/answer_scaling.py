"""Making the logits of exclusive labels mean what they say, "other" apart from the rest.

A temperature alone cannot mend a head that takes strangers for friends. So the logits are scaled,
and that of the last label, "other", is moved as well: Platt scaling with a multinomial loss, which
is convex in both numbers. The offset has a prior, worth one picture, that keeps it from running
away where all pictures are told apart.

Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2, vector scaling
with all but two of its parameters tied.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from animeter.domain.taught_head import softmax

Floats = NDArray[np.float64]

_STEPS: Final = 100
_RIDGE: Final = 1e-9
_TINY: Final = 1e-12


@dataclass(frozen=True, slots=True)
class AnswerScaling:
    """What calibrates logits.

    Attributes:
        scale: what all logits are multiplied by; above 0.
        offset: what is added to the last one afterwards.
    """

    scale: float
    offset: float

    def shares(self, logits: ArrayLike) -> Floats:
        """Return calibrated shares [N, L] of logits [N, L]."""
        table = self.scale * np.asarray(logits, dtype=np.float64)
        table[:, -1] += self.offset
        return softmax(table)


def fit_answer_scaling(
    logits: ArrayLike, targets: NDArray[np.int64], *, moves_last: bool
) -> AnswerScaling:
    """Return the scaling under which the targets are likeliest, by damped Newton steps.

    Args:
        logits: [N, L] of pictures that the head was not taught on.
        targets: [N] numbers of the true labels.
        moves_last: whether the last label is "other" and gets an offset.
    """
    raw = np.asarray(logits, dtype=np.float64)
    spread = float(np.mean(raw.std(axis=1))) or 1.0
    table = raw / spread
    rows = np.arange(len(table))
    point = np.array([1.0, 0.0])
    loss = _loss(table, targets, point)
    for _ in range(_STEPS):
        shares = AnswerScaling(*point).shares(table)
        mean = np.sum(shares * table, axis=1)
        last = shares[:, -1]
        too_often = np.mean(last - (targets == raw.shape[1] - 1))
        slope = np.array([np.mean(mean - table[rows, targets]), too_often + point[1] / len(table)])
        spread_of_logits = np.mean(np.sum(shares * table**2, axis=1) - mean**2)
        shared = np.mean(last * (table[:, -1] - mean))
        own = np.mean(last * (1.0 - last)) + 1.0 / len(table)
        bend = np.array([[spread_of_logits, shared], [shared, own]])
        bend += _RIDGE * np.eye(2)
        step = (
            np.linalg.solve(bend, slope) if moves_last else np.array([slope[0] / bend[0, 0], 0.0])
        )
        size = 1.0
        while size > _TINY:
            trial = point - size * step
            trial_loss = _loss(table, targets, trial) if trial[0] > 0.0 else np.inf
            if trial_loss <= loss:
                break
            size /= 2.0
        if size <= _TINY or loss - trial_loss < _TINY:
            break
        point, loss = trial, trial_loss
    return AnswerScaling(float(point[0] / spread), float(point[1]))


def _loss(table: Floats, targets: NDArray[np.int64], point: Floats) -> float:
    right = AnswerScaling(*point).shares(table)[np.arange(len(table)), targets]
    return float(-np.mean(np.log(np.maximum(right, _TINY))) + 0.5 * point[1] ** 2 / len(table))
