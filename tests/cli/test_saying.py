"""What is said to people: rates, durations, percents and names."""

import pytest

from animeter.cli.progress import duration_text, progress_text, rate_text
from animeter.cli.table import percent, printable, tell


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (42.4, "42 s"),
        (59.7, "1 min 0 s"),
        (200, "3 min 20 s"),
        (7500, "2 h 5 min"),
        (1_000_000, "277 h 46 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_rates() -> None:
    assert rate_text(1234.5) == "1,234 a second"
    assert rate_text(1.44) == "1.4 a second"


def test_progress_tells_what_it_knows() -> None:
    assert (
        progress_text(1200, 3, 4000, 8.0) == "1,200 of 4,000 · 150 a second · 19 s left · 3 failed"
    )
    assert progress_text(1200, 0, None, 8.0) == "1,200 · 150 a second"
    assert progress_text(0, 0, 10, 0.0) == "0 of 10 · 0.0 a second"


@pytest.mark.parametrize(
    ("likeness", "text"),
    [(0.0, "0.0 %"), (0.9732, "97.3 %"), (0.9999, "99.9 %"), (1.0, "100.0 %")],
)
def test_percents_never_claim_certainty(likeness: float, text: str) -> None:
    assert percent(likeness) == text


def test_names_are_shown_without_their_controls() -> None:
    assert printable("日本 a.png") == "日本 a.png"
    assert printable("a\x1b[2Jb\n\udcff") == "a\\x1b[2Jb\\n\\udcff"


def test_notes_stand_beside_the_data_without_controls(capsys: pytest.CaptureFixture[str]) -> None:
    tell("there is no file a\x1b[2J.png")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "animeter: there is no file a\\x1b[2J.png\n")
