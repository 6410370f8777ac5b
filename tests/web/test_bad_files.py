"""Files that are no pictures, or too much of one: a code the page can say, and life goes on."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.support.large_picture import jpeg_claiming, large_png
from tests.web.drawn import EXAMPLES
from tests.web.reading import read_files

pytestmark = pytest.mark.slow

FACE = EXAMPLES / "anime-face.png"


def test_bad_files_get_the_codes_of_the_command_line_and_good_ones_are_read_after_them(
    page: Any, site: str, tmp_path: Path, page_problems: list[str]
) -> None:
    jpeg = tmp_path / "whole.jpg"
    Image.open(FACE).convert("RGB").save(jpeg, quality=90)
    wanted = {
        "empty.png": (b"", "empty_file"),
        "page.png": (b"<!doctype html><html><title>404</title></html>", "unsupported_format"),
        "drawing.png": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported_format"),
        "notes.jpg": (b"these are only some words", "unsupported_format"),
        "noise.jpg": (bytes(range(1, 256)) * 9, "unsupported_format"),
        "bomb.png": (large_png(20_000, 10_000), "image_too_large"),
        "bomb.jpg": (jpeg_claiming(20_000, 10_000), "image_too_large"),
        "heavy.png": (FACE.read_bytes() + bytes(65 * 2**20), "image_too_large"),
        "cut.png": (FACE.read_bytes()[:3000], "unreadable_image"),
        "cut.jpg": (jpeg.read_bytes()[:-4000], "unreadable_image"),
        "head.webp": (b"RIFF\x10\0\0\0WEBPVP8 ", "unreadable_image"),
    }
    files = []
    for name, (content, _) in wanted.items():
        files.append(tmp_path / name)
        files[-1].write_bytes(content)
    page.goto(site)
    found = read_files(page, [*files, FACE])
    *said, last = found.readings
    got = {file.name: one.get("code", one) for file, one in zip(files, said, strict=True)}
    assert got == {name: code for name, (_, code) in wanted.items()}
    assert all(reading["message"] for reading in said)
    assert last["classification"]["verdict"] == "anime"
