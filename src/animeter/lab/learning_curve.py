"""The picture of a training: loss and share of right answers, epoch by epoch."""

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

from animeter.lab.training_log import read_log


def plot_learning_curve(folder: Path) -> Path | None:
    """Plot a training folder's log to `learning_curve.png`; None where there is no log yet."""
    log = read_log(folder)
    if not log:
        return None
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    sides = (
        (left, [(e.train_loss, e.held_out_loss) for e in log], 1, "cross-entropy"),
        (right, [(e.train_accuracy, e.held_out_accuracy) for e in log], 100, "right, %"),
    )
    epochs = [figures.epoch + 1 for figures in log]
    for axes, pairs, factor, name in sides:
        for label, column in zip(("training", "held out"), zip(*pairs, strict=True), strict=True):
            if any(value is not None for value in column):
                scaled = [float("nan") if value is None else factor * value for value in column]
                axes.plot(epochs, scaled, marker="o", label=label)
        axes.set(xlabel="epoch", ylabel=name)
        axes.legend()
        axes.grid(alpha=0.3)
        axes.xaxis.get_major_locator().set_params(integer=True)
    left.set_title("Loss")
    right.set_title("Accuracy")
    target = folder / "learning_curve.png"
    figure.savefig(target, dpi=120)
    plt.close(figure)
    return target
