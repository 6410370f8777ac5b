"""Pictures with exclusive labels: read, filtered, and dealt into folds where they have none."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from animeter.datasets.labelled_pictures import read_labelled_pictures
from animeter.datasets.manifest import ManifestRow, manifest_row
from animeter.datasets.records import read_records
from animeter.domain.errors import RecipeError
from animeter.domain.head_fitting import deal_folds
from animeter.lab.recipe import DataRecipe

STYLE: Final = "style"
"""The label of which photographs filed under a show say something untrue."""

_FOLDS: Final = 5
_SEED: Final = 0
"""Of dealing: not the recipe's, so that recipes of several seeds are judged on the same folds."""


def label_rows(data: DataRecipe) -> list[ManifestRow]:
    """Return the pictures of a recipe that have a label often enough, folds and labels filled in.

    Dealt folds keep files of one content together, and nothing else: for folds by franchise, or
    that keep near-duplicates together, the manifest has to bring its own.

    Raises:
        FileMissingError: there is nothing where the recipe says.
        ManifestError: there are no labels to be found in it.
        RecipeError: a picture is missing, or no label has enough pictures.
    """
    found = _of_folder(data.source) if data.folder else _of_manifest(data.source, data.label or "")
    counts = Counter(row.label for row in found)
    rows = [row for row in found if counts[row.label] >= data.min_pictures]
    if not rows:
        raise RecipeError(
            f"No label in {data.source} has {data.min_pictures} pictures or more; the commonest of "
            f"{len(counts)} is {_commonest(counts)}. Lower data.min_pictures, or add pictures."
        )
    missing = [row for row in rows if not row.path.is_file()]
    if missing:
        raise RecipeError(
            f"{len(missing)} pictures of {data.source} are not there, such as {missing[0].path}. "
            "Paths count from the manifest's own folder; mend or remove these rows."
        )
    has_folds = any(row.fold is not None for row in rows)
    return rows if has_folds and data.folds is None else _dealt(rows, data.folds or _FOLDS)


def refuse_untaught(taught: Sequence[ManifestRow], held_out: Sequence[ManifestRow]) -> None:
    """Refuse held-out labels that nothing teaches.

    Raises:
        RecipeError: there is such a label.
    """
    unknown = sorted({row.label for row in held_out} - {row.label for row in taught})
    if unknown:
        raise RecipeError(
            f"{len(unknown)} labels have held-out pictures but none to train on, such as "
            f"{unknown[0]!r}: no network could know them. Set data.folds = {_FOLDS} to deal the "
            "pictures anew, or leave rare labels out with data.min_pictures."
        )


def _of_folder(folder: Path) -> list[ManifestRow]:
    found = read_labelled_pictures(folder)
    rows = []
    for path, label in zip(found.paths, found.labels, strict=True):
        name = path.relative_to(folder).as_posix()
        rows.append(ManifestRow(path, name, style="", franchise=name, label=label))
    return rows


def _of_manifest(source: Path, column: str) -> list[ManifestRow]:
    records = read_records(source)
    if column not in records.columns:
        raise RecipeError(
            f"data.label is {column!r}, but {source} has the columns "
            f"{', '.join(records.columns)}. Name one of these."
        )
    rows = [
        replace(
            manifest_row(record, records.folder, f"{source}, {record['path']!r}"),
            label=record[column].strip(),
        )
        for record in records.rows
    ]
    labelled = [row for row in rows if row.label and (column != STYLE or row.is_counted)]
    if not labelled:
        raise RecipeError(
            f"No row of {source} has anything in the column {column!r}, which data.label names."
        )
    return labelled


def _dealt(rows: Sequence[ManifestRow], folds: int) -> list[ManifestRow]:
    """Deal pictures into folds in which every label has its share."""
    labels = sorted({row.label for row in rows})
    number_of = {label: number for number, label in enumerate(labels)}
    first_of: dict[str, int] = {}
    groups = [first_of.setdefault(_content(row.path), i) for i, row in enumerate(rows)]
    fold = deal_folds(
        np.array([number_of[row.label] for row in rows], dtype=np.int64),
        np.array(groups, dtype=np.int64),
        folds,
        _SEED,
    )
    return [
        replace(row, fold=int(fold[i]), franchise=rows[groups[i]].name)
        for i, row in enumerate(rows)
    ]


def _content(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _commonest(counts: "Counter[str]") -> str:
    label, pictures = counts.most_common(1)[0]
    return f"{label!r} with {pictures}"
