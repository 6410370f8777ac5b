"""The figures a model is judged by.

Styles are numbers as in `domain.verdict.STYLES`: 0 anime, 1 cartoon, 2 neither. A figure of no
pictures is `nan`, since neither 0 nor 1 would be true; arrays that do not fit each other raise
`ValueError`. Nothing here knows where the numbers come from.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class Curve(NamedTuple):
    """Points of a receiver operating characteristic, by falling threshold.

    Attributes:
        false_positive_rate: [M] rising from 0 to 1.
        true_positive_rate: [M] rising from 0 to 1.
        threshold: [M] falling; the first is infinite and calls nothing positive.
    """

    false_positive_rate: Floats
    true_positive_rate: Floats
    threshold: Floats


class Coverage(NamedTuple):
    """Accuracy among the pictures decided, for each share of pictures decided.

    Attributes:
        coverage: [N] share of pictures decided, rising to 1.
        accuracy: [N] share of right ones among them.
        confidence: [N] the least confidence among them, falling.
    """

    coverage: Floats
    accuracy: Floats
    confidence: Floats


class Interval(NamedTuple):
    """The two ends of a bootstrap interval."""

    low: float
    high: float


def accuracy(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Return the share of predictions that are right; [N] and [N] of the same kind of label."""
    truth, predicted = _same_length(truth, predicted)
    return float(np.mean(truth == predicted)) if truth.size else float("nan")


def balanced_accuracy(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Return the mean, over the classes that occur in `truth`, of each class's share of hits."""
    truth, predicted = _same_length(truth, predicted)
    if not truth.size:
        return float("nan")
    hit = truth == predicted
    return float(np.mean([np.mean(hit[truth == label]) for label in np.unique(truth)]))


def anime_against_cartoon_accuracy(likeness: ArrayLike, style: ArrayLike) -> float:
    """Return how often the larger likeness is the right one, on anime and cartoons alone.

    Args:
        likeness: [N, 2] anime and cartoon likeness.
        style: [N] 0 anime, 1 cartoon; pictures of other styles do not count. Equal likenesses
            count as half right, since they say nothing.
    """
    likeness_2d = _columns(likeness, 2)
    style_1d = np.asarray(style)
    if style_1d.shape != likeness_2d.shape[:1]:
        raise ValueError(f"likeness {likeness_2d.shape} and style {style_1d.shape} do not fit")
    drawn = (style_1d == 0) | (style_1d == 1)
    if not drawn.any():
        return float("nan")
    lead = likeness_2d[drawn, 0] - likeness_2d[drawn, 1]
    right = np.where(style_1d[drawn] == 0, lead, -lead)
    return float(np.mean((right > 0) + 0.5 * (right == 0)))


def confusion_matrix(truth: ArrayLike, predicted: ArrayLike, classes: int) -> Indices:
    """Count pictures by class.

    Args:
        truth: [N] class numbers in [0, classes).
        predicted: [N] class numbers in [0, classes).
        classes: how many classes there are.

    Returns:
        [classes, classes]; rows are the truth, columns what was predicted.
    """
    truth, predicted = (part.astype(np.int64) for part in _same_length(truth, predicted))
    for part in (truth, predicted):
        if part.size and not 0 <= part.min() <= part.max() < classes:
            raise ValueError(f"class numbers must lie in [0, {classes}), got {np.unique(part)}")
    counts = np.bincount(truth * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.int64)


def expected_calibration_error(prob: ArrayLike, truth: ArrayLike, bins: int = 15) -> float:
    """Return how far a probability is from the share of hits, on average over the pictures.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", eq. 3, with the
    probability of one label in place of the confidence of the winner.

    Args:
        prob: [N] in [0, 1].
        truth: [N] 0 or 1.
        bins: number of bins of equal width.

    Returns:
        A number in [0, 1]; 0 is perfect.
    """
    prob, truth = (part.astype(np.float64) for part in _same_length(prob, truth))
    if not prob.size:
        return float("nan")
    if not (prob.min() >= 0.0 and prob.max() <= 1.0):  # also catches nan
        raise ValueError(f"probabilities must lie in [0, 1], got {prob.min()} to {prob.max()}")
    number = np.minimum((prob * bins).astype(np.int64), bins - 1)
    gap = np.bincount(number, weights=prob - truth, minlength=bins)
    return float(np.abs(gap).sum() / prob.size)


def roc_curve(score: ArrayLike, truth: ArrayLike) -> Curve:
    """Return the receiver operating characteristic, one point for each distinct score.

    Args:
        score: [N] larger means more likely positive.
        truth: [N] 0 or 1; both must occur.
    """
    score, truth = (part.astype(np.float64) for part in _same_length(score, truth))
    positives = float(truth.sum())
    negatives = truth.size - positives
    if positives == 0 or negatives == 0:
        raise ValueError(f"both truths must occur, got {positives:g} positive of {truth.size}")
    order = np.argsort(-score, kind="stable")
    falling = score[order]
    last_of_score = np.append(np.flatnonzero(np.diff(falling)), falling.size - 1)
    hits = np.cumsum(truth[order])[last_of_score]
    false_alarms = last_of_score + 1 - hits
    return Curve(
        false_positive_rate=np.concatenate([[0.0], false_alarms / negatives]),
        true_positive_rate=np.concatenate([[0.0], hits / positives]),
        threshold=np.concatenate([[np.inf], falling[last_of_score]]),
    )


def roc_auc(score: ArrayLike, truth: ArrayLike) -> float:
    """Return the area under the curve: how often a positive outscores a negative."""
    curve = roc_curve(score, truth)
    return float(np.trapezoid(curve.true_positive_rate, curve.false_positive_rate))


def coverage_curve(confidence: ArrayLike, correct: ArrayLike) -> Coverage:
    """Return what accuracy is to be had when only the most confident pictures are decided.

    Args:
        confidence: [N] larger means surer.
        correct: [N] whether the decision is right.
    """
    confidence, correct = (part.astype(np.float64) for part in _same_length(confidence, correct))
    order = np.argsort(-confidence, kind="stable")
    decided = np.arange(1, confidence.size + 1)
    return Coverage(
        coverage=decided / max(confidence.size, 1),
        accuracy=np.cumsum(correct[order]) / decided,
        confidence=confidence[order],
    )


def bootstrap_interval(
    statistic: Callable[[Indices], float],
    groups: ArrayLike,
    n: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """Return a percentile interval by drawing whole groups with replacement.

    Pictures of one franchise resemble each other, so that drawing single pictures would promise
    more certainty than there is; drawing franchises does not.

    Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13.

    Args:
        statistic: the figure of the pictures at some indices (an index may occur twice).
        groups: [N] the group of each picture, such as its franchise.
        n: number of draws.
        seed: of the draws.
        level: share of draws inside the interval.

    Returns:
        The interval; draws whose figure is `nan` are left out.
    """
    _, number = np.unique(np.asarray(groups), return_inverse=True)
    if not number.size:
        return Interval(float("nan"), float("nan"))
    order = np.argsort(number, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(number))[:-1])
    generator = np.random.default_rng(seed)
    drawn = generator.integers(len(members), size=(n, len(members)))
    figures = np.array(
        [statistic(np.concatenate([members[group] for group in draw])) for draw in drawn],
        dtype=np.float64,
    )
    figures = figures[~np.isnan(figures)]
    if not figures.size:
        return Interval(float("nan"), float("nan"))
    low, high = np.quantile(figures, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))


def _same_length(first: ArrayLike, second: ArrayLike) -> tuple[NDArray[np.generic], ...]:
    left, right = np.asarray(first), np.asarray(second)
    if left.ndim != 1 or left.shape != right.shape:
        raise ValueError(f"two vectors of one length are needed, got {left.shape}, {right.shape}")
    return left, right


def _columns(values: ArrayLike, columns: int) -> Floats:
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != columns:
        raise ValueError(f"a table of shape [N, {columns}] is needed, got {table.shape}")
    return table
