"""Making a likeness mean what it says, and setting the thresholds of the verdict.

Everything here is fitted on out-of-fold predictions; what is reported of it is cross-fitted: a
fold's pictures are judged with a scaling that the other folds gave.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from animeter.domain.verdict import Thresholds, VerdictRule

Floats = NDArray[np.float64]

TEMPERATURE_RANGE = (0.05, 20.0)
"""What a temperature may be; perfectly separated logits would otherwise ask for zero."""

OFFSET_LIMIT = 10.0
"""How far an offset may go either way; logits of one class alone would ask for infinity."""

_STEPS = 100  # Newton needs about eight
_CLOSE = 1e-10  # a slope at which the fit has arrived


@dataclass(frozen=True, slots=True)
class Scaling:
    """How one likeness is read off its logit: sigmoid(logit / temperature + offset).

    The temperature says how far a logit can be trusted. The offset mends a lean that unseen shows
    bring: their cartoons are taken for neither more often than neither is for a cartoon.

    Raises:
        ValueError: the temperature is not above 0.
    """

    temperature: float = 1.0
    offset: float = 0.0

    def __post_init__(self) -> None:
        if not self.temperature > 0.0:
            raise ValueError(f"a temperature must be above 0, got {self.temperature}")

    def likeness(self, logits: ArrayLike) -> Floats:
        """Return the likenesses in [0, 1] of logits, same shape."""
        scaled = np.asarray(logits, dtype=np.float64) / self.temperature + self.offset
        return _sigmoid(scaled)


AS_IT_IS = Scaling()
"""The scaling of a logit that nobody has calibrated."""

UNDECIDED = VerdictRule(anime=Thresholds(0.5, 0.5), cartoon=Thresholds(0.5, 0.5))
"""The rule of a model whose thresholds nobody has set: it is never unsure."""


UNCALIBRATED: Final = "nothing"
"""What a model's calibration was fitted on where it has none."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What out-of-fold predictions taught about a network.

    Attributes:
        anime: scaling of the anime logit.
        cartoon: scaling of the cartoon logit.
        rule: thresholds of the verdict.
        fitted_on: which predictions, in words.
        pictures: how many.
    """

    anime: Scaling = AS_IT_IS
    cartoon: Scaling = AS_IT_IS
    rule: VerdictRule = UNDECIDED
    fitted_on: str = UNCALIBRATED
    pictures: int = 0


def fit_scaling(logits: ArrayLike, truth: ArrayLike) -> Scaling:
    """Return the scaling under which the truth is likeliest.

    Source: Platt 1999, "Probabilistic Outputs for Support Vector Machines", and Guo et al. 2017,
    "On Calibration of Modern Neural Networks". The loss is convex in (1 / temperature, offset),
    so Newton's method with halved steps finds the one minimum.

    Args:
        logits: [N] of one likeness.
        truth: [N] 0 or 1; probabilities in between are allowed.

    Raises:
        ValueError: the two do not fit each other or are empty.
    """
    logit = np.asarray(logits, dtype=np.float64)
    target = np.asarray(truth, dtype=np.float64)
    if logit.ndim != 1 or logit.shape != target.shape or not logit.size:
        raise ValueError(
            f"two vectors of one length above 0 are needed, got {logit.shape}, {target.shape}"
        )
    coldest, hottest = TEMPERATURE_RANGE
    lowest = np.array([1 / hottest, -OFFSET_LIMIT])
    highest = np.array([1 / coldest, OFFSET_LIMIT])
    design = np.stack([logit, np.ones_like(logit)], axis=1)
    point = np.array([1.0, 0.0])
    loss = _loss(design @ point, target)
    for _ in range(_STEPS):
        likeness = _sigmoid(design @ point)
        slope = design.T @ (likeness - target) / logit.size
        weight = likeness * (1 - likeness)
        # The small ridge keeps the step finite where every likeness is 0 or 1.
        bend = (design * weight[:, None]).T @ design / logit.size + 1e-9 * np.eye(2)
        step = np.linalg.solve(bend, slope)
        size = 1.0
        while True:
            trial = np.clip(point - size * step, lowest, highest)
            trial_loss = _loss(design @ trial, target)
            if trial_loss <= loss or size < 1e-6:
                break
            size /= 2
        moved = np.abs(trial - point).max()
        point, loss = (trial, trial_loss) if trial_loss <= loss else (point, loss)
        if moved < _CLOSE:
            break
    return Scaling(temperature=float(1 / point[0]), offset=float(point[1]))


def fit_scalings(logits: ArrayLike, truth: ArrayLike) -> list[Scaling]:
    """Fit one scaling a column: [N, L] and [N, L] give L."""
    columns, targets = _tables(logits, truth)
    return [fit_scaling(c, t) for c, t in zip(columns.T, targets.T, strict=True)]


def apply_scalings(logits: ArrayLike, scalings: Sequence[Scaling]) -> Floats:
    """Return the likenesses [N, L] of logits [N, L], a scaling a column."""
    columns = np.asarray(logits, dtype=np.float64).T
    return np.stack([s.likeness(c) for s, c in zip(scalings, columns, strict=True)], axis=1)


def cross_fit_likeness(logits: ArrayLike, truth: ArrayLike, fold: ArrayLike) -> Floats:
    """Return [N, L] likenesses, each calibrated without the fold of its own picture.

    Args:
        logits: [N, L].
        truth: [N, L], 0 or 1.
        fold: [N]; at least two folds must occur.

    Raises:
        ValueError: the three do not fit each other, or there is one fold only.
    """
    columns, targets = _tables(logits, truth)
    folds = np.asarray(fold)
    present = np.unique(folds)
    if folds.shape != columns.shape[:1] or present.size < 2:
        raise ValueError(
            f"a fold for each of {len(columns)} rows and two folds or more are needed, "
            f"got shape {folds.shape} with folds {present.tolist()}"
        )
    likeness = np.empty_like(columns)
    for held_out in present:
        inside = folds == held_out
        scalings = fit_scalings(columns[~inside], targets[~inside])
        likeness[inside] = apply_scalings(columns[inside], scalings)
    return likeness


def choose_thresholds(likeness: ArrayLike, truth: ArrayLike, target_error: float) -> Thresholds:
    """Set thresholds that decide as many pictures as an error share allows.

    `high` is the lowest likeness at which the pictures at or above it hold at most
    `target_error` of wrong ones, `low` the highest likeness at which those at or below it do.
    Where the two would cross, every picture can be decided, and one threshold, that with the
    smaller worst error, serves as both.

    Args:
        likeness: [N] in [0, 1].
        truth: [N] 0 or 1.
        target_error: largest share of wrong pictures on either side, in [0, 1].
    """
    values = np.asarray(likeness, dtype=np.float64)
    target = np.asarray(truth, dtype=np.float64)
    if values.ndim != 1 or values.shape != target.shape or not values.size:
        raise ValueError(
            f"two vectors of one length above 0 are needed, got {values.shape}, {target.shape}"
        )
    if not 0.0 <= target_error <= 1.0:
        raise ValueError(f"target_error must lie in [0, 1], got {target_error}")
    distinct, above_error, below_error = _error_shares(values, target)
    allowed_high = distinct[above_error <= target_error]
    allowed_low = distinct[below_error <= target_error]
    high = float(allowed_high[0]) if allowed_high.size else 1.0
    low = float(allowed_low[-1]) if allowed_low.size else 0.0
    if low < high:
        return Thresholds(low=low, high=high)
    return _one_threshold(distinct, above_error, below_error)


def _one_threshold(distinct: Floats, above_error: Floats, below_error: Floats) -> Thresholds:
    """Return the single threshold whose worse side is best; present is likeness >= threshold."""
    # The side below a threshold ends at the next smaller likeness.
    left_of = np.concatenate([[0.0], below_error[:-1]])
    best = float(distinct[np.argmin(np.maximum(above_error, left_of))])
    return Thresholds(low=best, high=best)


def _error_shares(values: Floats, target: Floats) -> tuple[Floats, Floats, Floats]:
    """Return each distinct likeness, rising, with the error at or above it and at or below it."""
    distinct, number = np.unique(values, return_inverse=True)
    count = np.bincount(number, minlength=distinct.size)
    positive = np.bincount(number, weights=target, minlength=distinct.size)
    count_below, positive_below = np.cumsum(count), np.cumsum(positive)
    count_above = values.size - count_below + count
    positive_above = positive.sum() - positive_below + positive
    return distinct, 1.0 - positive_above / count_above, positive_below / count_below


def _sigmoid(values: Floats) -> Floats:
    # tanh does not overflow, the textbook exp(-x) does
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * values)))


def _loss(scaled: Floats, target: Floats) -> float:
    return float(np.mean(np.logaddexp(0.0, scaled) - target * scaled))


def _tables(logits: ArrayLike, truth: ArrayLike) -> tuple[Floats, Floats]:
    columns = np.asarray(logits, dtype=np.float64)
    targets = np.asarray(truth, dtype=np.float64)
    if columns.ndim != 2 or columns.shape != targets.shape:
        raise ValueError(
            f"two tables of one shape [N, L] are needed, got {columns.shape}, {targets.shape}"
        )
    return columns, targets
