"""The bytes tell what a file is, and what is no picture is refused by its right name."""

from pathlib import Path

import pytest

from animeter.domain.errors import UnsupportedFormatError
from animeter.media.images import read_image
from tests.media.pictures import encode, scene


@pytest.mark.parametrize("suffix", [".jpg", ".txt", ""])
def test_the_bytes_tell_the_format_and_not_the_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"picture{suffix}"
    path.write_bytes(encode(scene(), "PNG"))
    assert read_image(path).format == "png"
    assert read_image(str(path)).format == "png"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<!DOCTYPE html><html><body>404</body></html>", "HTML page"),
        (b"\n  <html lang='en'>", "HTML page"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG drawing"),
        (b"\xef\xbb\xbf<svg/>", "SVG drawing"),
        (b'<?xml version="1.0"?><rss/>', "XML document"),
        (b"just some words\n", "text"),
        ("größer".encode(), "text"),
        (b"%PDF-1.7\n", "PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "PostScript"),
        (b"8BPS\0\1", "Photoshop"),
        (b"\0\0\0\x18ftypisom\0\0\2\0isommp42", "video"),
        (b"RIFF\0\0\0\0AVI LIST", "AVI video"),
        (b"RIFF\0\0\0\0WAVEfmt ", "RIFF file that is not WebP"),
        (b"\x1aE\xdf\xa3\x01", "WebM video"),
        (b"PK\x03\x04", "ZIP archive"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"\xff\x0a\xfa\x1f", "JPEG XL"),
        (b"\0\1\2\3", "unknown kind .*00 01 02 03"),
        (b"\xff", "unknown kind"),
    ],
)
def test_other_files_are_named_for_what_they_are(tmp_path: Path, data: bytes, name: str) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(data)
    with pytest.raises(UnsupportedFormatError, match=rf"picture\.png: this is .*{name}"):
        read_image(path)


@pytest.mark.parametrize("format_name", ["EPS", "PDF", "PPM", "TGA", "PCX", "ICO", "JPEG2000"])
def test_formats_outside_the_list_are_never_opened(format_name: str) -> None:
    with pytest.raises(UnsupportedFormatError):
        read_image(encode(scene(), format_name))
