"""Who says which label a picture has: a taught head, the likenesses, or a model of labels.

Each judge gives one probability for each of its labels, and writes them into a ledger as they come.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from animeter.domain.hierarchy import OTHER
from animeter.domain.results import Failure
from animeter.domain.taught_head import NONE_OF_THESE
from animeter.domain.verdict import STYLES
from animeter.inference.bundle import (
    MODEL_FILE,
    SPEC_FILE,
    Bundle,
    LabelBundle,
    is_label_bundle,
)
from animeter.inference.classifier import Classifier, load
from animeter.inference.heads import load_head
from animeter.inference.label_classifier import LabelClassifier
from animeter.lab.labels.data import LabelledPicture
from animeter.lab.ledger import Ledger, Progress

STYLE = "style"
"""The head that every model of likenesses has."""

Said: TypeAlias = NDArray[np.float64]
"""A probability [K] for each label."""


class LabelJudge(Protocol):
    """Whoever answers with labels."""

    @property
    def labels(self) -> tuple[str, ...]:
        """What can be answered."""

    @property
    def rest(self) -> str | None:
        """The label that stands for all that are not known; None if there is no such."""

    @property
    def facts(self) -> dict[str, Any]:
        """What the report says of it: the model's name and size, and the head where one spoke."""

    @property
    def folder(self) -> Path:
        """Where its model lies."""

    def judge(self, paths: Iterable[Path]) -> Iterator[Said | Failure]:
        """Answer for a stream of pictures, in order."""


@dataclass(frozen=True, slots=True)
class LabelScore:
    """What a judge said of one picture; `error` is the failure's code where it said nothing."""

    key: str
    said: tuple[float, ...]
    error: str | None = None

    def to_row(self) -> dict[str, Any]:
        """Return the line of the ledger."""
        if self.error is not None:
            return {"path": self.key, "error": self.error}
        return {"path": self.key, "said": list(self.said)}

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> "LabelScore":
        """Take what `to_row` gave."""
        if "error" in row:
            return cls(row["path"], (), str(row["error"]))
        return cls(row["path"], tuple(float(part) for part in row["said"]))


class HeadJudge:
    """A taught head on its model, asked as `animeter classify --head` asks it."""

    def __init__(self, name_or_path: str | Path, model: str | Path | None = None) -> None:
        head = load_head(name_or_path)
        self.labels = head.answers
        self._name = head.name
        self._classifier = load(model).with_heads([head], top_k=len(self.labels))
        stand_ins = [label for label in (OTHER, NONE_OF_THESE) if label in self.labels]
        self.rest = stand_ins[0] if stand_ins else None
        self.folder = self._classifier.bundle.folder
        layer = hashlib.sha256(head.weights.tobytes() + head.bias.tobytes()).hexdigest()
        self.facts = facts_of(self._classifier.bundle, head.name) | {"head_sha256": layer}

    def judge(self, paths: Iterable[Path]) -> Iterator[Said | Failure]:
        """Answer for a stream of pictures, in order."""
        for result in self._classifier.classify_many(paths):
            if isinstance(result, Failure):
                yield result
            else:
                told = {one.label: one.score for one in result.heads[self._name]}
                yield np.array([told[label] for label in self.labels])


class StyleJudge:
    """The likenesses of a model, where one of anime, cartoon and neither must be named."""

    labels = STYLES
    rest = None

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        self.folder = classifier.bundle.folder
        self.facts = facts_of(classifier.bundle, STYLE)

    def judge(self, paths: Iterable[Path]) -> Iterator[Said | Failure]:
        """Answer for a stream of pictures, in order."""
        for result in self._classifier.classify_many(paths):
            if isinstance(result, Failure):
                yield result
            else:
                neither = max(0.0, 1.0 - result.anime - result.cartoon)
                shares = np.array([result.anime, result.cartoon, neither])
                yield shares / shares.sum()


class LabelModelJudge:
    """A model that was trained on exclusive labels."""

    rest = None

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._classifier = LabelClassifier(LabelBundle.open(folder))
        self.labels = self._classifier.labels
        self.facts = facts_of(self._classifier.bundle)

    def judge(self, paths: Iterable[Path]) -> Iterator[Said | Failure]:
        """Answer for a stream of pictures, in order."""
        for result in self._classifier.classify_many(paths):
            if isinstance(result, Failure):
                yield result
            else:
                yield result.probabilities.astype(np.float64)


def label_model_folder(model: str | Path | None) -> Path | None:
    """Return the folder of a model of labels; None where a model is one of likenesses, or none."""
    folder = None if model is None else Path(model).expanduser()
    if folder is None or not (folder / SPEC_FILE).is_file() or not is_label_bundle(folder):
        return None
    return folder


def find_judge(model: str | Path | None, head: str | Path | None) -> LabelJudge:
    """Find who is to name labels.

    Args:
        model: a model's name or a bundle's folder; None is the built-in model.
        head: a taught head's name or folder; None asks the model itself.

    Raises:
        BundleError: there is no such model, or it cannot be run.
        HeadError: there is no such head, or it was taught on another model.
    """
    folder = label_model_folder(model)
    if folder is not None and head is None:
        return LabelModelJudge(folder)
    if head is None or head == STYLE:
        return StyleJudge(load(model))
    return HeadJudge(head, model)


def score_labels(
    judge: LabelJudge,
    pictures: Sequence[LabelledPicture],
    ledger: Path,
    progress: Progress | None = None,
) -> list[LabelScore]:
    """Ask a judge about pictures, or read the answers that an earlier call left.

    Returns:
        One score a picture, in order.
    """
    names = [picture.name for picture in pictures]
    asked = {
        "judge": judge.facts,
        "labels": list(judge.labels),
        "pictures": hashlib.sha256("\n".join(names).encode()).hexdigest(),
    }

    def remaining(done: int) -> Iterator[LabelScore]:
        said = judge.judge(picture.path for picture in pictures[done:])
        for name, answer in zip(names[done:], said, strict=True):
            if isinstance(answer, Failure):
                yield LabelScore(name, (), answer.error)
            else:
                # Rounded here, so that a ledger and predictions.csv hold the very same.
                rounded = (float(f"{part:.7g}") for part in np.clip(answer, 0.0, 1.0))
                yield LabelScore(name, tuple(rounded))

    return Ledger(ledger, asked, LabelScore).take_up(names, remaining, progress)


def facts_of(bundle: Bundle | LabelBundle, head: str = "") -> dict[str, Any]:
    """Return what a report says of a model."""
    spec = bundle.spec
    return {
        "name": spec.name,
        "version": spec.version,
        "sha256": spec.sha256,
        "size_bytes": (bundle.folder / MODEL_FILE).stat().st_size,
        "input_px": spec.input.size_px,
        "head": head,
    }
