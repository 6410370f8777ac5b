"""The figures of the shipped heads, from what held-out layers said of every picture.

Answers are compared with the manifest's labels. Intervals are drawn by the unit of the split:
near-duplicate groups where pictures were split within shows, franchises where those were held out.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from animeter.domain.metrics import expected_calibration_error
from animeter.domain.taxonomy import TYPES
from animeter.lab.heads.tasks import Task
from animeter.lab.tallies import draw_franchises

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_CONFUSIONS: Final = 12


def head_figures(
    task: Task, shares: Floats, styles: Sequence[str], units: Sequence[object]
) -> dict[str, Any]:
    """Return the figures of one head.

    Args:
        task: what was asked.
        shares: [M, L] by held-out layers, calibrated on others.
        styles: [M] of the manifest.
        units: [M] what intervals are drawn by.
    """
    order = np.argsort(-shares, axis=1, kind="stable")
    first = order[:, 0] == task.targets
    among_five = (order[:, :5] == task.targets[:, None]).any(axis=1)
    named = task.targets < len(task.labels) - int(task.has_other)
    shares_of_names = shares[:, : len(task.labels) - int(task.has_other)]
    told_apart = np.argmax(shares_of_names, axis=1) == task.targets
    style = np.array(styles)
    drawn_by = np.unique(np.array([str(unit) for unit in units]), return_inverse=True)[1]
    by_label = {
        label: {
            "pictures": int(np.sum(task.targets == number)),
            "right": _mean(first[task.targets == number]),
        }
        for number, label in enumerate(task.labels)
    }
    figures: dict[str, Any] = {
        "labels": int(len(task.labels) - int(task.has_other)),
        "pictures": int(named.sum()),
        "top_1": _share(first[named], drawn_by[named]),
        "balanced": _mean(
            np.array(
                [by_label[task.labels[number]]["right"] for number in set(task.targets[named])]
            )
        ),
        "calibration_error": expected_calibration_error(shares.max(axis=1), first),
        "by_label": by_label,
        "confusions": _confusions(task, order[:, 0]),
    }
    if len(task.labels) > len(TYPES):
        figures["top_5"] = _share(among_five[named], drawn_by[named])
    if not task.within_shows:
        figures["each_show_alike"] = _mean(_by_unit(first[named], drawn_by[named]))
    if task.has_other:
        drawn = ~named & (style != "neither")
        figures["other_known_as_other"] = _share(first[drawn], drawn_by[drawn])
        figures["told_apart_among_names"] = _share(told_apart[named], drawn_by[named])
        answered = order[:, 0] < len(task.labels) - 1
        figures["names_answered_right"] = _share(first[answered], drawn_by[answered])
    return figures


def _share(right: NDArray[np.bool_], unit: Integers) -> dict[str, float | int | None]:
    """Return a share and its 95 % interval, by drawing whole units; null of no pictures."""
    if not len(right):
        return {"value": None, "low": None, "high": None, "of": 0}
    _, number = np.unique(unit, return_inverse=True)
    sums = np.stack(
        [np.bincount(number, weights=right.astype(np.float64)), np.bincount(number)], axis=1
    )
    drawn = draw_franchises(len(sums)) @ sums
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], [0.025, 0.975])
    return {"value": _mean(right), "low": float(low), "high": float(high), "of": len(right)}


def _by_unit(right: NDArray[np.bool_], unit: Integers) -> Floats:
    """Return the share that is right of each unit that occurs."""
    _, number = np.unique(unit, return_inverse=True)
    return np.bincount(number, weights=right.astype(np.float64)) / np.bincount(number)


def _mean(values: NDArray[Any]) -> float:
    return float(np.mean(values))


def _confusions(task: Task, answered: Integers) -> list[dict[str, Any]]:
    pairs = Counter(
        (task.labels[true], task.labels[said])
        for true, said in zip(task.targets, answered, strict=True)
        if true != said and task.labels[true] != "other" and task.labels[said] != "other"
    )
    return [
        {"truth": true, "answered": said, "pictures": count}
        for (true, said), count in pairs.most_common(_CONFUSIONS)
    ]
