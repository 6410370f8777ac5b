"""Groups of pictures that are nearly the same, told by their embeddings.

Frames of one shot on both sides of a split would make any head look good.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

SAME_EMBEDDING: Final = 0.95
"""Cosine from which two pictures of one label count as the same; set by eye on pairs around it,
and rather too low: a pair kept together for nothing costs little, a pair torn apart flatters."""

_ROWS: Final = 1024


def group_alike(
    embeddings: NDArray[np.float32], labels: Sequence[str], bound: float = SAME_EMBEDDING
) -> NDArray[np.int64]:
    """Number groups of pictures of one label that are linked by near-duplicates.

    Args:
        embeddings: [N, D], unit vectors.
        labels: [N].
        bound: cosine from which two pictures are linked.

    Returns:
        [N], equal within a group: the number of its first picture.
    """
    group = np.arange(len(labels))
    names = np.asarray(labels, dtype=np.str_)
    for name in np.unique(names):
        members = np.flatnonzero(names == name)
        group[members] = members[_linked(embeddings[members], bound)]
    return group


def _linked(table: NDArray[np.float32], bound: float) -> NDArray[np.int64]:
    """Return for each row the first row that it is linked to, through however many others."""
    first = np.arange(len(table))
    while True:
        before = first.copy()
        for start in range(0, len(table), _ROWS):
            alike = table[start : start + _ROWS] @ table.T >= bound
            alike[np.arange(len(alike)), start + np.arange(len(alike))] = True
            lowest = np.where(alike, first, len(table)).min(axis=1)
            # The whole group follows its lowest member, so that long chains close quickly.
            np.minimum.at(first, first[start : start + _ROWS], lowest)
            first[start : start + _ROWS] = np.minimum(first[start : start + _ROWS], lowest)
        first = first[first]
        if np.array_equal(first, before):
            return first
