"""The figures of a compared network, against what they must be by hand."""

import csv
import math
from pathlib import Path

import numpy as np
import onnx
import pytest

from animeter.lab.comparison.figures import parameters_in, read_judged, worth
from animeter.lab.labels.predictions import LabelPredictions, write_label_predictions


def likenesses(path: Path) -> Path:
    """Three sure and right, one anime picture called a cartoon."""
    rows = [
        ("a", "anime", 4.0, -4.0),
        ("b", "anime", -4.0, 4.0),
        ("c", "cartoon", -4.0, 4.0),
        ("d", "neither", -4.0, -4.0),
    ]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "fold", "style", "anime_logit", "cartoon_logit"])
        writer.writerows([name, 0, style, *logits] for name, style, *logits in rows)
    return path


def test_likenesses_are_judged_by_the_forced_decision(tmp_path: Path) -> None:
    judged = read_judged([likenesses(tmp_path / "out_of_fold.csv")])
    figures = worth(judged, {name: name for name in "abcd"})
    assert figures["accuracy"]["value"] == 0.75
    assert figures["balanced_accuracy"]["value"] == pytest.approx((0.5 + 1 + 1) / 3)
    sure = math.log1p(math.exp(-4.0))
    assert figures["loss"] == pytest.approx((6 * sure + 2 * (4.0 + sure)) / 8)
    assert figures["commonest"] == 0.5
    low, high = (figures["accuracy"][end] for end in ("low", "high"))
    assert low < 0.75 < high


def test_labels_are_judged_by_the_likeliest(tmp_path: Path) -> None:
    path = tmp_path / "out_of_fold.csv"
    said = LabelPredictions(
        names=("a", "b", "c", "d"),
        truth=np.array([0, 0, 1, 1]),
        labels=("luffy", "zoro"),
        probability=np.array([[0.75, 0.25], [0.25, 0.75], [0.25, 0.75], [0.25, 0.75]]),
        fold=np.array([0, 0, 0, 0]),
    )
    write_label_predictions(said, path)
    judged = read_judged([path])
    assert judged.loss == pytest.approx(-(3 * math.log(0.75) + math.log(0.25)) / 4)
    assert judged.calibration_error == pytest.approx(0.0)  # 75 % sure, 75 % right
    figures = worth(judged, dict.fromkeys("abcd", "one"))
    assert figures["accuracy"]["value"] == 0.75
    assert figures["franchises"] == 1


def test_weights_are_counted_in_the_file(tmp_path: Path) -> None:
    numbers = np.zeros((3, 4), dtype=np.float32)
    shape = np.array([1, 3], dtype=np.int64)
    graph = onnx.helper.make_graph(
        [],
        "g",
        [],
        [],
        [onnx.numpy_helper.from_array(numbers, "w"), onnx.numpy_helper.from_array(shape, "s")],
    )
    onnx.save(onnx.helper.make_model(graph), tmp_path / "model.onnx")
    assert parameters_in(tmp_path / "model.onnx") == 12
