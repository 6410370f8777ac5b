"""From a run's folder to heads and figures, as `tools/build_heads.py` asks for it."""

import json
import os
from pathlib import Path

import pytest

from animeter.datasets.checking import near_duplicates
from animeter.domain.errors import TeachingError
from animeter.domain.hierarchy import OTHER
from animeter.inference.classifier import Classifier
from animeter.inference.heads import load_head
from animeter.lab.heads.builtin_heads import build_heads
from tests.support.run_with_heads import PICTURES, SHOWS, write_run
from tests.support.tiny_bundle import make_tiny_bundle


@pytest.fixture(autouse=True)
def nothing_is_a_near_duplicate(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bounds are for real pictures: drawn as here, all pictures of a show are the same."""
    monkeypatch.setattr(near_duplicates, "SAME_EMBEDDING", 1.1)
    monkeypatch.setattr(near_duplicates, "SAME_LAYOUT", 1.1)


@pytest.mark.slow
def test_heads_and_figures_come_out_and_a_second_call_is_the_same(tmp_path: Path) -> None:
    run = write_run(tmp_path / "made")
    model = make_tiny_bundle(tmp_path / "models" / "shipped")
    work, heads = tmp_path / "work", tmp_path / "heads"
    said: list[str] = []
    report = build_heads(run, str(model.folder), work, heads, said.append)
    assert any("series: judging" in line for line in said)
    assert report["series"]["labels"] == len(SHOWS)
    assert report["series"]["top_1"]["value"] > 0.9
    assert report["character"]["labels"] == 3
    assert report["type"]["pictures"] == len(SHOWS) * PICTURES
    assert report["hierarchy"]["pictures"] == len(SHOWS) * PICTURES
    assert report["hierarchy"]["shipped"]["precision"] > 0.9
    json.dumps(report, allow_nan=False)

    classifier = Classifier(model, workers=1).with_heads([heads / "series", heads / "character"])
    found = classifier.classify(tmp_path / "made" / "Naruto-3.png")
    assert found.heads["series"][0].label == "Naruto"
    assert found.place is not None
    assert found.place.words.startswith("anime, ")
    assert load_head(heads / "series").labels[-1] == OTHER

    before = {path: path.stat().st_mtime_ns for path in work.glob("*.f32")}
    again = build_heads(run, str(model.folder), work, heads, said.append)
    assert {path: path.stat().st_mtime_ns for path in work.glob("*.f32")} == before
    assert again["series"] == report["series"]
    assert again["hierarchy"] == report["hierarchy"]


@pytest.mark.parametrize("same", [0.84, -1.1])
def test_too_few_pictures_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, same: float
) -> None:
    shows = 0 if same > 0 else len(SHOWS)
    monkeypatch.setattr(near_duplicates, "SAME_LAYOUT", same)  # below -1 all are one picture
    run = write_run(tmp_path / "made", shows=shows)
    model = make_tiny_bundle(tmp_path / "models" / "shipped")
    with pytest.raises(TeachingError, match=r"too little to teach|near-duplicates"):
        build_heads(run, str(model.folder), tmp_path / "work", tmp_path / "heads", print)
    assert not os.path.lexists(tmp_path / "heads")
