"""Hierarchical precision and recall."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animeter.domain.hierarchical_metrics import hierarchical_figures

sets = st.frozensets(st.sampled_from("abcdef"), max_size=4)


def test_by_hand() -> None:
    truth = [{"anime", "Naruto", "sakura"}, {"cartoon", "Oggy"}, {"anime"}]
    said = [{"anime", "Naruto"}, {"cartoon", "Batman"}, {"cartoon"}]
    figures = hierarchical_figures(truth, said)
    assert figures.precision == pytest.approx(3 / 5)
    assert figures.recall == pytest.approx(3 / 6)
    assert figures.f_score == pytest.approx(2 * 3 / 11)


def test_saying_less_is_never_wrong() -> None:
    truth = [{"anime", "Naruto"}]
    deep = hierarchical_figures(truth, [{"anime", "One Piece"}])
    short = hierarchical_figures(truth, [{"anime"}])
    assert short.precision == 1.0
    assert deep.precision == 0.5
    assert short.recall == deep.recall == 0.5


@given(st.lists(st.tuples(sets, sets), max_size=8))
def test_f_is_the_harmonic_mean_and_all_lie_between_0_and_1(
    pairs: list[tuple[frozenset[str], frozenset[str]]],
) -> None:
    precision, recall, f_score = hierarchical_figures([t for t, _ in pairs], [s for _, s in pairs])
    if math.isnan(precision) or math.isnan(recall) or precision + recall == 0.0:
        return
    assert 0.0 <= precision <= 1.0
    assert 0.0 <= recall <= 1.0
    assert f_score == pytest.approx(2 * precision * recall / (precision + recall))


def test_nothing_answered_has_no_precision() -> None:
    figures = hierarchical_figures([{"anime"}], [set()])
    assert math.isnan(figures.precision)
    assert figures.recall == 0.0


def test_as_many_answers_as_truths() -> None:
    with pytest.raises(ValueError, match="zip"):
        hierarchical_figures([{"a"}], [])
