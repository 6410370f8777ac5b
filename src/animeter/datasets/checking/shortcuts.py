"""How far one gets without looking at the drawing: a check for shortcuts in the pictures.

A small model sees only what a file looks like from outside (its type, size and shape, and the
colour of its border) and guesses the label of franchises it never saw. Where it is right, a
network may have learned the same trick.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from animeter.datasets.checking.looks import Look
from animeter.domain.errors import MissingExtraError
from animeter.domain.metrics import balanced_accuracy

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TRAITS: Final = {
    "file type": ("type",),
    "file size": ("bytes", "bytes_a_pixel"),
    "picture size": ("width_px", "height_px"),
    "aspect ratio": ("aspect",),
    "border colour": ("border_red", "border_green", "border_blue", "border_spread"),
    "mean colour": ("mean_red", "mean_green", "mean_blue", "mean_saturation"),
}
"""What is looked at alone, and of which features it is made."""

FEATURES: Final = tuple(name for names in TRAITS.values() for name in names)
FOLDS: Final = 5
FEWEST_PICTURES: Final = 100

SHORTCUT_BOUND: Final = 0.625
"""How far shortcuts may get on the way from chance to certainty before the data are called too
easy: 75 % balanced accuracy of three labels."""

_FORMATS: Final = ("jpeg", "png", "gif", "webp", "bmp", "tiff", "avif", "heic")
_TREES: Final = 100
_TREES_A_TRAIT: Final = 30
_WORTH_THREADS: Final = 2000  # pictures


@dataclass(frozen=True, slots=True)
class Shortcut:
    """What one trait gives away.

    Attributes:
        trait: of `TRAITS`, or "all of these".
        balanced_accuracy: of guessing the label by it, in [0, 1].
        chance: what guessing blindly reaches.
    """

    trait: str
    balanced_accuracy: float
    chance: float

    @property
    def is_too_easy(self) -> bool:
        """Whether the label can be told without looking at the drawing."""
        bound = self.chance + SHORTCUT_BOUND * (1.0 - self.chance)
        return self.balanced_accuracy > bound


def features_of(looks: Sequence[Look]) -> Floats:
    """Return what `FEATURES` names: [N, F]; NaN throughout for a file that cannot be read."""
    return np.array([_features(look) for look in looks], dtype=np.float64).reshape(
        -1, len(FEATURES)
    )


def guess_by_shortcuts(
    features: Floats, labels: Integers, groups: Sequence[str], trees: int = _TREES
) -> Integers | None:
    """Guess each picture's label from the shortcuts of other groups' pictures.

    Args:
        features: [N, F], some of what `features_of` returns.
        labels: [N] numbers.
        groups: [N] franchises.
        trees: of the random forest.

    Returns:
        [N] numbers of labels; None where there is too little to learn from.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    group = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)[1]
    few = len(labels) < FEWEST_PICTURES or len(np.unique(group)) < FOLDS
    if few or len(np.unique(labels)) < 2:
        return None
    try:
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.model_selection import GroupKFold
    except ImportError as error:
        raise MissingExtraError("evaluate", "scikit-learn") from error
    guessed = np.empty_like(labels)
    jobs = 2 if len(labels) > _WORTH_THREADS else 1
    folds = GroupKFold(FOLDS, shuffle=True, random_state=0)
    for known, unseen in folds.split(features, labels, group):
        model = RandomForestClassifier(trees, min_samples_leaf=2, random_state=0, n_jobs=jobs)
        model.fit(features[known], labels[known])
        guessed[unseen] = model.predict(features[unseen])
    return guessed


def find_shortcut(
    looks: Sequence[Look], labels: Sequence[str], groups: Sequence[str]
) -> Shortcut | None:
    """Say how far all traits together get; None where there is too little to learn from."""
    return _shortcut("all of these", FEATURES, features_of(looks), (labels, groups), _TREES)


def find_shortcuts(
    looks: Sequence[Look], labels: Sequence[str], groups: Sequence[str]
) -> list[Shortcut]:
    """Say how far each trait gets alone, the best first; none where there is too little."""
    features = features_of(looks)
    found = [
        _shortcut(trait, names, features, (labels, groups), _TREES_A_TRAIT)
        for trait, names in TRAITS.items()
    ]
    there = [shortcut for shortcut in found if shortcut is not None]
    return sorted(there, key=lambda shortcut: -shortcut.balanced_accuracy)


def _shortcut(
    trait: str,
    names: Sequence[str],
    features: Floats,
    truth: tuple[Sequence[str], Sequence[str]],
    trees: int,
) -> Shortcut | None:
    labels, groups = truth
    columns = [FEATURES.index(name) for name in names]
    known, number = np.unique(np.asarray(labels, dtype=np.str_), return_inverse=True)
    guessed = guess_by_shortcuts(features[:, columns], number, groups, trees)
    if guessed is None:
        return None
    return Shortcut(trait, balanced_accuracy(number, guessed), 1.0 / len(known))


def _features(look: Look) -> list[float]:
    measures = look.measures
    if measures is None:
        return [float("nan")] * len(FEATURES)
    pixels = look.width_px * look.height_px
    return [
        float(_FORMATS.index(look.format)) if look.format in _FORMATS else -1.0,
        float(look.size_bytes),
        look.size_bytes / pixels,
        float(look.width_px),
        float(look.height_px),
        look.width_px / look.height_px,
        *measures.border,
        measures.border_spread,
        *measures.mean,
        measures.saturation,
    ]
