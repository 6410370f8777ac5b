"""The plots of a comparison: every figure of every recipe, and what a random split adds.

Each takes what stands in `comparison.json`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from animeter.lab.drawings import ANIME, BOTH, INK, MUTED, NEITHER, Drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Part = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Panel:
    """One figure of a chart of bars.

    Attributes:
        title: with its unit.
        part: `worth` or `cost`.
        key: of the figure in that part.
        scale: what the figure is multiplied with.
        text: writes a bar's value.
        wide: whether the figures lie powers of ten apart.
    """

    title: str
    part: str
    key: str
    scale: float
    text: Callable[[float], str]
    wide: bool = False


PANELS = (
    _Panel("accuracy, %", "worth", "accuracy", 100, lambda v: f"{v:.1f}"),
    _Panel("balanced accuracy, %", "worth", "balanced_accuracy", 100, lambda v: f"{v:.1f}"),
    _Panel("loss, nats", "worth", "loss", 1, lambda v: f"{v:.2f}"),
    _Panel("calibration error, %", "worth", "calibration_error", 100, lambda v: f"{v:.1f}"),
    _Panel("weights, millions", "cost", "parameters", 1e-6, lambda v: f"{v:.3g}", wide=True),
    _Panel("file, MB", "cost", "model_bytes", 1e-6, lambda v: f"{v:.3g}", wide=True),
    _Panel("training, s", "cost", "training_s", 1, lambda v: f"{v:,.0f}", wide=True),
    _Panel("pictures a second", "cost", "pictures_per_s", 1, lambda v: f"{v:,.0f}", wide=True),
)


def comparison_plot(entries: Sequence[Part]) -> Drawing:
    """Draw a bar a recipe for every figure; the dashed line is the commonest label's share."""
    size_in = (11.0, 1.6 + 0.56 * len(entries))
    return Drawing("comparison_plot", size_in, lambda axes: _panels(axes, entries))


def leak_plot(pairs: Sequence[tuple[Part, Part]]) -> Drawing:
    """Draw each recipe's balanced accuracy under a random split and by franchise.

    Args:
        pairs: entries of one recipe, by franchise and at random.
    """
    size_in = (9.6, 1.6 + 0.55 * len(pairs))
    return Drawing("leak_plot", size_in, lambda axes: _dumbbells(axes, pairs))


def _panels(axes: "Axes", entries: Sequence[Part]) -> None:
    figure = axes.figure
    axes.remove()
    names = [entry["recipe"] for entry in entries]
    for place, panel in enumerate(PANELS):
        bars = figure.add_subplot(2, 4, place + 1)
        _bars(bars, panel, entries)
        bars.set_yticks(range(len(names)), names if place % 4 == 0 else [], color=INK)
        bars.set_ylim(len(names) - 0.4, -0.6)


def _dumbbells(axes: "Axes", pairs: Sequence[tuple[Part, Part]]) -> None:
    both = (
        (0, -0.1, ANIME, "shows it never saw (split by franchise)"),
        (1, 0.1, MUTED, "pictures dealt at random"),
    )
    for row, pair in enumerate(pairs):
        values = [100 * entry["worth"]["balanced_accuracy"]["value"] for entry in pair]
        axes.plot(values, [row - 0.1, row + 0.1], color=MUTED, linewidth=1, zorder=1)
        text = f"{values[1] - values[0]:+.1f} points".replace("-", "\N{MINUS SIGN}")
        end = max(100 * entry["worth"]["balanced_accuracy"]["high"] for entry in pair)
        _write(axes, text, (end, row), gap=10)
    for side, shift, colour, label in both:
        figures = [pair[side]["worth"]["balanced_accuracy"] for pair in pairs]
        values = [100 * figure["value"] for figure in figures]
        below = [100 * max(0.0, figure["value"] - figure["low"]) for figure in figures]
        above = [100 * max(0.0, figure["high"] - figure["value"]) for figure in figures]
        places = [row + shift for row in range(len(pairs))]
        axes.errorbar(
            values,
            places,
            xerr=[below, above],
            fmt="o",
            color=colour,
            markersize=8,
            elinewidth=2,
            label=label,
        )
    axes.set_yticks(range(len(pairs)), [pair[0]["recipe"] for pair in pairs], color=INK)
    axes.set(xlabel="balanced accuracy, %", ylim=(len(pairs) - 0.4, -0.6))
    axes.margins(x=0.2)
    axes.set_xticks([tick for tick in axes.get_xticks() if 0 <= tick <= 100])
    axes.grid(visible=False, axis="y")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)


def _bars(axes: "Axes", panel: _Panel, entries: Sequence[Part]) -> None:
    colour = BOTH if panel.part == "worth" else NEITHER
    values, ends = [], []
    for row, entry in enumerate(entries):
        figure = entry[panel.part][panel.key]
        with_interval = isinstance(figure, dict)
        values.append(panel.scale * (figure["value"] if with_interval else figure))
        ends.append(values[-1])
        if with_interval:
            interval = [panel.scale * figure["low"], panel.scale * figure["high"]]
            axes.plot(interval, [row, row], color=INK, linewidth=1.2)
            ends[-1] = max(ends[-1], interval[1])
    axes.barh(range(len(values)), values, color=colour, alpha=0.85, height=0.62)
    for row, (value, end) in enumerate(zip(values, ends, strict=True)):
        _write(axes, panel.text(value), (end, row), gap=4)
    if panel.key == "accuracy":
        commonest = panel.scale * entries[0]["worth"]["commonest"]
        axes.axvline(commonest, color=MUTED, linewidth=1, linestyle=(0, (3, 3)))
    if panel.wide:
        axes.set_xscale("log")
        axes.set_xlim(0.4 * min(values), max(values) * (max(values) / min(values)) ** 0.5 * 2)
        axes.xaxis.set_major_formatter("{x:g}")
        axes.minorticks_off()
    else:
        axes.set_xlim(0, 1.4 * max(ends) or 1.0)
    axes.set_title(panel.title, loc="left", fontsize=10, color=INK)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="x", labelsize=8)


def _write(axes: "Axes", text: str, at: tuple[float, float], gap: int) -> None:
    """Write to the right of a point, so many points of type away."""
    axes.annotate(
        text, at, xytext=(gap, 0), textcoords="offset points", va="center", fontsize=9, color=INK
    )
