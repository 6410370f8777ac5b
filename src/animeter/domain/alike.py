"""Groups of pictures that are nearly the same: another crop, another caption, the next frame.

Near-duplicates on both sides of a split would make any head look good.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

SAME_EMBEDDING: Final = 0.92
"""Cosine from which two pictures of one label count as the same; set by eye on pairs around it,
and rather too low: a pair kept together for nothing costs little, a pair torn apart flatters."""

_ROWS: Final = 1024

Alike = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]]
"""Tells of pictures [A] and pictures [B], by number, which are alike: [A, B]."""


def group_alike(
    embeddings: NDArray[np.float32], labels: Sequence[str], bound: float = SAME_EMBEDDING
) -> NDArray[np.int64]:
    """Number groups of pictures of one label that are linked by embeddings nearly the same.

    Args:
        embeddings: [N, D], unit vectors.
        labels: [N].
        bound: cosine from which two pictures are linked.

    Returns:
        [N], equal within a group: the number of its first picture.
    """
    return group_linked(labels, lambda some, all_: embeddings[some] @ embeddings[all_].T >= bound)


def group_linked(labels: Sequence[str], alike: Alike) -> NDArray[np.int64]:
    """Number groups of pictures of one label that are linked, through however many others.

    Args:
        labels: [N]; what has none (an empty string) is a group of its own.
        alike: which pictures are linked.

    Returns:
        [N], equal within a group: the number of its first picture.
    """
    group = np.arange(len(labels))
    names = np.asarray(labels, dtype=np.str_)
    for name in np.unique(names[names != ""]):
        members = np.flatnonzero(names == name)
        group[members] = members[_first_linked(members, alike)]
    return group


def group_pairs(count: int, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number groups of what is linked by pairs, through however many others.

    Args:
        count: how many there are.
        pairs: [P, 2] numbers below `count`.

    Returns:
        [count], equal within a group: the number of its first one.
    """
    group = np.arange(count)
    one, other = pairs.T
    while True:
        lowest = np.minimum(group[one], group[other])
        before = group.copy()
        # The groups' first ones follow too, so that long chains close quickly.
        for place in (one, other, before[one], before[other]):
            np.minimum.at(group, place, lowest)
        group = group[group]
        if np.array_equal(group, before):
            return group


def _first_linked(members: NDArray[np.int64], alike: Alike) -> NDArray[np.int64]:
    """Return for each member the place of the first one that it is linked to."""
    first = np.arange(len(members))
    while True:
        before = first.copy()
        for start in range(0, len(members), _ROWS):
            linked = alike(members[start : start + _ROWS], members)
            linked[np.arange(len(linked)), start + np.arange(len(linked))] = True
            lowest = np.where(linked, first, len(members)).min(axis=1)
            # The whole group follows its lowest member, so that long chains close quickly.
            np.minimum.at(first, first[start : start + _ROWS], lowest)
            first[start : start + _ROWS] = np.minimum(first[start : start + _ROWS], lowest)
        first = first[first]
        if np.array_equal(first, before):
            return first
