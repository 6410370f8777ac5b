"""Which pictures are one file, and which are nearly the same picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animeter.datasets.checking.looks import Look
from animeter.datasets.checking.near_duplicates import group_same_pictures, thumbnails_of


@dataclass(frozen=True, slots=True, eq=False)
class Copies:
    """Numbers that are equal for copies.

    Attributes:
        file: [N], equal for files of the same bytes.
        picture: [N], equal for pictures that are nearly the same, and for the same files.
    """

    file: NDArray[np.int64]
    picture: NDArray[np.int64]

    def groups(self) -> list[tuple[int, ...]]:
        """Return the numbers of the pictures in each group of two or more, in order."""
        order = np.argsort(self.picture, kind="stable")
        starts = np.flatnonzero(np.diff(self.picture[order], prepend=-1))
        parts = np.split(order, starts[1:])
        return [tuple(part.tolist()) for part in parts if len(part) > 1]

    def are_one_file(self, members: Sequence[int]) -> bool:
        """Say whether pictures are all of the same bytes."""
        return len(set(self.file[list(members)].tolist())) == 1


def find_copies(looks: Sequence[Look]) -> Copies:
    """Find copies among pictures; files that cannot be read are copies of equal bytes alone."""
    first: dict[str, int] = {}
    file = np.array(
        [first.setdefault(look.sha256 or f"{i}", i) for i, look in enumerate(looks)],
        dtype=np.int64,
    )
    picture = group_same_pictures(thumbnails_of(looks))
    # Equal files have equal layouts, but a picture of one colour has none.
    return Copies(file, np.minimum(picture, picture[file]))
