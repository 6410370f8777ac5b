"""Mosaics: the right pictures on each sheet, the same every time."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from animeter.inference.classifier import Classifier
from animeter.lab.mosaics import KINDS, MIXED_KINDS, Sheet, draw_sheet, plan_sheets
from tests.support.tiny_bundle import COLOURS, make_tiny_bundle


def files(folder: Path) -> dict[str, list[Path]]:
    made: dict[str, list[Path]] = {}
    for style in ("anime", "cartoon", "neither"):
        for number in range(3):
            path = folder / f"{style}-{number}.png"
            Image.new("RGB", (60, 40), COLOURS[style]).save(path)
            made.setdefault(style, []).append(path)
    return made


def test_each_sheet_holds_the_styles_of_its_kind(tmp_path: Path) -> None:
    sheets = plan_sheets(files(tmp_path), seed=1, sheets=5)
    assert [sheet.kind for sheet in sheets] == [kind for kind in KINDS for _ in range(5)]
    for sheet in sheets:
        styles = sorted(path.name.split("-")[0] for path in sheet.pictures)
        assert styles == sorted(KINDS[sheet.kind])
        assert sheet.expected == ("anime" in styles, "cartoon" in styles)


def test_a_seed_gives_the_same_sheets(tmp_path: Path) -> None:
    at_hand = files(tmp_path)
    assert plan_sheets(at_hand, seed=1) == plan_sheets(at_hand, seed=1)
    assert plan_sheets(at_hand, seed=1) != plan_sheets(at_hand, seed=2)


def test_what_needs_a_style_that_is_missing_is_left_out(tmp_path: Path) -> None:
    at_hand = files(tmp_path)
    del at_hand["neither"]
    kinds = {sheet.kind for sheet in plan_sheets(at_hand, seed=1)}
    assert kinds == {*MIXED_KINDS, "2 anime", "2 cartoons"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_sheet_looks_like_its_parts(tmp_path: Path, kind: str) -> None:
    sheet = next(s for s in plan_sheets(files(tmp_path), seed=3) if s.kind == kind)
    drawn = draw_sheet(sheet)
    assert isinstance(drawn, Image.Image)
    seen = {tuple(colour) for colour in np.asarray(drawn).reshape(-1, 3).tolist()}
    assert seen - {(255, 255, 255)} == {COLOURS[style] for style in KINDS[kind]}


def test_a_sheet_with_a_broken_part_fails_by_the_part(tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n")
    sheet = Sheet("2 anime", (files(tmp_path)["anime"][0], broken), 2, 0)
    assert draw_sheet(sheet) == broken
    result = next(Classifier(make_tiny_bundle(tmp_path / "tiny")).classify_many([broken]))
    assert result.to_dict()["path"] == str(broken)
