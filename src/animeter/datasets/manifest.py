"""Reading a manifest: a CSV with one row a picture.

Only `path` and `style` must be there; the other columns have the meaning that
`ManifestRow` gives them, and columns of other names are ignored. Paths are relative to the
manifest's own folder. This file does not open pictures.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from animeter.domain.errors import FileMissingError, ManifestError
from animeter.domain.verdict import STYLES

BORDERLINE = "borderline"
"""The style of what neither camp accepts whole: never trained on, only reported."""

FILED_STYLES = (*STYLES, BORDERLINE)
"""What a picture can be filed under."""

NOT_DRAWN = frozenset({"photo", "logo"})
"""Values of `content` that make a row's style untrue: not a drawing of its show."""


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


def read_manifest(path: Path) -> list[ManifestRow]:
    """Read all rows, in file order.

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
    return rows


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
