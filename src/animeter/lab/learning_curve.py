"""The picture of a training: loss and share of right likenesses, epoch by epoch."""

import csv
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

_FILE = "metrics.csv"


def plot_learning_curve(folder: Path) -> Path | None:
    """Plot a training folder's log to `learning_curve.png`; None where there is no log yet."""
    log = folder / _FILE
    if not log.exists():
        return None
    with log.open(newline="", encoding="utf-8") as file:
        records = [r for r in csv.DictReader(file) if r.get("likeness_loss_epoch")]
    epochs = [int(record["epoch"]) + 1 for record in records]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    left.plot(epochs, [float(r["likeness_loss_epoch"]) for r in records], marker="o")
    left.set(xlabel="epoch", ylabel="binary cross-entropy (training)", title="Loss")
    right.plot(epochs, [100 * float(r["right_epoch"]) for r in records], marker="o")
    right.set(xlabel="epoch", ylabel="right likenesses, % (training)", title="Accuracy")
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.xaxis.get_major_locator().set_params(integer=True)
    target = folder / "learning_curve.png"
    figure.savefig(target, dpi=120)
    plt.close(figure)
    return target
