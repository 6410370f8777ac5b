"""From a run's folder to heads and figures, as `tools/build_heads.py` asks for it."""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from animeter.datasets.checking import near_duplicates
from animeter.domain.errors import TeachingError
from animeter.domain.hierarchy import OTHER
from animeter.domain.taxonomy import TYPES
from animeter.inference.classifier import Classifier
from animeter.inference.heads import load_head
from animeter.lab.heads.builtin_heads import build_heads
from animeter.lab.out_of_fold import FILE, predict_held_out
from animeter.lab.runs import Run, fold_name, trusted_rows
from tests.support.tiny_bundle import make_tiny_bundle

# The tiny bundle sees red as anime and blue as cartoon; green tells shows of one style apart.
SHOWS = {
    "Naruto": ("anime", (235, 15, 10), "male", "naruto", 0),
    "Bleach": ("anime", (235, 190, 10), "female", "ichigo", 1),
    "Oggy": ("cartoon", (10, 15, 235), "nonhuman", "", 0),
    "Batman": ("cartoon", (10, 190, 235), "male", "batman", 1),
}
PICTURES = 24


def write_run(folder: Path, shows: int = len(SHOWS)) -> Run:
    """Write pictures, a manifest, a recipe, and a run whose networks are tiny bundles."""
    folder.mkdir()
    chance = np.random.default_rng(0)
    rows = []
    for show, (style, colour, kind, character, fold) in list(SHOWS.items())[:shows]:
        for number in range(PICTURES):
            name = f"{show}-{number}.png"
            blocks = np.array(colour) + chance.integers(-60, 60, (5, 7, 3))
            pixels = blocks.clip(0, 255).astype(np.uint8).repeat(8, axis=0).repeat(8, axis=1)
            Image.fromarray(pixels).save(folder / name)
            types = kind if number % 3 else TYPES[number // 3 % 3]
            rows.append((name, style, show, show, fold, types, character, "drawn"))
    for number in range(40):
        Image.new("RGB", (30, 30), (10, 150 + number, 10)).save(folder / f"grass-{number}.png")
        rows.append((f"grass-{number}.png", "neither", "", "", number // 20, "", "", ""))
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        columns = ("path", "style", "series", "franchise", "fold", "type", "character", "content")
        csv.writer(file).writerows([columns, *rows])
    recipe = folder / "recipe.toml"
    recipe.write_text('name = "tiny"\n[data]\nmanifest = "manifest.csv"\n', encoding="utf-8")
    run = Run.open(recipe, folder / "run")
    for fold in (0, 1):
        name = fold_name(fold)
        make_tiny_bundle(run.bundle(name))
        held_out = [row for row in trusted_rows(run.recipe) if row.fold == fold]
        predict_held_out(run.bundle(name), held_out, run.part(name) / FILE, lambda _: None)
    return run


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
