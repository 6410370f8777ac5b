"""What taught heads say of pictures, ready to go into a result: the best few labels of each.

The heads `series`, `character` and `type` speak of one tree of labels, so their scores are made to
agree with the likenesses and with each other before anybody sees them, and the picture gets a
place in the tree.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from animeter.domain.errors import HeadError
from animeter.domain.hierarchy import Scores, make_consistent, place
from animeter.domain.place import Place
from animeter.domain.results import ScoredLabel
from animeter.domain.taught_head import TaughtHead
from animeter.inference.bundle import Bundle
from animeter.inference.heads import check_reads, load_head
from animeter.inference.taxonomy_file import load_taxonomy

DEFAULT_TOP_K = 5

IN_TREE: Final = ("series", "character", "type")
"""Names of the heads that speak of the tree of labels."""


class HeadAnswers:
    """Heads that may be asked about one model's embeddings.

    Args:
        heads: heads, or where to find them: a name or a folder's path.
        bundle: the model that embeds.
        top_k: how many labels of each head are told.

    Raises:
        HeadError: a head is not there, is damaged, was taught on another model, or has the name
            of another one among them.
        TaxonomyError: a head speaks of the tree, and the user's own part of that is broken.
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
        self._rule = bundle.spec.verdict_rule()
        in_tree = any(name in IN_TREE for name in self._heads)
        self._taxonomy = load_taxonomy() if in_tree else None

    @property
    def names(self) -> tuple[str, ...]:
        """The heads' names, in the order in which they were given."""
        return tuple(self._heads)

    def of(
        self, embedding: NDArray[np.float32], anime: float, cartoon: float
    ) -> tuple[dict[str, tuple[ScoredLabel, ...]], Place | None]:
        """Return the best labels of each head, best first, and the place in the tree.

        Args:
            embedding: [D].
            anime: likeness of the same picture.
            cartoon: likeness of the same picture.
        """
        scores: dict[str, Scores] = {
            name: dict(zip(head.answers, head.scores(embedding[None])[0].tolist(), strict=True))
            for name, head in self._heads.items()
        }
        place_in_tree = None
        if self._taxonomy is not None:
            fitted = make_consistent(
                self._taxonomy, anime, cartoon, scores.get("series"), scores.get("character")
            )
            place_in_tree = place(self._taxonomy, fitted, self._rule, scores.get("type"))
            agreed = {"series": fitted.series, "character": fitted.character}
            scores |= {name: agreed[name] for name in agreed if name in scores}
        return {name: self._best(told) for name, told in scores.items()}, place_in_tree

    def _best(self, scores: Scores) -> tuple[ScoredLabel, ...]:
        best = sorted(scores.items(), key=lambda item: -item[1])[: self._top_k]
        return tuple(ScoredLabel(label, score) for label, score in best)
