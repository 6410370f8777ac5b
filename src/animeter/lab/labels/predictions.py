"""What was said of pictures whose label is one of several: a probability a label, and the truth.

`predictions.csv` holds them: the columns `path`, `fold` and `label`, then one a label. Training
writes it for each fold, `animeter evaluate` reads it, and any other program may do either.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from animeter.datasets.manifest import fold_number
from animeter.domain.errors import FileMissingError, ManifestError, OutputError
from animeter.domain.taught_head import softmax
from animeter.lab.scoring import PROBABILITY_FLOOR
from animeter.media.small_files import write_whole

COLUMNS = ("path", "fold", "label")
"""The first columns; every further one is a label. They are told by their place, not their name,
so that a label may be called `path`."""

_ROUNDING = 1e-5
"""By how much a written probability may miss [0, 1]."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelPredictions:
    """Predictions of N pictures under K labels.

    Attributes:
        names: the pictures, as their manifest writes them.
        truth: int [N], index into `labels`.
        labels: what can be answered.
        probability: float [N, K] in [0, 1].
        fold: int [N], the fold of each picture; None where there are no folds.

    Raises:
        ValueError: the parts do not fit each other.
    """

    names: tuple[str, ...]
    truth: NDArray[np.int64]
    labels: tuple[str, ...]
    probability: NDArray[np.float64]
    fold: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        pictures, labels = len(self.names), len(self.labels)
        if self.truth.shape != (pictures,) or self.probability.shape != (pictures, labels):
            raise ValueError(
                f"{pictures} names and {labels} labels do not fit the truth {self.truth.shape} "
                f"and the probability {self.probability.shape}"
            )
        if self.fold is not None and self.fold.shape != (pictures,):
            raise ValueError(f"{pictures} names do not fit the folds {self.fold.shape}")
        if len(set(self.labels)) != labels:
            raise ValueError(f"labels must differ, got {self.labels}")
        if pictures and not 0 <= self.truth.min() <= self.truth.max() < labels:
            raise ValueError(f"the truth must lie in [0, {labels})")
        within = (self.probability >= -_ROUNDING) & (self.probability <= 1.0 + _ROUNDING)
        if not within.all():  # nan is not within either
            raise ValueError("probabilities must lie in [0, 1]")

    @property
    def answer(self) -> NDArray[np.int64]:
        """Int [N]: the likeliest label of each picture, index into `labels`."""
        answers: NDArray[np.int64] = self.probability.argmax(axis=1).astype(np.int64)
        return answers

    @property
    def logits(self) -> NDArray[np.float64]:
        """Float [N, K]: the probabilities' logarithms, as far down as float32 can tell."""
        return np.asarray(np.log(np.clip(self.probability, PROBABILITY_FLOOR, 1.0)))

    def at(self, temperature: NDArray[np.float64]) -> "LabelPredictions":
        """Return what is said when each picture's logits are divided by its temperature [N]."""
        return replace(self, probability=softmax(self.logits / temperature[:, None]))

    def only(self, kept: NDArray[np.bool_]) -> "LabelPredictions":
        """Return the predictions of some pictures; `kept` is bool [N]."""
        return LabelPredictions(
            names=tuple(name for name, wanted in zip(self.names, kept, strict=True) if wanted),
            truth=self.truth[kept],
            labels=self.labels,
            probability=self.probability[kept],
            fold=None if self.fold is None else self.fold[kept],
        )


def write_label_predictions(predictions: LabelPredictions, path: Path) -> None:
    """Write predictions as CSV, whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*COLUMNS, *predictions.labels])
    for number, name in enumerate(predictions.names):
        fold = "" if predictions.fold is None else int(predictions.fold[number])
        label = predictions.labels[predictions.truth[number]]
        said = [f"{probability:.7g}" for probability in predictions.probability[number]]
        writer.writerow([name, fold, label, *said])
    try:
        write_whole(path, text.getvalue())
    except OSError as error:
        raise OutputError(f"Cannot write {path}: {error.strerror or error}.") from error


def holds_label_predictions(path: Path) -> bool:
    """Say whether a file begins as `write_label_predictions` begins one."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return tuple(next(csv.reader(file), ())[: len(COLUMNS)]) == COLUMNS
    except (OSError, UnicodeDecodeError, csv.Error):
        return False


def read_label_predictions(paths: Sequence[Path]) -> LabelPredictions:
    """Read one file of predictions, or several and put them together, as those of all folds.

    Raises:
        FileMissingError: there is no such file.
        ManifestError: a file is not of that form, or has other labels than the one before.
    """
    parts = [_read(path) for path in paths]
    first = parts[0]
    for path, part in zip(paths, parts, strict=True):
        if set(part.labels) != set(first.labels):
            differing = sorted(set(part.labels) ^ set(first.labels))
            raise ManifestError(
                f"{path} and {paths[0]} hold predictions under different labels; such as "
                f"{differing[0]!r}, which stands in one of them alone. Give files of one run."
            )
        if (part.fold is None) != (first.fold is None):
            raise ManifestError(f"Of {path} and {paths[0]}, one gives folds and one does not.")
    folds = [part.fold for part in parts if part.fold is not None]
    return LabelPredictions(
        names=tuple(name for part in parts for name in part.names),
        truth=np.concatenate([_moved(part, first.labels) for part in parts]),
        labels=first.labels,
        probability=np.concatenate([_columns(part, first.labels) for part in parts]),
        fold=np.concatenate(folds) if folds else None,
    )


def _read(path: Path) -> LabelPredictions:
    if not path.is_file():
        raise FileMissingError(
            f"There are no predictions at {path}. Give a CSV file with the columns path, fold, "
            "label, and then one a label."
        )
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            lines = [(reader.line_num, fields) for fields in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"{path} is not a CSV file in UTF-8: {error}.") from error
    labels = _labels(header, path)
    if not lines:
        raise ManifestError(f"{path} holds no predictions: it needs at least one row.")
    number_of = {label: number for number, label in enumerate(labels)}
    names, folds, truth, table = [], [], [], []
    for line, fields in lines:
        if len(fields) != len(header):
            _refuse(path, line, f"has {len(fields)} fields, and the header has {len(header)}")
        if fields[2] not in number_of:
            _refuse(path, line, f"has the label {fields[2]!r}, which has no column of its own")
        names.append(fields[0])
        folds.append(fold_number(fields[1], f"{path}, line {line},"))
        truth.append(number_of[fields[2]])
        table.append(_probabilities(fields[3:], path, line))
    given = [fold for fold in folds if fold is not None]
    if given and len(given) < len(folds):
        raise ManifestError(f"{path} gives some pictures a fold and others none. Give all or none.")
    return LabelPredictions(
        names=tuple(names),
        truth=np.array(truth, dtype=np.int64),
        labels=labels,
        probability=np.array(table, dtype=np.float64),
        fold=np.array(given, dtype=np.int64) if given else None,
    )


def _labels(header: Sequence[str], path: Path) -> tuple[str, ...]:
    labels = tuple(header[len(COLUMNS) :])
    if tuple(header[: len(COLUMNS)]) != COLUMNS or len(labels) < 2:
        raise ManifestError(
            f"{path} has the columns {', '.join(header[:6]) or '(none)'}; wanted "
            f"{', '.join(COLUMNS)}, and then two labels or more."
        )
    if len(set(labels)) < len(labels):
        raise ManifestError(f"{path} has two columns for one label. Leave one out.")
    return labels


def _probabilities(fields: Sequence[str], path: Path, line: int) -> list[float]:
    try:
        said = [float(field) for field in fields]
    except ValueError:
        _refuse(path, line, "has a probability that is no number")
    if not all(-_ROUNDING <= probability <= 1.0 + _ROUNDING for probability in said):
        _refuse(path, line, "has a probability outside [0, 1]")
    return said


def _refuse(path: Path, line: int, what: str) -> NoReturn:
    raise ManifestError(f"{path}, line {line}, {what}.")


def _moved(part: LabelPredictions, labels: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the truth as indices into another order of the same labels."""
    place = np.array([labels.index(label) for label in part.labels], dtype=np.int64)
    return place[part.truth]


def _columns(part: LabelPredictions, labels: tuple[str, ...]) -> NDArray[np.float64]:
    return part.probability[:, [part.labels.index(label) for label in labels]]
