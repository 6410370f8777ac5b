"""How far a network that was trained further says something else of anime and cartoon."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from animeter.domain.results import Classification
from animeter.inference.classifier import Classifier

MUCH: Final = 0.05
"""Mean move of a likeness from which a user should be warned."""

TOO_MUCH: Final = 0.15
"""Mean move from which the thresholds and the calibration, which are kept, mean nothing."""


@dataclass(frozen=True, slots=True)
class LikenessShift:
    """What two models say of the same pictures, compared.

    Attributes:
        pictures: how many were compared.
        mean: of both likenesses' moves, in [0, 1].
        largest: move of one likeness of one picture.
        verdicts_changed: how many pictures have another verdict.
    """

    pictures: int
    mean: float
    largest: float
    verdicts_changed: int


def likeness_shift(
    before: Classifier, after: Classifier, pictures: Sequence[Path]
) -> LikenessShift | None:
    """Compare two models on pictures; None where neither could read any of them."""
    pairs = [
        (one, other)
        for one, other in zip(
            before.classify_many(pictures), after.classify_many(pictures), strict=True
        )
        if isinstance(one, Classification) and isinstance(other, Classification)
    ]
    if not pairs:
        return None
    moves = np.abs(_table([one for one, _ in pairs]) - _table([other for _, other in pairs]))
    return LikenessShift(
        pictures=len(pairs),
        mean=float(moves.mean()),
        largest=float(moves.max()),
        verdicts_changed=sum(one.verdict != other.verdict for one, other in pairs),
    )


def _table(results: Sequence[Classification]) -> NDArray[np.float64]:
    return np.array([[result.anime, result.cartoon] for result in results])
