"""Scores that fit the tree, and answers that stop where they are unsure."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animeter.domain.hierarchy import OTHER, make_consistent, place
from animeter.domain.place import Place
from animeter.domain.taxonomy import Taxonomy
from animeter.domain.verdict import Thresholds, Verdict, VerdictRule

TREE = Taxonomy.from_document(
    {
        "format_version": 1,
        "anime": {
            "Naruto": {
                "demographic": "shounen",
                "characters": {"naruto": {"type": "male"}, "sakura": {"type": "female"}},
            },
            "Shippuden": {"demographic": "shounen", "characters": {"naruto": {"type": "male"}}},
            "Nana": {"demographic": "shoujo"},
        },
        "cartoon": {"Oggy": {"type": "nonhuman"}, "Batman": {"characters": {"batman": {}}}},
        "borderline": {"Avatar": None},
    },
    "a test",
)
RULE = VerdictRule(anime=Thresholds(0.3, 0.7), cartoon=Thresholds(0.3, 0.7))
SERIES = ("Naruto", "Shippuden", "Nana", "Oggy", "Batman", "Avatar", "unheard of", OTHER)
CHARACTERS = ("naruto", "sakura", "batman", OTHER)

probability = st.floats(0.0, 1.0)


@st.composite
def shares(draw: st.DrawFn, labels: tuple[str, ...]) -> dict[str, float]:
    parts = [draw(st.floats(0.0, 1.0)) for _ in labels]
    whole = sum(parts) or 1.0
    return {label: part / whole for label, part in zip(labels, parts, strict=True)}


@given(probability, probability, shares(SERIES), shares(CHARACTERS))
def test_no_child_exceeds_its_parent_alone_or_with_its_siblings(
    anime: float, cartoon: float, series: dict[str, float], character: dict[str, float]
) -> None:
    fitted = make_consistent(TREE, anime, cartoon, series, character)
    ceiling = {"anime": anime, "cartoon": cartoon, "borderline": max(anime, cartoon)}
    for branch, limit in ceiling.items():
        members = [name for name, one in TREE.series.items() if one.branch == branch]
        assert sum(fitted.series[name] for name in members) <= limit + 1e-9
    naruto_shows = fitted.series["Naruto"] + fitted.series["Shippuden"]
    assert fitted.character["naruto"] <= naruto_shows + 1e-9
    assert fitted.character["sakura"] <= fitted.series["Naruto"] + 1e-9
    assert fitted.character["naruto"] + fitted.character["sakura"] <= naruto_shows + 1e-9
    assert fitted.character["batman"] <= fitted.series["Batman"] + 1e-9


@given(probability, probability, shares(SERIES), shares(CHARACTERS))
def test_nothing_is_raised_but_other_and_the_sum_stays(
    anime: float, cartoon: float, series: dict[str, float], character: dict[str, float]
) -> None:
    fitted = make_consistent(TREE, anime, cartoon, series, character)
    for before, after in ((series, fitted.series), (character, fitted.character)):
        assert sum(after.values()) == pytest.approx(sum(before.values()))
        assert all(after[label] <= before[label] + 1e-9 for label in before if label != OTHER)
        assert after[OTHER] >= before[OTHER] - 1e-9
    assert fitted.series["unheard of"] == series["unheard of"]


@given(shares(SERIES))
def test_scores_that_fit_are_left_alone(series: dict[str, float]) -> None:
    assert make_consistent(TREE, 1.0, 1.0, series).series == pytest.approx(series)


def test_characters_fit_under_the_style_where_no_series_was_read() -> None:
    fitted = make_consistent(TREE, 0.9, 0.1, None, {"naruto": 0.8, "batman": 0.2, OTHER: 0.0})
    assert fitted.series == {}
    assert fitted.character == pytest.approx({"naruto": 0.8, "batman": 0.1, OTHER: 0.1})


def placed(anime: float, cartoon: float, **heads: dict[str, float]) -> Place:
    fitted = make_consistent(TREE, anime, cartoon, heads.get("series"), heads.get("character"))
    return place(TREE, fitted, RULE, heads.get("type"))


@pytest.mark.parametrize(
    ("likenesses", "heads", "words"),
    [
        ((0.95, 0.05), {}, "anime"),
        ((0.02, 0.03), {"series": {"Naruto": 0.9, OTHER: 0.1}}, "neither anime nor cartoon"),
        ((0.6, 0.1), {}, "probably anime"),
        ((0.45, 0.4), {}, "style unknown"),
        ((0.95, 0.9), {}, "anime and cartoon"),
        ((0.95, 0.05), {"series": {"Nana": 0.9, OTHER: 0.1}}, "anime, Nana"),
        ((0.95, 0.05), {"series": {"Nana": 0.6, OTHER: 0.4}}, "anime, probably Nana"),
        ((0.95, 0.05), {"series": {"Nana": 0.4, OTHER: 0.6}}, "anime, series unknown"),
        (
            (0.95, 0.05),
            {"series": {"Naruto": 0.7, OTHER: 0.3}, "character": {"naruto": 0.2, OTHER: 0.8}},
            "anime, probably Naruto, character unknown",
        ),
        (
            (0.99, 0.05),
            {
                "series": {"Naruto": 0.45, "Shippuden": 0.45, OTHER: 0.1},
                "character": {"naruto": 0.85, OTHER: 0.15},
            },
            "anime, probably Naruto, naruto",
        ),
        ((0.05, 0.95), {"series": {"Naruto": 0.9, OTHER: 0.1}}, "cartoon, series unknown"),
        ((0.05, 0.95), {"series": {"Avatar": 0.9, OTHER: 0.1}}, "cartoon, Avatar"),
    ],
)
def test_an_answer_stops_where_it_is_unsure(
    likenesses: tuple[float, float], heads: dict[str, Any], words: str
) -> None:
    assert placed(*likenesses, **heads).words == words


def test_attributes_come_from_the_tree_and_the_type_failing_that_from_the_head() -> None:
    series = {"Naruto": 0.9, "Oggy": 0.05, OTHER: 0.05}
    types = {"male": 0.9, "female": 0.1, "nonhuman": 0.0}
    sakura = placed(0.99, 0.01, series=series, character={"sakura": 0.9, OTHER: 0.1}, type=types)
    assert (sakura.type, sakura.demographic) == ("female", "shounen")
    unknown = placed(0.99, 0.01, series=series, type=types)
    assert (unknown.type, unknown.demographic) == ("male", "shounen")
    oggy = placed(0.01, 0.99, series={"Oggy": 0.9, OTHER: 0.1}, type=types)
    assert (oggy.type, oggy.demographic) == ("nonhuman", "")
    doubtful = placed(0.99, 0.01, type={"male": 0.4, "female": 0.35, "nonhuman": 0.25})
    assert doubtful.type == ""


def test_the_json_shape() -> None:
    found = placed(0.95, 0.05, series={"Nana": 0.9, OTHER: 0.1})
    assert found.verdict is Verdict.ANIME
    assert found.to_dict() == {
        "words": "anime, Nana",
        "steps": [
            {"level": "style", "label": "anime", "score": 0.95, "sure": True},
            {"level": "series", "label": "Nana", "score": 0.9, "sure": True},
        ],
        "type": None,
        "demographic": "shoujo",
    }
