"""Pictures with a label each, of any kind, as an evaluation wants them.

The label is a folder's name or any column of a manifest. Which labels a model knows is not known
here, nor is any picture opened.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from animeter.datasets.labelled_pictures import read_labelled_pictures
from animeter.datasets.manifest import fold_number
from animeter.datasets.records import PATH, Records, read_records
from animeter.domain.errors import ManifestError

UNNAMED = "label"
"""What labels are called that have no column's name, such as those that are folders."""

FEWEST_FRANCHISES = 5
"""Of a label of fewer franchises, drawing franchises would drop it from many draws."""


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One picture.

    Attributes:
        path: the picture's file.
        name: the path as the manifest writes it, or within the folder.
        label: its label; empty where it has none.
        fold: the fold that holds it out; None where it belongs to none.
        franchise: what its show belongs to; empty where nothing is said.
    """

    path: Path
    name: str
    label: str
    fold: int | None = None
    franchise: str = ""


@dataclass(frozen=True, slots=True)
class LabelData:
    """Labelled pictures.

    Attributes:
        name: of the folder or file, for the report.
        column: what the labels are called.
        pictures: those with a label.
        unlabelled: how many pictures have none.
    """

    name: str
    column: str
    pictures: list[LabelledPicture]
    unlabelled: int

    def within(self, folds: Sequence[int]) -> "LabelData":
        """Keep the pictures of some folds; of none means all.

        Raises:
            ManifestError: none is left.
        """
        kept = [one for one in self.pictures if not folds or one.fold in folds]
        if not kept:
            wanted = ", ".join(map(str, folds))
            raise ManifestError(f"No labelled picture of {self.name} is in the folds {wanted}.")
        return replace(self, pictures=kept)


@dataclass(frozen=True, slots=True)
class Known:
    """The pictures whose label a model can answer.

    Attributes:
        pictures: N of them.
        truth: int [N], index into the model's answers.
        others: how many pictures each label has that the model does not know.
        others_are: the answer that is right for those; empty where they were left out.
    """

    pictures: list[LabelledPicture]
    truth: NDArray[np.int64]
    others: dict[str, int]
    others_are: str


def read_label_data(source: Path, column: str | None) -> LabelData:
    """Read a folder of folders, or a manifest's column.

    Raises:
        FileMissingError: there is nothing at that place.
        ManifestError: there are no labels to be found in it.
    """
    if source.is_dir():
        found = read_labelled_pictures(source, column)
        pictures = [
            LabelledPicture(path, path.relative_to(source).as_posix(), label)
            for path, label in zip(found.paths, found.labels, strict=True)
        ]
        return LabelData(source.resolve().name, UNNAMED, pictures, found.unlabelled)
    records = read_records(source)
    if column is None or column not in records.columns:
        others = ", ".join(name for name in records.columns if name != PATH) or "no other columns"
        asked = "which column is the label" if column is None else f"a column {column!r}"
        raise ManifestError(
            f"{source} does not say {asked}: it has {others}. Name one of these with --label."
        )
    rows = [_picture(records, row, row[column].strip()) for row in records.rows]
    labelled = [row for row in rows if row.label]
    if not labelled:
        raise ManifestError(f"No row of {source} has anything in the column {column!r}.")
    return LabelData(source.name, column, labelled, len(rows) - len(labelled))


def read_pictures(source: Path) -> list[LabelledPicture]:
    """Read a folder of folders or a manifest for its pictures alone, whose labels are known.

    Raises:
        FileMissingError: there is nothing at that place.
        ManifestError: there are no pictures to be found in it.
    """
    if source.is_dir():
        return read_label_data(source, None).pictures
    records = read_records(source)
    return [_picture(records, row, "") for row in records.rows]


def known_to(answers: Sequence[str], rest: str | None, data: LabelData) -> Known:
    """Find the pictures whose label is among a model's answers.

    Args:
        answers: of the model.
        rest: the one of them that stands for all labels the model does not know; None where it
            has none, and such pictures are left out.
        data: the pictures.

    Raises:
        ManifestError: there is none.
    """
    number_of = {label: number for number, label in enumerate(answers)}
    labels = [one.label for one in data.pictures]
    others = Counter(label for label in labels if label not in number_of)
    if len(others) == len(set(labels)):
        raise ManifestError(
            f"None of the labels of {data.name}, such as {labels[0]!r}, is known to the model, "
            f"which answers {_some(answers)}. Name the column of such labels with --label, or "
            "another model or head."
        )
    if rest is None:
        kept = [one for one in data.pictures if one.label in number_of]
        truth = [number_of[one.label] for one in kept]
    else:
        kept = data.pictures
        truth = [number_of.get(one.label, number_of[rest]) for one in kept]
    return Known(kept, np.array(truth, dtype=np.int64), dict(others.most_common()), rest or "")


def units_of(pictures: Sequence[LabelledPicture]) -> tuple[str, NDArray[np.str_]]:
    """Choose what intervals are drawn by, and name each picture's.

    Franchises, where each label has several; else single pictures, since what stands in one
    franchise alone cannot say how its label would do in others.
    """
    franchises: dict[str, set[str]] = {}
    for one in pictures:
        franchises.setdefault(one.label, set()).add(one.franchise)
    several = all(len(members - {""}) >= FEWEST_FRANCHISES for members in franchises.values())
    if several:
        return "franchise", np.array([one.franchise or one.name for one in pictures])
    return "picture", np.array([one.name for one in pictures])


def _picture(records: Records, row: Mapping[str, str], label: str) -> LabelledPicture:
    return LabelledPicture(
        path=records.picture(row),
        name=row[PATH],
        label=label,
        fold=fold_number(row.get("fold", "").strip(), row[PATH]),
        franchise=row.get("franchise", "").strip(),
    )


def _some(names: Sequence[str], shown: int = 5) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more
