"""How far one gets without looking at the drawing: a check for shortcuts in the pictures.

A small model sees only file size, shape, border colour and mean colour, and guesses the style of
franchises it never saw. Where it is right, a network may have learned the same trick; where it is
wrong, the trick misleads, and a network that leans on it is wrong there too. So the figure to
read is the network's accuracy on the pictures where the shortcuts mislead.
"""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from animeter.datasets.manifest import ManifestRow
from animeter.domain import metrics
from animeter.domain.errors import AnimeterError, MissingExtraError
from animeter.domain.verdict import STYLES, forced_style
from animeter.lab.evaluation import Scored
from animeter.media.images import read_image
from animeter.media.small_files import write_whole

FEATURES = (
    "bytes",
    "bytes_a_pixel",
    "width_px",
    "height_px",
    "aspect",
    "border_red",
    "border_green",
    "border_blue",
    "border_spread",
    "mean_red",
    "mean_green",
    "mean_blue",
    "mean_saturation",
)
FOLDS = 5
FEWEST_PICTURES = 100


def check_shortcuts(
    counted: Scored, style: NDArray[np.int64], cache: Path
) -> dict[str, Any] | None:
    """Compare the network with a model that sees only the shortcuts.

    Args:
        counted: the pictures and what the network said of them.
        style: [N] index into `STYLES`.
        cache: a JSON file that keeps the features for the next call.

    Returns:
        Figures; None where there are too few pictures, franchises or styles to learn from.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    guessed = guess_by_shortcuts(counted.rows, style, cache)
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


def guess_by_shortcuts(
    rows: Sequence[ManifestRow], style: NDArray[np.int64], cache: Path
) -> NDArray[np.int64] | None:
    """Guess each picture's style from the shortcuts of other franchises' pictures.

    Args:
        rows: the pictures.
        style: [N] index into `STYLES`.
        cache: a JSON file that keeps the features for the next call.

    Returns:
        [N] index into `STYLES`; None where there is too little to learn from.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    franchise = np.array([row.franchise for row in rows], dtype=np.str_)
    if len(style) < FEWEST_PICTURES or len(set(franchise)) < FOLDS or len(set(style)) < 2:
        return None
    features = _features_of([row.path for row in rows], cache)
    return _guess_unseen(features, style, franchise)


def shortcut_features(path: Path) -> list[float]:
    """Return what `FEATURES` names; NaN throughout for a file that cannot be read."""
    try:
        rgb = read_image(path).rgb
    except AnimeterError:
        return [float("nan")] * len(FEATURES)
    size = path.stat().st_size
    height, width = rgb.shape[:2]
    depth = max(1, min(height, width) // 40)
    border = np.concatenate(
        [
            rgb[:depth].reshape(-1, 3),
            rgb[-depth:].reshape(-1, 3),
            rgb[:, :depth].reshape(-1, 3),
            rgb[:, -depth:].reshape(-1, 3),
        ]
    ).astype(np.float32)
    inner = rgb[::4, ::4].reshape(-1, 3).astype(np.float32)
    saturation = float((inner.max(axis=1) - inner.min(axis=1)).mean())
    return [
        float(size),
        size / (width * height),
        float(width),
        float(height),
        width / height,
        *border.mean(axis=0).tolist(),
        float(border.std()),
        *inner.mean(axis=0).tolist(),
        saturation,
    ]


def _features_of(paths: Sequence[Path], cache: Path) -> NDArray[np.float64]:
    asked = sha256("\n".join(map(str, (FEATURES, *paths))).encode()).hexdigest()
    if cache.exists():
        kept = json.loads(cache.read_text(encoding="utf-8"))
        if kept["asked"] == asked:
            return np.array(kept["features"], dtype=np.float64)
    with ThreadPoolExecutor(2) as pool:
        features = list(pool.map(shortcut_features, paths, chunksize=64))
    write_whole(cache, json.dumps({"asked": asked, "features": features}))
    return np.array(features, dtype=np.float64)


def _guess_unseen(
    features: NDArray[np.float64], style: NDArray[np.int64], franchise: NDArray[np.str_]
) -> NDArray[np.int64]:
    """Guess each picture's style from pictures of other franchises."""
    try:
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.model_selection import GroupKFold
    except ImportError as error:
        raise MissingExtraError("evaluate", "scikit-learn") from error
    guessed = np.empty_like(style)
    folds = GroupKFold(FOLDS, shuffle=True, random_state=0)
    for known, unseen in folds.split(features, style, franchise):
        model = RandomForestClassifier(100, min_samples_leaf=2, random_state=0, n_jobs=2)
        model.fit(features[known], style[known])
        guessed[unseen] = model.predict(features[unseen])
    return guessed


def _accuracy(truth: NDArray[np.int64], predicted: NDArray[np.int64]) -> float | None:
    return metrics.accuracy(truth, predicted) if truth.size else None
