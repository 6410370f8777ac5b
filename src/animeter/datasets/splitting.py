"""Dealing pictures into folds, or into train, validation and test, so that the split is fair.

A franchise stands on one side only, every side holds every label in its share, and the same
manifest is always dealt the same way. Where that cannot be had, the split is refused.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from animeter.datasets.checking.copies import find_copies
from animeter.datasets.checking.entries import Columns, Entry, entries_of, records_of
from animeter.datasets.checking.looks import FILE, Watch, look_at_all
from animeter.datasets.records import Records, moved, write_records
from animeter.domain.alike import group_pairs
from animeter.domain.errors import AnimeterError, OutputError
from animeter.domain.results import Failure

TOLERANCE: Final = 0.5
"""By how much of its share a part may miss a label before the split is refused."""

_SHOWN: Final = 3


class UnfairSplitError(AnimeterError):
    """The pictures cannot be dealt into these parts fairly."""

    code = "unfair_split"


@dataclass(frozen=True, slots=True)
class Split:
    """Where each picture goes, and what came of it.

    Attributes:
        parts: the names of the parts.
        part: [N] the name of each picture's part; empty for what has no label.
        counts: pictures of each label in each part: `counts[label][part]`.
        groups: how many groups each part has.
        left_out: files that no row of a manifest can name.
    """

    parts: tuple[str, ...]
    part: tuple[str, ...]
    counts: dict[str, dict[str, int]]
    groups: dict[str, int]
    left_out: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """How a manifest is to be split.

    Attributes:
        column: that says where each picture goes; one of this name is replaced.
        shares: the name of each part and its share of the pictures.
        seed: another one deals otherwise.
        alike: whether pictures that are nearly the same stay together too; they are looked at.
        leave_out_rare: whether pictures of labels with fewer franchises than there are parts go
            nowhere, instead of having the split refused.
    """

    column: str
    shares: dict[str, float]
    seed: int = 0
    alike: bool = False
    leave_out_rare: bool = False


def split_manifest(
    source: Path, columns: Columns, plan: Plan, output: Path, watch: Watch | None = None
) -> Split:
    """Split a manifest, or a folder of pictures, and write the manifest that says so.

    Args:
        source: the manifest or folder.
        columns: which columns mean what; those that are not named are found by their names.
        plan: how.
        output: the new manifest; not the old one.
        watch: told how many pictures were looked at, where that is needed.

    Raises:
        FileMissingError: there is nothing at that place.
        ManifestError: it is neither a manifest nor a folder of pictures, or lacks a column.
        UnfairSplitError: the pictures cannot be dealt fairly.
        OutputError: the new manifest cannot be written, or would replace the old one.
    """
    if output.exists() and output.samefile(source):
        raise OutputError(f"{output} is the manifest to split; it stays as it is. Name another.")
    records = records_of(source)
    found = columns.found_in(records.columns)
    # What a former split said must not keep anything together or apart.
    entries = entries_of(records, replace(found, part=None))
    if plan.leave_out_rare:
        entries = _without_rare(entries, fewest=len(plan.shares))
    same = None
    if plan.alike:
        looks = look_at_all([entry.path for entry in entries], output.parent / FILE, watch)
        same = find_copies(looks).picture.tolist()
    dealt = split(entries, plan.shares, plan.seed, same)
    rows = [{**row, plan.column: part} for row, part in zip(records.rows, dealt.part, strict=True)]
    names = tuple(dict.fromkeys((*records.columns, plan.column)))
    write_records(moved(Records(names, rows, records.folder), output.parent), output)
    return replace(dealt, left_out=records.left_out)


def split(
    entries: Sequence[Entry],
    shares: dict[str, float],
    seed: int = 0,
    same: Sequence[int] | None = None,
) -> Split:
    """Deal pictures into parts, the largest groups first, each where it is missed most.

    Args:
        entries: the pictures; those without a label go nowhere.
        shares: the name of each part and its share of the pictures; they add up to 1.
        seed: another one deals otherwise.
        same: [N] numbers that are equal for pictures which must stay together as well, such as
            near-duplicates; None if there are none.

    Raises:
        UnfairSplitError: a part would lack a label or hold far more or less of it than its share;
            says which, and why.
    """
    _check_shares(shares)
    labelled = [i for i, entry in enumerate(entries) if entry.label]
    if not labelled:
        raise UnfairSplitError(
            "No picture has a label, so no split can be fair. Name the column with --label."
        )
    unit = _units(
        [entries[i] for i in labelled], None if same is None else [same[i] for i in labelled]
    )
    labels, number = np.unique([entries[i].label for i in labelled], return_inverse=True)
    counts = np.zeros((len(set(unit)), len(labels)))
    np.add.at(counts, (unit, number), 1)
    units = "franchises" if any(entries[i].group for i in labelled) else "pictures"
    _refuse_too_few(units, (counts > 0).sum(axis=0).tolist(), labels.tolist(), len(shares))
    names = _names([entries[i].unit for i in labelled], unit, seed)
    dealt = _deal(counts, np.array(list(shares.values())), names)
    filled = np.stack([counts[dealt == part].sum(axis=0) for part in range(len(shares))], axis=1)
    _refuse_lopsided(filled, counts, labels.tolist(), shares)
    parts = tuple(shares)
    part = [""] * len(entries)
    for place, i in enumerate(labelled):
        part[i] = parts[dealt[unit[place]]]
    return Split(
        parts=parts,
        part=tuple(part),
        counts={
            str(label): dict(zip(parts, map(int, row), strict=True))
            for label, row in zip(labels, filled, strict=True)
        },
        groups={name: int((dealt == i).sum()) for i, name in enumerate(parts)},
    )


def _check_shares(shares: dict[str, float]) -> None:
    if len(shares) < 2:
        raise UnfairSplitError(f"A split needs two parts or more, got {list(shares)}.")
    if min(shares.values()) <= 0 or abs(sum(shares.values()) - 1.0) > 1e-6:
        said = ", ".join(f"{name} {share:g}" for name, share in shares.items())
        raise UnfairSplitError(f"The shares must be above 0 and add up to 1, got {said}.")


def _units(entries: Sequence[Entry], same: Sequence[int] | None) -> NDArray[np.int64]:
    """Number what must stay together: [N], from 0."""
    first: dict[str | int, int] = {}  # units are text, so no number is taken for one
    pairs = [(first.setdefault(entry.unit, i), i) for i, entry in enumerate(entries)]
    pairs += [(first.setdefault(number, i), i) for i, number in enumerate(same or ())]
    return np.unique(group_pairs(len(entries), np.array(pairs)), return_inverse=True)[1]


def _names(units: Sequence[str], unit: NDArray[np.int64], seed: int) -> list[bytes]:
    """Return what puts groups of one size in order: chance, but always the same."""
    first: dict[int, str] = {}
    for name, i in zip(units, unit.tolist(), strict=True):
        first[i] = min(name, first.get(i, name))
    return [hashlib.sha256(f"{seed} {first[i]}".encode()).digest() for i in range(len(first))]


def _deal(
    counts: NDArray[np.float64], shares: NDArray[np.float64], names: Sequence[bytes]
) -> NDArray[np.int64]:
    """Give each group [G] the part in which its labels are furthest below their share.

    Source: the greedy rule of scikit-learn's `StratifiedGroupKFold`, with shares that may differ.
    """
    total = counts.sum(axis=0)
    wanted = shares[:, None] * np.ones_like(total)
    filled = np.zeros_like(wanted)
    dealt = np.empty(len(counts), dtype=np.int64)
    order = sorted(range(len(counts)), key=lambda i: (-counts[i].std(), -counts[i].sum(), names[i]))
    for i in order:
        portion = counts[i] / total
        before = ((filled - wanted) / shares[:, None]) ** 2
        after = ((filled + portion - wanted) / shares[:, None]) ** 2
        cost = ((after - before) * shares[:, None]).sum(axis=1)
        dealt[i] = int(cost.argmin())
        filled[dealt[i]] += portion
    return dealt


def _without_rare(entries: Sequence[Entry], fewest: int) -> list[Entry]:
    """Take the label from pictures whose label stands in too few groups."""
    units: dict[str, set[str]] = {entry.label: set() for entry in entries}
    for entry in entries:
        units[entry.label].add(entry.unit)
    return [
        replace(entry, label="") if len(units[entry.label]) < fewest else entry for entry in entries
    ]


def _refuse_too_few(units: str, groups: Sequence[int], labels: Sequence[str], parts: int) -> None:
    poor = [f"{label} has {n}" for label, n in zip(labels, groups, strict=True) if n < parts]
    if poor:
        raise UnfairSplitError(
            f"{parts} parts need {parts} {units} of every label, since none may stand in two: "
            f"{_some(poor)}. Collect more, ask for fewer parts, or leave such labels out with "
            "--leave-out-rare."
        )


def _refuse_lopsided(
    filled: NDArray[np.float64],
    counts: NDArray[np.float64],
    labels: Sequence[str],
    shares: dict[str, float],
) -> None:
    wrong = []
    for row, label in enumerate(labels):
        total, largest = filled[row].sum(), counts[:, row].max()
        for got, (name, share) in zip(filled[row], shares.items(), strict=True):
            wanted = share * total
            if got < 1 or abs(got - wanted) > max(TOLERANCE * wanted, 1.0):
                wrong.append(
                    f"{name} would hold {got:.0f} of {label}'s {total:.0f} pictures instead of "
                    f"{wanted:.0f} (its largest franchise has {largest:.0f})"
                )
    if wrong:
        raise UnfairSplitError(
            f"The labels cannot be dealt evenly: {_some(wrong)}. Collect more franchises of these "
            "labels, ask for fewer parts, or for other shares."
        )


def _some(sentences: Sequence[str]) -> str:
    more = len(sentences) - _SHOWN
    return "; ".join(sentences[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")
