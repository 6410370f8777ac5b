"""Softmax regression: the linear layer under which labels are likeliest, found by L-BFGS.

Source: Nocedal 1980, "Updating Quasi-Newton Matrices with Limited Storage"; Liu and Nocedal 1989.
The loss is convex and the penalty makes it strictly so, so there is one answer, wherever the
search begins; tests hold it to scikit-learn's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats32 = NDArray[np.float32]
Integers = NDArray[np.int64]

_Problem = Callable[[Floats32], tuple[float, Floats32]]

_MEMORY: Final = 10  # pairs of steps that the bend of the loss is guessed from
_ITERATIONS: Final = 200
_ARMIJO: Final = 1e-4  # share of the promised descent that a step must keep
_HALVINGS: Final = 20


@dataclass(frozen=True, slots=True, eq=False)
class LinearLayer:
    """Weights [L, D] and bias [L] of a linear layer, float32."""

    weights: Floats32
    bias: Floats32

    def logits(self, features: Floats32) -> Floats32:
        """Return [N, L] for features [N, D]."""
        return np.asarray(features @ self.weights.T + self.bias)


def fit_softmax(
    features: Floats32,
    targets: Integers,
    label_count: int,
    penalty: float,
    start: LinearLayer | None = None,
    tolerance: float = 1e-4,
) -> LinearLayer:
    """Minimise the mean of -log(share of the true label) + penalty / 2 * |weights|^2.

    Args:
        features: [N, D]; quick if centred and of a mean squared length around 1.
        targets: [N] numbers of labels.
        label_count: how many labels there are; one without a picture gets a low share.
        penalty: above 0; the bias is not punished.
        start: where to begin, such as the answer for another penalty.
        tolerance: the largest slope at which the search has arrived.
    """
    rows = np.arange(len(targets))
    design = np.concatenate([features, np.ones((len(features), 1), np.float32)], axis=1)
    punished = np.full(design.shape[1], penalty, np.float32)
    punished[-1] = 1e-6  # keeps the bias of a label without pictures from running away

    def loss_and_slope(point: Floats32) -> tuple[float, Floats32]:
        logits = design @ point.T
        logits -= logits.max(axis=1, keepdims=True)
        right = logits[rows, targets]
        shares = np.exp(logits, out=logits)
        total = shares.sum(axis=1)
        loss = float(np.mean(np.log(total) - right, dtype=np.float64))
        shares /= total[:, None]
        shares[rows, targets] -= 1.0
        slope = shares.T @ design
        slope /= len(rows)
        slope += punished * point
        loss += 0.5 * float(np.sum(punished * np.square(point), dtype=np.float64))
        return loss, slope

    point = np.zeros((label_count, design.shape[1]), np.float32)
    if start is not None:
        point = np.concatenate([start.weights, start.bias[:, None]], axis=1)
    point = _minimise(loss_and_slope, point, tolerance)
    return LinearLayer(np.ascontiguousarray(point[:, :-1]), np.ascontiguousarray(point[:, -1]))


def _minimise(loss_and_slope: _Problem, point: Floats32, tolerance: float) -> Floats32:
    steps: list[tuple[Floats32, Floats32, float]] = []
    loss, slope = loss_and_slope(point)
    for _ in range(_ITERATIONS):
        if float(np.abs(slope).max()) < tolerance:
            break
        direction = _direction(slope, steps)
        promised = float(np.vdot(slope, direction))
        if promised >= 0.0:  # rounding has spoilt the memory: begin again downhill
            steps.clear()
            direction, promised = -slope, -float(np.vdot(slope, slope))
        size = 1.0
        for _ in range(_HALVINGS):
            trial = point + np.float32(size) * direction
            trial_loss, trial_slope = loss_and_slope(trial)
            if trial_loss <= loss + _ARMIJO * size * promised:
                break
            size /= 2
        else:
            break  # float32 cannot tell a lower point any more
        moved, turned = trial - point, trial_slope - slope
        bend = float(np.vdot(moved, turned))
        if bend > 0.0:
            steps.append((moved, turned, 1.0 / bend))
            del steps[:-_MEMORY]
        point, loss, slope = trial, trial_loss, trial_slope
    return point


def _direction(slope: Floats32, steps: list[tuple[Floats32, Floats32, float]]) -> Floats32:
    """Return the step of L-BFGS: the slope through the guessed inverse bend, downhill."""
    direction = -slope
    shares = []
    for moved, turned, inverse in reversed(steps):
        share = np.float32(inverse * float(np.vdot(moved, direction)))
        direction = direction - share * turned
        shares.append(share)
    if steps:
        moved, turned, inverse = steps[-1]
        direction = direction * np.float32(1.0 / (inverse * float(np.vdot(turned, turned))))
    for (moved, turned, inverse), share in zip(steps, reversed(shares), strict=True):
        direction = direction + moved * (
            share - np.float32(inverse * float(np.vdot(turned, direction)))
        )
    return direction
