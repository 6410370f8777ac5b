"""What can be asked of a picture."""

import pytest

from animeter.datasets.marks import MARKS, Mark, parse_marks
from animeter.domain.errors import SettingError


def test_marks_of_ones_own_stand_beside_the_usual_ones() -> None:
    assert parse_marks([]) == MARKS
    style, blurred, mood = parse_marks(["style", "blurred", "mood=happy, sad"])
    assert style == MARKS[0]
    assert blurred == Mark("blurred")
    assert blurred.is_flag
    assert mood == Mark("mood", ("happy", "sad"))
    assert not mood.is_flag


@pytest.mark.parametrize(
    "word",
    [
        *("", "path", "done", "Two Words", "=a,b", "mood=", "mood=one", "mood=a,a", "mood=a,,b"),
        "mood=a,b,c,d,e,f,g,h,i,j",
        'mood=a,"b"',
        "mood==cmd|x,b",
    ],
)
def test_what_cannot_be_asked_is_refused(word: str) -> None:
    with pytest.raises(SettingError, match="cannot be a mark"):
        parse_marks([word])


def test_a_question_is_asked_once() -> None:
    with pytest.raises(SettingError, match="twice"):
        parse_marks(["style", "style=a,b"])


def test_a_flag_that_was_not_set_is_a_no_once_the_picture_is_done() -> None:
    flag, style = Mark("blurred"), MARKS[0]
    assert flag.answer({}) == ""
    assert flag.answer({"done": "yes"}) == "no"
    assert flag.answer({"blurred": "yes"}) == "yes"
    assert style.answer({"done": "yes"}) == ""
