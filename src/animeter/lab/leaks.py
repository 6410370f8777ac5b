"""Leaks between the folds of a manifest: what would make figures on held-out pictures too good.

Checked before a training whose network is judged on a fold that it never saw: the same file or
nearly the same picture in two folds, a franchise in two folds, a style that a fold lacks, and a
style that file size, shape and border colour alone give away.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from animeter.datasets.manifest import ManifestRow
from animeter.domain.errors import AnimeterError
from animeter.domain.metrics import balanced_accuracy
from animeter.domain.verdict import STYLES
from animeter.lab.near_duplicates import layouts_of
from animeter.lab.shortcuts import guess_by_shortcuts
from animeter.media.small_files import write_whole

SAME_PICTURE: Final = 0.96
"""Cosine between two layouts from which pictures of any show count as the same; set by eye: of
the 16,000 pictures at hand eight pairs in two folds reach it, six of them one drawing or scene."""

SHORTCUT_BOUND: Final = 0.75
"""Balanced accuracy that shortcuts alone may reach before the split is called unfair."""

REPORT_FILE: Final = "leaks.json"
_SHOWN = 3
_ROWS = 1024
_SHORTEST_NAME = 4


@dataclass(frozen=True, slots=True)
class Leaks:
    """What was found.

    Attributes:
        pictures: how many were looked at.
        same_file: names of pictures that are one file in two folds, two by two.
        same_picture: names of pictures that are nearly the same in two folds, two by two.
        split_franchises: franchises that stand in two folds.
        kindred_names: franchises in different folds of which one's name is part of the other's:
            perhaps one franchise. A hint, not a fault.
        missing_styles: what a fold lacks: `fold 3 holds no cartoon`.
        shortcut_accuracy: balanced, of a small model that sees only file size, shape, border and
            mean colour; None where there is too little to learn from.
    """

    pictures: int
    same_file: tuple[tuple[str, str], ...]
    same_picture: tuple[tuple[str, str], ...]
    split_franchises: tuple[str, ...]
    kindred_names: tuple[tuple[str, str], ...]
    missing_styles: tuple[str, ...]
    shortcut_accuracy: float | None

    def faults(self) -> list[str]:
        """Return a sentence for each way in which the folds leak; none for a fair split."""
        found = [
            _counted("pairs of pictures that are one file, in two folds", self.same_file),
            _counted("pairs of pictures that are nearly the same, in two folds", self.same_picture),
            _counted("franchises in two folds", self.split_franchises),
            _counted("styles missing from a fold", self.missing_styles),
        ]
        if self.shortcut_accuracy is not None and self.shortcut_accuracy > SHORTCUT_BOUND:
            found.append(
                f"file size, shape, border and mean colour alone tell the style with "
                f"{self.shortcut_accuracy:.0%} balanced accuracy (at most {SHORTCUT_BOUND:.0%})"
            )
        return [sentence for sentence in found if sentence]

    def hints(self) -> list[str]:
        """Return a sentence for each thing that should be looked at."""
        names = _counted("pairs of franchises of kindred names, in two folds", self.kindred_names)
        return [names] if names else []


class LeakError(AnimeterError):
    """The folds leak, and whoever trains wanted none of that."""

    code = "leaky_folds"


def refuse_leaks(leaks: Leaks, folder: Path) -> None:
    """Refuse folds that leak.

    Args:
        leaks: what was found.
        folder: where `check_leaks` keeps it, for the message.

    Raises:
        LeakError: there is at least one fault.
    """
    if faults := leaks.faults():
        raise LeakError(
            f"The folds leak: {'; '.join(faults)}. {folder / REPORT_FILE} lists all of it. Put "
            "such pictures into one fold or take them out, or train without --strict."
        )


def check_leaks(rows: Sequence[ManifestRow], folder: Path) -> Leaks:
    """Look for leaks between folds.

    Args:
        rows: the pictures; those without a fold do not count.
        folder: where the findings are kept for the next call on the same rows.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    rows = [row for row in rows if row.fold is not None]
    listed = "\n".join(f"{row.name}\t{row.style}\t{row.franchise}\t{row.fold}" for row in rows)
    asked = hashlib.sha256(listed.encode()).hexdigest()
    kept = folder / REPORT_FILE
    if kept.exists():
        record = json.loads(kept.read_text(encoding="utf-8"))
        if record["asked"] == asked:
            return _from_json(record["leaks"])
    same_file = dict.fromkeys(_same_files(rows))
    layouts = np.nan_to_num(layouts_of(rows, folder))
    leaks = Leaks(
        pictures=len(rows),
        same_file=tuple(same_file),
        same_picture=tuple(pair for pair in _same_pictures(rows, layouts) if pair not in same_file),
        split_franchises=tuple(_split_franchises(rows)),
        kindred_names=tuple(_kindred_names(rows)),
        missing_styles=tuple(_missing_styles(rows)),
        shortcut_accuracy=_shortcut_accuracy(rows, folder),
    )
    write_whole(kept, json.dumps({"asked": asked, "leaks": asdict(leaks)}, indent=1) + "\n")
    return leaks


def _same_files(rows: Sequence[ManifestRow]) -> Iterator[tuple[str, str]]:
    by_content: dict[str, list[ManifestRow]] = defaultdict(list)
    for row in rows:
        try:
            by_content[hashlib.sha256(row.path.read_bytes()).hexdigest()].append(row)
        except OSError:  # training will say so; here it is no leak
            continue
    for same in by_content.values():
        yield from ((same[0].name, row.name) for row in same[1:] if row.fold != same[0].fold)


def _same_pictures(
    rows: Sequence[ManifestRow], layouts: NDArray[np.float32]
) -> Iterator[tuple[str, str]]:
    fold = np.array([row.fold for row in rows])
    number = np.arange(len(rows))
    for start in range(0, len(rows), _ROWS):
        some = number[start : start + _ROWS]
        alike = layouts[some] @ layouts.T >= SAME_PICTURE
        torn = alike & (fold[some, None] != fold) & (some[:, None] < number)
        yield from ((rows[start + i].name, rows[j].name) for i, j in np.argwhere(torn))


def _split_franchises(rows: Sequence[ManifestRow]) -> list[str]:
    folds: dict[str, set[int | None]] = defaultdict(set)
    for row in rows:
        folds[row.franchise].add(row.fold)
    return sorted(name for name, found in folds.items() if len(found) > 1)


def _kindred_names(rows: Sequence[ManifestRow]) -> Iterator[tuple[str, str]]:
    fold = {row.franchise: row.fold for row in rows if row.series}
    words = {name: f" {' '.join(re.findall(r'[a-z0-9]+', name.lower()))} " for name in sorted(fold)}
    for short, its_words in words.items():
        if len(its_words.strip()) >= _SHORTEST_NAME:
            yield from (
                (short, long)
                for long, text in words.items()
                if (len(its_words), short) < (len(text), long)
                and its_words in text
                and fold[long] != fold[short]
            )


def _missing_styles(rows: Sequence[ManifestRow]) -> Iterator[str]:
    styles = [style for style in STYLES if any(row.style == style for row in rows)]
    for fold in sorted({row.fold for row in rows if row.fold is not None}):
        there = {row.style for row in rows if row.fold == fold}
        yield from (f"fold {fold} holds no {style}" for style in styles if style not in there)


def _shortcut_accuracy(rows: Sequence[ManifestRow], folder: Path) -> float | None:
    styled = [row for row in rows if row.style in STYLES]
    style = np.array([STYLES.index(row.style) for row in styled], dtype=np.int64)
    guessed = guess_by_shortcuts(styled, style, folder / "shortcuts.json")
    return None if guessed is None else balanced_accuracy(style, guessed)


def _counted(what: str, found: Sequence[str | tuple[str, str]]) -> str:
    if not found:
        return ""
    shown = [" and ".join(one) if isinstance(one, tuple) else one for one in found[:_SHOWN]]
    return f"{what}: {len(found):,} ({'; '.join(shown)}{', ...' if len(found) > _SHOWN else ''})"


def _from_json(record: dict[str, object]) -> Leaks:
    return Leaks(**{key: _tuples(value) for key, value in record.items()})  # type: ignore[arg-type]


def _tuples(value: object) -> object:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value
