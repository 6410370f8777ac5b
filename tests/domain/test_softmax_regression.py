"""The linear layer against scikit-learn's, which finds the same minimum in another way."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from animeter.domain.softmax_regression import LinearLayer, fit_softmax


def problem(labels: int = 4, rows: int = 200, width: int = 12) -> tuple[NDArray, NDArray]:
    rng = np.random.default_rng(3)
    targets = rng.integers(0, labels, rows)
    features = rng.normal(size=(labels, width))[targets] + rng.normal(size=(rows, width)) * 1.5
    features -= features.mean(axis=0)
    return (features / np.sqrt((features**2).sum(axis=1).mean())).astype(np.float32), targets


@pytest.mark.parametrize("penalty", [1.0, 0.1, 0.01, 0.001])
def test_it_finds_the_minimum_that_scikit_learn_finds(penalty: float) -> None:
    features, targets = problem()
    ours = fit_softmax(features, targets, 4, penalty, tolerance=1e-6)
    theirs = LogisticRegression(C=1 / (penalty * len(targets)), tol=1e-8, max_iter=2000)
    theirs.fit(features.astype(np.float64), targets)
    largest = np.abs(theirs.coef_).max()
    assert np.abs(ours.weights - theirs.coef_).max() < 0.01 * largest
    shares = np.exp(ours.logits(features))
    shares /= shares.sum(axis=1, keepdims=True)
    assert np.abs(shares - theirs.predict_proba(features)).max() < 0.005


def test_where_it_begins_does_not_matter() -> None:
    features, targets = problem()
    cold = fit_softmax(features, targets, 4, 0.01, tolerance=1e-6)
    far = LinearLayer(np.full((4, 12), 3.0, np.float32), np.arange(4, dtype=np.float32))
    warm = fit_softmax(features, targets, 4, 0.01, start=far, tolerance=1e-6)
    assert np.abs(cold.weights - warm.weights).max() < 0.01


def test_a_stronger_penalty_gives_smaller_weights() -> None:
    features, targets = problem()
    sizes = [np.abs(fit_softmax(features, targets, 4, p).weights).sum() for p in (1, 0.1, 0.01)]
    assert sizes == sorted(sizes)


def test_a_label_without_pictures_is_never_the_answer() -> None:
    features, targets = problem()
    layer = fit_softmax(features, targets, 5, 0.01)
    assert np.all(np.isfinite(layer.bias))
    assert not np.any(layer.logits(features).argmax(axis=1) == 4)
