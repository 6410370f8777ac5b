"""Teaching on embeddings: what is learnt, what is refused, and that nothing leaks."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from animeter.domain.errors import TeachingError
from animeter.domain.head_fitting import Fit, FitOptions, deal_folds, fit_head
from animeter.domain.metrics import expected_calibration_error
from animeter.domain.taught_head import NONE_OF_THESE, EmbeddingModel
from tests.support.clusters import DIM, IDENTITY, clusters


def chosen(labels: list[str], kept: NDArray[np.bool_]) -> list[str]:
    return [label for label, keep in zip(labels, kept, strict=True) if keep]


def held_out_accuracy(fit: Fit) -> float:
    judged = fit.fold >= 0
    return float(np.mean(fit.held_out_shares.argmax(axis=1)[judged] == fit.targets[judged]))


def test_labels_that_differ_are_learnt() -> None:
    table, labels = clusters(labels=5, pictures=20, spread=0.1)
    fit = fit_head(IDENTITY, table, labels)
    assert held_out_accuracy(fit) == 1.0
    fresh, truth = clusters(labels=5, pictures=20, spread=0.1)
    answers = fit.head.shares(fresh).argmax(axis=1)
    assert [fit.head.labels[a] for a in answers] == truth


def test_five_pictures_a_label_are_useful() -> None:
    table, labels = clusters(labels=8, pictures=25, spread=0.2)
    few = np.arange(len(labels)) % 25 < 5
    fit = fit_head(IDENTITY, table[few], chosen(labels, few))
    answers = fit.head.shares(table[~few]).argmax(axis=1)
    truth = chosen(labels, ~few)
    assert np.mean([fit.head.labels[a] == t for a, t in zip(answers, truth, strict=True)]) > 0.7


def test_labels_dealt_at_random_are_not_learnt() -> None:
    rng = np.random.default_rng(0)
    table = rng.normal(size=(300, DIM)).astype(np.float32)
    fit = fit_head(IDENTITY, table, [f"label {n}" for n in rng.integers(0, 3, 300)])
    assert held_out_accuracy(fit) == pytest.approx(1 / 3, abs=0.1)
    judged = fit.held_out_shares[fit.fold >= 0]
    assert judged.max(axis=1).mean() < 0.45  # and the head knows that it does not know


def test_copies_leak_unless_they_are_one_group() -> None:
    rng = np.random.default_rng(0)
    table = np.repeat(rng.normal(size=(60, DIM)), 5, axis=0).astype(np.float32)
    labels = [f"label {n}" for n in np.repeat(np.arange(60) % 3, 5)]
    assert held_out_accuracy(fit_head(IDENTITY, table, labels)) > 0.55
    groups = np.repeat(np.arange(60), 5)
    assert held_out_accuracy(fit_head(IDENTITY, table, labels, groups)) < 0.45


def test_shares_are_calibrated() -> None:
    table, labels = clusters(labels=4, pictures=400, spread=0.4)
    half = np.arange(len(labels)) % 2 == 0
    fit = fit_head(IDENTITY, table[half], chosen(labels, half))
    shares = fit.head.shares(table[~half])
    truth = chosen(labels, ~half)
    right = np.array([fit.head.labels[a] for a in shares.argmax(axis=1)]) == np.array(truth)
    assert 0.4 < right.mean() < 0.95  # a task on which there is something to calibrate
    assert expected_calibration_error(shares.max(axis=1), right) < 0.06


def test_fewer_pictures_than_directions_lose_nothing() -> None:
    table, labels = clusters(labels=3, pictures=6, spread=0.2)
    wide = np.concatenate([table, np.zeros((18, 200), np.float32)], axis=1)
    model = EmbeddingModel("wide 1.0", "cd" * 32, DIM + 200)
    narrow = fit_head(IDENTITY, table, labels).head
    same = fit_head(replace(IDENTITY, model=model), wide, labels).head
    assert np.allclose(narrow.scores(table), same.scores(wide), atol=0.01)


def test_the_order_of_pictures_does_not_name_the_labels_anew() -> None:
    table, labels = clusters(labels=3, pictures=8, spread=0.1)
    fit = fit_head(IDENTITY, table[::-1], labels[::-1])
    assert fit.head.labels == ("label 0", "label 1", "label 2")
    assert [fit.head.labels[t] for t in fit.targets] == labels[::-1]


def test_strangers_that_are_shown_are_turned_away() -> None:
    table, labels = clusters(labels=6, pictures=30, spread=0.15)
    known = np.array([label in {"label 0", "label 1"} for label in labels])
    told = chosen(labels, known)
    fit = fit_head(IDENTITY, table[known], told, others=table[~known][::2])
    scores = fit.head.scores(table[~known][1::2])
    assert fit.head.answers[-1] == NONE_OF_THESE
    assert np.mean(scores.argmax(axis=1) == 2) > 0.8


def test_one_label_is_refused() -> None:
    table, _ = clusters(labels=1, pictures=5, spread=0.1)
    with pytest.raises(TeachingError, match=r"one label 'cat'.*Add pictures of something else"):
        fit_head(IDENTITY, table, ["cat"] * 5)


def test_no_pictures_are_refused() -> None:
    with pytest.raises(TeachingError, match="no labelled pictures"):
        fit_head(IDENTITY, np.empty((0, DIM)), [])


def test_a_label_with_one_picture_is_refused_by_name() -> None:
    table, labels = clusters(labels=3, pictures=4, spread=0.1)
    with pytest.raises(TeachingError, match=r"'label 2' has 1.*leave the label out"):
        fit_head(IDENTITY, table[:9], labels[:9])


def test_one_picture_a_label_can_be_asked_for_and_is_not_judged() -> None:
    table, labels = clusters(labels=3, pictures=1, spread=0.1)
    fit = fit_head(IDENTITY, table, labels, options=FitOptions(min_pictures=1))
    assert np.all(fit.fold == -1)
    assert fit.head.shares(table).argmax(axis=1).tolist() == [0, 1, 2]


@pytest.mark.parametrize("label", ["", NONE_OF_THESE, "x" * 300, "bad \udcff bytes"])
def test_a_label_that_could_not_be_kept_is_refused(label: str) -> None:
    table, labels = clusters(labels=2, pictures=3, spread=0.1)
    with pytest.raises(TeachingError, match="Rename it"):
        fit_head(IDENTITY, table, [*labels[:3], label, label, label])


def test_arguments_that_do_not_fit_are_refused() -> None:
    table, labels = clusters(labels=2, pictures=3, spread=0.1)
    with pytest.raises(ValueError, match="wanted embeddings"):
        fit_head(IDENTITY, table[:, :5], labels)
    with pytest.raises(ValueError, match="a group for each"):
        fit_head(IDENTITY, table, labels, groups=[1, 2])


@given(
    groups=st.lists(st.integers(0, 12), min_size=2, max_size=40),
    folds=st.integers(2, 6),
    seed=st.integers(0, 5),
)
def test_a_group_is_never_torn_apart(groups: list[int], folds: int, seed: int) -> None:
    numbers = np.unique(groups, return_inverse=True)[1]
    fold = deal_folds(numbers % 3, numbers, folds, seed)
    assert all(len(set(fold[numbers == n])) == 1 for n in np.unique(numbers))
    assert fold.min() >= 0
    assert fold.max() < folds


def test_each_fold_gets_its_share_of_each_label() -> None:
    targets = np.repeat([0, 1, 2], [10, 25, 50])
    fold = deal_folds(targets, np.arange(85), 5, seed=0)
    table = np.array([np.bincount(fold[targets == label], minlength=5) for label in range(3)])
    assert table.tolist() == [[2] * 5, [5] * 5, [10] * 5]
