"""Precision and recall in a tree, where half of an answer may be right.

A picture's true labels and its answer are both sets: the deepest label and all above it, without
the root that everything shares. "anime, One Piece" for a picture of Naruto has one of two right;
"anime" alone has said less and is wrong in nothing.

Source: Kiritchenko, Matwin, Nock, Famili 2006, "Learning and Evaluation in the Presence of Class
Hierarchies: Application to Text Categorization", section 3; recommended over other measures by
Silla and Freitas 2011, "A Survey of Hierarchical Classification Across Different Application
Domains", section 7.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple


class HierarchicalFigures(NamedTuple):
    """How good answers in a tree are.

    Attributes:
        precision: share of the answered labels that are right; `nan` if nothing was answered.
        recall: share of the true labels that were answered; `nan` if nothing is true.
        f_score: the harmonic mean of both.
    """

    precision: float
    recall: float
    f_score: float


def hierarchical_figures(
    truth: Sequence[AbstractSet[str]], answered: Sequence[AbstractSet[str]]
) -> HierarchicalFigures:
    """Return micro-averaged hierarchical precision, recall and F.

    Args:
        truth: for each picture its labels, each with all labels above it. A label of one name at
            two depths needs two spellings, such as `series:batman` and `character:batman`.
        answered: the same of the answers; empty where nothing was answered.

    Raises:
        ValueError: there are not as many answers as truths.
    """
    shared = sum(len(true & said) for true, said in zip(truth, answered, strict=True))
    said_in_all = sum(map(len, answered))
    true_in_all = sum(map(len, truth))
    precision = shared / said_in_all if said_in_all else float("nan")
    recall = shared / true_in_all if true_in_all else float("nan")
    both = said_in_all + true_in_all
    return HierarchicalFigures(precision, recall, 2 * shared / both if both else float("nan"))
