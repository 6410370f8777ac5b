"""Tallies against the plain metrics: the same figures and the same intervals, only sooner."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from animeter.domain import metrics
from animeter.domain.verdict import forced_style
from animeter.lab.tallies import Tallies, draw_franchises


def sample(seed: int, pictures: int, franchises: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    style = rng.integers(0, 3, pictures)
    truth = np.stack([style == 0, style == 1], axis=1)
    likeness = np.clip(0.6 * truth + rng.normal(0.2, 0.25, (pictures, 2)), 0, 1)
    franchise = rng.integers(0, franchises, pictures).astype(str)
    return likeness, style, franchise


def plain_figures(likeness: np.ndarray, style: np.ndarray) -> dict[str, float]:
    decided = forced_style(likeness)
    return {
        "anime_against_cartoon": metrics.anime_against_cartoon_accuracy(likeness, style),
        "balanced_accuracy": metrics.balanced_accuracy(style, decided),
        "accuracy": metrics.accuracy(style, decided),
        "calibration_error_anime": metrics.expected_calibration_error(likeness[:, 0], style == 0),
        "calibration_error_cartoon": metrics.expected_calibration_error(likeness[:, 1], style == 1),
    }


@given(seed=st.integers(0, 10_000), pictures=st.integers(1, 60), franchises=st.integers(1, 9))
def test_figures_are_those_of_the_plain_metrics(seed: int, pictures: int, franchises: int) -> None:
    likeness, style, franchise = sample(seed, pictures, franchises)
    tallies = Tallies.of(likeness, style, franchise)
    made = tallies.figures(draw_franchises(len(tallies.sums), draws=3))
    for name, value in plain_figures(likeness, style).items():
        assert made[name].value == pytest.approx(value, nan_ok=True), name
    assert (tallies.confusion == metrics.confusion_matrix(style, forced_style(likeness), 3)).all()


@pytest.mark.parametrize("name", ["anime_against_cartoon", "balanced_accuracy", "accuracy"])
def test_intervals_are_those_of_the_plain_bootstrap(name: str) -> None:
    likeness, style, franchise = sample(5, 300, 25)
    tallies = Tallies.of(likeness, style, franchise)
    made = tallies.figures(draw_franchises(len(tallies.sums), draws=400, seed=7))[name]
    plain = metrics.bootstrap_interval(
        lambda index: plain_figures(likeness[index], style[index])[name], franchise, n=400, seed=7
    )
    assert (made.low, made.high) == pytest.approx(plain)
    assert made.low < made.value < made.high


def test_a_loss_is_the_difference_and_its_interval_is_paired() -> None:
    likeness, style, franchise = sample(5, 300, 25)
    undisturbed = Tallies.of(likeness, style, franchise)
    draws = draw_franchises(len(undisturbed.sums))
    same = undisturbed.losses(undisturbed, draws)["accuracy"]
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)
    worse = Tallies.of(likeness[:, ::-1].copy(), style, franchise)
    loss = worse.losses(undisturbed, draws)["balanced_accuracy"]
    figures = [part.figures(draws)["balanced_accuracy"].value for part in (undisturbed, worse)]
    assert loss.value == pytest.approx(figures[0] - figures[1])
    assert 0 < loss.low < loss.value < loss.high


def test_what_cannot_be_counted_is_null() -> None:
    tallies = Tallies.of(np.array([[0.1, 0.2]]), np.array([2]), np.array(["a"]))
    figures = tallies.figures(draw_franchises(1))
    nothing = {"value": None, "low": None, "high": None}
    assert figures["anime_against_cartoon"].to_dict() == nothing
    assert figures["accuracy"].to_dict() == {"value": 1.0, "low": 1.0, "high": 1.0}
