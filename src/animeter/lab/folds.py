"""Cross-validation by franchise, and the final network: many trainings, one resumable run.

Each network is trained in a process of its own, so that a crash costs one network and memory is
given back. What is done is known by the files that are there (see `runs`), so a run that was
killed goes on where it was.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from animeter.datasets.manifest import ManifestRow
from animeter.domain.errors import AnimeterError
from animeter.lab import out_of_fold
from animeter.lab.averaging import train_averaged
from animeter.lab.calibrated import calibrate_run
from animeter.lab.distributed import ALONE, Processes, is_first_process
from animeter.lab.export import Provenance, export_bundle
from animeter.lab.labels.export import export_label_bundle
from animeter.lab.labels.out_of_fold import calibrate_label_run, predict_held_out_labels
from animeter.lab.labels.rows import refuse_untaught
from animeter.lab.learning_curve import plot_learning_curve
from animeter.lab.members import progress_of
from animeter.lab.runs import (
    FINAL,
    Run,
    fold_name,
    folds_of,
    held_out_by,
    training_facts,
    training_rows,
    trusted_rows,
)

_DONE = "done"
_POLL_S = 2.0
_WATCHED = 256
"""Held-out pictures that are looked at after every epoch, for the learning curve."""

Watch = Callable[[Mapping[str, float]], None]
"""Told how much of each network is done, in [0, 1]."""


class TrainingFailedError(AnimeterError):
    """A network's process ended without its result."""

    code = "training_failed"


def part_names(run: Run) -> list[str]:
    """Return the names of a run's networks: one a fold, and the final one.

    Raises:
        RecipeError: the manifest has no folds.
    """
    return [*(fold_name(fold) for fold in folds_of(trusted_rows(run.recipe))), FINAL]


def is_done(run: Run, name: str) -> bool:
    """Say whether a network is trained and exported, and has predicted its fold."""
    return (run.part(name) / _DONE).exists()


def train_part(
    run: Run, name: str, *, threads: int | None = None, processes: Processes = ALONE
) -> None:
    """Train one network, export it uncalibrated, and let it predict the fold it never saw.

    Of several processes, all train, and the first does the rest.

    Raises:
        AnimeterError: the recipe or the data cannot be used.
    """
    recipe, fold, folder = run.recipe, held_out_by(name), run.part(name)
    rows = training_rows(recipe, fold)
    held_out = [row for row in trusted_rows(recipe) if fold is not None and row.fold == fold]
    watched: list[ManifestRow] = []
    if recipe.task == "labels":
        refuse_untaught(rows, held_out)
        watched = held_out[:: max(1, len(held_out) // _WATCHED)]
    weights = train_averaged(
        recipe, rows, folder, threads=threads, held_out=watched, processes=processes
    )
    if not is_first_process():
        return
    plot_learning_curve(folder)
    if is_done(run, name):
        return
    bundle, provenance = run.bundle(name), Provenance(training_facts(run, name))
    target = folder / out_of_fold.FILE
    if recipe.task == "labels":
        export_label_bundle(recipe, weights, bundle, provenance=provenance)
        if held_out:
            predict_held_out_labels(bundle, held_out, target)
    else:
        export_bundle(recipe, weights, bundle, provenance=provenance)
        if held_out:
            out_of_fold.predict_held_out(bundle, held_out, target, lambda _: None)
    (folder / _DONE).touch()


def train_folds(run: Run, *, jobs: int = 1, watch: Watch = lambda _: None) -> None:
    """Train whatever of a run is not done, then calibrate all of it.

    Args:
        run: to work on.
        jobs: how many networks are trained at a time; each gets its share of the cores. Two
            networks on one core each are faster than one after the other on two.
        watch: told of the progress every few seconds.

    Raises:
        TrainingFailedError: a network's process failed; names its log. The others go on first.
        AnimeterError: the recipe or the data cannot be used.
    """
    names = part_names(run)
    threads = max(1, (os.cpu_count() or 1) // jobs)
    waiting = [name for name in names if not is_done(run, name)]
    running: dict[str, subprocess.Popen[bytes]] = {}
    failed: list[str] = []
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                name = waiting.pop(0)
                running[name] = start_part(run, name, threads)
            time.sleep(_POLL_S)
            ended = [name for name, process in running.items() if process.poll() is not None]
            failed.extend(name for name in ended if running[name].returncode != 0)
            for name in ended:
                del running[name]
            watch({name: progress_of(run.recipe, run.part(name)).done for name in names})
    finally:
        for process in running.values():
            process.terminate()
    if failed:
        raise TrainingFailedError(
            f"{', '.join(failed)} of {run.folder} did not finish; see "
            f"{run.part(failed[0]) / 'train.log'}. Mend the cause and give the same command "
            "again: what is done is kept."
        )
    calibrate = calibrate_label_run if run.recipe.task == "labels" else calibrate_run
    calibrate(run, folds_of(trusted_rows(run.recipe)))


def start_part(run: Run, name: str, threads: int) -> "subprocess.Popen[bytes]":
    """Start training one network in a process of its own, which writes to its `train.log`."""
    folder = run.part(name)
    folder.mkdir(parents=True, exist_ok=True)
    command: Sequence[str | Path] = [
        sys.executable,
        "-m",
        "animeter",
        "train",
        run.recipe_path,
        "--run",
        run.folder,
        "--part",
        name,
        "--threads",
        str(threads),
    ]
    # Passive: threads that wait for each other must not spin on a core another network needs.
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive"}
    with (folder / "train.log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, env=environment)
