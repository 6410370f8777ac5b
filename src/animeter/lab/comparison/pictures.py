"""The pictures that recipes are compared on: one choice for all of them, dealt into folds.

Dealt by franchise, as the manifest's own folds are, a network is judged on shows that it never
saw. Dealt at random, as published figures usually are, it has seen most of the shows, and often
the next frame, that it is judged on: what that is worth is what a comparison of both shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from animeter.datasets.labelled_pictures import read_labelled_pictures
from animeter.datasets.manifest import NOT_DRAWN, fold_number
from animeter.datasets.records import PATH, Records, read_records, write_records
from animeter.domain.errors import ManifestError
from animeter.domain.verdict import STYLES

BY_FRANCHISE: Final = "franchise"
AT_RANDOM: Final = "random"
SPLITS: Final = (BY_FRANCHISE, AT_RANDOM)

STYLE: Final = "style"
FOLDER_LABEL: Final = "label"
"""The column that holds the label where folders are labels."""

FOLD: Final = "fold"
_FRANCHISE: Final = "franchise"
_FOLDS_AT_RANDOM: Final = 5
_SEED: Final = 1


@dataclass(frozen=True, slots=True)
class Split:
    """Pictures dealt into folds, some of which are held out.

    Attributes:
        folder: of everything that is made with this split.
        records: the pictures, with a fold each and paths that count from `folder`.
        held_out: the folds that are held out, one network each.
    """

    folder: Path
    records: Records
    held_out: tuple[int, ...]

    @property
    def manifest(self) -> Path:
        """The file that names the pictures."""
        return self.folder / "manifest.csv"

    def write(self) -> None:
        """Write the manifest.

        Raises:
            OutputError: it cannot be written.
        """
        write_records(self.records, self.manifest)

    def folds(self) -> set[int]:
        """Return the folds that there are."""
        return {int(row[FOLD]) for row in self.records.rows}

    def inside(self, fold: int) -> list[dict[str, str]]:
        """Return the pictures of a fold."""
        return [row for row in self.records.rows if int(row[FOLD]) == fold]

    def trained_on(self, fold: int) -> list[dict[str, str]]:
        """Return the pictures that the network which never saw a fold is trained on."""
        return [row for row in self.records.rows if int(row[FOLD]) != fold]

    def figures(self) -> dict[str, int]:
        """Return how many folds and held-out pictures, and how many of known franchises."""
        known = 0
        for fold in self.held_out:
            trained_on = {franchise_of(row) for row in self.trained_on(fold)}
            known += sum(franchise_of(row) in trained_on for row in self.inside(fold))
        return {
            "folds": len(self.folds()),
            "held_out": sum(len(self.inside(fold)) for fold in self.held_out),
            "held_out_of_known_franchises": known,
        }


def choose_pictures(
    data: Path, label: str, most: int | None = None, only: Mapping[str, str] | None = None
) -> Records:
    """Choose the pictures of a comparison, always the same ones for the same arguments.

    Args:
        data: a manifest, or a folder whose folders are labels.
        label: the column that is to be told; pictures without one are passed over.
        most: how many pictures; None takes all. Fewer keep the shares of folds, labels and
            franchises.
        only: what the pictures must have in other columns of the manifest.

    Returns:
        Rows whose paths count from the data's own folder.

    Raises:
        FileMissingError: there is nothing at that place.
        ManifestError: there is nothing to be told apart in it.
    """
    if data.is_dir():
        pictures = read_labelled_pictures(data)
        named = zip(pictures.paths, pictures.labels, strict=True)
        rows = [
            {PATH: path.relative_to(data).as_posix(), FOLDER_LABEL: name} for path, name in named
        ]
        records = Records((PATH, FOLDER_LABEL), rows, data)
    else:
        records = _of_manifest(data, label, only or {})
    if len({row[label] for row in records.rows}) < 2:
        raise ManifestError(
            f"{data} has fewer than two labels in the column {label!r}, so that there is nothing "
            "to be told apart. Name another column with --label, or other pictures."
        )
    return Records(records.columns, _sample(records.rows, label, most), records.folder)


def deal(chosen: Records, label: str, split: str) -> Records:
    """Deal pictures into folds.

    Args:
        chosen: of `choose_pictures`.
        label: the column that is to be told, whose shares the folds keep.
        split: `franchise` takes the folds that the manifest has, `random` as many of equal size.

    Raises:
        ManifestError: the manifest has no folds of its own, or one that is no number.
    """
    own = [row.get(FOLD, "") for row in chosen.rows]
    if split == BY_FRANCHISE:
        if len(set(own)) < 2:
            raise ManifestError(
                "The pictures are in no folds, so that no show can be held out. Deal them with "
                "`animeter data split`, or compare with --split random, which flatters."
            )
        for row in chosen.rows:
            fold_number(row[FOLD].strip(), row[PATH])  # raises where it is none
        return chosen
    folds = _at_random([row[label] for row in chosen.rows], len(set(own) - {""}))
    columns = (*dict.fromkeys((*chosen.columns, FOLD)),)
    rows = [{**row, FOLD: str(fold)} for row, fold in zip(chosen.rows, folds, strict=True)]
    return Records(columns, rows, chosen.folder)


def franchise_of(row: Mapping[str, str]) -> str:
    """Return the unit of splits that a row belongs to, as `datasets.manifest` takes it."""
    return row.get(_FRANCHISE) or row.get("series") or row[PATH]


def _of_manifest(data: Path, label: str, only: Mapping[str, str]) -> Records:
    records = read_records(data)
    for column in (label, *only):
        if column not in records.columns:
            raise ManifestError(
                f"{data} has no column {column!r}, but {', '.join(records.columns)}. Name one of "
                "these."
            )
    has_folds = any(row.get(FOLD) for row in records.rows)
    rows = [
        row
        for row in records.rows
        if _is_told(row, label) and (row.get(FOLD) or not has_folds) and only.items() <= row.items()
    ]
    return Records(records.columns, rows, records.folder)


def _is_told(row: dict[str, str], label: str) -> bool:
    if label != STYLE:
        return bool(row[label].strip())
    drawn = row[STYLE] == "neither" or row.get("content") not in NOT_DRAWN
    return row[STYLE] in STYLES and drawn


def _sample(rows: list[dict[str, str]], label: str, most: int | None) -> list[dict[str, str]]:
    """Take pictures at even steps through the rows, ordered by what shares are to be kept of."""
    if most is None or most >= len(rows):
        return rows
    chance = np.random.default_rng(_SEED).random(len(rows))
    order = sorted(
        range(len(rows)),
        key=lambda i: (rows[i].get(FOLD), rows[i][label], rows[i].get(_FRANCHISE), chance[i]),
    )
    steps = ((np.arange(most) + 0.5) * len(rows) / most).astype(int)
    return [rows[i] for i in sorted(order[step] for step in steps)]


def _at_random(labels: Sequence[str], folds: int) -> list[int]:
    chance = np.random.default_rng(_SEED).random(len(labels))
    order = sorted(range(len(labels)), key=lambda i: (labels[i], chance[i]))
    fold = np.empty(len(labels), dtype=int)
    fold[order] = np.arange(len(labels)) % (folds or _FOLDS_AT_RANDOM)
    return [int(one) for one in fold]
