"""The figures of a head."""

import numpy as np
import pytest

from animeter.domain.head_fitting import FitOptions, fit_head
from animeter.domain.head_report import report_of, share_with_interval
from tests.support.clusters import IDENTITY, clusters


def test_the_interval_is_wilsons() -> None:
    # R: prop.test(8, 10, correct = FALSE) gives 0.4901625 to 0.9433178
    share = share_with_interval(np.arange(10) < 8, np.arange(10))
    assert (share.value, share.low, share.high) == pytest.approx((0.8, 0.4901625, 0.9433178))


def test_copies_do_not_narrow_the_interval() -> None:
    alone = share_with_interval(np.arange(10) < 8, np.arange(10))
    copied = share_with_interval(np.repeat(np.arange(10) < 8, 10), np.repeat(np.arange(10), 10))
    assert (copied.low, copied.high) == pytest.approx((alone.low, alone.high))


def test_all_right_is_not_certain() -> None:
    share = share_with_interval(np.ones(5, dtype=bool), np.arange(5))
    assert share.value == share.high == 1.0
    assert 0.5 < share.low < 0.6


def test_labels_that_were_swapped_are_the_suspects() -> None:
    table, labels = clusters(labels=4, pictures=30, spread=0.12)
    swapped = {5: "label 2", 40: "label 0", 99: "label 1"}
    told = [swapped.get(number, label) for number, label in enumerate(labels)]
    report = report_of(fit_head(IDENTITY, table, told), np.arange(len(told)))
    assert {doubt.index for doubt in report.suspects[:3]} == set(swapped)
    doubt = next(d for d in report.suspects if d.index == 40)
    assert (doubt.label, doubt.likelier) == ("label 0", "label 1")
    assert doubt.likelier_share > 0.8


def test_clean_labels_are_hardly_suspected() -> None:
    table, labels = clusters(labels=4, pictures=30, spread=0.12)
    report = report_of(fit_head(IDENTITY, table, labels), np.arange(len(labels)))
    assert report.suspects == ()
    assert report.accuracy is not None
    assert report.accuracy.value == 1.0


def test_what_is_mixed_up_is_told_with_its_share() -> None:
    table, labels = clusters(labels=3, pictures=40, spread=0.1)
    merged = table.copy()
    merged[40:80] = table[:40][np.random.default_rng(0).permutation(40)]  # 1 looks like 0
    groups = np.arange(len(labels))
    report = report_of(fit_head(IDENTITY, merged, labels), groups)
    pairs = {(mixed.label, mixed.taken_for) for mixed in report.confusions}
    assert pairs <= {("label 0", "label 1"), ("label 1", "label 0")}
    first = report.confusions[0]
    assert first.share == first.pictures / 40
    right = {figures.label: figures.right for figures in report.labels}
    assert right["label 2"] == 1.0
    assert right[first.label] == pytest.approx(1 - first.share)


def test_without_a_judgement_there_are_no_figures() -> None:
    table, labels = clusters(labels=3, pictures=1, spread=0.1)
    fit = fit_head(IDENTITY, table, labels, options=FitOptions(min_pictures=1))
    report = report_of(fit, np.arange(3))
    assert report.accuracy is None
    assert report.top_5 is None
    assert report.figures()["accuracy"] is None
    assert [figures.right for figures in report.labels] == [None] * 3


def test_top_5_is_told_with_more_than_five_labels() -> None:
    table, labels = clusters(labels=7, pictures=10, spread=0.3)
    report = report_of(fit_head(IDENTITY, table, labels), np.arange(len(labels)))
    assert report.accuracy is not None
    assert report.top_5 is not None
    assert report.accuracy.value < report.top_5 <= 1.0
