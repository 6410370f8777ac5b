"""Cohen's kappa: full agreement, guessing, and what says nothing."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animeter.domain.agreement import cohen_kappa


def test_the_example_of_the_textbooks() -> None:
    # 50 answers: both yes 20, both no 15, only the first yes 5, only the second yes 10.
    first = ["yes"] * 20 + ["no"] * 15 + ["yes"] * 5 + ["no"] * 10
    second = ["yes"] * 20 + ["no"] * 15 + ["no"] * 5 + ["yes"] * 10
    assert cohen_kappa(first, second) == pytest.approx(0.4)
    assert cohen_kappa(second, first) == pytest.approx(0.4)


def test_full_agreement_is_exactly_one_and_full_contradiction_below_nothing() -> None:
    answers = ["a", "b", "c"] * 7
    assert cohen_kappa(answers, answers) == 1.0
    assert cohen_kappa(["a", "b"] * 5, ["b", "a"] * 5) == -1.0


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_it_is_symmetric_and_one_for_the_same_answers_alone(pairs: list[tuple[str, str]]) -> None:
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    kappa = cohen_kappa(first, second)
    if len({*first, *second}) == 1:
        assert math.isnan(kappa)
    else:
        assert kappa == cohen_kappa(second, first)
        assert (kappa == 1.0) == (first == second)
        assert -1.0 <= kappa <= 1.0


def test_one_answer_throughout_says_nothing() -> None:
    assert math.isnan(cohen_kappa([], []))
    assert math.isnan(cohen_kappa(["a"] * 9, ["a"] * 9))
    assert cohen_kappa(["a"] * 9, ["a"] * 8 + ["b"]) == 0.0


def test_answers_that_do_not_pair_are_refused() -> None:
    with pytest.raises(ValueError, match="1 answers against 2"):
        cohen_kappa(["a"], ["a", "b"])
