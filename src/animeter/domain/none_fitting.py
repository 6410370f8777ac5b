"""Learning when to say "none of these", from labels that were left out of teaching.

A few labels at a time are left out and a layer is taught on the rest: what it says of the pictures
left out is what it will say of strangers. A logistic rule over two signs, how near the nearest
label is and how sure the layer is, tells them from known pictures that were held out. Its offset is
then moved so that it lets pass a fixed share of the known ones: being told "none of these" of one's
own labels is the worse mistake.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from animeter.domain.linear_discriminant import fit_discriminants
from animeter.domain.taught_head import Floats, Floats32, NoneRule, nearness, softmax

Integers = NDArray[np.int64]

KNOWN_KEPT: Final = 0.95
"""Share of held-out pictures of known labels that the rule lets pass."""

_LABEL_FOLDS: Final = 5
_STEPS: Final = 50
_RIDGE: Final = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """What a head is taught with, and how its layer was fitted.

    Attributes:
        table: float32 [N, D], embeddings.
        features: float32 [N, R], the same as the layer is fitted on them.
        targets: int64 [N].
        label_count: how many labels.
        shrinkage: strength of the regularisation.
        temperature: what logits are divided by.
    """

    table: Floats32
    features: Floats32
    targets: Integers
    label_count: int
    shrinkage: float
    temperature: float


def fit_none_rule(
    taught: Taught,
    fold: Integers,
    held_out_shares: Floats,
    others: tuple[Floats32, Floats] | None = None,
) -> NoneRule | None:
    """Learn the rule; None where there is nothing to learn it from.

    Args:
        taught: pictures of known labels.
        fold: int64 [N], the fold that held a picture out; -1 for those that were never judged.
        held_out_shares: [N, L] by layers that never saw the picture.
        others: pictures that are surely none of the labels: embeddings [M, D], and what the
            finished head says of them, [M, L].
    """
    known = _signs_of_known(taught, fold, held_out_shares)
    unknown = _signs_of_left_out(taught)
    centroids = middles(taught.table, taught.targets, np.arange(taught.label_count))
    if others is not None:
        unknown = np.concatenate([unknown, _signs(*others, centroids)])
    if not len(known) or not len(unknown):
        return None
    # Rounded as they are kept, so that a head that was read back is the same head.
    weights = _fit_logistic(known, unknown).astype(np.float32).astype(np.float64)
    reach = known @ weights
    offset = -float(np.float32(np.quantile(reach, KNOWN_KEPT)))
    return NoneRule(
        centroids=centroids,
        near_weight=float(weights[0]),
        sure_weight=float(weights[1]),
        offset=offset,
        known_kept=float(np.mean(reach + offset <= 0.0)),
        unknown_caught=float(np.mean(unknown @ weights + offset > 0.0)),
    )


def middles(table: Floats32, targets: Integers, labels: NDArray[np.int64]) -> Floats32:
    """Return the unit vector [L, D] to the middle of each label's embeddings."""
    means = np.stack([table[targets == label].mean(axis=0) for label in labels])
    length = np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return np.asarray(means / length, dtype=np.float32)


def _signs(embeddings: Floats32, shares: Floats, centroids: Floats32) -> Floats:
    near = nearness(embeddings, centroids)
    return np.stack([near, np.log(np.maximum(shares.max(axis=1), 1e-12))], axis=1)


def _signs_of_known(taught: Taught, fold: Integers, held_out_shares: Floats) -> Floats:
    found = [np.empty((0, 2))]
    for held_out in np.unique(fold[fold >= 0]):
        inside = fold == held_out
        labels = np.unique(taught.targets[~inside])
        centroids = middles(taught.table[~inside], taught.targets[~inside], labels)
        found.append(_signs(taught.table[inside], held_out_shares[inside], centroids))
    return np.concatenate(found)


def _signs_of_left_out(taught: Taught) -> Floats:
    found = [np.empty((0, 2))]
    part = np.arange(taught.label_count) % min(_LABEL_FOLDS, taught.label_count)
    for left_out in np.unique(part):
        kept = np.flatnonzero(part != left_out)
        inside = part[taught.targets] != left_out
        targets = np.searchsorted(kept, taught.targets[inside])
        (layer,) = fit_discriminants(
            taught.features[inside], targets, len(kept), [taught.shrinkage]
        )
        shares = softmax(layer.logits(taught.features[~inside]) / taught.temperature)
        centroids = middles(taught.table[inside], targets, np.arange(len(kept)))
        found.append(_signs(taught.table[~inside], shares, centroids))
    return np.concatenate(found)


def _fit_logistic(known: Floats, unknown: Floats) -> Floats:
    """Return the weights [2] of the signs in the logit of "none"; both 0 or below.

    Both sides count the same, however many pictures each has. A sign that would count the wrong
    way, such as how sure a layer of one label is, is left out.
    """
    weights = np.zeros(2)
    for signs in ([0, 1], [0], [1]):
        fitted = _newton(known[:, signs], unknown[:, signs])
        if np.all(fitted <= 0.0):
            weights[signs] = fitted
            break
    return weights


def _newton(known: Floats, unknown: Floats) -> Floats:
    design = np.concatenate([known, unknown])
    middle, spread = design.mean(axis=0), np.maximum(design.std(axis=0), 1e-9)
    design = np.column_stack([(design - middle) / spread, np.ones(len(design))])
    truth = np.repeat([0.0, 1.0], [len(known), len(unknown)])
    weight = np.repeat([0.5 / len(known), 0.5 / len(unknown)], [len(known), len(unknown)])
    ridge = np.diag([_RIDGE] * known.shape[1] + [1e-9])
    point = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        share = 0.5 * (1.0 + np.tanh(0.5 * (design @ point)))
        slope = design.T @ (weight * (share - truth)) + ridge @ point
        bend = (design * (weight * share * (1.0 - share))[:, None]).T @ design + ridge
        step = np.linalg.solve(bend, slope)
        point -= np.clip(step, -2.0, 2.0)  # far from the answer Newton would overshoot
        if np.abs(step).max() < 1e-8:
            break
    return np.asarray(point[:-1] / spread)
