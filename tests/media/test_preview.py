"""Pictures for a screen: upright, not too large, and a JPEG whatever they were."""

import io
from pathlib import Path

import pytest
from PIL import Image

from animeter.domain.errors import FileMissingError, UnsupportedFormatError
from animeter.media.preview import preview


def test_a_small_picture_keeps_its_size_and_colours(tmp_path: Path) -> None:
    path = tmp_path / "red.webp"
    Image.new("RGBA", (120, 80), (250, 10, 10, 255)).save(path)
    with Image.open(io.BytesIO(preview(path))) as shown:
        assert (shown.format, shown.mode, shown.size) == ("JPEG", "RGB", (120, 80))
        red, green, blue = shown.getpixel((60, 40))
        assert red > 230
        assert green < 30
        assert blue < 30


def test_a_large_one_is_shrunk_in_its_shape_and_comes_upright_without_its_secrets(
    tmp_path: Path,
) -> None:
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it to the right
    exif[0x010E] = "where I live"
    Image.new("RGB", (400, 200)).save(path, exif=exif)
    data = preview(path, longest_side_px=100)
    with Image.open(io.BytesIO(data)) as shown:
        assert shown.size == (50, 100)
        assert not shown.getexif()
    assert b"where I live" not in data


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(UnsupportedFormatError):
        preview(tmp_path / "a.png")
    with pytest.raises(FileMissingError):
        preview(tmp_path / "b.png")
