import json
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animeter.domain.errors import UnreadableImageError
from animeter.domain.results import Classification, Failure
from animeter.domain.verdict import Verdict

# Paths on Linux may hold bytes that are no text; Python keeps them as lone surrogates.
PATHS = st.none() | st.text() | st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape"))
PROBABILITY = st.floats(0.0, 1.0)


@given(
    path=PATHS,
    anime=PROBABILITY,
    cartoon=PROBABILITY,
    verdict=st.sampled_from(Verdict),
    size=st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)),
)
def test_a_classification_survives_json(
    path: str | None, anime: float, cartoon: float, verdict: Verdict, size: tuple[int, int]
) -> None:
    result = Classification(path, anime, cartoon, verdict, "style 1.0", *size)
    row = json.loads(json.dumps(result.to_dict()))
    assert row["anime"] == pytest.approx(anime, abs=5e-7)
    assert row["cartoon"] == pytest.approx(cartoon, abs=5e-7)
    again = Classification(**{**row, "verdict": Verdict(row["verdict"])})
    assert again.to_dict() == row
    assert (again.path, again.verdict) == (path, verdict)


def test_the_json_shape_is_pinned() -> None:
    result = Classification("a.png", 0.12345678, 1.0, Verdict.CARTOON, "style 1.0", 640, 360)
    assert json.dumps(result.to_dict()) == (
        '{"path": "a.png", "verdict": "cartoon", "anime": 0.123457, "cartoon": 1.0, '
        '"model": "style 1.0", "width_px": 640, "height_px": 360}'
    )


@given(path=PATHS, message=st.text())
def test_a_failure_survives_json(path: str | None, message: str) -> None:
    failure = Failure.from_error(path, UnreadableImageError(message))
    row = json.loads(json.dumps(failure.to_dict()))
    assert set(row) == {"path", "error"}
    assert row["path"] == path
    assert row["error"]["code"] == "unreadable_image"
    assert len(row["error"]["message"].splitlines()) <= 1


def test_results_do_not_change() -> None:
    failure = Failure("a.png", "empty_file", "nothing in it")
    with pytest.raises(FrozenInstanceError):
        failure.path = "b.png"  # type: ignore[misc]
