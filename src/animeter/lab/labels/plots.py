"""The plots of a report on labels; every function but the grid takes a part of `report.json`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from animeter.lab.drawings import ANIME, BOTH, INK, LINE, MUTED, NEITHER, drawing, short_name
from animeter.lab.plots import draw_counts, draw_reliability

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from PIL.Image import Image

Part = dict[str, Any]

MOST_IN_MATRIX = 150
_MOST_WITH_NUMBERS = 12
_MOST_IN_WIDE_CELLS = 40
_LETTERS_OVER_CELL = 9
_LABELS_SHOWN = 30
_GRID_COLUMNS = 6
_TILE_IN = (1.62, 1.52)
_PICTURE_IN = (1.5, 0.99)


@dataclass(frozen=True, slots=True)
class Tile:
    """A picture of the grid, and what is said under it."""

    picture: "Image"
    truth: str
    answer: str
    probability: float

    @property
    def right(self) -> bool:
        """Whether the answer is the truth."""
        return self.truth == self.answer


@drawing(6.0, 6.0)
def matrix_plot(axes: "Axes", confusion: Part) -> None:
    """Draw answers against the truth, as large as the number of labels asks for.

    A cell's shade is its share of the row. Mistakes have a colour of their own, so that few among
    many right ones are seen.
    """
    labels, counts = confusion["labels"], np.array(confusion["counts"])
    numbered = len(labels) <= _MOST_WITH_NUMBERS
    if numbered:
        cell_in, letters, font = 0.74, 14, 9.5
        draw_counts(axes, counts.tolist(), lambda row, column: BOTH if row == column else ANIME)
    else:
        cell_in, letters, font = (0.27 if len(labels) <= _MOST_IN_WIDE_CELLS else 0.17), 24, 8.2
        _draw_shades(axes, counts)
        axes.tick_params(labeltop=True)  # far from the bottom, a column's name is out of sight
    ticks = np.arange(len(labels)) + (0.48 if numbered else 0.5)
    names = [short_name(label, letters) for label in labels]
    longest = max(map(len, names))
    side_in = cell_in * len(labels) + 0.075 * longest + 0.9
    axes.figure.set_size_inches(side_in, side_in)  # type: ignore[union-attr]
    lying = numbered and longest <= _LETTERS_OVER_CELL
    axes.set_xticks(ticks, names, rotation=0 if lying else 90, fontsize=font, color=INK)
    axes.set_yticks(ticks, names, fontsize=font, color=INK)
    for place, total in zip(ticks, counts.sum(axis=1), strict=True):
        right = (len(labels) * 1.015 + 0.05, place)
        axes.text(*right, f"{total:,}", va="center", fontsize=font - 1, color=MUTED)
    axes.set(xlabel="answered", ylabel="truly (right margin: pictures)")


def _draw_shades(axes: "Axes", counts: "np.ndarray[Any, Any]") -> None:
    from matplotlib.collections import LineCollection, PatchCollection
    from matplotlib.patches import Rectangle

    size = len(counts)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    rows, columns = np.nonzero(counts)
    edges = [((0, at), (size, at)) for at in range(size + 1)]
    edges += [((at, 0), (at, size)) for at in range(size + 1)]
    axes.add_collection(LineCollection(edges, colors=LINE, linewidths=0.4))
    axes.add_collection(
        PatchCollection(
            [Rectangle((int(x), int(y)), 1, 1) for y, x in zip(rows, columns, strict=True)],
            facecolors=[BOTH if right else ANIME for right in rows == columns],
            # The root lets one picture in ten be seen beside nine.
            alpha=0.1 + 0.9 * np.sqrt(share[rows, columns]),
            linewidths=0,
        )
    )
    axes.set(xlim=(0, size), ylim=(size, 0))
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)


@drawing(9.6, 7.6)
def label_bars(axes: "Axes", labels: Sequence[Part]) -> None:
    """Draw the labels with the lowest F1, with precision and recall."""
    worst = [part for part in labels if part["f1"] is not None][:_LABELS_SHOWN]
    axes.figure.set_size_inches(9.6, 1.3 + 0.25 * len(worst))  # type: ignore[union-attr]
    for index, part in enumerate(worst):
        recall = part["recall"]
        axes.barh(index, 100 * part["f1"], color=BOTH, alpha=0.45, height=0.72)
        axes.plot([100 * recall["low"], 100 * recall["high"]], [index, index], color=NEITHER, lw=2)
        axes.text(103, index, f"{part['pictures']:,}", va="center", color=MUTED, fontsize=9)
    named = (("recall", NEITHER, "o", "recall, 95 %"), ("precision", ANIME, "D", "precision"))
    for key, colour, marker, name in named:
        values = [part[key]["value"] if key == "recall" else part[key] for part in worst]
        places = [index for index, value in enumerate(values) if value is not None]
        shares = [100 * value for value in values if value is not None]
        axes.scatter(shares, places, color=colour, marker=marker, s=34, label=name, zorder=3)
    axes.barh(0, 0, color=BOTH, alpha=0.45, label="F1")
    names = [short_name(part["label"]) for part in worst]
    axes.set_yticks(range(len(worst)), names, color=INK, fontsize=9)
    axes.set(xlabel="% (right margin: pictures)", xlim=(-1.5, 101.5), ylim=(len(worst) - 0.4, -0.6))
    axes.grid(visible=False, axis="y")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)


@drawing(5.0, 4.2)
def answer_reliability_plot(axes: "Axes", calibration: Part) -> None:
    """Draw how often answers of a probability are right; area shows how many there are."""
    draw_reliability(axes, calibration, BOTH, "answer")
    axes.set(xlabel="probability of the answer", ylabel="share that is right")


@drawing(5.0, 4.2)
def top_plot(axes: "Axes", top: Sequence[Part]) -> None:
    """Draw how often the true label is among the likeliest."""
    shares = [100 * part["share"] for part in top]
    axes.plot([part["k"] for part in top], shares, color=BOTH, marker="o", markersize=5)
    for part, share in zip(top, shares, strict=True):
        if part["k"] in {1, 5, len(top)}:
            side, shift = ("left", 8) if part["k"] == 1 else ("right", 2)
            axes.annotate(
                f"{share:.1f} %",
                (part["k"], share),
                xytext=(shift, -15),
                textcoords="offset points",
                ha=side,
            )
    axes.set_xticks([part["k"] for part in top])
    axes.set(xlabel="likeliest labels looked at", ylabel="% of pictures with the true one")
    axes.set_ylim(max(0.0, min(shares) - 0.25 * (100 - min(shares)) - 2), 101)


@drawing(5.0, 3.8)
def learning_loss_plot(axes: "Axes", learning: Mapping[str, Sequence[Part]]) -> None:
    """Draw the losses of trainings, epoch by epoch."""
    _draw_learning(axes, learning, "train_loss", "held_out_loss")
    axes.set(xlabel="epoch", ylabel="cross-entropy, nats")


@drawing(5.0, 3.8)
def learning_accuracy_plot(axes: "Axes", learning: Mapping[str, Sequence[Part]]) -> None:
    """Draw the accuracies of trainings, epoch by epoch."""
    _draw_learning(axes, learning, "train_accuracy", "held_out_accuracy", percent=True)
    axes.set(xlabel="epoch", ylabel="% right")


def _draw_learning(
    axes: "Axes",
    learning: Mapping[str, Sequence[Part]],
    in_training: str,
    held_out: str,
    percent: bool = False,
) -> None:
    """Draw one thin line a training, those in training dashed."""
    from matplotlib.ticker import MaxNLocator

    named = ((in_training, ANIME, (0, (4, 2)), "training"), (held_out, NEITHER, "-", "held out"))
    for key, colour, dashes, label in named:
        for epochs in learning.values():
            told = [(part["epoch"] + 1, part[key]) for part in epochs if part[key] is not None]
            if told:
                axes.plot(
                    [epoch for epoch, _ in told],
                    [value * (100 if percent else 1) for _, value in told],
                    color=colour,
                    linestyle=dashes,
                    linewidth=1.6,
                    marker="o",
                    markersize=3.5,
                    label=label,
                )
                label = "_nolegend_"  # noqa: PLW2901 - one line of each kind is named
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if axes.lines:
        axes.legend(loc="best")


@drawing(9.6, 6.0)
def picture_grid(axes: "Axes", tiles: Sequence[Tile]) -> None:
    """Draw pictures with what was answered, and the truth where that was wrong."""
    width, height = _TILE_IN
    rows = -(-len(tiles) // _GRID_COLUMNS)
    axes.figure.set_size_inches(width * _GRID_COLUMNS, height * rows)  # type: ignore[union-attr]
    for number, tile in enumerate(tiles):
        left, top = width * (number % _GRID_COLUMNS), height * (number // _GRID_COLUMNS)
        _draw_tile(axes, tile, left + width / 2, top)
    axes.set(xlim=(0, width * _GRID_COLUMNS), ylim=(height * rows, 0), aspect="equal")
    axes.set_axis_off()


def _draw_tile(axes: "Axes", tile: Tile, middle: float, top: float) -> None:
    scale = min(_PICTURE_IN[0] / tile.picture.width, _PICTURE_IN[1] / tile.picture.height)
    wide, high = tile.picture.width * scale, tile.picture.height * scale
    bottom = top + 0.05 + _PICTURE_IN[1]
    axes.imshow(
        np.asarray(tile.picture),
        extent=(middle - wide / 2, middle + wide / 2, bottom, bottom - high),
        interpolation="antialiased",
    )
    mark = "\N{CHECK MARK}" if tile.right else "\N{BALLOT X}"
    answer = f"{mark} {short_name(tile.answer, 17)} {100 * tile.probability:.0f} %"
    colour = NEITHER if tile.right else ANIME
    axes.text(middle, bottom + 0.13, answer, ha="center", va="center", color=colour, fontsize=7.5)
    if not tile.right:
        truth = f"truly {short_name(tile.truth, 19)}"
        axes.text(middle, bottom + 0.3, truth, ha="center", va="center", color=INK, fontsize=7.5)
