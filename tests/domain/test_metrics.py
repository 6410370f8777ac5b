import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics as reference

from animeter.domain import metrics

PROBABILITY = st.floats(0.0, 1.0)
LABELLED = st.lists(st.tuples(PROBABILITY, st.integers(0, 1)), min_size=1, max_size=200)
CLASSES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=200)


def columns(rows: list[tuple[float, int]]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    return np.array([row[0] for row in rows]), np.array([row[1] for row in rows])


@given(CLASSES)
def test_counts_agree_with_scikit_learn(rows: list[tuple[int, int]]) -> None:
    truth, predicted = columns(rows)
    assert metrics.accuracy(truth, predicted) == reference.accuracy_score(truth, predicted)
    matrix = metrics.confusion_matrix(truth, predicted, 3)
    np.testing.assert_array_equal(
        matrix, reference.confusion_matrix(truth, predicted, labels=[0, 1, 2])
    )
    recalls = [matrix[label, label] / matrix[label].sum() for label in np.unique(truth)]
    assert metrics.balanced_accuracy(truth, predicted) == pytest.approx(np.mean(recalls))


def test_a_constant_guess_has_the_balanced_accuracy_of_chance() -> None:
    assert metrics.balanced_accuracy([0] * 8 + [1, 2], [0] * 10) == pytest.approx(1 / 3)


@given(LABELLED.filter(lambda rows: 0 < sum(row[1] for row in rows) < len(rows)))
def test_roc_agrees_with_scikit_learn(rows: list[tuple[float, int]]) -> None:
    score, truth = columns(rows)
    curve = metrics.roc_curve(score, truth)
    x, y, thresholds = reference.roc_curve(truth, score, drop_intermediate=False)
    np.testing.assert_allclose(curve.false_positive_rate, x)
    np.testing.assert_allclose(curve.true_positive_rate, y)
    np.testing.assert_allclose(curve.threshold, thresholds)
    area = metrics.roc_auc(score, truth)
    assert area == pytest.approx(reference.roc_auc_score(truth, score))
    assert metrics.roc_auc(-score, truth) == pytest.approx(1 - area)


def test_roc_needs_both_truths() -> None:
    with pytest.raises(ValueError, match="both truths"):
        metrics.roc_curve([0.1, 0.2], [1, 1])


@given(LABELLED, st.integers(1, 40))
def test_calibration_error_is_bounded(rows: list[tuple[float, int]], bins: int) -> None:
    prob, truth = columns(rows)
    error = metrics.expected_calibration_error(prob, truth, bins)
    assert 0.0 <= error <= 1.0 + 1e-12
    # The triangle inequality: bins can only hide errors that cancel, never add to them.
    assert error <= np.mean(np.abs(prob - truth)) + 1e-12
    assert error >= abs(np.mean(prob) - np.mean(truth)) - 1e-12


def test_calibration_error_of_known_cases() -> None:
    assert metrics.expected_calibration_error([0.8] * 5, [1, 1, 1, 1, 0]) == pytest.approx(0.0)
    assert metrics.expected_calibration_error([1.0] * 4, [1, 1, 1, 0]) == pytest.approx(0.25)
    # Two bins that err in opposite directions do not cancel.
    halves = metrics.expected_calibration_error([0.2, 0.2, 0.8, 0.8], [1, 0, 1, 0])
    assert halves == pytest.approx(0.3)
    # A probability of one belongs to the last bin, and shares it with its neighbours.
    assert metrics.expected_calibration_error([1.0, 0.95], [0, 1]) == pytest.approx(0.475)


@pytest.mark.parametrize("prob", [[-0.1, 0.5], [0.5, 1.1], [float("nan"), 0.5]])
def test_calibration_error_refuses_what_is_no_probability(prob: list[float]) -> None:
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
        metrics.expected_calibration_error(prob, [0, 1])


def test_anime_against_cartoon_looks_at_drawn_pictures_alone() -> None:
    likeness = [[0.9, 0.1], [0.3, 0.2], [0.1, 0.2], [0.6, 0.5], [0.9, 0.1], [0.4, 0.4]]
    style = [0, 0, 1, 1, 2, 0]
    # Right: the first three. Wrong: the fourth. Not counted: the fifth. Half: the tie.
    assert metrics.anime_against_cartoon_accuracy(likeness, style) == pytest.approx(3.5 / 5)
    assert math.isnan(metrics.anime_against_cartoon_accuracy([[0.9, 0.1]], [2]))


@given(st.lists(st.tuples(PROBABILITY, st.integers(0, 1)), min_size=1, max_size=100))
def test_coverage_ends_at_plain_accuracy(rows: list[tuple[float, int]]) -> None:
    confidence, correct = columns(rows)
    curve = metrics.coverage_curve(confidence, correct)
    assert curve.coverage[-1] == 1.0
    assert curve.accuracy[-1] == pytest.approx(np.mean(correct))
    assert np.all(np.diff(curve.confidence) <= 0)
    assert np.all(np.diff(curve.coverage) > 0)


def test_coverage_of_a_confidence_that_knows() -> None:
    curve = metrics.coverage_curve([0.9, 0.5, 0.8, 0.6], [1, 0, 1, 0])
    np.testing.assert_allclose(curve.accuracy, [1, 1, 2 / 3, 0.5])


def test_the_bootstrap_draws_whole_groups() -> None:
    values = np.repeat([0.0, 1.0, 0.0, 1.0], 50)
    groups = np.repeat(["a", "b", "c", "d"], 50)

    def mean(rows: NDArray[np.int64]) -> float:
        return float(values[rows].mean())

    def mean_of_whole_groups(rows: NDArray[np.int64]) -> float:
        often = np.bincount(rows, minlength=200).reshape(4, 50)
        assert np.all(often == often[:, :1])
        assert rows.size == 200
        return mean(rows)

    by_group = metrics.bootstrap_interval(mean_of_whole_groups, groups)
    by_picture = metrics.bootstrap_interval(mean, np.arange(200))
    assert by_group == metrics.bootstrap_interval(mean, groups)  # the seed fixes it
    # Four groups know far less than two hundred independent pictures would.
    assert by_group.high - by_group.low > 3 * (by_picture.high - by_picture.low)
    assert by_group.low <= 0.5 <= by_group.high


def test_the_bootstrap_covers_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(5)
    hits = 0
    for seed in range(200):
        sample = generator.normal(3.0, 1.0, size=60)
        low, high = metrics.bootstrap_interval(
            lambda rows, sample=sample: float(sample[rows].mean()),  # type: ignore[misc]
            np.arange(60),
            n=200,
            seed=seed,
        )
        hits += low <= 3.0 <= high
    assert 0.88 <= hits / 200 <= 0.99


def test_the_bootstrap_cuts_off_as_much_at_either_end() -> None:
    draws = iter(np.linspace(0.0, 1.0, 401))
    interval = metrics.bootstrap_interval(lambda rows: float(next(draws)), [0, 1], n=401)
    assert interval == pytest.approx((0.025, 0.975))


def test_the_bootstrap_leaves_out_draws_without_a_figure() -> None:
    interval = metrics.bootstrap_interval(
        lambda rows: float("nan") if 0 not in rows else 0.5, [0, 1, 2], n=50
    )
    assert interval == (0.5, 0.5)


def test_figures_of_nothing_are_nan() -> None:
    empty: list[float] = []
    assert math.isnan(metrics.accuracy(empty, empty))
    assert math.isnan(metrics.balanced_accuracy(empty, empty))
    assert math.isnan(metrics.expected_calibration_error(empty, empty))
    assert math.isnan(metrics.bootstrap_interval(lambda rows: 1.0, empty).low)
    assert metrics.confusion_matrix(empty, empty, 3).sum() == 0
    assert metrics.coverage_curve(empty, empty).coverage.size == 0


def test_refuses_arrays_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="one length"):
        metrics.accuracy([1, 2], [1])
    with pytest.raises(ValueError, match="one length"):
        metrics.accuracy([[1], [2]], [[1], [2]])
    with pytest.raises(ValueError, match="class numbers"):
        metrics.confusion_matrix([0, 3], [0, 0], 3)
    with pytest.raises(ValueError, match=r"\[N, 2\]"):
        metrics.anime_against_cartoon_accuracy([0.1, 0.2], [0, 1])
    with pytest.raises(ValueError, match="do not fit"):
        metrics.anime_against_cartoon_accuracy([[0.1, 0.2]], [0, 1])
