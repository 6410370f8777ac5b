"""A run folder as trainings leave it, with predictions drawn by chance instead of trained for."""

import csv
from pathlib import Path

import numpy as np

from animeter.domain.verdict import STYLES
from animeter.lab import out_of_fold
from animeter.lab.progress import Progress, write_progress
from animeter.lab.runs import Run, fold_name
from tests.support.tiny_recipe import write_recipe

PICTURES = 120  # a fold


def make_run(folder: Path, *, epochs: int = 2, folds: int = 2, noise: float = 1.0) -> Run:
    """Make a run in `folder/run`; the larger the noise, the worse its networks."""
    folder.mkdir(parents=True, exist_ok=True)
    run = Run.open(write_recipe(folder, epochs=epochs), folder / "run")
    chance = np.random.default_rng(0)
    for fold in range(folds):
        part = run.part(fold_name(fold))
        part.mkdir()
        write_progress(part, Progress(1.0, epochs, 30.0))
        style = chance.integers(0, len(STYLES), PICTURES)
        signal = 4.0 * (np.eye(len(STYLES))[style][:, :2] - 0.5)
        logits = signal + chance.normal(0.0, noise, (PICTURES, 2))
        with (part / out_of_fold.FILE).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["path", "fold", "style", "anime_logit", "cartoon_logit"])
            for number, (kind, (anime, cartoon)) in enumerate(zip(style, logits, strict=True)):
                row = [f"{fold}-{number}.png", fold, STYLES[kind], f"{anime:.5f}", f"{cartoon:.5f}"]
                writer.writerow(row)
    return run
