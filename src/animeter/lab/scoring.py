"""Scores many pictures with one model and keeps every score on disk as it comes (`ledger`).

This file does not know what the pictures truly are: it asks the classifier and writes down.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from animeter.domain.results import Classification, Result
from animeter.domain.verdict import Verdict
from animeter.inference.pipeline import work_ahead
from animeter.lab.ledger import Ledger, Progress

if TYPE_CHECKING:
    from PIL.Image import Image

    from animeter.inference.classifier import Classifier

PROBABILITY_FLOOR = 1e-7
"""A float32 sigmoid cannot tell a likeness nearer to 0 or 1 apart from 0 or 1."""

_MADE_AHEAD = 64


@dataclass(frozen=True, slots=True)
class Task:
    """One picture to score.

    Attributes:
        key: the picture's name in the ledger.
        make: gives the picture; called in a worker thread, shortly before it is needed. It may
            give a path or an image, and must not raise for a broken file: give the path, and the
            classifier's failure is recorded.
    """

    key: str
    make: "Callable[[], Path | Image]"


@dataclass(frozen=True, slots=True)
class Score:
    """What the model said of one picture; `error` is the failure's code where it said nothing."""

    key: str
    anime: float
    cartoon: float
    verdict: str
    error: str | None = None

    @property
    def likeness(self) -> tuple[float, float]:
        """Anime and cartoon likeness; NaN for a failure."""
        return (self.anime, self.cartoon)

    def to_row(self) -> dict[str, Any]:
        """Return the line of the ledger."""
        if self.error is not None:
            return {"path": self.key, "error": self.error}
        return {
            "path": self.key,
            "anime": self.anime,
            "cartoon": self.cartoon,
            "verdict": self.verdict,
        }

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> "Score":
        """Take what `to_row` gave."""
        if "error" in row:
            return cls(row["path"], math.nan, math.nan, "", str(row["error"]))
        said = (float(row["anime"]), float(row["cartoon"]))
        return cls(row["path"], *said, str(row["verdict"]))

    @classmethod
    def from_result(cls, key: str, result: Result) -> "Score":
        """Take what the classifier gave."""
        if isinstance(result, Classification):
            return cls(key, result.anime, result.cartoon, result.verdict.value)
        return cls(key, math.nan, math.nan, "", result.error)


def score(
    classifier: "Classifier",
    tasks: Sequence[Task],
    ledger: Path,
    asked: dict[str, Any],
    progress: Progress | None = None,
) -> list[Score]:
    """Score pictures, or read the scores that an earlier call left.

    Args:
        classifier: the model.
        tasks: the pictures, with keys of their own.
        ledger: the JSONL file that keeps the scores; its folder is made.
        asked: what identifies the work (model, pictures, disturbance); JSON values.
        progress: told of pictures as they are done, those found done first.

    Returns:
        One score a task, in order.
    """

    def remaining(done: int) -> Iterator[Score]:
        made = work_ahead(_make, tasks[done:], _MADE_AHEAD, classifier.workers)
        results = classifier.classify_many(made)
        for task, result in zip(tasks[done:], results, strict=True):
            yield Score.from_result(task.key, result)

    keys = [task.key for task in tasks]
    return Ledger(ledger, asked, Score).take_up(keys, remaining, progress)


def likeness_of(scores: Sequence[Score]) -> NDArray[np.float64]:
    """Stack likenesses: [N, 2], NaN rows for failures."""
    return np.array([entry.likeness for entry in scores], dtype=np.float64).reshape(-1, 2)


def logits_of(likeness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Undo the sigmoid: the calibrated logits, within the range a float32 likeness can tell."""
    kept = np.clip(likeness, PROBABILITY_FLOOR, 1.0 - PROBABILITY_FLOOR)
    result: NDArray[np.float64] = np.log(kept) - np.log1p(-kept)
    return result


def verdict_shares(scores: Sequence[Score]) -> dict[str, float]:
    """Return the share of every verdict, failures left out; empty where nothing is left."""
    verdicts = [entry.verdict for entry in scores if entry.error is None]
    if not verdicts:
        return {}
    return {verdict.value: verdicts.count(verdict.value) / len(verdicts) for verdict in Verdict}


def _make(tasks: Sequence[Task]) -> "list[Path | Image]":
    return [task.make() for task in tasks]
