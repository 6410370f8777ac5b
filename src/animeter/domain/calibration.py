"""Making a likeness mean what it says, and setting the thresholds of the verdict.

Everything here is fitted on out-of-fold predictions; what is reported of it is cross-fitted: a
fold's pictures are judged with temperatures that the other folds gave.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from animeter.domain.verdict import Thresholds

Floats = NDArray[np.float64]

TEMPERATURE_RANGE = (0.05, 20.0)
"""Where a temperature is looked for; perfectly separated logits would otherwise ask for zero."""

_BISECTIONS = 60  # halves the range to below float64 resolution


def apply_temperature(logits: ArrayLike, temperature: ArrayLike) -> Floats:
    """Return sigmoid(logits / temperature), same shape as the logits (broadcast over columns)."""
    scaled = np.asarray(logits, dtype=np.float64) / np.asarray(temperature, dtype=np.float64)
    # tanh does not overflow, the textbook exp(-x) does
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * scaled)))


def fit_temperature(logits: ArrayLike, truth: ArrayLike) -> float:
    """Return the temperature under which the truth is likeliest.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2. The loss is
    convex in 1 / temperature, so bisecting its slope finds the one minimum.

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
    low, high = np.log(1 / hottest), np.log(1 / coldest)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        slope = np.mean((apply_temperature(logit, np.exp(-middle)) - target) * logit)
        if slope < 0:
            low = middle
        else:
            high = middle
    return float(np.exp(-0.5 * (low + high)))


def fit_temperatures(logits: ArrayLike, truth: ArrayLike) -> Floats:
    """Fit one temperature a column: [N, L] and [N, L] give [L]."""
    columns, targets = _tables(logits, truth)
    return np.array([fit_temperature(c, t) for c, t in zip(columns.T, targets.T, strict=True)])


def cross_fit_temperatures(
    logits: ArrayLike, truth: ArrayLike, fold: ArrayLike
) -> dict[int, Floats]:
    """Fit each fold's temperatures on the pictures of all other folds.

    Args:
        logits: [N, L].
        truth: [N, L], 0 or 1.
        fold: [N]; at least two folds must occur.

    Returns:
        For each fold [L] temperatures that its own pictures had no part in.
    """
    columns, targets = _tables(logits, truth)
    folds = np.asarray(fold)
    present = np.unique(folds)
    if folds.shape != columns.shape[:1] or present.size < 2:
        raise ValueError(
            f"a fold for each of {len(columns)} rows and two folds or more are needed, "
            f"got shape {folds.shape} with folds {present.tolist()}"
        )
    return {
        int(held_out): fit_temperatures(columns[folds != held_out], targets[folds != held_out])
        for held_out in present
    }


def cross_fit_likeness(logits: ArrayLike, truth: ArrayLike, fold: ArrayLike) -> Floats:
    """Return [N, L] likenesses, each calibrated without the fold of its own picture."""
    columns, _ = _tables(logits, truth)
    folds = np.asarray(fold)
    likeness = np.empty_like(columns)
    for held_out, temperatures in cross_fit_temperatures(logits, truth, fold).items():
        rows = folds == held_out
        likeness[rows] = apply_temperature(columns[rows], temperatures)
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


def _tables(logits: ArrayLike, truth: ArrayLike) -> tuple[Floats, Floats]:
    columns = np.asarray(logits, dtype=np.float64)
    targets = np.asarray(truth, dtype=np.float64)
    if columns.ndim != 2 or columns.shape != targets.shape:
        raise ValueError(
            f"two tables of one shape [N, L] are needed, got {columns.shape}, {targets.shape}"
        )
    return columns, targets
