"""The temperature of exclusive labels."""

import numpy as np
import pytest

from animeter.domain.taught_head import softmax
from animeter.domain.temperature import COLDEST, HOTTEST, fit_temperature, mean_loss


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_it_finds_the_temperature_that_the_answers_were_drawn_with(temperature: float) -> None:
    rng = np.random.default_rng(0)
    logits = 3.0 * rng.normal(size=(20_000, 4))
    shares = softmax(logits).cumsum(axis=1)
    targets = (rng.random((len(logits), 1)) > shares).sum(axis=1)
    assert fit_temperature(logits * temperature, targets) == pytest.approx(temperature, rel=0.05)


def test_it_is_the_best_of_many() -> None:
    rng = np.random.default_rng(1)
    logits, targets = rng.normal(size=(50, 3)), rng.integers(0, 3, 50)
    best = mean_loss(logits / fit_temperature(logits, targets), targets)
    assert all(best <= mean_loss(logits / t, targets) + 1e-9 for t in np.geomspace(0.05, 15, 200))


def test_perfect_and_hopeless_logits_stay_within_bounds() -> None:
    logits = 5.0 * np.eye(3)
    perfect = fit_temperature(logits, np.arange(3))
    assert COLDEST <= perfect < 0.5
    assert mean_loss(logits / perfect, np.arange(3)) < 1e-6
    assert HOTTEST / 2 <= fit_temperature(logits, np.array([1, 2, 0])) <= HOTTEST
    assert fit_temperature(np.empty((0, 3)), np.empty(0, dtype=np.int64)) == 1.0
