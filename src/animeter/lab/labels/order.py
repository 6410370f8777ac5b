"""An order of labels in which those that are alike stand side by side.

A table of a hundred labels then shows blocks instead of scattered dots.
"""

import numpy as np
from numpy.typing import NDArray

from animeter.domain.errors import MissingExtraError

_MOST_FOR_BEST_ORDER = 300
"""Labels up to which the leaves of the tree are turned too; that takes cubic time."""


def order_by_likeness(alike: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the numbers of K labels, alike ones near each other.

    The labels are joined into a tree by average likeness, whose leaves are read from left to right.

    Source: Bar-Joseph, Gifford and Jaakkola 2001, "Fast optimal leaf ordering for hierarchical
    clustering".

    Args:
        alike: [K, K] symmetric, larger is more alike; the diagonal does not count.

    Raises:
        MissingExtraError: scipy is not installed.
    """
    labels = len(alike)
    if labels < 3:
        return np.arange(labels)
    try:
        from scipy.cluster.hierarchy import leaves_list, linkage
        from scipy.spatial.distance import squareform
    except ImportError as error:
        raise MissingExtraError("evaluate", "scipy") from error
    others = alike * (1.0 - np.eye(labels))
    # Few labels are ever mistaken for each other: the root keeps small likenesses apart.
    apart = 1.0 - np.sqrt(others / max(float(others.max()), 1e-12))
    np.fill_diagonal(apart, 0.0)
    tree = linkage(
        squareform(apart, checks=False),
        method="average",
        optimal_ordering=labels <= _MOST_FOR_BEST_ORDER,
    )
    return np.asarray(leaves_list(tree), dtype=np.int64)
