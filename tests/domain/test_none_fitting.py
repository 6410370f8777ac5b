"""Saying "none of these"."""

import numpy as np
import pytest

from animeter.domain.head_fitting import fit_head
from animeter.domain.none_fitting import KNOWN_KEPT
from tests.support.clusters import DIM, IDENTITY, clusters


@pytest.mark.parametrize("known", [2, 3, 8])
def test_labels_that_were_never_taught_are_turned_away(known: int) -> None:
    table, labels = clusters(labels=known + 4, pictures=40, spread=0.08)
    taught = np.array([int(label.split()[1]) < known for label in labels])
    half = np.arange(len(labels)) % 2 == 0
    shown = taught & half
    told = [label for label, keep in zip(labels, shown, strict=True) if keep]
    head = fit_head(IDENTITY, table[shown], told).head
    rule = head.none_rule
    assert rule is not None
    assert rule.near_weight <= 0.0
    assert rule.sure_weight <= 0.0
    assert rule.unknown_caught > 0.9
    turned_away = head.scores(table[~taught])[:, -1] >= 0.5
    assert turned_away.mean() > 0.9
    kept = head.scores(table[taught & ~half])[:, -1] < 0.5
    assert kept.mean() == pytest.approx(KNOWN_KEPT, abs=0.08)


def test_what_cannot_be_told_is_not_claimed() -> None:
    rng = np.random.default_rng(0)
    table = rng.normal(size=(300, DIM)).astype(np.float32)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    head = fit_head(IDENTITY, table, [f"label {n}" for n in rng.integers(0, 3, 300)]).head
    assert head.none_rule is not None
    assert head.none_rule.unknown_caught < 0.25


def test_scores_add_up_to_one() -> None:
    table, labels = clusters(labels=3, pictures=10, spread=0.2)
    head = fit_head(IDENTITY, table, labels).head
    scores = head.scores(np.concatenate([table, -table]))
    assert scores.shape == (60, 4)
    assert np.allclose(scores.sum(axis=1), 1.0)
    assert scores.min() >= 0.0
