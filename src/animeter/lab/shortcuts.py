"""Whether a network leans on shortcuts: how right it is where file, shape and colours mislead.

A small model guesses the style of franchises it never saw from what a file looks like from outside
(`datasets/checking/shortcuts.py`). Where it is wrong, the trick misleads, and a network that leans
on it is wrong there too. So the figure to read is the network's accuracy on the pictures where the
shortcuts mislead.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from animeter.datasets.checking.looks import look_at_all
from animeter.datasets.checking.shortcuts import FEATURES, features_of, guess_by_shortcuts
from animeter.domain import metrics
from animeter.domain.verdict import STYLES, forced_style
from animeter.lab.evaluation import Scored


def check_shortcuts(
    counted: Scored, style: NDArray[np.int64], database: Path
) -> dict[str, Any] | None:
    """Compare the network with a model that sees only the shortcuts.

    Args:
        counted: the pictures and what the network said of them.
        style: [N] index into `STYLES`.
        database: keeps what was seen of the pictures for the next call.

    Returns:
        Figures; None where there are too few pictures, franchises or styles to learn from.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    looks = look_at_all([row.path for row in counted.rows], database)
    franchises = [row.franchise for row in counted.rows]
    guessed = guess_by_shortcuts(features_of(looks), style, franchises)
    if guessed is None:
        return None
    predicted = forced_style(counted.likeness)
    misled = guessed != style
    return {
        "features": list(FEATURES),
        "accuracy": metrics.accuracy(style, guessed),
        "balanced_accuracy": metrics.balanced_accuracy(style, guessed),
        "chance": float(np.bincount(style, minlength=len(STYLES)).max() / len(style)),
        "misled": int(misled.sum()),
        "model_accuracy": metrics.accuracy(style, predicted),
        "model_accuracy_where_misled": _accuracy(style[misled], predicted[misled]),
        "model_accuracy_elsewhere": _accuracy(style[~misled], predicted[~misled]),
    }


def _accuracy(truth: NDArray[np.int64], predicted: NDArray[np.int64]) -> float | None:
    return metrics.accuracy(truth, predicted) if truth.size else None
