"""Leaks between the parts of a split: what would make figures on held-out pictures too good.

The same file or nearly the same picture in two parts (folds, or train and test), a franchise in
two parts, a label that a part lacks, and a label that file type, size, shape and border colour
alone give away.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from animeter.datasets.checking.copies import Copies, find_copies
from animeter.datasets.checking.entries import Entry
from animeter.datasets.checking.looks import Look
from animeter.datasets.checking.shortcuts import Shortcut, find_shortcut

Names = tuple[str, ...]

_SHOWN: Final = 3
_SHORTEST_NAME: Final = 4


@dataclass(frozen=True, slots=True)
class Leaks:
    """What was found.

    Attributes:
        pictures: how many were looked at.
        same_file: names of pictures that are one file in several parts, a group each.
        same_picture: names of pictures that are nearly the same in several parts.
        split_franchises: franchises that stand in several parts.
        kindred_names: franchises in different parts of which one's name is part of the other's:
            perhaps one franchise. A hint, not a fault.
        missing_labels: what a part lacks: `fold 3 holds no cartoon`.
        shortcut: how far file type, size, shape and colours alone get; None where there is too
            little to learn from.
    """

    pictures: int
    same_file: tuple[Names, ...]
    same_picture: tuple[Names, ...]
    split_franchises: Names
    kindred_names: tuple[Names, ...]
    missing_labels: Names
    shortcut: Shortcut | None

    def faults(self) -> list[str]:
        """Return a sentence for each way in which the parts leak; none for a fair split."""
        found = [
            _counted("pictures that are one file, in two parts", self.same_file),
            _counted("pictures that are nearly the same, in two parts", self.same_picture),
            _counted("franchises in two parts", self.split_franchises),
            _counted("labels missing from a part", self.missing_labels),
        ]
        if self.shortcut is not None and self.shortcut.is_too_easy:
            found.append(
                "file type, size, shape, border and mean colour alone tell the label with "
                f"{self.shortcut.balanced_accuracy:.0%} balanced accuracy (by chance: "
                f"{self.shortcut.chance:.0%})"
            )
        return [sentence for sentence in found if sentence]

    def hints(self) -> list[str]:
        """Return a sentence for each thing that should be looked at."""
        names = _counted("pairs of franchises of kindred names, in two parts", self.kindred_names)
        return [names] if names else []


def find_leaks(
    entries: Sequence[Entry], looks: Sequence[Look], copies: Copies | None = None
) -> Leaks:
    """Look for leaks between parts.

    Args:
        entries: the pictures; those in no part can leak nowhere.
        looks: as many.
        copies: of the pictures, if they are known already.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    known = copies or find_copies(looks)
    picture = known.picture.tolist()
    in_one_file = list(_torn(entries, known.file.tolist()))
    in_one_picture = [
        members for members in _torn(entries, picture) if not known.are_one_file(members)
    ]
    labelled = [i for i, entry in enumerate(entries) if entry.label]
    return Leaks(
        pictures=len(entries),
        same_file=_named(entries, in_one_file),
        same_picture=_named(entries, in_one_picture),
        split_franchises=tuple(_split_franchises(entries)),
        kindred_names=tuple(_kindred_names(entries)),
        missing_labels=tuple(_missing_labels(entries)),
        shortcut=find_shortcut(
            [looks[i] for i in labelled],
            [entries[i].label for i in labelled],
            [entries[i].group or str(picture[i]) for i in labelled],
        ),
    )


def _torn(entries: Sequence[Entry], group: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Find the groups whose members stand in several parts."""
    members: dict[int, list[int]] = defaultdict(list)
    for i, entry in enumerate(entries):
        if entry.part:
            members[group[i]].append(i)
    for some in members.values():
        if len({entries[i].part for i in some}) > 1:
            yield tuple(some)


def _named(entries: Sequence[Entry], groups: Sequence[Sequence[int]]) -> tuple[Names, ...]:
    return tuple(tuple(entries[i].name for i in members) for members in groups)


def _split_franchises(entries: Sequence[Entry]) -> list[str]:
    parts: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.group and entry.part:
            parts[entry.group].add(entry.part)
    return sorted(name for name, found in parts.items() if len(found) > 1)


def _kindred_names(entries: Sequence[Entry]) -> Iterator[Names]:
    part = {entry.group: entry.part for entry in entries if entry.series and entry.group}
    words = {name: f" {' '.join(re.findall(r'[a-z0-9]+', name.lower()))} " for name in sorted(part)}
    for short, its_words in words.items():
        if len(its_words.strip()) >= _SHORTEST_NAME:
            yield from (
                (short, long)
                for long, text in words.items()
                if (len(its_words), short) < (len(text), long)
                and its_words in text
                and part[long] != part[short]
            )


def _missing_labels(entries: Sequence[Entry]) -> Iterator[str]:
    counts = Counter((entry.part, entry.label) for entry in entries if entry.part and entry.label)
    labels = sorted({label for _, label in counts})
    for part in sorted({part for part, _ in counts}):
        yield from (
            f"{part_name(part)} holds no {label}" for label in labels if not counts[part, label]
        )


def part_name(part: str) -> str:
    """Say which part: `fold 3`, `test`."""
    return f"fold {part}" if part.isdecimal() else part


def _counted(what: str, found: Sequence[str | Names]) -> str:
    if not found:
        return ""
    shown = [" and ".join(one) if isinstance(one, tuple) else one for one in found[:_SHOWN]]
    return f"{what}: {len(found):,} ({'; '.join(shown)}{', ...' if len(found) > _SHOWN else ''})"
