"""How good answers in the tree of labels are, and what stopping where unsure buys.

Likenesses and scores are those of networks and layers that never saw the picture, made to agree as
they are for a user. Every threshold is compared with answering to the bottom always.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from animeter.domain.hierarchical_metrics import hierarchical_figures
from animeter.domain.hierarchy import OTHER, PROBABLE, Consistent, make_consistent, place
from animeter.domain.place import LEVELS
from animeter.domain.taxonomy import Taxonomy
from animeter.domain.verdict import VerdictRule

Floats = NDArray[np.float64]

THRESHOLDS: Final = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True, slots=True, eq=False)
class InTree:
    """One picture: what is true of it, and what held-out networks and layers said.

    Attributes:
        truth: label by level, for the levels that the tree can answer.
        anime: likeness.
        cartoon: likeness.
        rule: thresholds that were set without this picture.
        series: score by label.
        character: score by label; empty for a picture whose character nobody looked for.
    """

    truth: Mapping[str, str]
    anime: float
    cartoon: float
    rule: VerdictRule
    series: Mapping[str, float]
    character: Mapping[str, float]


def hierarchy_part(pictures: Sequence[InTree], taxonomy: Taxonomy) -> dict[str, Any]:
    """Return precision and recall at every threshold, and how scores and tree agree."""
    consistent = [
        make_consistent(taxonomy, one.anime, one.cartoon, one.series, one.character)
        for one in pictures
    ]
    truth = [_set(one.truth) for one in pictures]
    rows = []
    for threshold in THRESHOLDS:
        answers = [
            {
                step.level: step.label
                for step in place(taxonomy, scores, one.rule, probable=threshold).steps
            }
            for one, scores in zip(pictures, consistent, strict=True)
        ]
        figures = hierarchical_figures(truth, [_set(answer) for answer in answers])
        rows.append(
            {
                "threshold": threshold,
                "precision": figures.precision,
                "recall": figures.recall,
                "f_score": figures.f_score,
                "levels": {level: _at(level, pictures, answers) for level in LEVELS},
            }
        )
    return {
        "pictures": len(pictures),
        "thresholds": rows,
        "shipped": rows[THRESHOLDS.index(PROBABLE)],
        "to_the_bottom": rows[0],
        "scores_lowered_by_the_tree": _lowered(pictures, consistent),
    }


def _set(labels: Mapping[str, str]) -> set[str]:
    return {f"{level}:{label}" for level, label in labels.items()}


def _at(
    level: str, pictures: Sequence[InTree], answers: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """Return how often a level is answered, and how often rightly."""
    right = [
        one.truth.get(level) == answer[level]
        for one, answer in zip(pictures, answers, strict=True)
        if level in answer
    ]
    known = sum(level in one.truth for one in pictures)
    return {
        "answered": len(right),
        "right_of_answered": float(np.mean(right)) if right else None,
        "pictures_with_one": known,
    }


def _lowered(pictures: Sequence[InTree], consistent: Sequence[Consistent]) -> float:
    """Return the share of pictures of which some series' score did not fit under its style."""
    lowered = [
        any(
            scores.series[label] < score - 1e-9
            for label, score in one.series.items()
            if label != OTHER
        )
        for one, scores in zip(pictures, consistent, strict=True)
    ]
    return float(np.mean(lowered))
