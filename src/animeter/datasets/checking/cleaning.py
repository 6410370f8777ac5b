"""A manifest without what certainly does not belong in it; pictures are never touched."""

from collections.abc import Sequence
from dataclasses import dataclass

from animeter.datasets.checking.copies import Copies
from animeter.datasets.checking.entries import HELD_OUT, Entry
from animeter.datasets.checking.findings import why_unusable
from animeter.datasets.checking.looks import Look
from animeter.datasets.records import Records


@dataclass(frozen=True, slots=True)
class Removed:
    """A row that was left out.

    Attributes:
        name: the row's path.
        reason: a key of `findings.KINDS`.
        kept: the copy that stayed, empty where none did.
    """

    name: str
    reason: str
    kept: str = ""


def clean(
    records: Records, entries: Sequence[Entry], looks: Sequence[Look], copies: Copies
) -> tuple[Records, list[Removed]]:
    """Leave out what cannot be read, is blank or tiny, contradicts itself, or is there twice.

    Of copies one stays: one that is held out, if there is any, so that the test stays whole and
    the training loses what it must not see; else the one of most pixels. Of copies under two
    labels none stays, for nobody here knows which is right.

    Args:
        records: the rows, all columns.
        entries: one a row.
        looks: one a row.
        copies: of the same pictures.

    Returns:
        The rows that stay, in order, and what was left out.
    """
    removed: dict[int, Removed] = {}
    for i, (entry, look) in enumerate(zip(entries, looks, strict=True)):
        if flaw := why_unusable(look):
            removed[i] = Removed(entry.name, flaw[0])
    for members in copies.groups():
        usable = [i for i in members if i not in removed]
        if len(usable) < 2:
            continue
        kept = max(usable, key=lambda i: _worth(entries[i], looks[i], i))
        torn = len({entries[i].label for i in usable} - {""}) > 1
        for i in usable:
            if torn:
                removed[i] = Removed(entries[i].name, "two_labels")
            elif i != kept:
                removed[i] = Removed(entries[i].name, "copies", entries[kept].name)
    rows = [row for i, row in enumerate(records.rows) if i not in removed]
    gone = [removed[i] for i in sorted(removed)]
    gone += [Removed(failure.path or "", "unreadable") for failure in records.left_out]
    return Records(records.columns, rows, records.folder), gone


def _worth(entry: Entry, look: Look, number: int) -> tuple[bool, bool, int, int, int]:
    held_out = entry.part.lower() in HELD_OUT
    area = look.width_px * look.height_px
    return held_out, bool(entry.label), area, look.size_bytes, -number
