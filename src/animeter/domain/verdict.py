"""From two likenesses to one word, and to one of three classes where a decision is forced."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

STYLES = ("anime", "cartoon", "neither")
"""The three classes of a forced decision; a style's index in this tuple is its number."""


class Verdict(StrEnum):
    """What a picture is called."""

    ANIME = "anime"
    CARTOON = "cartoon"
    BOTH = "both"
    NEITHER = "neither"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where one likeness counts as absent (at most `low`) and as present (at least `high`).

    Raises:
        ValueError: unless 0 <= low <= high <= 1.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.low <= self.high <= 1.0:
            raise ValueError(
                f"thresholds low={self.low}, high={self.high}: need 0 <= low <= high <= 1"
            )

    def present(self, likeness: float) -> bool | None:
        """Say whether the likeness is there: True, False, or None where it is too close to call."""
        if likeness >= self.high:
            return True
        if likeness <= self.low:
            return False
        return None


@dataclass(frozen=True, slots=True)
class VerdictRule:
    """The thresholds of both likenesses, and the verdict that follows from them."""

    anime: Thresholds
    cartoon: Thresholds

    def decide(self, anime: float, cartoon: float) -> Verdict:
        """Name a picture by its two likenesses.

        A likeness between its thresholds makes the whole verdict `unsure`: "anime, and perhaps
        a cartoon too" is not an answer that anybody can sort files by.
        """
        has_anime = self.anime.present(anime)
        has_cartoon = self.cartoon.present(cartoon)
        if has_anime is None or has_cartoon is None:
            return Verdict.UNSURE
        if has_anime:
            return Verdict.BOTH if has_cartoon else Verdict.ANIME
        return Verdict.CARTOON if has_cartoon else Verdict.NEITHER


def forced_style(likeness: NDArray[np.floating]) -> NDArray[np.int64]:
    """Decide for one of three classes, as accuracy tables need it.

    Where a picture must be one of the three, calibrated likenesses are two of three shares, and
    what they leave of 1 is neither's. So 0.45 and 0.40 make anime, not neither.

    Args:
        likeness: [N, 2] anime and cartoon likeness.

    Returns:
        [N] index into `STYLES` of the largest share, the first of equal ones.
    """
    neither = 1.0 - likeness.sum(axis=1, keepdims=True)
    shares = np.concatenate([likeness, neither], axis=1)
    return np.asarray(np.argmax(shares, axis=1), dtype=np.int64)
