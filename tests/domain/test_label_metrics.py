"""Figures of exclusive labels, against counting by hand."""

import numpy as np
import pytest

from animeter.domain.label_metrics import (
    Pair,
    likeness_of_labels,
    per_label,
    rank_of_truth,
    ratio,
    worst_pairs,
)

CONFUSION = [[3, 1, 0, 0], [0, 2, 2, 0], [0, 0, 0, 0], [1, 0, 0, 0]]
"""Label 2 has no pictures, label 3 is never answered."""


def test_precision_recall_and_f1_of_each_label() -> None:
    table = per_label(CONFUSION)
    assert table.support.tolist() == [4, 4, 0, 1]
    assert table.answered.tolist() == [4, 3, 2, 0]
    assert table.precision == pytest.approx([0.75, 2 / 3, 0.0, np.nan], nan_ok=True)
    assert table.recall == pytest.approx([0.75, 0.5, np.nan, 0.0], nan_ok=True)
    assert table.f1 == pytest.approx([0.75, 4 / 7, np.nan, 0.0], nan_ok=True)


def test_a_table_that_is_not_square_is_refused() -> None:
    with pytest.raises(ValueError, match="square"):
        per_label([[1, 2, 3], [4, 5, 6]])


def test_the_worst_pairs_come_first_and_right_answers_are_none() -> None:
    assert worst_pairs(CONFUSION) == [Pair(1, 2, 2), Pair(0, 1, 1), Pair(3, 0, 1)]
    assert worst_pairs([[3, 0], [0, 1]]) == []


def test_the_rank_of_the_truth_is_its_place_among_the_answers() -> None:
    # Rounded, so that equal probabilities occur, of which the first label comes first.
    probability = np.random.default_rng(0).dirichlet(np.ones(7), 500).round(1)
    truth = np.random.default_rng(1).integers(0, 7, 500)
    order = np.argsort(-probability, axis=1, kind="stable")
    assert rank_of_truth(probability, truth).tolist() == [
        line.tolist().index(label) for line, label in zip(order, truth, strict=True)
    ]
    assert ((rank_of_truth(probability, truth) == 0) == (probability.argmax(1) == truth)).all()


def test_labels_are_as_alike_as_their_mean_probabilities_say() -> None:
    probability = [[0.8, 0.2, 0.0], [0.6, 0.4, 0.0], [0.5, 0.5, 0.0]]
    alike = likeness_of_labels(probability, [0, 0, 1])
    assert (alike == alike.T).all()
    assert alike[0, 1] == pytest.approx((0.3 + 0.5) / 2)
    assert alike[0, 0] == pytest.approx(0.7)
    assert alike[2].tolist() == [0.0, 0.0, 0.0], "no pictures, and never thought of"


def test_a_label_without_pictures_is_as_alike_as_others_take_it_for() -> None:
    alike = likeness_of_labels([[0.9, 0.1], [0.7, 0.3]], [0, 0])
    assert alike[0, 1] == pytest.approx(0.2)


def test_a_share_of_nothing_is_no_number() -> None:
    assert ratio([1, 0], [2, 0]) == pytest.approx([0.5, np.nan], nan_ok=True)
