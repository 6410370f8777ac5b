"""Calibration of a run: honest for the folds, complete for the final model."""

from pathlib import Path

import numpy as np
import pytest

from animeter.domain.calibration import Scaling
from animeter.domain.errors import ManifestError
from animeter.domain.metrics import expected_calibration_error
from animeter.lab.label_suspects import find_suspects, three_classes
from animeter.lab.out_of_fold import (
    Predictions,
    calibrate,
    calibrate_without,
    read_predictions,
)


def _overconfident(n: int = 3000, seed: int = 0) -> Predictions:
    """Logits three times as large as the truth was drawn with: anime or cartoon, half each."""
    chance = np.random.default_rng(seed)
    honest = chance.normal(0.0, 2.0, n)
    style = (chance.random(n) > 1 / (1 + np.exp(-honest))).astype(int)
    logits = 3.0 * np.stack([honest, -honest], axis=1)
    return Predictions([f"p{i}" for i in range(n)], chance.integers(0, 5, n), style, logits)


def test_calibration_finds_the_factor_that_logits_are_too_large_by() -> None:
    predictions = _overconfident()
    fitted = calibrate(predictions)
    assert fitted.anime.temperature == pytest.approx(3.0, rel=0.1)
    assert fitted.cartoon.offset == pytest.approx(0.0, abs=0.1)
    truth, logit = predictions.truth[:, 0], predictions.logits[:, 0]
    calibrated = fitted.anime.likeness(logit)
    before = expected_calibration_error(Scaling().likeness(logit), truth)
    assert expected_calibration_error(calibrated, truth) < 0.4 * before


def test_a_folds_calibration_does_not_depend_on_its_own_pictures() -> None:
    predictions = _overconfident()
    spoilt = predictions.logits.copy()
    spoilt[predictions.fold == 2] *= -5.0
    other = Predictions(predictions.names, predictions.fold, predictions.style, spoilt)
    assert calibrate_without(predictions, 2) == calibrate_without(other, 2)
    assert calibrate_without(predictions, 1) != calibrate_without(other, 1)


def test_a_file_of_another_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "out_of_fold.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ManifestError, match="anime_logit"):
        read_predictions([path])


def test_suspects_are_the_labels_that_were_swapped() -> None:
    chance = np.random.default_rng(3)
    true_style = chance.integers(0, 3, 900)
    logits = chance.normal(0.0, 1.0, (900, 2)) + 8.0 * (np.eye(3)[true_style][:, :2] - 0.5)
    labels = true_style.copy()
    swapped = set(range(0, 900, 60))
    for index in swapped:
        labels[index] = (labels[index] + 1) % 3
    predictions = Predictions([str(i) for i in range(900)], np.arange(900) % 5, labels, logits)
    found = {int(suspect.name) for suspect in find_suspects(predictions)}
    assert len(found & swapped) >= 0.9 * len(swapped)
    assert len(found - swapped) <= len(swapped)


def test_three_classes_add_up_to_one() -> None:
    table = three_classes(np.array([[0.9, 0.1], [0.0, 0.0], [1.0, 1.0]]))
    assert np.allclose(table.sum(axis=1), 1.0)
    assert table[0].argmax() == 0
    assert table[1].argmax() == 2
