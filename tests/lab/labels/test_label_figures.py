"""Figures under labels agree with their definitions; intervals follow what they are drawn by."""

import numpy as np
import pytest

from animeter.domain.metrics import accuracy, balanced_accuracy, expected_calibration_error
from animeter.lab.labels.figures import label_figures
from animeter.lab.labels.order import order_by_likeness
from animeter.lab.labels.predictions import LabelPredictions


def drawn(pictures: int = 400, labels: int = 8, seed: int = 0) -> LabelPredictions:
    chance = np.random.default_rng(seed)
    truth = chance.integers(0, labels, pictures)
    probability = chance.dirichlet(np.ones(labels), pictures)
    probability[np.arange(pictures), truth] += 0.1
    return LabelPredictions(
        names=tuple(f"{number}.jpg" for number in range(pictures)),
        truth=truth,
        labels=tuple(f"label {number}" for number in range(labels)),
        probability=probability / probability.sum(axis=1, keepdims=True),
    )


def f1_of(label: int, truth: np.ndarray, answer: np.ndarray) -> float:
    hits = np.sum((truth == label) & (answer == label))
    return float(2 * hits / (np.sum(truth == label) + np.sum(answer == label)))


def test_figures_are_what_their_definitions_say() -> None:
    given = drawn()
    figures = label_figures(given, np.array(given.names))
    truth, answer, said = given.truth, given.answer, given.probability
    expected = {
        "accuracy": accuracy(truth, answer),
        "top_5": np.mean([t in np.argsort(-row)[:5] for t, row in zip(truth, said, strict=True)]),
        "balanced_accuracy": balanced_accuracy(truth, answer),
        "macro_f1": np.mean([f1_of(label, truth, answer) for label in range(8)]),
        "calibration_error": expected_calibration_error(said.max(axis=1), answer == truth),
        "log_loss": -np.mean(np.log([row[t] for t, row in zip(truth, said, strict=True)])),
    }
    assert {name: figure.value for name, figure in figures.items()} == pytest.approx(expected)
    for figure in figures.values():
        assert figure.low < figure.high
    right = figures["accuracy"]
    # The normal approximation: 1.96 standard errors to each side.
    error = np.sqrt(right.value * (1 - right.value) / 400)
    assert right.high - right.low == pytest.approx(3.92 * error, rel=0.15)


def test_intervals_are_drawn_by_units() -> None:
    given = drawn()
    alone = label_figures(given, np.array(given.names))["accuracy"]
    tenfold = LabelPredictions(
        given.names * 10,
        np.tile(given.truth, 10),
        given.labels,
        np.tile(given.probability, (10, 1)),
    )
    copied = label_figures(tenfold, np.array(given.names * 10))["accuracy"]
    assert (copied.value, copied.low, copied.high) == pytest.approx(
        (alone.value, alone.low, alone.high)
    )


def test_five_labels_or_fewer_have_no_top_five() -> None:
    given = drawn(50, labels=5)
    assert "top_5" not in label_figures(given, np.array(given.names))


def test_one_picture_is_enough() -> None:
    given = LabelPredictions(("a",), np.array([1]), ("x", "y"), np.array([[0.25, 0.75]]))
    figures = label_figures(given, np.array(["a"]))
    assert figures["accuracy"].to_dict() == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert figures["log_loss"].value == pytest.approx(-np.log(0.75))


def test_labels_that_are_alike_stand_side_by_side() -> None:
    chance = np.random.default_rng(3)
    family = chance.permutation(np.repeat(np.arange(6), 4))
    alike = 0.2 * (family[:, None] == family) + 0.01 * chance.random((24, 24))
    order = order_by_likeness((alike + alike.T) / 2)
    assert sorted(order.tolist()) == list(range(24))
    in_order = family[order]
    assert np.count_nonzero(np.diff(in_order)) == 5, "each family in one piece"


@pytest.mark.parametrize("labels", [1, 2, 3])
def test_few_labels_and_none_alike_have_an_order_too(labels: int) -> None:
    assert sorted(order_by_likeness(np.zeros((labels, labels))).tolist()) == list(range(labels))
