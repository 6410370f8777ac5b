"""Applying a head: the arithmetic of its module's docstring, done by hand."""

import math

import numpy as np
import pytest

from animeter.domain.taught_head import (
    NONE_OF_THESE,
    EmbeddingModel,
    NoneRule,
    TaughtHead,
)

MODEL = EmbeddingModel("tiny 1.0", "ab" * 32, 2)
RULE = NoneRule(np.eye(2, dtype=np.float32), -4.0, -0.5, 3.0, 0.95, 0.5)


def head(rule: NoneRule | None = None, labels: tuple[str, ...] = ("a", "b")) -> TaughtHead:
    weights = np.array([[2.0, 0.0], [0.0, 1.0]], dtype=np.float32)
    bias = np.array([0.5, 0.0], dtype=np.float32)
    return TaughtHead("two", labels, MODEL, weights, bias, rule, "2026-11-20")


def test_scores_are_what_the_docstring_says() -> None:
    embedding = [0.6, 0.8]
    a, b = math.exp(2.0 * 0.6 + 0.5), math.exp(0.8)
    share = a / (a + b)
    assert head().scores([embedding])[0] == pytest.approx([share, 1 - share], abs=1e-6)
    none = 1 / (1 + math.exp(-(3.0 - 4.0 * 0.8 - 0.5 * math.log(share))))
    wanted = [share * (1 - none), (1 - share) * (1 - none), none]
    assert head(RULE).scores([embedding])[0] == pytest.approx(wanted, abs=1e-6)


def test_the_answers_name_the_columns() -> None:
    assert head().answers == ("a", "b")
    assert head(RULE).answers == ("a", "b", NONE_OF_THESE)


@pytest.mark.parametrize("labels", [("a", "a"), ("a", NONE_OF_THESE), ("a", "b", "c")])
def test_labels_that_do_not_fit_are_refused(labels: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="labels"):
        head(labels=labels)


def test_embeddings_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"reads embeddings \[N, 2\]"):
        head().scores(np.zeros((1, 3)))
    with pytest.raises(ValueError, match=r"got \[2\]"):
        head().scores(np.zeros(2))
