"""The shipped heads beside networks that are trained for one head's task and nothing else.

OUTPUT/type.csv        the pictures of a head's task: their labels, and the folds it is judged by
OUTPUT/type/           the comparison of recipes on them (see `comparison.comparing`)

One part of the pictures is held out of everything. The head reads the embedding of a network that
was taught style, and never saw the franchise of the picture it is asked about; a rival's whole
network is trained on these labels, where shows are not held out also on other pictures of the
same show.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from animeter.datasets.records import PATH, Records, moved, write_records
from animeter.domain.errors import TeachingError
from animeter.domain.metrics import expected_calibration_error
from animeter.domain.temperature import mean_loss
from animeter.inference.taxonomy_file import BUILTIN_FILE, read_taxonomy
from animeter.lab.comparison.comparing import compare
from animeter.lab.comparison.figures import Judged, worth
from animeter.lab.comparison.pictures import FOLD, FOLDER_LABEL
from animeter.lab.comparison.training import Request
from animeter.lab.heads.builtin_heads import Floats, Integers, Pictures, judge
from animeter.lab.heads.tasks import Task, head_tasks

HELD_OUT: Final = 0
"""The fold, or the part of each show's pictures, that all of them are asked about."""

_UNIT: Final = "franchise"  # the column that intervals are drawn by
_LEAST: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Budget:
    """What every rival gets.

    Attributes:
        recipes: of the rivals; their labels and pictures are replaced.
        epochs: of each.
        threads: of the processor; None for all.
    """

    recipes: tuple[Path, ...]
    epochs: int
    threads: int | None = None


def compare_with_rivals(
    pictures: Pictures,
    data_folder: Path,
    head: str,
    budget: Budget,
    output: Path,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Return the figures of a head and of its rivals; another call goes on where one stopped.

    Args:
        pictures: of `builtin_heads.gather`.
        data_folder: what the names of the pictures are relative to.
        head: its name.
        budget: of every rival.
        output: the folder of everything.
        say: told what is being done.

    Raises:
        TeachingError: there are too few pictures for that head.
        AnimeterError: a recipe cannot be used, or the folder cannot be written.
    """
    tasks = {task.name: task for task in head_tasks(pictures.rows, read_taxonomy(BUILTIN_FILE))}
    if head not in tasks:
        raise TeachingError(
            f"These pictures are not enough for a head {head!r}, but for {sorted(tasks)}. "
            "Name one of these, or label more pictures."
        )
    task = tasks[head]
    records = task_records(pictures, task, data_folder)
    manifest = output / f"{head}.csv"
    output.mkdir(parents=True, exist_ok=True)
    write_records(moved(records, output), manifest)
    request = Request(
        data=manifest,
        recipes=budget.recipes,
        label=FOLDER_LABEL,
        folds=(HELD_OUT,),
        epochs=budget.epochs,
        threads=budget.threads,
    )
    compared = compare(request, output / head, lambda what: say(f"{head}: {what}"))
    return {
        "pictures": len(records.rows),
        "labels": len(task.labels),
        "within_shows": task.within_shows,
        "epochs": budget.epochs,
        "head": _worth_of_head(pictures, task, records),
        "rivals": {entry["recipe"]: entry for entry in compared["entries"]},
    }


def task_records(pictures: Pictures, task: Task, folder: Path) -> Records:
    """Return a task's pictures as a manifest, dealt into folds as the head is judged by."""
    fold, unit = _fold(pictures, task), _units(pictures, task)
    rows = [
        {
            PATH: pictures.rows[number].name,
            FOLDER_LABEL: task.labels[target],
            FOLD: str(fold[row]),
            _UNIT: unit[row],
        }
        for row, (number, target) in enumerate(
            zip(task.members.tolist(), task.targets.tolist(), strict=True)
        )
    ]
    return Records((PATH, FOLDER_LABEL, FOLD, _UNIT), rows, folder)


def _worth_of_head(pictures: Pictures, task: Task, records: Records) -> dict[str, Any]:
    shares = judge(pictures, task).shares
    asked = np.flatnonzero(_fold(pictures, task) == HELD_OUT)
    said = _judged(shares[asked], task.targets[asked], [records.rows[i][PATH] for i in asked])
    return worth(said, {row[PATH]: row[_UNIT] for row in records.rows})


def _judged(shares: Floats, truth: Integers, names: list[str]) -> Judged:
    decided = shares.argmax(axis=1)
    return Judged(
        names=names,
        truth=truth,
        decided=decided,
        loss=mean_loss(np.log(np.maximum(shares, _LEAST)), truth),
        calibration_error=expected_calibration_error(shares.max(axis=1), decided == truth),
    )


def _fold(pictures: Pictures, task: Task) -> Integers:
    return (pictures.part if task.within_shows else pictures.judge)[task.members]


def _units(pictures: Pictures, task: Task) -> list[str]:
    """Return what holds together when folds are dealt: near-duplicates, or whole franchises."""
    if task.within_shows:
        return [f"group {number}" for number in pictures.group[task.members]]
    return [pictures.rows[number].franchise for number in task.members]
