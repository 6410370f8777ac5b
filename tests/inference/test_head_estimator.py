"""The estimator among scikit-learn's, by scikit-learn's own checks."""

import numpy as np
import pytest
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer
from sklearn.utils.estimator_checks import parametrize_with_checks

from animeter.inference.bundle import builtin_bundle
from animeter.inference.classifier import Classifier
from animeter.inference.head_estimator import HeadEstimator
from tests.support.clusters import clusters
from tests.support.drawn_shapes import SHAPES, draw_shape


@parametrize_with_checks([HeadEstimator()])
def test_scikit_learn_accepts_it(estimator, check) -> None:  # type: ignore[no-untyped-def]
    check(estimator)


def test_it_works_in_a_pipeline_under_cross_validation() -> None:
    table, labels = clusters(labels=3, pictures=12, spread=0.15)
    scores = cross_val_score(make_pipeline(Normalizer(), HeadEstimator()), table, labels, cv=3)
    assert scores.mean() > 0.9


def test_groups_are_kept_together() -> None:
    rng = np.random.default_rng(0)
    table = np.repeat(rng.normal(size=(60, 24)), 5, axis=0)
    labels = np.repeat(np.arange(60) % 3, 5)
    torn = HeadEstimator().fit(table, labels)
    whole = HeadEstimator().fit(table, labels, groups=np.repeat(np.arange(60), 5))
    assert whole.shrinkage_ > torn.shrinkage_  # copies on both sides ask for hardly any


def test_it_becomes_a_head() -> None:
    looker = Classifier(builtin_bundle(), workers=2)
    pictures = [draw_shape(shape, seed) for shape in SHAPES for seed in range(4)]
    labels = [shape for shape in SHAPES for _ in range(4)]
    table = np.stack(list(looker.embed(pictures)))
    estimator = HeadEstimator().fit(table, labels)
    head = estimator.to_head("shapes", looker.bundle)
    assert head.labels == tuple(sorted(SHAPES))
    assert np.allclose(head.scores(table), estimator.predict_proba(table), atol=1e-5)
    with pytest.raises(ValueError, match="shapes"):
        HeadEstimator().fit(table[:, :8], labels).to_head("shapes", looker.bundle)
