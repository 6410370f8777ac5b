"""The figures of exclusive labels: how each label does, how near the truth came, what is alike.

A figure of no pictures is `nan`, since neither 0 nor 1 would be true. Nothing here knows what the
labels mean; those of likenesses stand in `domain/metrics.py`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class PerLabel(NamedTuple):
    """How each of K labels does.

    Attributes:
        support: [K] pictures that truly have it.
        answered: [K] pictures that were given it.
        precision: [K] share of right ones among those answered; nan where none was.
        recall: [K] share found among those that have it; nan where none has.
        f1: [K] harmonic mean of the two, 0 where no picture was found; nan where none has it.
    """

    support: Indices
    answered: Indices
    precision: Floats
    recall: Floats
    f1: Floats


class Pair(NamedTuple):
    """Pictures of one label that were given another; both by number."""

    truth: int
    answer: int
    pictures: int


def per_label(confusion: ArrayLike) -> PerLabel:
    """Return each label's figures.

    Args:
        confusion: [K, K] counts; rows are the truth, columns the answers.
    """
    counts = _square(confusion)
    hits, support, answered = np.diagonal(counts), counts.sum(axis=1), counts.sum(axis=0)
    return PerLabel(
        support=support,
        answered=answered,
        precision=ratio(hits, answered),
        recall=ratio(hits, support),
        f1=np.where(support > 0, ratio(2 * hits, support + answered), np.nan),
    )


def rank_of_truth(probability: ArrayLike, truth: ArrayLike) -> Indices:
    """Return how many labels were thought likelier than the true one.

    Args:
        probability: [N, K].
        truth: [N] numbers in [0, K).

    Returns:
        [N] from 0, where the answer is right; of equal probabilities the first label comes first,
        as in `argmax`.
    """
    said, true = np.asarray(probability, dtype=np.float64), np.asarray(truth, dtype=np.int64)
    own = np.take_along_axis(said, true[:, None], axis=1)
    before = np.arange(said.shape[1]) < true[:, None]
    return np.asarray(((said > own) | ((said == own) & before)).sum(axis=1), dtype=np.int64)


def worst_pairs(confusion: ArrayLike) -> list[Pair]:
    """Return the pairs of labels that were confused, the most pictures first."""
    counts = _square(confusion).copy()
    np.fill_diagonal(counts, 0)
    truth, answer = np.nonzero(counts)
    pictures = counts[truth, answer]
    order = np.argsort(-pictures, kind="stable")
    return [Pair(int(truth[i]), int(answer[i]), int(pictures[i])) for i in order]


def likeness_of_labels(probability: ArrayLike, truth: ArrayLike) -> Floats:
    """Return how alike labels are to whoever said the probabilities.

    Args:
        probability: [N, K].
        truth: [N] numbers in [0, K).

    Returns:
        [K, K], symmetric, in [0, 1]: the mean probability of the one on pictures of the other,
        over both directions; of a label without pictures, the one direction that there is.
    """
    said, true = np.asarray(probability, dtype=np.float64), np.asarray(truth, dtype=np.int64)
    labels = said.shape[1]
    sums = np.zeros((labels, labels))
    np.add.at(sums, true, said)
    support = np.bincount(true, minlength=labels).astype(np.float64)
    mean = np.divide(sums, support[:, None], out=np.zeros_like(sums), where=support[:, None] > 0)
    directions = (support > 0).astype(np.float64)
    known = directions[:, None] + directions
    alike = np.divide(mean + mean.T, known, out=np.zeros_like(mean), where=known > 0)
    return np.asarray(alike)


def ratio(part: ArrayLike, whole: ArrayLike) -> Floats:
    """Return part / whole, element by element; nan where the whole is 0."""
    above, below = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    return np.asarray(np.divide(above, below, out=np.full(below.shape, np.nan), where=below > 0))


def _square(confusion: ArrayLike) -> Indices:
    counts = np.asarray(confusion, dtype=np.int64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"a square table of counts is needed, got {counts.shape}")
    return counts
