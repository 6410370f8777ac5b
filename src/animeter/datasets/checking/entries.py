"""Pictures with what the check must know of each: its label, its side of the split, its franchise.

They come from a manifest with any columns, or from folders: a folder for each label, or a folder
for each side of the split (`train`, `test`...) with a folder for each label inside.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from animeter.datasets.manifest import BORDERLINE, ManifestRow
from animeter.datasets.records import PATH, Records, read_records, why_unwritable
from animeter.domain.errors import FileMissingError, ManifestError
from animeter.media.listing import list_pictures

LABEL, SPLIT = "label", "split"
"""The columns that folders give."""

HELD_OUT: Final = ("test", "testing", "val", "valid", "validation", "dev")
TAUGHT: Final = ("train", "training")
"""Names of folders that are sides of a split, and no labels."""

_LABELS: Final = ("style", LABEL, "series", "character")
_PARTS: Final = (SPLIT, "fold")
_GROUPS: Final = ("franchise", "series")
_NAMES_OF_SHOWS: Final = {"series", "franchise", "character"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture.

    Attributes:
        name: the path as the manifest writes it.
        path: the picture's file.
        label: what is to be learned; empty for a picture that has none or does not count.
        part: the fold, or the side of the split; empty for none.
        group: what must not stand in two parts, such as a franchise; empty if unknown.
        series: the show, empty if unknown.
    """

    name: str
    path: Path
    label: str = ""
    part: str = ""
    group: str = ""
    series: str = ""

    @classmethod
    def of_row(cls, row: ManifestRow) -> "Entry":
        """Take a row that training uses."""
        part = "" if row.fold is None else str(row.fold)
        label = row.label or ("" if row.style == BORDERLINE else row.style)
        return cls(row.name, row.path, label, part, row.franchise, row.series)

    @property
    def unit(self) -> str:
        """What a split must keep together: the group or, where none is known, the picture."""
        return self.group or self.name


@dataclass(frozen=True, slots=True)
class Columns:
    """Which of a manifest's columns mean what; None for what there is no column for."""

    label: str | None = None
    part: str | None = None
    group: str | None = None

    def found_in(self, columns: Sequence[str]) -> "Columns":
        """Fill in what was not named by the columns that are there.

        Franchises are no unit where the label is the show itself: each must be on every side.

        Raises:
            ManifestError: a column that was named is not there.
        """
        for asked in (self.label, self.part, self.group):
            if asked is not None and asked not in columns:
                raise ManifestError(
                    f"There is no column {asked!r}, but {', '.join(columns)}. Name one of these."
                )
        label = self.label or _first(_LABELS, columns)
        group = self.group or (None if label in _NAMES_OF_SHOWS else _first(_GROUPS, columns))
        return Columns(label, self.part or _first(_PARTS, columns), group)


def records_of(source: Path) -> Records:
    """Read a manifest, or make one of folders.

    Raises:
        FileMissingError: there is nothing at that place.
        ManifestError: it is no manifest, or the folder holds no picture.
    """
    if source.is_dir():
        return _of_folders(source)
    if not source.is_file():
        raise FileMissingError(
            f"There is nothing at {source}. Give a CSV file with a column 'path', or a folder of "
            "pictures."
        )
    records = read_records(source)
    if not records.rows:
        raise ManifestError(f"{source} holds no pictures: it needs at least one row.")
    return records


def entries_of(records: Records, columns: Columns) -> list[Entry]:
    """Take from a manifest what the check must know, by columns that are there."""

    def text(row: dict[str, str], column: str | None) -> str:
        return "" if column is None else row.get(column, "").strip()

    entries = []
    for row in records.rows:
        label = text(row, columns.label)
        entries.append(
            Entry(
                name=row[PATH],
                path=records.picture(row),
                label="" if label == BORDERLINE and columns.label == "style" else label,
                part=text(row, columns.part),
                group=text(row, columns.group),
                series=text(row, "series"),
            )
        )
    return entries


def _of_folders(source: Path) -> Records:
    folders = _folders(source)
    names = [folder.name.lower() for folder in folders]
    split = bool(names) and set(names) <= {*TAUGHT, *HELD_OUT} and len(names) > 1
    rows, left_out = [], []
    for folder, name in zip(folders, names, strict=True) if split else [(source, "")]:
        for path in list_pictures([folder]):
            name_in_source = path.relative_to(source).as_posix()
            if failure := why_unwritable(name_in_source):
                left_out.append(failure)
                continue
            inside = path.relative_to(folder).parts
            rows.append(
                {
                    PATH: name_in_source,
                    LABEL: inside[0] if len(inside) > 1 else "",
                    SPLIT: name,
                }
            )
    if not rows:
        raise ManifestError(
            f"No folder in {source} holds a picture. Give a folder with a folder for each label, "
            "or with folders train and test that hold such folders."
        )
    columns = (PATH, LABEL, SPLIT) if split else (PATH, LABEL)
    rows = [{key: row[key] for key in columns} for row in rows]
    return Records(columns, rows, source, tuple(left_out))


def _folders(source: Path) -> list[Path]:
    return sorted(f for f in source.iterdir() if f.is_dir() and not f.name.startswith("."))


def _first(wanted: Iterable[str], columns: Sequence[str]) -> str | None:
    return next((name for name in wanted if name in columns), None)
