"""Ledgers: what was scored is kept, what was not asked is not used."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from animeter.inference.classifier import Classifier
from animeter.lab.scoring import Score, Task, likeness_of, logits_of, score, verdict_shares
from tests.support.tiny_bundle import COLOURS, make_tiny_bundle

ASKED = {"model": "tiny", "strength": 1}


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    return Classifier(make_tiny_bundle(tmp_path_factory.mktemp("tiny")), workers=2)


class Easel:
    """Draws the picture of a verdict, and remembers which were asked for."""

    def __init__(self) -> None:
        self.drawn: list[str] = []

    def draw(self, word: str) -> Image.Image:
        self.drawn.append(word)
        return Image.new("RGB", (40, 30), COLOURS[word])

    def tasks(self, words: Iterator[str] | list[str]) -> list[Task]:
        return [
            Task(f"{number} {word}", partial(self.draw, word)) for number, word in enumerate(words)
        ]


WORDS = list(COLOURS) * 40


def test_every_picture_gets_its_score_in_order(tmp_path: Path, classifier: Classifier) -> None:
    scores = score(classifier, Easel().tasks(WORDS), tmp_path / "a" / "ledger.jsonl", ASKED)
    assert [entry.verdict for entry in scores] == WORDS
    assert verdict_shares(scores) == dict.fromkeys(COLOURS, 0.2)


def test_what_is_on_disk_is_not_scored_again(tmp_path: Path, classifier: Classifier) -> None:
    ledger = tmp_path / "ledger.jsonl"
    first = score(classifier, Easel().tasks(WORDS), ledger, ASKED)
    easel, heard = Easel(), []
    again = score(classifier, easel.tasks(WORDS), ledger, ASKED, heard.append)
    assert again == first
    assert easel.drawn == []
    assert heard == [len(WORDS)]


@pytest.mark.parametrize("kept_lines", [0, 1, 2, 57])
@pytest.mark.parametrize("torn", [b"", b'{"path": "1', b'{"path": "x", "anime": 1}\n', b"[1]\n"])
def test_it_goes_on_behind_the_last_whole_line(
    tmp_path: Path, classifier: Classifier, kept_lines: int, torn: bytes
) -> None:
    ledger = tmp_path / "ledger.jsonl"
    whole = score(classifier, Easel().tasks(WORDS), ledger, ASKED)
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines[:kept_lines]) + torn)
    easel = Easel()
    assert score(classifier, easel.tasks(WORDS), ledger, ASKED) == whole
    assert len(easel.drawn) == len(WORDS) - max(0, kept_lines - 1)
    assert ledger.read_bytes() == b"".join(lines)


@pytest.mark.parametrize("asked", [{"model": "other", "strength": 1}, {"model": "tiny"}])
def test_other_work_starts_anew(
    tmp_path: Path, classifier: Classifier, asked: dict[str, object]
) -> None:
    ledger = tmp_path / "ledger.jsonl"
    score(classifier, Easel().tasks(WORDS), ledger, ASKED)
    easel = Easel()
    score(classifier, easel.tasks(WORDS), ledger, asked)
    assert len(easel.drawn) == len(WORDS)
    assert len(ledger.read_text().splitlines()) == 1 + len(WORDS)


def test_a_file_that_cannot_be_read_is_a_failure_and_stays_one(
    tmp_path: Path, classifier: Classifier
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not a picture")
    tasks = [*Easel().tasks(["anime"]), Task("broken", lambda: broken)]
    first = score(classifier, tasks, tmp_path / "ledger.jsonl", ASKED)
    again = score(classifier, tasks, tmp_path / "ledger.jsonl", ASKED)
    for scores in (first, again):
        assert [entry.error for entry in scores] == [None, "unsupported_format"]
        assert np.isnan(likeness_of(scores)[1]).all()
    assert verdict_shares(again)["anime"] == 1.0


def test_logits_give_the_likeness_back() -> None:
    likeness = np.array([[0.0, 1.0], [0.25, 0.999]])
    logits = logits_of(likeness)
    assert np.isfinite(logits).all()
    assert 1 / (1 + np.exp(-logits)) == pytest.approx(likeness, abs=2e-7)


def test_no_scores_have_no_shares() -> None:
    assert verdict_shares([]) == {}
    assert verdict_shares([Score("a", np.nan, np.nan, "", "empty_file")]) == {}
