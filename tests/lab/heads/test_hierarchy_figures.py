"""What stopping where unsure is worth, by hand."""

import pytest

from animeter.domain.hierarchy import OTHER
from animeter.domain.taxonomy import Taxonomy
from animeter.domain.verdict import Thresholds, VerdictRule
from animeter.lab.heads.hierarchy_figures import InTree, hierarchy_part

TREE = Taxonomy.from_document(
    {"format_version": 1, "anime": {"A": {}, "B": {}}, "cartoon": {"C": {}}}, "a test"
)
RULE = VerdictRule(anime=Thresholds(0.3, 0.7), cartoon=Thresholds(0.3, 0.7))


def one(truth: dict[str, str], anime: float, **series: float) -> InTree:
    scores = {**series, OTHER: 1.0 - sum(series.values())}
    return InTree(truth, anime, 0.05, RULE, scores, {})


def test_by_hand() -> None:
    part = hierarchy_part(
        [
            one({"style": "anime", "series": "A"}, 0.95, A=0.9),
            one({"style": "anime", "series": "B"}, 0.95, A=0.45, B=0.2),
            one({"style": "anime"}, 0.95, A=0.35),
            one({"style": "cartoon", "series": "C"}, 0.9, A=0.1, C=0.8),
        ],
        TREE,
    )
    # Answered: anime A; anime; anime; anime. Right: 2 + 1 + 1 + 0 of 5, of 7 true.
    assert part["shipped"]["precision"] == pytest.approx(4 / 5)
    assert part["shipped"]["recall"] == pytest.approx(4 / 7)
    assert part["shipped"]["levels"]["series"]["answered"] == 1
    # To the bottom: anime A, four times.
    assert part["to_the_bottom"]["precision"] == pytest.approx(4 / 8)
    assert part["to_the_bottom"]["levels"]["series"]["right_of_answered"] == 0.25
    assert part["scores_lowered_by_the_tree"] == 0.25
