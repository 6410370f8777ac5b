"""Figures with bootstrap intervals, from counts kept per franchise.

Accuracy, balanced accuracy and calibration error all follow from sums over pictures. Summed once
per franchise, a thousand draws of franchises are one matrix product, where
`domain.metrics.bootstrap_interval` would walk all pictures a thousand times; the draws, and so
the intervals, are the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from animeter.domain.verdict import STYLES, forced_style

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

BINS = 15
"""Bins of the calibration error, as in `domain.metrics.expected_calibration_error`."""

_CLASSES = len(STYLES)
_CONFUSION = slice(0, _CLASSES**2)
_DRAWN_RIGHT = _CONFUSION.stop
_DRAWN = _DRAWN_RIGHT + 1
_GAPS = tuple(slice(_DRAWN + 1 + i * BINS, _DRAWN + 1 + (i + 1) * BINS) for i in range(2))
_COLUMNS = _GAPS[1].stop

Statistic = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and the two ends of its 95 % interval; all NaN where there is nothing to count."""

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float | None]:
        """Return the JSON shape; what is not a number becomes null."""
        parts = {"value": self.value, "low": self.low, "high": self.high}
        return {name: None if np.isnan(part) else part for name, part in parts.items()}


@dataclass(frozen=True, slots=True)
class Tallies:
    """What the figures need, summed over the pictures of each franchise.

    Attributes:
        sums: [G, K], a row a franchise, in the order of `np.unique`.
    """

    sums: Floats

    @classmethod
    def of(cls, likeness: Floats, style: Indices, franchise: NDArray[np.str_]) -> "Tallies":
        """Count.

        Args:
            likeness: [N, 2] anime and cartoon likeness, no NaN.
            style: [N] index into `STYLES`.
            franchise: [N] names.
        """
        pictures = np.arange(len(style))
        table = np.zeros((len(style), _COLUMNS))
        table[pictures, style * _CLASSES + forced_style(likeness)] = 1.0
        lead = likeness[:, 0] - likeness[:, 1]
        is_drawn = style < STYLES.index("neither")
        right = np.where(style == 0, lead > 0, lead < 0) + 0.5 * (lead == 0)
        table[:, _DRAWN_RIGHT] = right * is_drawn
        table[:, _DRAWN] = is_drawn
        for column, gaps in enumerate(_GAPS):
            bins = bin_of(likeness[:, column])
            table[pictures, gaps.start + bins] = likeness[:, column] - (style == column)
        names, number = np.unique(franchise, return_inverse=True)
        sums = np.zeros((names.size, _COLUMNS))
        np.add.at(sums, number, table)
        return cls(sums)

    def figures(self, draws: Floats) -> dict[str, Figure]:
        """Return every figure of `STATISTICS` with its interval."""
        whole, drawn = self.sums.sum(axis=0)[None], draws @ self.sums
        return {
            name: with_interval(float(statistic(whole)[0]), statistic(drawn))
            for name, statistic in STATISTICS.items()
        }

    def losses(self, undisturbed: "Tallies", draws: Floats) -> dict[str, Figure]:
        """Return by how much each accuracy lies below that of the undisturbed pictures.

        Both are drawn together, franchise by franchise, so that the interval is that of the
        difference and not of two unrelated figures.
        """
        ours, theirs = draws @ self.sums, draws @ undisturbed.sums
        result = {}
        for name in ACCURACIES:
            statistic = STATISTICS[name]
            value = statistic(undisturbed.sums.sum(0)[None]) - statistic(self.sums.sum(0)[None])
            result[name] = with_interval(float(value[0]), statistic(theirs) - statistic(ours))
        return result

    @property
    def confusion(self) -> Indices:
        """[3, 3] counts; rows are the truth, columns the forced decision."""
        counts = self.sums.sum(axis=0)[_CONFUSION].reshape(_CLASSES, _CLASSES)
        rounded: Indices = np.rint(counts).astype(np.int64)
        return rounded


@lru_cache(maxsize=2)
def draw_franchises(franchises: int, draws: int = 1000, seed: int = 0) -> Floats:
    """Draw whole franchises with replacement: [draws, franchises], how often each was drawn."""
    generator = np.random.default_rng(seed)
    drawn = generator.integers(franchises, size=(draws, franchises))
    places = drawn + franchises * np.arange(draws)[:, None]
    counts = np.bincount(places.ravel(), minlength=draws * franchises)
    result = counts.reshape(draws, franchises).astype(np.float64)
    result.setflags(write=False)
    return result


def bin_of(probability: Floats) -> Indices:
    """Return which bin of the calibration error each probability falls into."""
    return np.minimum((probability * BINS).astype(np.int64), BINS - 1)


def accuracy(sums: Floats) -> Floats:
    """Return the share of right forced decisions: [draws, K] gives [draws]."""
    confusion = sums[:, _CONFUSION].reshape(-1, _CLASSES, _CLASSES)
    return _ratio(np.trace(confusion, axis1=1, axis2=2), confusion.sum(axis=(1, 2)))


def balanced_accuracy(sums: Floats) -> Floats:
    """Return the mean of the hit shares of the classes that occur."""
    confusion = sums[:, _CONFUSION].reshape(-1, _CLASSES, _CLASSES)
    pictures = confusion.sum(axis=2)
    hits = np.diagonal(confusion, axis1=1, axis2=2)
    shares = np.divide(hits, pictures, out=np.zeros_like(hits), where=pictures > 0)
    return _ratio(shares.sum(axis=1), (pictures > 0).sum(axis=1).astype(np.float64))


def anime_against_cartoon(sums: Floats) -> Floats:
    """Return how often the larger likeness is right on drawn pictures; equal ones count half."""
    return _ratio(sums[:, _DRAWN_RIGHT], sums[:, _DRAWN])


def calibration_error(column: int) -> Statistic:
    """Return the statistic of one likeness (0 anime, 1 cartoon)."""

    def statistic(sums: Floats) -> Floats:
        pictures = sums[:, _CONFUSION].sum(axis=1)
        return _ratio(np.abs(sums[:, _GAPS[column]]).sum(axis=1), pictures)

    return statistic


ACCURACIES = ("anime_against_cartoon", "balanced_accuracy", "accuracy")
STATISTICS: dict[str, Statistic] = {
    "anime_against_cartoon": anime_against_cartoon,
    "balanced_accuracy": balanced_accuracy,
    "accuracy": accuracy,
    "calibration_error_anime": calibration_error(0),
    "calibration_error_cartoon": calibration_error(1),
}


def _ratio(part: Floats, whole: Floats) -> Floats:
    empty = np.full(np.shape(whole), np.nan)
    result: Floats = np.divide(part, whole, out=empty, where=np.asarray(whole) > 0)
    return result


def with_interval(value: float, drawn: Floats) -> Figure:
    """Return a figure with the interval that its value in many draws gives."""
    kept = drawn[~np.isnan(drawn)]
    if not kept.size:
        return Figure(value, np.nan, np.nan)
    low, high = np.quantile(kept, [0.025, 0.975])
    return Figure(value, float(low), float(high))
