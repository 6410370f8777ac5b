"""Linear discriminant analysis: each label a cloud of one shape, told apart by closed formulas.

The clouds' common shape is measured and pulled towards a ball, more or less; the pull is the one
knob. Each of its settings is answered by solving one set of equations for all labels, so that many
labels and many rounds of cross-validation cost seconds, where an iterative fit costs minutes.

Source: Friedman 1989, "Regularized Discriminant Analysis", with equal covariances.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_TINY = 1e-30
_LEAST_BALL = 1e-3  # of the variance of everything: where each label has one picture, say


@dataclass(frozen=True, slots=True, eq=False)
class LinearLayer:
    """Weights [L, D] and bias [L] of a linear layer, float32."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return [N, L] for features [N, D]."""
        return np.asarray(features @ self.weights.T + self.bias)


def fit_discriminants(
    features: ArrayLike,
    targets: NDArray[np.int64],
    label_count: int,
    shrinkages: Sequence[float],
    weights: ArrayLike | None = None,
) -> list[LinearLayer]:
    """Fit a linear layer for each shrinkage; its logits are log-likelihoods up to a scale.

    Args:
        features: [N, D].
        targets: [N] numbers of labels; each label must occur.
        label_count: how many labels there are.
        shrinkages: above 0; how large a ball is added to the common shape, as a multiple of the
            mean variance of a direction.
        weights: [N], above 0; how much each row counts. None for all alike.

    Raises:
        ValueError: a label has no picture.
    """
    table = np.asarray(features, dtype=np.float32)
    counts = np.bincount(targets, minlength=label_count)
    if len(counts) != label_count or counts.min() == 0:
        raise ValueError(f"every label needs a picture, got the counts {counts.tolist()}")
    share = np.ones(len(table)) if weights is None else np.asarray(weights, dtype=np.float64)
    share = (share / share.sum()).astype(np.float32)[:, None]
    belongs = np.zeros((len(table), label_count), dtype=np.float32)
    belongs[np.arange(len(table)), targets] = share[:, 0]
    chances = belongs.sum(axis=0, dtype=np.float64)
    means = (belongs.T @ table) / chances[:, None].astype(np.float32)
    middle = np.sum(share * table, axis=0)
    within = table - means[targets]
    shape = ((share * within).T @ within).astype(np.float64)
    moved = (means - middle).astype(np.float64)
    spread = np.sum(share * np.square(table - middle), axis=0)
    ball = max(float(np.diag(shape).mean()), _LEAST_BALL * float(spread.mean()), _TINY)
    chance = np.log(chances)
    layers = []
    for shrinkage in shrinkages:
        pulled = shape + shrinkage * ball * np.eye(len(shape))
        layer = np.linalg.solve(pulled, moved.T).T
        bias = chance - 0.5 * np.sum(layer * moved, axis=1) - layer @ middle
        layers.append(LinearLayer(layer.astype(np.float32), bias.astype(np.float32)))
    return layers
