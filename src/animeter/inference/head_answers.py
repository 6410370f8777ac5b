"""What taught heads say of pictures, ready to go into a result: the best few labels of each."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from animeter.domain.errors import HeadError
from animeter.domain.results import ScoredLabel
from animeter.domain.taught_head import TaughtHead
from animeter.inference.bundle import Bundle
from animeter.inference.heads import check_reads, load_head

DEFAULT_TOP_K = 5


class HeadAnswers:
    """Heads that may be asked about one model's embeddings.

    Args:
        heads: heads, or where to find them: a name or a folder's path.
        bundle: the model that embeds.
        top_k: how many labels of each head are told.

    Raises:
        HeadError: a head is not there, is damaged, was taught on another model, or has the name
            of another one among them.
        ValueError: `top_k` is below 1.
    """

    def __init__(
        self, heads: Iterable[TaughtHead | str | Path], bundle: Bundle, top_k: int = DEFAULT_TOP_K
    ) -> None:
        if top_k < 1:
            raise ValueError(f"top_k is {top_k}: wanted at least 1")
        self._top_k = top_k
        self._heads: dict[str, TaughtHead] = {}
        for given in heads:
            head = given if isinstance(given, TaughtHead) else load_head(given)
            check_reads(head, bundle)
            if self._heads.setdefault(head.name, head) is not head:
                raise HeadError(
                    f"Two heads are called {head.name!r}, and a result has one place for the name. "
                    "Leave one out, or export one under another name with --as."
                )

    @property
    def names(self) -> tuple[str, ...]:
        """The heads' names, in the order in which they were given."""
        return tuple(self._heads)

    def of(self, embedding: NDArray[np.float32]) -> dict[str, tuple[ScoredLabel, ...]]:
        """Return the best labels of each head for one embedding [D], best first."""
        return {name: self._best(head, embedding) for name, head in self._heads.items()}

    def _best(self, head: TaughtHead, embedding: NDArray[np.float32]) -> tuple[ScoredLabel, ...]:
        scores = head.scores(embedding[None])[0]
        best = np.argsort(-scores, kind="stable")[: self._top_k]
        return tuple(ScoredLabel(head.answers[i], float(scores[i])) for i in best)
