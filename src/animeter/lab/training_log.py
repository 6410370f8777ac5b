"""The log of a training: a line an epoch, in a CSV file that goes on after a kill.

Lightning's own logger begins anew after a kill; this one appends. An epoch that a kill made run
twice stands there twice, and the later line counts.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOG_FILE: Final = "log.csv"
HELD_OUT_LOSS: Final = "held_out_loss"
HELD_OUT_ACCURACY: Final = "held_out_accuracy"
TRAIN_LOSSES: Final = ("likeness_loss", "label_loss")
"""What the loss is called in the log, a name a task."""

_EPOCH: Final = "epoch"
_ACCURACY: Final = "right"


@dataclass(frozen=True, slots=True)
class EpochFigures:
    """How an epoch of a training went.

    Attributes:
        epoch: counted from 0.
        train_loss: mean over the epoch's changed pictures: the cross-entropy of the task's own
            targets.
        held_out_loss: of the averaged weights on the held-out pictures as they are; None where
            none were given.
        held_out_accuracy: share of them that is right, in [0, 1]; of likenesses, not pictures,
            where likenesses are learned.
        train_accuracy: share that was right in training, likewise.
    """

    epoch: int
    train_loss: float
    held_out_loss: float | None = None
    held_out_accuracy: float | None = None
    train_accuracy: float | None = None


def append_epoch(folder: Path, epoch: int, means: Mapping[str, float]) -> EpochFigures:
    """Append an epoch's line to the log in a folder, and return its figures.

    Args:
        folder: of the training.
        epoch: counted from 0.
        means: by name; the two of held-out pictures may be missing.
    """
    named = {name: f"{value:.5f}" for name, value in means.items()}
    record = {_EPOCH: str(epoch), **named}
    for name in (HELD_OUT_LOSS, HELD_OUT_ACCURACY):
        record[name] = record.pop(name, "")  # the last columns, whether filled or not
    path = folder / LOG_FILE
    fresh = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if fresh:
            writer.writerow(record)
        writer.writerow(record.values())
    return _figures(record)


def read_log(folder: Path) -> list[EpochFigures]:
    """Return the epochs that a folder's log holds, in order; none where there is no log yet."""
    path = folder / LOG_FILE
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        by_epoch = {record[_EPOCH]: _figures(record) for record in csv.DictReader(file)}
    return sorted(by_epoch.values(), key=lambda figures: figures.epoch)


def _figures(record: Mapping[str, str]) -> EpochFigures:
    loss = next(record[name] for name in TRAIN_LOSSES if name in record)
    return EpochFigures(
        epoch=int(record[_EPOCH]),
        train_loss=float(loss),
        held_out_loss=_number(record, HELD_OUT_LOSS),
        held_out_accuracy=_number(record, HELD_OUT_ACCURACY),
        train_accuracy=_number(record, _ACCURACY),
    )


def _number(record: Mapping[str, str], name: str) -> float | None:
    text = record.get(name)
    return float(text) if text else None
