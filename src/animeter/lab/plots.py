"""The plots of a report on likenesses; every function takes a part of `report.json`.

Those of a report on labels stand in `lab/labels/plots.py` and share a few of these.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from animeter.lab.drawings import (
    ANIME,
    BOTH,
    CARTOON,
    INK,
    MUTED,
    NEITHER,
    PAPER,
    UNSURE,
    drawing,
    short_name,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OF_WORD = {
    "anime": ANIME,
    "cartoon": CARTOON,
    "both": BOTH,
    "neither": NEITHER,
    "unsure": UNSURE,
}

Part = dict[str, Any]


@drawing(5.0, 4.2)
def roc_plot(axes: "Axes", roc: Part) -> None:
    """Draw the receiver operating characteristic of both likenesses.

    The share of false alarms is drawn by powers of ten: what matters happens below a tenth.
    """
    for word, curve in roc.items():
        if curve is not None:
            axes.plot(
                curve["false_positive_rate"],
                curve["true_positive_rate"],
                color=_OF_WORD[word],
                label=f"{word} likeness, area {curve['auc']:.4f}",
            )
    axes.set_xscale("log")
    ticks = (0.001, 0.01, 0.1, 1.0)
    axes.set_xticks(ticks, [f"{100 * tick:g} %" for tick in ticks])
    axes.set_xticks([], minor=True)
    shares = [0.2 * step for step in range(6)]
    axes.set_yticks(shares, [f"{100 * share:.0f} %" for share in shares])
    axes.set(xlabel="of others let in", ylabel="found", xlim=(0.0008, 1.05), ylim=(0, 1.01))
    axes.legend(loc="lower right")


@drawing(5.0, 4.2)
def reliability_plot(axes: "Axes", calibration: Part) -> None:
    """Draw how often pictures of a likeness truly are what it says; area shows how many."""
    for word, part in calibration.items():
        draw_reliability(axes, part, _OF_WORD[word], f"{word} likeness")
    axes.set(xlabel="likeness said", ylabel="share that truly are")


def draw_reliability(axes: "Axes", part: Part, colour: str, label: str) -> None:
    """Draw one curve of a reliability diagram, and the diagonal that it should lie on."""
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (3, 3)))
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
    bins = part["bins"]
    if not bins:
        return
    most = max(entry["pictures"] for entry in bins)
    likeness = [entry["likeness"] for entry in bins]
    share = [entry["share"] for entry in bins]
    area = [18 + 130 * (entry["pictures"] / most) ** 0.5 for entry in bins]
    error = part["expected_calibration_error"]
    axes.plot(likeness, share, color=colour, alpha=0.5, linewidth=1.4)
    axes.scatter(likeness, share, s=area, color=colour, alpha=0.85, linewidth=0)
    axes.scatter([], [], s=40, color=colour, label=f"{label}, error {100 * error:.1f} %")
    axes.legend(loc="upper left")


@drawing(4.6, 4.2)
def confusion_plot(axes: "Axes", confusion: Part) -> None:
    """Draw the forced decisions against the truth; shade is the share of the row."""
    labels = confusion["labels"]
    draw_counts(axes, confusion["counts"], lambda _row, column: _OF_WORD[labels[column]])
    ticks = [index + 0.48 for index in range(len(labels))]
    axes.set_xticks(ticks, labels)
    axes.set_yticks(ticks, labels, rotation=90, va="center")
    axes.set(xlabel="decided", ylabel="truly")


def draw_counts(
    axes: "Axes", counts: Sequence[Sequence[int]], colour_of: Callable[[int, int], str]
) -> None:
    """Draw a table of counts with their shares of the row; shade is that share.

    Args:
        axes: to draw on.
        counts: rows are the truth.
        colour_of: given row and column.
    """
    from matplotlib.patches import Rectangle

    for row, line in enumerate(counts):
        for column, count in enumerate(line):
            share = count / max(sum(line), 1)
            colour, shade = colour_of(row, column), 0.06 + 0.62 * share
            box = Rectangle((column, row), 0.96, 0.96, color=colour, alpha=shade, linewidth=0)
            axes.add_patch(box)
            weight = "bold" if row == column else "normal"
            middle = (column + 0.48, row + 0.42)
            axes.text(*middle, f"{100 * share:.1f} %", ha="center", va="center", weight=weight)
            below = (column + 0.48, row + 0.66)
            axes.text(*below, f"{count:,}", ha="center", va="center", alpha=0.8, fontsize=8.5)
    axes.set(xlim=(0, len(counts)), ylim=(len(counts), 0))
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)


@drawing(5.0, 4.2)
def coverage_plot(axes: "Axes", coverage: Part, verdicts: Part | None = None) -> None:
    """Draw accuracy against the share of pictures decided, with the verdicts' own point if any."""
    share = [100 * value for value in coverage["coverage"]]
    right = [100 * value for value in coverage["accuracy"]]
    axes.plot(share, right, color=BOTH)
    shown = [value for value, at in zip(right, share, strict=True) if at >= 5] or [0.0]
    decided, accuracy = (
        (None, None)
        if verdicts is None
        else (verdicts["coverage"], verdicts["accuracy_of_decided"])
    )
    if decided is not None and accuracy is not None:
        axes.scatter([100 * decided], [100 * accuracy], s=70, color=INK, zorder=3)
        axes.annotate(
            f"the verdicts: {100 * accuracy:.1f} % right\nof {100 * decided:.1f} % decided",
            (100 * decided, 100 * accuracy),
            xytext=(-10, -10),
            textcoords="offset points",
            ha="right",
            va="top",
        )
        shown.append(100 * accuracy)
    axes.set(xlabel="% of pictures decided, surest first", ylabel="% of them right", xlim=(0, 101))
    axes.set_ylim(max(0, 100 - 1.35 * (100 - min(shown)) - 1), 100.3)


@drawing(9.6, 3.6)
def verdict_plot(axes: "Axes", verdicts: Part) -> None:
    """Draw which verdicts the pictures of each style get, as stacked bars."""
    _stacked_bars(axes, {style: dict(counts) for style, counts in verdicts["counts"].items()})


@drawing(9.6, 4.6)
def robustness_plot(axes: "Axes", robustness: Sequence[Part]) -> None:
    """Draw the points that each disturbance costs, with intervals."""
    named = (("anime_against_cartoon", ANIME, -0.13), ("balanced_accuracy", NEITHER, 0.13))
    labels = {"anime_against_cartoon": "anime against cartoon", "balanced_accuracy": "balanced"}
    for key, colour, shift in named:
        points = [
            (index + shift, part["loss"][key])
            for index, part in enumerate(robustness)
            if part["loss"][key]["value"] is not None
        ]
        places = [place for place, _ in points]
        values = [100 * loss["value"] for _, loss in points]
        below = [100 * (loss["value"] - loss["low"]) for _, loss in points]
        above = [100 * (loss["high"] - loss["value"]) for _, loss in points]
        axes.errorbar(
            values,
            places,
            xerr=[[max(0.0, part) for part in below], [max(0.0, part) for part in above]],
            fmt="o",
            color=colour,
            markersize=7,
            elinewidth=2,
            label=labels[key],
        )
    axes.axvline(0, color=MUTED, linewidth=1)
    axes.axvline(3, color=MUTED, linewidth=1, linestyle=(0, (3, 3)))
    names = [part["name"].replace("_", " ") for part in robustness]
    axes.set_yticks(range(len(names)), names, color=INK)
    axes.set(xlabel="points lost against the undisturbed pictures", ylim=(len(names) - 0.4, -0.6))
    axes.grid(visible=False, axis="y")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)


@drawing(9.6, 3.4)
def franchise_histogram(axes: "Axes", franchises: Sequence[Part]) -> None:
    """Draw how many franchises have which accuracy."""
    bins = [5 * index for index in range(21)]
    shares = [100 * part["accuracy"]["value"] for part in franchises if not part["gathered"]]
    counts, _, _ = axes.hist(shares, bins=bins, color=BOTH, rwidth=0.9, alpha=0.85)
    for count, left in zip(counts, bins, strict=False):
        if count:
            middle = left + 2.5
            axes.text(middle, count, f"{count:.0f}", ha="center", va="bottom", fontsize=9)
    least = max(0, 10 * (min(shares) // 10) - 10)
    axes.set(xlabel="% of a franchise's pictures right", ylabel="franchises", xlim=(least, 100))
    axes.grid(visible=False, axis="x")


@drawing(9.6, 7.6)
def franchise_bars(axes: "Axes", franchises: Sequence[Part], shown: int = 25) -> None:
    """Draw the franchises with the lowest accuracy, coloured by their style."""
    worst = [part for part in franchises if not part["gathered"]][:shown]
    for index, part in enumerate(worst):
        style = max(part["by_style"], key=part["by_style"].get)
        figure = part["accuracy"]
        value = 100 * figure["value"]
        axes.barh(index, value, color=_OF_WORD[style], alpha=0.85, height=0.72)
        axes.plot([100 * figure["low"], 100 * figure["high"]], [index, index], color=INK, lw=1)
        axes.text(101, index, f"{part['pictures']}", va="center", color=MUTED, fontsize=9)
    names = [short_name(part["name"]) for part in worst]
    axes.set_yticks(range(len(worst)), names, color=INK, fontsize=9)
    axes.set(
        xlabel="% right (right margin: pictures)", xlim=(0, 100), ylim=(len(worst) - 0.4, -0.6)
    )
    axes.grid(visible=False, axis="y")


@drawing(9.6, 3.8)
def mosaic_plot(axes: "Axes", mosaics: Sequence[Part]) -> None:
    """Draw which verdicts the sheets of each kind get."""
    _stacked_bars(axes, {part["kind"]: part["verdicts"] for part in mosaics})


@drawing(5.0, 4.2)
def few_shot_plot(axes: "Axes", part: Part, shots: Sequence[int], title: str) -> None:
    """Draw how accuracy rises with the pictures that a label was taught on.

    Args:
        axes: to draw on.
        part: `chance` and `curves`, as `benchmarks/teach.py` gives them.
        shots: pictures a label.
        title: what the labels are.
    """
    colours = {"animeter": ANIME, "ImageNet": NEITHER}
    for curve in part["curves"]:
        dashed = curve["method"] != "head"
        axes.plot(
            shots,
            [100 * share for share in curve["accuracy"]],
            color=colours[curve["embedding"]],
            linestyle="--" if dashed else "-",
            marker="o",
            markersize=4.5,
            label=f"{curve['embedding']}, {curve['method']}",
        )
    axes.axhline(100 * part["chance"], color=MUTED, linewidth=1, linestyle=":", label="chance")
    axes.set_xscale("log")
    axes.set_xticks(shots, [str(count) for count in shots])
    axes.minorticks_off()
    axes.set(xlabel="pictures a label", ylabel="% right", ylim=(0, 100))
    axes.set_title(title, loc="left", fontsize=11, color=INK)
    axes.legend(loc="lower right", fontsize=8.5, labelspacing=0.3)


def _stacked_bars(axes: "Axes", bars: dict[str, dict[str, float]]) -> None:
    for index, parts in enumerate(bars.values()):
        whole, left = sum(parts.values()), 0.0
        for word, part in parts.items():
            width = 100 * part / whole if whole else 0.0
            axes.barh(index, width, left=left, color=_OF_WORD[word], height=0.66, alpha=0.88)
            if width >= 4:
                label = f"{width:.0f} %"
                axes.text(left + width / 2, index, label, ha="center", va="center", color=PAPER)
            left += width
    axes.set_yticks(range(len(bars)), list(bars), color=INK)
    axes.set(xlim=(0, 100), ylim=(len(bars) - 0.4, -0.6), xlabel="% of pictures by verdict")
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    for word, colour in _OF_WORD.items():
        axes.barh(0, 0, color=colour, label=word)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(_OF_WORD))
