"""The picture of a training: loss and share of right likenesses, epoch by epoch."""

import csv
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

from animeter.lab.training import LOG_FILE


def plot_learning_curve(folder: Path) -> Path | None:
    """Plot a training folder's log to `learning_curve.png`; None where there is no log yet."""
    log = folder / LOG_FILE
    if not log.exists():
        return None
    with log.open(newline="", encoding="utf-8") as file:
        # An epoch that a kill made run twice stands there twice; the later line counts.
        by_epoch = {int(record["epoch"]): record for record in csv.DictReader(file)}
    records = list(by_epoch.values())
    epochs = [epoch + 1 for epoch in by_epoch]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    left.plot(epochs, [float(r["likeness_loss"]) for r in records], marker="o")
    left.set(xlabel="epoch", ylabel="binary cross-entropy (training)", title="Loss")
    right.plot(epochs, [100 * float(r["right"]) for r in records], marker="o")
    right.set(xlabel="epoch", ylabel="right likenesses, % (training)", title="Accuracy")
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.xaxis.get_major_locator().set_params(integer=True)
    target = folder / "learning_curve.png"
    figure.savefig(target, dpi=120)
    plt.close(figure)
    return target
