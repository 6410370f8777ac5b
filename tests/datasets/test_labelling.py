"""Label logs: nothing is lost, everybody's answers stay their own, and agreement is counted."""

import csv
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from animeter.datasets.labelling import COLUMNS, LabelLog, Opinions, Said, read_opinions
from animeter.datasets.marks import MARKS, Mark
from animeter.domain.errors import FileMissingError, LabelError, ManifestError, OutputError

STYLE, TEXT = MARKS[0], MARKS[2]
DONE = Said("a.png", "done", "yes")


def row(path: str, mark: str, value: str, who: str) -> dict[str, str]:
    return dict(zip(COLUMNS, (path, mark, value, who, "2026-11-20T12:00:00+00:00"), strict=True))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_log_says_who_said_what_and_when(tmp_path: Path) -> None:
    file = tmp_path / "new" / "labels.csv"
    log = LabelLog(file, MARKS)
    log.say("Ada", [Said("a.png", "style", "anime"), DONE])
    log.say("Bo", [Said("a.png", "style", "cartoon")])
    log.say("Ada", [Said("a.png", "style", "")])
    kept = [(one["who"], one["mark"], one["value"]) for one in rows(file)]
    assert kept == [
        ("Ada", "style", "anime"),
        ("Ada", "done", "yes"),
        ("Bo", "style", "cartoon"),
        ("Ada", "style", ""),
    ]
    age = datetime.now(UTC) - datetime.fromisoformat(rows(file)[0]["when"])
    assert timedelta(0) <= age < timedelta(minutes=5)
    assert log.opinions.of("Ada", "a.png") == {"done": "yes"}
    assert log.opinions.of("Bo", "a.png") == {"style": "cartoon"}
    log.close()
    again = LabelLog(file, MARKS)
    assert again.opinions.of("Bo", "a.png") == {"style": "cartoon"}
    assert again.opinions.done_by("Ada") == ["a.png"]
    again.close()


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("Ada", Said("a.png", "style", "manga")),
        ("Ada", Said("a.png", "mood", "happy")),
        ("Ada", Said("a.png", "done", "maybe")),
        ("", DONE),
        (" Ada", DONE),
        ("=cmd()", DONE),
        ("A\nda", DONE),
        ("A" * 41, DONE),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_no_trace(
    tmp_path: Path, who: str, said: Said
) -> None:
    log = LabelLog(tmp_path / "labels.csv", MARKS)
    with pytest.raises(LabelError, match="cannot be"):
        log.say(who, [DONE, said])
    assert log.opinions.people == ()
    log.close()
    assert rows(tmp_path / "labels.csv") == []


def test_names_of_all_the_world_are_names(tmp_path: Path) -> None:
    log = LabelLog(tmp_path / "labels.csv", MARKS)
    for who in ("さくら", "Zoë O'Neil-Smith", "7", "ann.b"):
        log.say(who, [DONE])
    assert len(log.opinions.people) == 4
    log.close()


@pytest.mark.skipif(sys.platform == "win32", reason="nobody is kept out there")
def test_two_programs_do_not_write_one_log(tmp_path: Path) -> None:
    log = LabelLog(tmp_path / "labels.csv", MARKS)
    with pytest.raises(OutputError, match="another `animeter data label`"):
        LabelLog(tmp_path / "labels.csv", MARKS)
    log.close()
    LabelLog(tmp_path / "labels.csv", MARKS).close()


_WRITER = """
import sys
from pathlib import Path
from animeter.datasets.labelling import LabelLog, Said
from animeter.datasets.marks import MARKS
log = LabelLog(Path(sys.argv[1]), MARKS)
for number in range(1_000_000):
    log.say("Ada", [Said(f"{number}.png", "style", "anime")])
    print(number, flush=True)
"""


@pytest.mark.slow
def test_a_killed_program_loses_nothing_that_it_kept(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(file)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    for _ in range(20):
        told = int(writer.stdout.readline())
    os.kill(writer.pid, signal.SIGKILL)
    told = max(map(int, writer.stdout.read().split()), default=told)
    writer.wait()
    writer.stdout.close()
    with file.open("ab") as torn:  # as a kill in the middle of a line would leave it
        torn.write(b"half.png,sty")
    log = LabelLog(file, MARKS)
    assert all(log.opinions.of("Ada", f"{number}.png") for number in range(told + 1))
    assert not log.opinions.of("Ada", "half.png")
    log.say("Bo", [DONE])
    log.close()
    assert read_opinions(file).people == ("Ada", "Bo")


def test_what_is_no_label_log_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "manifest.csv"
    file.write_text("path,style\na.png,anime\n")
    with pytest.raises(ManifestError, match="columns path, style"):
        LabelLog(file, MARKS)
    with pytest.raises(ManifestError, match="a label log has"):
        read_opinions(file)
    assert file.read_text() == "path,style\na.png,anime\n"
    with pytest.raises(FileMissingError, match="nobody has labelled"):
        read_opinions(tmp_path / "labels.csv")


def test_people_are_compared_over_what_both_answered() -> None:
    said = [row(f"{n}.png", "style", "anime", "Ada") for n in range(10)]
    said += [row(f"{n}.png", "style", "anime" if n < 8 else "cartoon", "Bo") for n in range(5, 20)]
    style, text = Opinions(said).agreement([STYLE, TEXT])
    assert (style.first, style.second, style.pictures, style.same) == ("Ada", "Bo", 5, 3)
    assert style.kappa == 0.0
    assert (text.pictures, text.to_dict()["kappa"]) == (0, None)
    said += [row("6.png", "done", "yes", who) for who in ("Ada", "Bo")]
    said += [row("6.png", "has_text", "yes", "Bo")]
    _, text = Opinions(said).agreement([STYLE, TEXT])
    assert (text.pictures, text.same) == (1, 0)


def test_most_people_settle_a_question_and_as_many_do_not() -> None:
    mood = Mark("mood", ("happy", "sad"))
    opinions = Opinions(
        [
            row("a", "mood", "happy", "Ada"),
            row("a", "mood", "sad", "Bo"),
            row("a", "mood", "sad", "Cy"),
            row("b", "mood", "happy", "Ada"),
            row("b", "mood", "sad", "Bo"),
        ]
    )
    assert opinions.settled(mood, "a") == "sad"
    assert opinions.settled(mood, "b") is None
    assert opinions.settled(mood, "c") == ""
