"""`model.json` of a model of labels: read again as it was written, refused where it is wrong."""

import json

import pytest

from animeter.domain.errors import BundleError
from animeter.domain.label_model_spec import LabelModelSpec
from animeter.domain.model_spec import ModelSpec, tells_labels

CONTENT = {
    "task": "labels",
    "name": "shows",
    "version": "0.1.0",
    "created": "2026-11-20",
    "licence": "Apache-2.0",
    "input": {"size_px": 64},
    "embedding_dim": 8,
    "labels": ["a", "b"],
    "sha256": "0" * 64,
}


def test_what_is_written_reads_the_same() -> None:
    spec = LabelModelSpec.from_json(json.dumps(CONTENT))
    assert spec.label == "shows 0.1.0"
    assert LabelModelSpec.from_json(spec.to_json()) == spec
    assert tells_labels(spec.to_json())


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"labels": ["a"]}, "labels"),
        ({"labels": ["a", "a"]}, "differ"),
        ({"task": "likeness"}, "task"),
        ({"thresholds": {}}, "thresholds"),
        ({"calibration": {"temperature": 0.0}}, "temperature"),
    ],
)
def test_a_wrong_description_is_refused_by_its_key(change: dict[str, object], named: str) -> None:
    with pytest.raises(BundleError, match=named):
        LabelModelSpec.from_json(json.dumps(CONTENT | change))


def test_where_a_likeness_model_is_wanted_the_error_says_what_this_is() -> None:
    with pytest.raises(BundleError, match="labels of its own"):
        ModelSpec.from_json(json.dumps(CONTENT))


@pytest.mark.parametrize("text", ["", "[]", '{"task": "likeness"}', "{"])
def test_what_is_no_model_of_labels_is_not_taken_for_one(text: str) -> None:
    assert not tells_labels(text)
