"""How far the logits of exclusive labels can be trusted: one temperature for all of them.

Source: Guo et al. 2017, "On Calibration of Modern Neural Networks". Of a few pictures all may be
right, which would ask for certainty; as in Platt 1999, "Probabilistic Outputs for Support Vector
Machines", each counts as right only so far as their number allows.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

COLDEST: Final = 0.02
HOTTEST: Final = 20.0
"""What a temperature may be; perfectly separated logits would otherwise ask for zero."""

_TINY: Final = 1e-300
_ROUNDS: Final = 40  # golden sections: the answer is then known to eight digits


def fit_temperature(logits: ArrayLike, targets: NDArray[np.int64]) -> float:
    """Return the temperature to divide logits [N, L] by, under which the targets are likeliest."""
    table = np.asarray(logits, dtype=np.float64)
    if len(table) == 0:
        return 1.0
    # The loss has one valley over the logarithm of the temperature.
    low, high = np.log(COLDEST), np.log(HOTTEST)
    golden = (np.sqrt(5.0) - 1.0) / 2.0
    inner = [high - golden * (high - low), low + golden * (high - low)]
    doubt = 1.0 / (len(table) + 2)
    losses = [_doubtful_loss(table / np.exp(point), targets, doubt) for point in inner]
    for _ in range(_ROUNDS):
        if losses[0] < losses[1]:
            high = inner[1]
            inner = [high - golden * (high - low), inner[0]]
            losses = [_doubtful_loss(table / np.exp(inner[0]), targets, doubt), losses[0]]
        else:
            low = inner[0]
            inner = [inner[1], low + golden * (high - low)]
            losses = [losses[1], _doubtful_loss(table / np.exp(inner[1]), targets, doubt)]
    return float(np.exp((low + high) / 2.0))


def mean_loss(logits: ArrayLike, targets: NDArray[np.int64]) -> float:
    """Return the mean of -log(share of the true label) for logits [N, L]."""
    table = np.asarray(logits, dtype=np.float64)
    table = table - table.max(axis=1, keepdims=True)
    right = table[np.arange(len(table)), targets]
    return float(np.mean(np.log(np.exp(table).sum(axis=1)) - right))


def _doubtful_loss(logits: NDArray[np.float64], targets: NDArray[np.int64], doubt: float) -> float:
    """Return the mean loss if each target were wrong with a small probability."""
    table = logits - logits.max(axis=1, keepdims=True)
    rows = np.arange(len(table))
    right = table[rows, targets]
    powers = np.exp(table)
    total = powers.sum(axis=1)
    powers[rows, targets] = 0.0
    wrong = np.log(np.maximum(powers.sum(axis=1), _TINY))
    return float(np.mean(np.log(total) - (1.0 - doubt) * right - doubt * wrong))
