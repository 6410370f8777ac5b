"""The plots of a study: how its trials went, and what each axis has to do with it.

Every function takes a part of the study's `report.json`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from animeter.lab.drawings import ANIME, BOTH, INK, MUTED, NEITHER, Drawing, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Part = Mapping[str, Any]
_NAMES = {"accuracy": "accuracy, %", "loss": "loss, nats"}


@drawing(9.6, 3.6)
def history_plot(axes: "Axes", trials: Sequence[Part], score: str) -> None:
    """Draw the score of each trial, and the best one so far."""
    from matplotlib.ticker import MaxNLocator

    scale, better = _scale(score), max if score == "accuracy" else min
    for pruned, colour, label in ((False, NEITHER, "trained to its end"), (True, MUTED, "pruned")):
        chosen = [trial for trial in trials if trial["pruned"] is pruned]
        axes.scatter(
            [trial["number"] for trial in chosen],
            [scale * trial["score"] for trial in chosen],
            s=36,
            color="none" if pruned else colour,
            edgecolors=colour,
            label=label if chosen else None,
            zorder=3,
        )
    whole = [trial for trial in trials if not trial["pruned"]]
    best = [
        scale * better(earlier["score"] for earlier in whole[: place + 1])
        for place in range(len(whole))
    ]
    numbers = [trial["number"] for trial in whole]
    axes.step(numbers, best, where="post", color=ANIME, label="best so far")
    axes.set(xlabel="trial", ylabel=_NAMES[score])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)


def importance_plot(importance: Mapping[str, float]) -> Drawing:
    """Draw the share of the scores' spread that each axis explains."""
    size_in = (9.6, 0.9 + 0.4 * len(importance))
    return Drawing("importance_plot", size_in, lambda axes: _bars(axes, importance))


def axis_plot(key: str, axis: Part, trials: Sequence[Part], score: str) -> Drawing:
    """Draw the score of each trial by the value that it had on one axis.

    Args:
        key: of the axis.
        axis: its choices or its range.
        trials: to draw.
        score: what they are scored by.
    """
    points = [(trial["settings"][key], _scale(score) * trial["score"]) for trial in trials]
    pruned = [trial["pruned"] for trial in trials]

    def draw(axes: "Axes") -> None:
        if "choices" in axis:
            _by_choice(axes, axis["choices"], points, pruned)
        else:
            _by_number(axes, points, pruned, log=axis["log"])
        axes.set(xlabel=key, ylabel=_NAMES[score])

    return Drawing(f"axis_plot {key}", (5.0, 3.4), draw)


def _bars(axes: "Axes", importance: Mapping[str, float]) -> None:
    shares = [100 * share for share in importance.values()]
    axes.barh(range(len(shares)), shares, color=BOTH, height=0.6, alpha=0.88)
    for place, share in enumerate(shares):
        axes.text(share + 1, place, f"{share:.0f} %", va="center", fontsize=9)
    axes.set_yticks(range(len(shares)), list(importance), color=INK)
    axes.set(xlim=(0, 112), ylim=(len(shares) - 0.4, -0.6), xlabel="% of the scores' spread")
    axes.grid(visible=False, axis="y")


def _by_choice(
    axes: "Axes",
    choices: Sequence[Any],
    points: Sequence[tuple[Any, float]],
    pruned: Sequence[bool],
) -> None:
    texts = [json.dumps(choice) for choice in choices]
    places = [texts.index(json.dumps(value)) for value, _ in points]
    _scatter(axes, list(zip(places, [score for _, score in points], strict=True)), pruned)
    for place in range(len(texts)):
        mine = [score for at, (_, score) in zip(places, points, strict=True) if at == place]
        if mine:
            middle = sum(mine) / len(mine)
            axes.plot([place - 0.25, place + 0.25], [middle, middle], color=ANIME, zorder=4)
    axes.plot([], [], color=ANIME, label="mean")
    axes.set_xticks(range(len(texts)), [text.strip('"') for text in texts])
    axes.set_xlim(-0.5, len(texts) - 0.5)
    axes.grid(visible=False, axis="x")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0))


def _by_number(
    axes: "Axes", points: Sequence[tuple[Any, float]], pruned: Sequence[bool], *, log: bool
) -> None:
    _scatter(axes, points, pruned)
    if log:
        axes.set_xscale("log")


def _scatter(axes: "Axes", points: Sequence[tuple[Any, float]], pruned: Sequence[bool]) -> None:
    for is_pruned, colour in ((True, MUTED), (False, NEITHER)):
        chosen = [point for point, cut in zip(points, pruned, strict=True) if cut is is_pruned]
        axes.scatter(
            [place for place, _ in chosen],
            [score for _, score in chosen],
            s=30,
            color="none" if is_pruned else colour,
            edgecolors=colour,
            alpha=0.75,
            zorder=3,
        )


def _scale(score: str) -> float:
    return 100.0 if score == "accuracy" else 1.0
