"""Curves of a report, in few enough points for a plot: reliability, and accuracy by coverage.

The results are plain JSON values with shares in [0, 1], as they stand in `report.json`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from animeter.domain import metrics
from animeter.lab.tallies import BINS, bin_of

POINTS = 200


def reliability(probability: NDArray[np.float64], truth: NDArray[np.bool_]) -> dict[str, Any]:
    """Return a reliability diagram's bins and the expected calibration error.

    Each bin has its mean likeness, the share of pictures that truly are, and how many there are.
    """
    number = bin_of(probability)
    bins = []
    for index in range(BINS):
        inside = number == index
        if inside.any():
            mean, share = float(probability[inside].mean()), float(truth[inside].mean())
            bins.append({"likeness": mean, "share": share, "pictures": int(inside.sum())})
    error = metrics.expected_calibration_error(probability, truth.astype(np.int64), BINS)
    return {"expected_calibration_error": number_or_none(error), "bins": bins}


def coverage(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the accuracy when only the surest pictures are decided, for each share of them."""
    curve = metrics.coverage_curve(confidence, right)
    kept = thinned(len(curve.coverage))
    return {
        "coverage": curve.coverage[kept].tolist(),
        "accuracy": curve.accuracy[kept].tolist(),
        "confidence": curve.confidence[kept].tolist(),
    }


def thinned(points: int) -> NDArray[np.int64]:
    """Return at most `POINTS` indices, denser at both ends, where curves bend."""
    if points <= POINTS:
        return np.arange(points)
    rising = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, POINTS))
    return np.unique(np.rint(rising * (points - 1)).astype(np.int64))


def number_or_none(value: float) -> float | None:
    """Return what JSON can hold: null for a figure that is none."""
    return None if np.isnan(value) else value
