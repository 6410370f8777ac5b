"""Reading a manifest: a CSV with one row a picture.

Only `path` and `style` must be there; the other columns have the meaning that
`ManifestRow` gives them, and columns of other names are ignored. Paths are relative to the
manifest's own folder. A second file may say of its pictures what it does not. This file does not
open pictures.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from animeter.datasets.records import PATH, read_records
from animeter.domain.errors import FileMissingError, ManifestError
from animeter.domain.taxonomy import TYPES
from animeter.domain.verdict import STYLES

BORDERLINE = "borderline"
"""The style of what neither camp accepts whole: never trained on, only reported."""

FILED_STYLES = (*STYLES, BORDERLINE)
"""What a picture can be filed under."""

NOT_DRAWN = frozenset({"photo", "logo"})
"""Values of `content` that make a row's style untrue: not a drawing of its show."""

_LATER: Final = {
    "type": frozenset({"", *TYPES, "mixed", "none"}),
    "content": frozenset({"", *NOT_DRAWN, "drawn", "grid"}),
}
"""What can be said of a picture later, since no split depends on it, and in which words."""


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One labelled picture.

    Attributes:
        path: the picture's file.
        name: the path as the manifest writes it; names the row in reports.
        style: one of `FILED_STYLES`.
        series: the show or film, empty for what has none.
        franchise: the unit of every split; the series or, lacking that, the name if not given.
        fold: number of the fold that holds the picture out, None where it belongs to none.
        kind: frame, poster, photo..., empty if unknown.
        type: male, female, nonhuman, mixed or none; empty if nobody looked.
        character: the one known character, empty if unknown.
        content: drawn, photo, logo or grid; empty if nobody looked.
        source: where the picture came from, empty if unknown.
        label: the one of a task's exclusive labels that is true, empty where a task has none.
    """

    path: Path
    name: str
    style: str
    series: str = ""
    franchise: str = ""
    fold: int | None = None
    kind: str = ""
    type: str = ""
    character: str = ""
    content: str = ""
    source: str = ""
    label: str = ""

    @property
    def is_drawn_as_labelled(self) -> bool:
        """Whether the style label can be believed: not a photo or logo filed under a show."""
        return self.style == "neither" or self.content not in NOT_DRAWN

    @property
    def is_counted(self) -> bool:
        """Whether figures of styles are made of it: one of the three, and truly of it."""
        return self.style != BORDERLINE and self.is_drawn_as_labelled


def read_manifest(path: Path, more_labels: Path | None = None) -> list[ManifestRow]:
    """Read all rows, in file order.

    Args:
        path: of the manifest.
        more_labels: a CSV file with `path`, as the manifest writes it, and `type` or `content` or
            both: what was seen on pictures of which the manifest does not say it. Where the
            manifest does, that stands.

    Raises:
        FileMissingError: there is no such file.
        ManifestError: a column is missing or a row does not make sense; names file and line.
    """
    if not path.is_file():
        raise FileMissingError(
            f"There is no manifest at {path}. Give the path of a CSV file with the columns "
            "'path' and 'style'."
        )
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(_rows(csv.DictReader(file), path))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"{path} is not a CSV file in UTF-8: {error}.") from error
    if not rows:
        raise ManifestError(f"{path} holds no pictures: it needs at least one row.")
    return rows if more_labels is None else _with_more_labels(rows, more_labels)


def _with_more_labels(rows: Sequence[ManifestRow], path: Path) -> list[ManifestRow]:
    records = read_records(path)
    columns = [column for column in records.columns if column != PATH]
    if not columns or set(columns) - set(_LATER):
        raise ManifestError(
            f"{path} has the columns {', '.join(records.columns)}; wanted {PATH}, and of "
            f"{', '.join(_LATER)} one or both."
        )
    for column in columns:
        wrong = {record[column] for record in records.rows} - _LATER[column]
        if wrong:
            raise ManifestError(
                f"{path} has the {column} {min(wrong)!r}; wanted one of "
                f"{', '.join(sorted(_LATER[column] - {''}))}, or nothing."
            )
    later = {record[PATH]: record for record in records.rows}
    unknown = set(later) - {row.name for row in rows}
    if unknown:
        raise ManifestError(
            f"{path} names {len(unknown)} pictures that the manifest does not hold, such as "
            f"{min(unknown)!r}. Use the manifest's own paths."
        )
    return [_seen(row, later.get(row.name, {})) for row in rows]


def _seen(row: ManifestRow, later: Mapping[str, str]) -> ManifestRow:
    return replace(
        row,
        type=row.type or later.get("type", ""),
        content=row.content or later.get("content", ""),
    )


def _rows(reader: "csv.DictReader[str]", origin: Path) -> Iterator[ManifestRow]:
    missing = {"path", "style"} - set(reader.fieldnames or ())
    if missing:
        raise ManifestError(
            f"{origin} has the columns {reader.fieldnames}, but not {sorted(missing)}. "
            "Add them: 'path' is relative to the manifest, 'style' one of "
            + ", ".join(FILED_STYLES)
        )
    for record in reader:
        place = f"{origin}, line {reader.line_num}"
        if None in record or None in record.values():
            raise ManifestError(
                f"{place} has not as many fields as the header. Quote fields that hold commas."
            )
        yield _row(record, origin.parent, place)


def _row(record: dict[str, str], folder: Path, place: str) -> ManifestRow:
    row = manifest_row(record, folder, place)
    if row.style not in FILED_STYLES:
        raise ManifestError(
            f"{place} has the style {row.style!r}; wanted one of {', '.join(FILED_STYLES)}."
        )
    return row


def fold_number(text: str, place: str) -> int | None:
    """Return the number of a fold; None where there is no text.

    Raises:
        ManifestError: it is no number; says so of the place.
    """
    if text and not (text.isascii() and text.isdecimal()):
        raise ManifestError(f"{place} has the fold {text!r}; wanted a number from 0, or nothing.")
    return int(text) if text else None


def manifest_row(record: Mapping[str, str], folder: Path, place: str) -> ManifestRow:
    """Return a record as a row, whatever it says of style.

    Args:
        record: text by column.
        folder: that its path counts from.
        place: where it stands, for an error.

    Raises:
        ManifestError: it has no path, or its fold is no number.
    """
    name = record["path"].strip()
    if not name:
        raise ManifestError(f"{place} has no path.")
    series = record.get("series", "").strip()
    return ManifestRow(
        path=folder / name,
        name=name,
        style=record.get("style", "").strip(),
        series=series,
        franchise=record.get("franchise", "").strip() or series or name,
        fold=fold_number(record.get("fold", "").strip(), place),
        kind=record.get("kind", "").strip(),
        type=record.get("type", "").strip(),
        character=record.get("character", "").strip(),
        content=record.get("content", "").strip(),
        source=record.get("source", "").strip(),
    )
