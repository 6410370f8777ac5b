"""Pictures with a label each: folders that are labels, or a column of a manifest.

This file does not open pictures. What they are used for is not known here either.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from animeter.domain.errors import FileMissingError, ManifestError
from animeter.media.listing import list_pictures


@dataclass(frozen=True, slots=True)
class LabelledPictures:
    """Pictures, their labels, and what was passed over.

    Attributes:
        paths: the pictures' files.
        labels: as many.
        unlabelled: how many pictures had no label: files beside the folders, or empty fields.
        empty: labels without a picture.
    """

    paths: tuple[Path, ...]
    labels: tuple[str, ...]
    unlabelled: int = 0
    empty: tuple[str, ...] = ()


def read_labelled_pictures(source: Path, column: str | None = None) -> LabelledPictures:
    """Read labelled pictures from a folder of folders, or from a manifest.

    Args:
        source: a folder whose folders are labels, pictures in folders inside them included; or a
            CSV file with a column `path`, relative to it.
        column: the manifest's column that holds the label.

    Raises:
        FileMissingError: there is nothing at that place.
        ManifestError: there are no labels to be found in it.
    """
    if source.is_dir():
        if column is not None:
            raise ManifestError(
                f"{source} is a folder, whose folders are its labels. Leave --label out, or name "
                f"a CSV file that has a column {column!r}."
            )
        return _from_folders(source)
    if not source.is_file():
        raise FileMissingError(
            f"There is nothing at {source}. Give a folder with a folder for each label, or a CSV "
            "file with the columns 'path' and one for the label."
        )
    return _from_manifest(source, column)


def _from_folders(source: Path) -> LabelledPictures:
    folders = sorted(f for f in source.iterdir() if f.is_dir() and not f.name.startswith("."))
    if not folders:
        raise ManifestError(
            f"{source} holds no folders: wanted a folder for each label with its pictures inside, "
            f"such as {source / 'luffy'}/ and {source / 'zoro'}/."
        )
    paths: list[Path] = []
    labels: list[str] = []
    empty: list[str] = []
    for folder in folders:
        inside = list(list_pictures([folder]))
        paths += inside
        labels += [folder.name] * len(inside)
        if not inside:
            empty.append(folder.name)
    if not paths:
        raise ManifestError(f"No folder in {source} holds a picture. Put pictures into them.")
    loose = sum(1 for _ in list_pictures([source], recursive=False))
    return LabelledPictures(tuple(paths), tuple(labels), loose, tuple(empty))


def _from_manifest(source: Path, column: str | None) -> LabelledPictures:
    paths: list[Path] = []
    labels: list[str] = []
    unlabelled = 0
    try:
        with source.open(newline="", encoding="utf-8-sig") as file:
            for name, label in _records(csv.DictReader(file), source, column):
                if label:
                    paths.append(source.parent / name)
                    labels.append(label)
                else:
                    unlabelled += 1
    except (UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"{source} is not a CSV file in UTF-8: {error}.") from error
    if not paths:
        raise ManifestError(f"No row of {source} has anything in the column {column!r}.")
    return LabelledPictures(tuple(paths), tuple(labels), unlabelled)


def _records(
    reader: "csv.DictReader[str]", source: Path, column: str | None
) -> Iterator[tuple[str, str]]:
    columns = list(reader.fieldnames or ())
    others = ", ".join(name for name in columns if name != "path") or "no other columns"
    if "path" not in columns:
        raise ManifestError(f"{source} has no column 'path', but {others}. Add it.")
    if column is None or column not in columns:
        asked = "which column is the label" if column is None else f"a column {column!r}"
        raise ManifestError(
            f"{source} does not say {asked}: it has {others}. Name one of these with --label."
        )
    for record in reader:
        if None in record or None in record.values():
            raise ManifestError(
                f"{source}, line {reader.line_num}, has not as many fields as the header. "
                "Quote fields that hold commas."
            )
        if not record["path"].strip():
            raise ManifestError(f"{source}, line {reader.line_num}, has no path.")
        yield record["path"].strip(), record[column].strip()
