"""What the shipped heads are taught: which pictures, under which labels, and how they are judged.

`series` and `character` ask for what a franchise shares, so a franchise cannot be held out whole:
pictures are split within a show, near-duplicates on one side. `type` asks for something that any
show has, so whole franchises are held out, and a show with many pictures counts less for each.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from animeter.datasets.manifest import ManifestRow
from animeter.domain.head_fitting import deal_folds
from animeter.domain.hierarchy import OTHER
from animeter.domain.taxonomy import TYPES, Taxonomy

MIN_OF_SERIES: Final = 20
MIN_OF_CHARACTER: Final = 12
"""Fewest labelled pictures that earn a label of its own."""

PARTS: Final = 5
"""How many parts the pictures of a show are split into."""

_SHOW_POWER: Final = 0.5  # a picture of a show of n counts n ** -0.5

_EVERY_NTH_NEITHER: Final = 10  # photographs are easy to tell, so a tenth of them is enough


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One head to be taught.

    Attributes:
        name: of the head.
        labels: in the order of `targets`; `OTHER`, where there is one, comes last.
        members: int [M], which of the rows take part.
        targets: int [M], the number of each one's label.
        weights: float [M], how much each of them counts in teaching.
        within_shows: whether pictures are split within shows, and not by franchise.
    """

    name: str
    labels: tuple[str, ...]
    members: NDArray[np.int64]
    targets: NDArray[np.int64]
    weights: NDArray[np.float64]
    within_shows: bool

    @property
    def has_other(self) -> bool:
        """Whether the last label is `OTHER`."""
        return self.labels[-1] == OTHER


def pictures_for_heads(rows: Sequence[ManifestRow]) -> list[ManifestRow]:
    """Return the drawings, and a few photographs to know what "other" looks like."""
    neither = 0
    kept = []
    for row in rows:
        if row.style == "neither":
            neither += 1
            if neither % _EVERY_NTH_NEITHER == 0:
                kept.append(row)
        elif row.is_drawn_as_labelled:
            kept.append(row)
    return kept


def series_of(row: ManifestRow, taxonomy: Taxonomy) -> str:
    """Return the series by its first spelling; empty for a picture of none."""
    known = taxonomy.find_series(row.series) if row.series else None
    return row.series if known is None else known.name


def head_tasks(rows: Sequence[ManifestRow], taxonomy: Taxonomy) -> list[Task]:
    """Return the heads that these pictures are enough for: `series`, `character` and `type`."""
    everything = np.arange(len(rows))
    looked_at = np.array([bool(row.content or row.character) for row in rows])
    typed = np.array([row.type in TYPES and row.fold is not None for row in rows])
    series = [series_of(row, taxonomy) for row in rows]
    tasks = [
        _open_task("series", series, everything, MIN_OF_SERIES),
        _open_task(
            "character", [row.character for row in rows], everything[looked_at], MIN_OF_CHARACTER
        ),
    ]
    members = everything[typed]
    targets = np.array([TYPES.index(rows[i].type) for i in members], dtype=np.int64)
    shows = Counter(rows[i].franchise for i in members)
    weights = np.array([shows[rows[i].franchise] ** -_SHOW_POWER for i in members])
    tasks.append(Task("type", TYPES, members, targets, weights, within_shows=False))
    return [task for task in tasks if len(np.unique(task.targets)) == len(task.labels) > 1]


def deal_parts(groups: NDArray[np.int64], shows: Sequence[str], seed: int = 0) -> NDArray[np.int64]:
    """Deal groups to `PARTS` parts so that each show is spread evenly; [N] numbers of parts.

    Args:
        groups: [N] numbers of near-duplicate groups, each inside one show.
        shows: [N] names.
        seed: of the shuffling.
    """
    numbers = np.unique(np.asarray(shows, dtype=np.str_), return_inverse=True)[1]
    return deal_folds(numbers, groups, PARTS, seed)


def _open_task(name: str, values: Sequence[str], members: NDArray[np.int64], fewest: int) -> Task:
    counts = Counter(values[i] for i in members if values[i])
    named = sorted(label for label, count in counts.items() if count >= fewest)
    number = {label: i for i, label in enumerate(named)}
    targets = np.array([number.get(values[i], len(named)) for i in members], dtype=np.int64)
    return Task(name, (*named, OTHER), members, targets, np.ones(len(members)), within_shows=True)
