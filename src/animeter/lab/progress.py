"""How far a network's training is: a small file beside it, for whoever watches from outside.

FOLDER/progress.json        share done, epoch and seconds, rewritten as training goes on
FOLDER/weights.safetensors  the averaged weights, written last: its presence means done
"""

import json
from dataclasses import dataclass
from pathlib import Path

from animeter.media.small_files import write_whole

WEIGHTS_FILE = "weights.safetensors"
_PROGRESS = "progress.json"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is.

    Attributes:
        done: share of its steps, in [0, 1].
        epoch: that it is in, counted from 0; the number of epochs once it is done.
        seconds: of training, over all calls that it took.
    """

    done: float
    epoch: int
    seconds: float


def write_progress(folder: Path, progress: Progress) -> None:
    """Replace what a folder says of its progress."""
    record = {
        "done": round(progress.done, 4),
        "epoch": progress.epoch,
        "seconds": round(progress.seconds, 1),
    }
    write_whole(folder / _PROGRESS, json.dumps(record))


def read_progress(folder: Path) -> Progress:
    """Return how far the training in a folder is; nothing done where there is none."""
    try:
        record = json.loads((folder / _PROGRESS).read_text(encoding="utf-8"))
        read = Progress(float(record["done"]), int(record["epoch"]), float(record["seconds"]))
    except (OSError, ValueError, KeyError, TypeError):
        read = Progress(0.0, 0, 0.0)
    finished = (folder / WEIGHTS_FILE).exists()
    return Progress(1.0, read.epoch, read.seconds) if finished else read
