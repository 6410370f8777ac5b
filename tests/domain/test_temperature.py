"""The temperature of exclusive labels."""

import numpy as np
import pytest

from animeter.domain.taught_head import softmax
from animeter.domain.temperature import HOTTEST, fit_temperature, mean_loss


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_it_finds_the_temperature_that_the_answers_were_drawn_with(temperature: float) -> None:
    rng = np.random.default_rng(0)
    logits = 3.0 * rng.normal(size=(20_000, 4))
    shares = softmax(logits).cumsum(axis=1)
    targets = (rng.random((len(logits), 1)) > shares).sum(axis=1)
    assert fit_temperature(logits * temperature, targets) == pytest.approx(temperature, rel=0.05)


def test_it_is_the_best_of_many() -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(2000, 3))
    targets = (rng.random((2000, 1)) > softmax(2 * logits).cumsum(axis=1)).sum(axis=1)
    best = mean_loss(logits / fit_temperature(logits, targets), targets)
    assert all(best <= mean_loss(logits / t, targets) + 1e-4 for t in np.geomspace(0.05, 15, 200))


@pytest.mark.parametrize(("pictures", "share"), [(6, 7 / 8), (98, 0.99), (998, 0.999)])
def test_all_right_is_believed_as_far_as_their_number_allows(pictures: int, share: float) -> None:
    logits, targets = np.tile(5.0 * np.eye(2), (pictures // 2, 1)), np.arange(pictures) % 2
    shares = softmax(logits / fit_temperature(logits, targets))
    assert shares.max(axis=1) == pytest.approx(share, abs=1e-4)


def test_hopeless_logits_stay_within_bounds() -> None:
    logits = np.tile(5.0 * np.eye(3), (10, 1))
    targets = (np.arange(30) + 1) % 3
    assert HOTTEST / 2 <= fit_temperature(logits, targets) <= HOTTEST
    assert fit_temperature(np.empty((0, 3)), np.empty(0, dtype=np.int64)) == 1.0
