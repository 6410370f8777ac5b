"""A taught head: labels that are read off a model's embedding by one linear layer.

The arithmetic is short, so that a browser or any other program can repeat it:

    logits = weights @ embedding + bias              calibrated: the temperature is in the weights
    share  = softmax(logits)                         one a label, they add up to 1
    near   = max(centroids @ embedding)              cosine to the nearest label's centroid
    none   = sigmoid(offset + near_weight * near + sure_weight * log(max(share)))
    score  = share * (1 - none), and `none` itself   what a user sees; they add up to 1

A head without a rule for "none of these" gives its shares as scores. This file does not know how
a head is taught (`head_fitting.py`) nor how it is kept (`inference/head_file.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats32 = NDArray[np.float32]
Floats = NDArray[np.float64]

NONE_OF_THESE: Final = "none of these"
"""What a head answers for a picture of no label it knows; no label may be called so."""

MAX_LABEL_LENGTH: Final = 255
"""Characters of a label: as many as a folder's name may have."""


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """The model whose embedding a head reads; on another model's embedding it says nothing true.

    Attributes:
        label: name and version, `animeter-style 0.1.0`.
        sha256: of its `model.onnx`.
        embedding_dim: length of its embedding.
    """

    label: str
    sha256: str
    embedding_dim: int


@dataclass(frozen=True, slots=True)
class HeadIdentity:
    """What a head is called before it is taught.

    Attributes:
        name: what users call it.
        model: whose embedding it reads.
        created: today, `YYYY-MM-DD`.
    """

    name: str
    model: EmbeddingModel
    created: str


@dataclass(frozen=True, slots=True, eq=False)
class NoneRule:
    """When a head says "none of these": far from all its labels, and unsure between them.

    Attributes:
        centroids: float32 [L, D], unit vectors to the middle of each label's embeddings. They are
            not seen from the labels' own middle: what sets all of them apart from a stranger,
            their being drawn alike, would be lost.
        near_weight: how much the cosine to the nearest centroid counts; 0 or below.
        sure_weight: how much the log of the largest share counts; 0 or below.
        offset: what is added.
        known_kept: share of held-out pictures of known labels that the rule lets pass.
        unknown_caught: share of pictures of labels left out of teaching that it catches.
    """

    centroids: Floats32
    near_weight: float
    sure_weight: float
    offset: float
    known_kept: float
    unknown_caught: float

    def probability(self, embeddings: Floats32, shares: Floats) -> Floats:
        """Return the probability [N] that a picture is none of the labels.

        Args:
            embeddings: [N, D].
            shares: [N, L] of the labels, each row adding up to 1.
        """
        near = nearness(embeddings, self.centroids)
        sure = np.log(np.maximum(shares.max(axis=1), _TINY))
        logit = self.offset + self.near_weight * near + self.sure_weight * sure
        return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logit)))


@dataclass(frozen=True, slots=True, eq=False)
class TaughtHead:
    """A head that can be applied.

    Attributes:
        name: what users call it.
        labels: the labels, in the order of the weights' rows.
        model: whose embedding it reads.
        weights: float32 [L, D]; the calibration is in them.
        bias: float32 [L].
        none_rule: when it answers `NONE_OF_THESE`; None for a head that always chooses a label.
        created: the day it was taught, `YYYY-MM-DD`.
        training: free: pictures, regularisation, calibration, and where the pictures came from.
        figures: free: measured figures, each with how it was measured.

    Raises:
        ValueError: the parts do not fit each other.
    """

    name: str
    labels: tuple[str, ...]
    model: EmbeddingModel
    weights: Floats32
    bias: Floats32
    none_rule: NoneRule | None
    created: str
    training: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shape = (len(self.labels), self.model.embedding_dim)
        got = {"weights": self.weights.shape, "bias": self.bias.shape}
        wanted: dict[str, tuple[int, ...]] = {"weights": shape, "bias": shape[:1]}
        if self.none_rule is not None:
            got["centroids"] = self.none_rule.centroids.shape
            wanted["centroids"] = shape
        if got != wanted:
            raise ValueError(f"a head of {shape[0]} labels has the shapes {got}, wanted {wanted}")
        if len(set(self.labels)) != len(self.labels) or NONE_OF_THESE in self.labels:
            raise ValueError(
                f"labels must differ, and none be {NONE_OF_THESE!r}, got {self.labels}"
            )

    @property
    def answers(self) -> tuple[str, ...]:
        """The columns of `scores`: the labels, then `NONE_OF_THESE` if the head can say so."""
        return self.labels if self.none_rule is None else (*self.labels, NONE_OF_THESE)

    def shares(self, embeddings: ArrayLike) -> Floats:
        """Return calibrated probabilities [N, L] of the labels, given that it is one of them.

        Args:
            embeddings: [N, D] of the head's own model.

        Raises:
            ValueError: the embeddings are of another length.
        """
        table = self._table(embeddings)
        return softmax(table @ self.weights.T + self.bias)

    def scores(self, embeddings: ArrayLike) -> Floats:
        """Return the score [N, len(answers)] of each answer; each row adds up to 1.

        Args:
            embeddings: [N, D] of the head's own model.

        Raises:
            ValueError: the embeddings are of another length.
        """
        table = self._table(embeddings)
        shares = self.shares(table)
        if self.none_rule is None:
            return shares
        none = self.none_rule.probability(table, shares)[:, None]
        return np.concatenate([shares * (1.0 - none), none], axis=1)

    def _table(self, embeddings: ArrayLike) -> Floats32:
        table = np.asarray(embeddings, dtype=np.float32)
        if table.ndim != 2 or table.shape[1] != self.model.embedding_dim:
            raise ValueError(
                f"the head {self.name!r} reads embeddings [N, {self.model.embedding_dim}], "
                f"got {list(table.shape)}"
            )
        return table


def softmax(logits: ArrayLike) -> Floats:
    """Return shares [N, L] that add up to 1 in each row."""
    table = np.asarray(logits, dtype=np.float64)
    table = np.exp(table - table.max(axis=1, keepdims=True))
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def nearness(embeddings: Floats32, centroids: Floats32) -> Floats:
    """Return the cosine [N] between unit embeddings and the nearest centroid."""
    return np.asarray((embeddings @ centroids.T).max(axis=1), dtype=np.float64)


_TINY: Final = 1e-12
