"""Calibrating exclusive labels: one scale, and an offset for "other"."""

import numpy as np
import pytest

from animeter.domain.answer_scaling import AnswerScaling, fit_answer_scaling
from animeter.domain.taught_head import softmax


def drawn(pictures: int = 20_000, labels: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Return logits and truths that follow them exactly."""
    chance = np.random.default_rng(0)
    logits = chance.normal(size=(pictures, labels)) * 2.0
    shares = softmax(logits).cumsum(axis=1)
    targets = (chance.random((pictures, 1)) > shares).sum(axis=1)
    return logits, np.minimum(targets, labels - 1)


@pytest.mark.parametrize(("scale", "offset"), [(0.15, 0.8), (1.0, 0.0), (6.0, -2.0)])
def test_what_was_distorted_is_found_again(scale: float, offset: float) -> None:
    logits, targets = drawn()
    distorted = logits.copy()
    distorted[:, -1] -= offset
    found = fit_answer_scaling(distorted / scale, targets, moves_last=True)
    assert found.scale == pytest.approx(scale, rel=0.05)
    assert found.offset == pytest.approx(offset, abs=0.08)
    assert found.shares(distorted / scale) == pytest.approx(softmax(logits), abs=0.03)


def test_without_other_only_the_scale_moves() -> None:
    logits, targets = drawn()
    found = fit_answer_scaling(logits * 4.0, targets, moves_last=False)
    assert found.scale == pytest.approx(0.25, rel=0.05)
    assert found.offset == 0.0


def test_the_order_of_named_labels_stays() -> None:
    logits = np.array([[3.0, 1.0, 2.0], [0.0, -1.0, 5.0]])
    shares = AnswerScaling(0.3, 1.0).shares(logits)
    assert np.all(shares[:, 0] > shares[:, 1])
    assert shares.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert logits[1, 2] == 5.0  # what was given is not changed


def test_perfectly_told_apart_labels_do_not_run_away() -> None:
    targets = np.arange(30) % 3
    found = fit_answer_scaling(np.eye(3)[targets] * 10.0, targets, moves_last=True)
    assert np.isfinite(found.scale)
    assert abs(found.offset) < 3.0


def test_other_that_never_occurs_is_not_ruled_out_beyond_a_prior() -> None:
    logits, targets = drawn(pictures=200)
    known = targets < 4
    found = fit_answer_scaling(logits[known], targets[known], moves_last=True)
    assert -8.0 < found.offset < 0.0
