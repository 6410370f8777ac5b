"""Nearly the same pictures among many: another size, another caption, another compression.

Two pictures are taken for the same where their coarse layouts of colour agree. Comparing all with
all would take a million times longer for a thousand times the pictures. So each layout is hashed
to 256 bits that differ the less, the more the layouts agree; the hashes are sorted several times,
by other bits first each time, and each is compared with its next few neighbours alone. The cost
is that of the sorting. `benchmarks/near_duplicates.py` measures it, and how many pairs get lost.

Source: Charikar 2002, "Similarity Estimation Techniques from Rounding Algorithms" (the hash), and
Manku, Jain, Sarma 2007, "Detecting Near-Duplicates for Web Crawling" (the sorted tables).
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from animeter.datasets.checking.looks import THUMBNAIL_BYTES, Look
from animeter.domain.alike import SAME_EMBEDDING, group_linked, group_pairs

Floats32 = NDArray[np.float32]
Integers = NDArray[np.int64]
Pixels = NDArray[np.uint8]
Hashes = NDArray[np.uint64]

SAME_PICTURE: Final = 0.96
"""Cosine between two layouts from which pictures of any show count as the same; set by eye."""

SAME_LAYOUT: Final = 0.84
"""The same for pictures that are known to be of one show. Both bounds are rather too low than too
high: a pair kept together for nothing costs little."""

HASH_BITS: Final = 256
MOST_BITS_APART: Final = 44
"""At the bound two hashes differ by 23 bits of 256 on average, give or take 5."""

TABLES: Final = 24
NEIGHBOURS: Final = 8
_FIRST_BYTES: Final = 8  # that a table is sorted by
_ROWS: Final = 8192


def thumbnails_of(looks: Sequence[Look]) -> Pixels:
    """Stack thumbnails: uint8 [N, 768], zeros for what cannot be read."""
    blank = bytes(THUMBNAIL_BYTES)
    joined = b"".join(look.thumbnail or blank for look in looks)
    return np.frombuffer(joined, np.uint8).reshape(-1, THUMBNAIL_BYTES)


def layouts_of(thumbnails: Pixels) -> Floats32:
    """Return where which colours are, coarsely: unit vectors [N, 768] without their mean.

    A picture of one colour has no layout: a vector of zeros, like nothing else.
    """
    layouts = thumbnails.astype(np.float32)
    layouts -= layouts.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(layouts, axis=1, keepdims=True)
    layouts /= np.where(lengths == 0, 1, lengths)
    return layouts


def group_same_pictures(thumbnails: Pixels, bound: float = SAME_PICTURE) -> Integers:
    """Number the groups of pictures linked by layouts that agree, whatever show they are of.

    Args:
        thumbnails: uint8 [N, 768].
        bound: cosine from which two layouts agree.

    Returns:
        [N], equal within a group: the number of its first picture.
    """
    pairs = same_picture_pairs(thumbnails, bound)
    return group_pairs(len(thumbnails), pairs)


def same_picture_pairs(thumbnails: Pixels, bound: float = SAME_PICTURE) -> Integers:
    """Find pairs [P, 2] of pictures whose layouts agree, the smaller number first.

    Of pictures with one hash, which are alike in all but name, only the first is compared with
    others, and each is paired with the one before it; groups of linked pictures are the same.
    """
    hashes = hash_layouts(thumbnails)
    seen = np.flatnonzero(thumbnails.min(axis=1) != thumbnails.max(axis=1))
    order = seen[np.lexsort(hashes[seen].T)]
    repeated = np.zeros(len(order), dtype=bool)
    repeated[1:] = (hashes[order[1:]] == hashes[order[:-1]]).all(axis=1)
    ones = np.stack([order[:-1][repeated[1:]], order[1:][repeated[1:]]], axis=1)
    distinct = np.sort(order[~repeated])
    candidates = distinct[_neighbours(hashes[distinct])]
    pairs = np.sort(np.concatenate([ones, candidates]), axis=1)
    return pairs[_agree(thumbnails, pairs, bound)]


def hash_layouts(thumbnails: Pixels) -> Hashes:
    """Hash layouts: uint64 [N, 4], a bit for the side of a random plane that a layout is on."""
    planes = np.random.default_rng(0).standard_normal((THUMBNAIL_BYTES, HASH_BITS))
    planes -= planes.mean(axis=0)  # a layout has no mean, so the thumbnail's own drops out
    planes = planes.astype(np.float32)
    hashes = np.empty((len(thumbnails), HASH_BITS // 64), dtype=np.uint64)
    for start in range(0, len(thumbnails), _ROWS):
        some = thumbnails[start : start + _ROWS].astype(np.float32)
        bits = np.packbits(some @ planes > 0, axis=1)
        hashes[start : start + len(some)] = bits.view(np.uint64)
    return hashes


def group_near_duplicates(
    shows: Sequence[str], layouts: Floats32, embeddings: Floats32
) -> Integers:
    """Number the groups: [N], equal for pictures of one show linked by near-duplicates.

    Args:
        shows: [N] names; a picture without one is a group of its own.
        layouts: [N, 768] of `layouts_of`.
        embeddings: [N, D] by networks that never saw the picture's show.
    """

    def alike(some: Integers, others: Integers) -> NDArray[np.bool_]:
        same_layout = layouts[some] @ layouts[others].T >= SAME_LAYOUT
        return same_layout | (embeddings[some] @ embeddings[others].T >= SAME_EMBEDDING)

    return group_linked(shows, alike)


def _neighbours(hashes: Hashes) -> Integers:
    """Find pairs [P, 2] of hashes that are neighbours in a table and differ in few bits."""
    if len(hashes) < 2:
        return np.empty((0, 2), dtype=np.int64)
    found = [np.unique(pairs) for pairs in _in_tables(hashes)]
    first, second = np.divmod(np.unique(np.concatenate(found)), len(hashes))
    return np.stack([first, second], axis=1)


def _in_tables(hashes: Hashes) -> Iterator[Integers]:
    """Yield the pairs of each table, a number each: first times the count, plus second."""
    order_of_bytes = np.random.default_rng(1)
    single = hashes.view(np.uint8).reshape(len(hashes), -1)
    for _ in range(TABLES):
        chosen = order_of_bytes.permutation(single.shape[1])[:_FIRST_BYTES]
        keys = np.ascontiguousarray(single[:, chosen]).view(">u8").ravel()
        order = np.argsort(keys.astype(np.uint64))
        row = hashes[order]
        for step in range(1, min(NEIGHBOURS, len(hashes) - 1) + 1):
            apart = np.zeros(len(row) - step, dtype=np.uint16)
            for word in range(row.shape[1]):
                apart += np.bitwise_count(row[step:, word] ^ row[:-step, word])
            near = np.flatnonzero(apart <= MOST_BITS_APART)
            one, other = order[near], order[near + step]
            yield np.minimum(one, other) * len(hashes) + np.maximum(one, other)


def _agree(thumbnails: Pixels, pairs: Integers, bound: float) -> NDArray[np.bool_]:
    agree = np.empty(len(pairs), dtype=bool)
    for start in range(0, len(pairs), _ROWS):
        one, other = pairs[start : start + _ROWS].T
        cosine = np.sum(layouts_of(thumbnails[one]) * layouts_of(thumbnails[other]), axis=1)
        agree[start : start + _ROWS] = cosine >= bound
    return agree
