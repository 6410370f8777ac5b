"""The tree of labels: its form, its spellings, and one tree laid over another."""

from typing import Any

import pytest

from animeter.domain.errors import TaxonomyError
from animeter.domain.taxonomy import Taxonomy


def tree(**branches: Any) -> Taxonomy:
    return Taxonomy.from_document({"format_version": 1, **branches}, "a test")


NARUTO = {
    "demographic": "shounen",
    "also": ["NARUTO -ナルト-"],
    "characters": {"naruto": {"type": "male"}, "sakura": {"type": "female"}},
}


def test_a_tree_comes_back_from_its_own_document() -> None:
    one = tree(anime={"Naruto": NARUTO, "Bleach": None}, cartoon={"Oggy": {"type": "nonhuman"}})
    assert Taxonomy.from_document(one.to_document(), "again") == one
    assert one.series["Naruto"].characters == ("naruto", "sakura")
    assert one.characters["sakura"].type == "female"


@pytest.mark.parametrize("spelling", ["Naruto", "naruto", " NARUTO  -ナルト- "])
def test_a_series_is_found_by_any_spelling(spelling: str) -> None:
    found = tree(anime={"Naruto": NARUTO}).find_series(spelling)
    assert found is not None
    assert found.name == "Naruto"


def test_an_unknown_series_is_none() -> None:
    assert tree(anime={"Naruto": NARUTO}).find_series("Boruto") is None


def test_a_character_may_stand_under_several_series() -> None:
    hero = {"characters": {"naruto": {"type": "male"}}}
    one = tree(anime={"Naruto": hero, "Shippuden": {"characters": {"naruto": None}}})
    assert one.series_with("naruto") == ("Naruto", "Shippuden")
    assert one.characters["naruto"].type == "male"


def test_characters_take_the_type_of_a_series_of_one_kind() -> None:
    one = tree(cartoon={"Oggy": {"type": "nonhuman", "characters": {"jack": None}}})
    assert one.characters["jack"].type == "nonhuman"


@pytest.mark.parametrize(
    ("branches", "said"),
    [
        ({"anime": {"Naruto": {"demographic": "boys"}}}, "anime > Naruto > demographic"),
        ({"anime": {"Naruto": {"genre": "action"}}}, "genre"),
        ({"anime": {"Naruto": {}}, "cartoon": {"Naruto": {}}}, "under anime and under cartoon"),
        ({"anime": {"A": {"also": ["b"]}, "B": {}}}, "a name of two series"),
        ({"anime": {86: {}}}, "got 86"),
        ({"anime": {" ": {}}}, "should match"),
        ({"manga": {}}, "manga"),
        (
            {
                "anime": {
                    "A": {"characters": {"x": {"type": "male"}}},
                    "B": {"characters": {"x": {"type": "female"}}},
                }
            },
            "Two characters need two names",
        ),
    ],
)
def test_a_broken_tree_is_refused_and_says_where(branches: dict[str, Any], said: str) -> None:
    with pytest.raises(TaxonomyError, match=said) as caught:
        tree(**branches)
    assert "a test" in str(caught.value)


@pytest.mark.parametrize("document", [None, [], "anime", {"format_version": 2}, {}])
def test_what_is_no_tree_at_all_is_refused(document: object) -> None:
    with pytest.raises(TaxonomyError, match="not a taxonomy"):
        Taxonomy.from_document(document, "a test")


def test_the_upper_tree_wins_and_keeps_what_it_does_not_speak_of() -> None:
    lower = tree(anime={"Naruto": NARUTO}, cartoon={"Oggy": {}})
    upper = tree(
        anime={
            "naruto -ナルト-": {"demographic": "seinen", "characters": {"hinata": None}},
            "Nana": {"demographic": "shoujo"},
        }
    )
    both = lower.extended_by(upper)
    naruto = both.series["Naruto"]
    assert naruto.demographic == "seinen"
    assert naruto.characters == ("naruto", "sakura", "hinata")
    assert both.characters["naruto"].type == "male"
    assert list(both.series) == ["Naruto", "Oggy", "Nana"]
    assert both.find_series("naruto -ナルト-") == naruto


def test_a_series_can_be_moved_to_another_style() -> None:
    moved = tree(anime={"Avatar": {}}).extended_by(tree(borderline={"Avatar": None}))
    assert moved.series["Avatar"].branch == "borderline"
