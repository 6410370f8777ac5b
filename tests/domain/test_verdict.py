import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from animeter.domain.verdict import STYLES, Thresholds, Verdict, VerdictRule, forced_style

PROBABILITY = st.floats(0.0, 1.0)
THRESHOLDS = st.tuples(PROBABILITY, PROBABILITY).map(
    lambda ends: Thresholds(low=min(ends), high=max(ends))
)
RULE = VerdictRule(anime=Thresholds(0.3, 0.6), cartoon=Thresholds(0.2, 0.8))


@pytest.mark.parametrize(
    ("anime", "cartoon", "verdict"),
    [
        (0.9, 0.1, Verdict.ANIME),
        (0.1, 0.9, Verdict.CARTOON),
        (0.9, 0.9, Verdict.BOTH),
        (0.1, 0.1, Verdict.NEITHER),
        (0.5, 0.1, Verdict.UNSURE),
        (0.9, 0.5, Verdict.UNSURE),
        (0.5, 0.5, Verdict.UNSURE),
        (0.6, 0.2, Verdict.ANIME),  # on its threshold a likeness is decided
        (0.3, 0.8, Verdict.CARTOON),
        (float("nan"), 0.9, Verdict.UNSURE),
    ],
)
def test_decides(anime: float, cartoon: float, verdict: Verdict) -> None:
    assert RULE.decide(anime, cartoon) is verdict


@given(anime=THRESHOLDS, cartoon=THRESHOLDS, likeness=st.tuples(PROBABILITY, PROBABILITY))
def test_every_pair_of_likenesses_has_a_verdict_that_agrees_with_both(
    anime: Thresholds, cartoon: Thresholds, likeness: tuple[float, float]
) -> None:
    verdict = VerdictRule(anime, cartoon).decide(*likeness)
    present = (anime.present(likeness[0]), cartoon.present(likeness[1]))
    meaning = {
        Verdict.ANIME: (True, False),
        Verdict.CARTOON: (False, True),
        Verdict.BOTH: (True, True),
        Verdict.NEITHER: (False, False),
    }
    if None in present:
        assert verdict is Verdict.UNSURE
    else:
        assert meaning[verdict] == present


@given(thresholds=THRESHOLDS, likenesses=st.lists(PROBABILITY, min_size=2).map(sorted))
def test_more_likeness_never_means_less_presence(
    thresholds: Thresholds, likenesses: list[float]
) -> None:
    rank = {False: 0, None: 1, True: 2}
    ranks = [rank[thresholds.present(likeness)] for likeness in likenesses]
    assert ranks == sorted(ranks)


@given(threshold=PROBABILITY, likeness=PROBABILITY)
def test_one_threshold_for_both_ends_leaves_nothing_unsure(
    threshold: float, likeness: float
) -> None:
    assert Thresholds(threshold, threshold).present(likeness) is (likeness >= threshold)


@pytest.mark.parametrize(
    ("low", "high"), [(0.6, 0.4), (-0.1, 0.5), (0.5, 1.1), (float("nan"), 0.5)]
)
def test_refuses_thresholds_that_are_none(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="need 0 <= low <= high <= 1"):
        Thresholds(low, high)


def test_verdicts_are_their_words() -> None:
    assert [str(verdict) for verdict in Verdict] == [
        "anime",
        "cartoon",
        "both",
        "neither",
        "unsure",
    ]


def test_forced_style_is_the_largest_of_three_shares() -> None:
    cases = {
        (0.9, 0.05): "anime",
        (0.1, 0.8): "cartoon",
        (0.1, 0.2): "neither",
        (0.45, 0.4): "anime",
        (0.3, 0.3): "neither",
        (0.7, 0.9): "cartoon",
        (0.5, 0.5): "anime",
    }
    styles = [STYLES[number] for number in forced_style(np.array(list(cases)))]
    assert styles == list(cases.values())


def test_forced_style_of_nothing_is_empty() -> None:
    assert forced_style(np.empty((0, 2))).shape == (0,)
