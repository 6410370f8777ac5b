import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animeter.domain.errors import BundleError
from animeter.domain.model_spec import ModelSpec
from animeter.domain.verdict import Thresholds, VerdictRule

PROBABILITY = st.floats(0.0, 1.0)


def spec_dict() -> dict[str, Any]:
    return {
        "format_version": 1,
        "name": "style",
        "version": "1.0.0",
        "created": "2026-11-20",
        "licence": "Apache-2.0",
        "input": {"size_px": 192},
        "embedding_dim": 1280,
        "heads": [{"name": "style", "labels": ["anime", "cartoon"], "kind": "likeness"}],
        "thresholds": {
            "anime": {"low": 0.3, "high": 0.6},
            "cartoon": {"low": 0.2, "high": 0.8},
        },
        "calibration": {
            "anime": {"temperature": 1.2, "offset": 0.1},
            "cartoon": {"temperature": 0.9, "offset": -0.2},
            "fitted_on": "out-of-fold predictions",
            "pictures": 100,
        },
        "training": {"seed": 1},
        "figures": {},
        "sha256": "0" * 64,
        "golden": [
            {
                "picture": "disc",
                "width_px": 64,
                "height_px": 48,
                "rgb_sha256": "f" * 64,
                "anime": 0.25,
                "cartoon": 0.5,
            }
        ],
    }


def read(content: dict[str, Any]) -> ModelSpec:
    return ModelSpec.from_json(json.dumps(content))


def test_reads_what_the_rest_of_the_program_needs() -> None:
    spec = read(spec_dict())
    assert spec.label == "style 1.0.0"
    assert spec.input.size_px == 192
    assert spec.verdict_rule() == VerdictRule(
        anime=Thresholds(0.3, 0.6), cartoon=Thresholds(0.2, 0.8)
    )


@given(
    ends=st.tuples(PROBABILITY, PROBABILITY).map(sorted),
    temperature=st.floats(1e-3, 1e3),
    training=st.dictionaries(st.text(), st.integers() | st.text() | st.none()),
)
def test_survives_its_own_json(
    ends: list[float], temperature: float, training: dict[str, Any]
) -> None:
    content = spec_dict()
    content["thresholds"]["anime"] = {"low": ends[0], "high": ends[1]}
    content["calibration"]["cartoon"]["temperature"] = temperature
    content["training"] = training
    spec = read(content)
    assert ModelSpec.from_json(spec.to_json()) == spec
    assert json.loads(spec.to_json()) == content


def _set(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        for key in parents:
            content = content[key]
        content[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_set("colour", "red"), "colour"),
        (_set("input.size", 1), "input.size"),
        (_set("input.size_px", 0), "input.size_px"),
        (_set("format_version", 2), "format_version"),
        (_set("sha256", "abc"), "sha256"),
        (_set("created", "yesterday"), "created"),
        (_set("name", "../elsewhere"), "name"),
        (_set("thresholds.anime", {"low": 0.9, "high": 0.1}), "low=0.9"),
        (_set("calibration.anime.temperature", 0.0), "calibration.anime.temperature"),
        (_set("heads", [{"name": "style", "labels": ["cartoon", "anime"]}]), "style"),
        (_set("heads", []), "style"),
        (_set("heads", 2 * [{"name": "style", "labels": ["anime", "cartoon"]}]), "of their own"),
    ],
)
def test_refuses_what_is_wrong_and_names_it(
    change: Callable[[dict[str, Any]], None], said: str
) -> None:
    content = spec_dict()
    change(content)
    with pytest.raises(BundleError, match="export the model again") as caught:
        read(content)
    assert said in caught.value.message


@pytest.mark.parametrize("key", ["name", "heads", "thresholds", "sha256", "calibration"])
def test_refuses_a_spec_with_a_part_missing(key: str) -> None:
    content = spec_dict()
    del content[key]
    with pytest.raises(BundleError, match=key):
        read(content)


@given(st.binary() | st.text())
def test_refuses_any_text_that_is_no_spec(text: str | bytes) -> None:
    with pytest.raises(BundleError):
        ModelSpec.from_json(text, origin="somewhere/model.json")
