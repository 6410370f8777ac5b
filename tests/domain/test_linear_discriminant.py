"""Linear discriminant analysis against its own formula and scikit-learn."""

import numpy as np
import pytest

from animeter.domain.linear_discriminant import fit_discriminants


def clouds(pictures: int = 60, labels: int = 4, dim: int = 12) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(3)
    targets = np.arange(pictures * labels) % labels
    stretch = np.diag(chance.uniform(0.3, 2.0, dim))
    middles = chance.normal(size=(labels, dim))
    features = chance.normal(size=(len(targets), dim)) @ stretch + middles[targets] + 5.0
    return features.astype(np.float32), targets


@pytest.mark.parametrize("shrinkage", [1e-3, 0.1, 3.0])
def test_differences_of_logits_are_those_of_the_textbook(shrinkage: float) -> None:
    features, targets = clouds()
    (layer,) = fit_discriminants(features, targets, 4, [shrinkage])
    means = np.stack([features[targets == k].mean(axis=0) for k in range(4)]).astype(np.float64)
    within = features - means[targets]
    shape = within.T @ within / len(features)
    shape += shrinkage * np.trace(shape) / len(shape) * np.eye(len(shape))
    inverse = np.linalg.inv(shape)
    # -1/2 of the squared distance to each mean; the rest is the same for all labels
    moved = features[:, None, :] - means[None]
    wanted = -0.5 * np.einsum("nld,de,nle->nl", moved, inverse, moved)
    got = layer.logits(features).astype(np.float64)
    assert got - got[:, :1] == pytest.approx(wanted - wanted[:, :1], abs=2e-3)


def test_without_shrinkage_it_decides_as_scikit_learn_does() -> None:
    discriminant = pytest.importorskip("sklearn.discriminant_analysis")
    features, targets = clouds()
    (layer,) = fit_discriminants(features, targets, 4, [1e-6])
    theirs = discriminant.LinearDiscriminantAnalysis(solver="lsqr").fit(features, targets)
    ours = layer.logits(features).argmax(axis=1)
    assert np.mean(ours == theirs.predict(features)) > 0.99


def test_a_row_that_counts_twice_is_a_row_that_is_there_twice() -> None:
    features, targets = clouds()
    twice = np.arange(len(targets)) % 3 == 0
    (weighted,) = fit_discriminants(features, targets, 4, [0.1], weights=1.0 + twice)
    more = np.concatenate([features, features[twice]])
    (repeated,) = fit_discriminants(more, np.concatenate([targets, targets[twice]]), 4, [0.1])
    (plain,) = fit_discriminants(features, targets, 4, [0.1])
    assert weighted.logits(features) == pytest.approx(repeated.logits(features), abs=1e-2)
    assert weighted.logits(features) != pytest.approx(plain.logits(features), abs=1e-2)


def test_more_pictures_than_directions_are_not_needed() -> None:
    features, targets = clouds(pictures=2, dim=40)
    (layer,) = fit_discriminants(features, targets, 4, [0.1])
    assert np.all(np.isfinite(layer.logits(features)))


def test_a_label_without_a_picture_is_refused() -> None:
    features, targets = clouds()
    with pytest.raises(ValueError, match="every label needs a picture"):
        fit_discriminants(features, targets, 5, [0.1])
