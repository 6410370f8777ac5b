"""A model of exclusive labels: what it answers, and what is said of one that cannot be used."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from animeter.domain.errors import BundleError, SettingError
from animeter.domain.results import Failure
from animeter.inference.bundle import Bundle, LabelBundle, is_label_bundle
from animeter.inference.label_classifier import LabelClassifier, LabelResult
from tests.support.tiny_label_bundle import (
    COLOURS,
    LABELS,
    label_network,
    make_label_bundle,
    write_label_bundle,
)


@pytest.fixture
def classifier(tmp_path: Path) -> LabelClassifier:
    return LabelClassifier(make_label_bundle(tmp_path / "colours"), workers=2)


def test_the_environment_has_its_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = make_label_bundle(tmp_path / "colours")
    monkeypatch.setenv("ANIMETER_PROVIDERS", "warp")
    with pytest.raises(SettingError, match="'warp' is not in this ONNX Runtime"):
        LabelClassifier(bundle)
    assert LabelClassifier(bundle, providers=["cpu"]).labels == LABELS


def _flat(folder: Path, colour: str) -> Path:
    path = folder / f"{colour}.png"
    Image.new("RGB", (50, 30), COLOURS[colour]).save(path)
    return path


def test_each_picture_gets_its_label_in_order_and_a_bad_one_a_failure(
    classifier: LabelClassifier, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    paths = [_flat(tmp_path, "blue"), bad, _flat(tmp_path, "red"), _flat(tmp_path, "green")] * 20
    results = list(classifier.classify_many(paths))
    said = [r.label if isinstance(r, LabelResult) else r.error for r in results]
    assert said == ["blue", "unsupported_format", "red", "green"] * 20
    assert [result.path for result in results] == [str(path) for path in paths]
    assert isinstance(results[1], Failure)


def test_probabilities_stand_in_the_order_of_the_labels_and_sum_to_one(
    classifier: LabelClassifier, tmp_path: Path
) -> None:
    result = classifier.classify(_flat(tmp_path, "green"))
    assert classifier.labels == result.labels == LABELS
    assert result.probabilities.sum() == pytest.approx(1.0, abs=1e-6)
    # The network's own arithmetic: softmax of ten times the mean colour in [0, 1].
    logits = 10.0 / 255.0 * np.array(COLOURS["green"])
    assert result.probabilities == pytest.approx(np.exp(logits) / np.exp(logits).sum(), abs=1e-4)
    shape = result.to_dict()
    assert shape["label"] == "green"
    assert list(shape["probabilities"]) == list(LABELS)  # type: ignore[call-overload]


def test_a_bundle_of_labels_is_told_from_one_of_likenesses(tmp_path: Path) -> None:
    folder = make_label_bundle(tmp_path / "colours").folder
    assert is_label_bundle(folder)
    with pytest.raises(BundleError, match="tells labels of its own"):
        Bundle.open(folder)


@pytest.mark.parametrize(
    ("network", "changes", "said"),
    [
        (
            label_network(),
            {"labels": ["red", "green"]},
            r"'probability' is .* wanted .*'any', 2\]",
        ),
        (label_network(), {"embedding_dim": 4}, r"'embedding' is .* wanted .*'any', 4\]"),
        (label_network(output="likeness"), {}, "no output 'probability'"),
    ],
)
def test_a_network_of_another_form_is_refused(
    tmp_path: Path, network: "object", changes: dict[str, object], said: str
) -> None:
    folder = write_label_bundle(tmp_path / "wrong", network, **changes)  # type: ignore[arg-type]
    with pytest.raises(BundleError, match=said):
        LabelClassifier(LabelBundle.open(folder))


def test_changed_weights_are_noticed(tmp_path: Path) -> None:
    folder = make_label_bundle(tmp_path / "colours").folder
    with (folder / "model.onnx").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(BundleError, match="sha256"):
        LabelBundle.open(folder)
