"""Scores many pictures with one model and keeps every score on disk as it comes.

A ledger is a JSONL file: a first line that says what was asked, then one line a picture, in
order. Asked again, the lines that are there are taken as they are, and the work goes on behind
them; a line that a kill cut in two is dropped. Asked something else (another model, another list
of pictures, another strength of a disturbance), the ledger starts anew.

This file does not know what the pictures truly are: it asks the classifier and writes down.
"""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from animeter.domain.results import Classification, Result
from animeter.domain.verdict import Verdict
from animeter.inference.pipeline import work_ahead

if TYPE_CHECKING:
    from PIL.Image import Image

    from animeter.inference.classifier import Classifier

PROBABILITY_FLOOR = 1e-7
"""A float32 sigmoid cannot tell a likeness nearer to 0 or 1 apart from 0 or 1."""

_LINES_A_FLUSH = 64
_MADE_AHEAD = 64

Progress = Callable[[int], None]
"""Told how many pictures more are done."""


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

    def to_line(self) -> str:
        """Return the line of the ledger, newline included."""
        if self.error is not None:
            return json.dumps({"path": self.key, "error": self.error}) + "\n"
        row = {
            "path": self.key,
            "anime": self.anime,
            "cartoon": self.cartoon,
            "verdict": self.verdict,
        }
        return json.dumps(row) + "\n"

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
    ledger.parent.mkdir(parents=True, exist_ok=True)
    heading = json.dumps({"asked": asked}, sort_keys=True) + "\n"
    done = _read_ledger(ledger, heading, [task.key for task in tasks])
    if progress is not None and done:
        progress(len(done))
    if len(done) == len(tasks):
        return done
    remaining = tasks[len(done) :]
    with ledger.open("a", encoding="utf-8") as file:
        if file.tell() == 0:
            file.write(heading)
        made = work_ahead(_make, remaining, _MADE_AHEAD, classifier.workers)
        results = classifier.classify_many(made)
        for number, (task, result) in enumerate(zip(remaining, results, strict=True), 1):
            entry = Score.from_result(task.key, result)
            file.write(entry.to_line())
            done.append(entry)
            if number % _LINES_A_FLUSH == 0:
                file.flush()
            if progress is not None:
                progress(1)
    return done


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


def _read_ledger(ledger: Path, heading: str, keys: Sequence[str]) -> list[Score]:
    """Read the scores that still hold, and cut the file off behind them."""
    if not ledger.exists():
        return []
    done: list[Score] = []
    kept_bytes = 0
    with ledger.open("rb") as file:
        if file.readline() == heading.encode():
            kept_bytes = len(heading.encode())
            for key, line in zip(keys, file, strict=False):
                entry = _parse_line(line, key)
                if entry is None:
                    break
                done.append(entry)
                kept_bytes += len(line)
    with ledger.open("rb+") as file:
        file.truncate(kept_bytes)
    return done


def _parse_line(line: bytes, key: str) -> Score | None:
    """Read a line, or None where it is cut short or of another picture."""
    if not line.endswith(b"\n"):
        return None
    try:
        row = json.loads(line)
    except ValueError:
        return None
    if not isinstance(row, dict) or row.get("path") != key:
        return None
    if "error" in row:
        return Score(key, math.nan, math.nan, "", str(row["error"]))
    return Score(key, float(row["anime"]), float(row["cartoon"]), str(row["verdict"]))
