"""Any picture becomes an image: right size, right pixels, upright, on white; or a clear error."""

import os
import pickle
import socket
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage
from PIL import PngImagePlugin

from animeter.domain.errors import (
    AnimeterError,
    EmptyImageError,
    FileMissingError,
    ImageTooLargeError,
    UnreadableImageError,
    UnsupportedFormatError,
)
from animeter.media.images import Image, read_image
from animeter.media.limits import Limits
from tests.media.pictures import encode, in_mode, on_white, scene

LOSSLESS = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"),
    "BMP": ("1", "L", "P", "RGB"),
    "GIF": ("1", "L", "P"),
}
LOSSY = {
    "JPEG": ("L", "RGB", "CMYK"),
    "WEBP": ("RGB", "RGBA"),
    "AVIF": ("RGB", "RGBA"),
    "HEIF": ("L", "RGB", "RGBA"),
}
NAMES = {"HEIF": "heic"}


def combinations(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(format_name, mode) for format_name, modes in table.items() for mode in modes]


def assert_sound(image: Image) -> None:
    assert image.rgb.dtype == np.uint8
    assert image.rgb.ndim == 3
    assert image.rgb.shape[2] == 3
    assert image.rgb.flags.c_contiguous
    assert image.rgb.flags.writeable


def difference(image: Image, expected: np.ndarray) -> np.ndarray:
    return np.abs(image.rgb.astype(np.int16) - expected)


def expected_pixels(picture: PillowImage.Image) -> np.ndarray:
    if picture.mode == "I;16":
        return np.repeat((np.asarray(picture) >> 8)[..., None], 3, axis=2).astype(np.int16)
    return on_white(picture)


@pytest.mark.parametrize(("format_name", "mode"), combinations(LOSSLESS))
@given(width_px=st.integers(1, 70), height_px=st.integers(1, 70), seed=st.integers(0, 99))
@settings(max_examples=15)
def test_lossless_formats_keep_every_pixel(
    format_name: str, mode: str, width_px: int, height_px: int, seed: int
) -> None:
    picture = in_mode(mode, width_px, height_px, seed)
    image = read_image(encode(picture, format_name))
    assert_sound(image)
    assert (image.width_px, image.height_px) == (width_px, height_px)
    assert image.rgb.shape == (height_px, width_px, 3)
    assert image.format == format_name.lower()
    assert difference(image, expected_pixels(picture)).max() <= 1  # Rounding, where alpha is mixed.


@pytest.mark.parametrize(("format_name", "mode"), combinations(LOSSY))
@given(width_px=st.integers(16, 70), height_px=st.integers(16, 70))
@settings(max_examples=8)
def test_lossy_formats_keep_the_size_and_nearly_every_pixel(
    format_name: str, mode: str, width_px: int, height_px: int
) -> None:
    smooth = PillowImage.Resampling.BICUBIC  # Fine lines of colour are what these formats lose.
    picture = in_mode(mode, 6, 5).resize((width_px, height_px), smooth)
    image = read_image(encode(picture, format_name, quality=95))
    assert_sound(image)
    assert image.rgb.shape == (height_px, width_px, 3)
    assert image.format == NAMES.get(format_name, format_name.lower())
    assert difference(image, expected_pixels(picture)).mean() < 4


@pytest.mark.parametrize("format_name", [*LOSSLESS, *LOSSY])
@given(
    width_px=st.integers(1, 200),
    height_px=st.integers(1, 200),
    side_px=st.integers(1, 90),
)
@settings(max_examples=10)
def test_shrinking_gives_exactly_the_square(
    format_name: str, width_px: int, height_px: int, side_px: int
) -> None:
    data = encode(scene(width_px, height_px), format_name)
    image = read_image(data, shrink_to_px=side_px)
    assert_sound(image)
    assert image.rgb.shape == (side_px, side_px, 3)
    assert (image.width_px, image.height_px) == (width_px, height_px)


@pytest.mark.parametrize("suffix", [".jpg", ".txt", ""])
def test_the_bytes_tell_the_format_and_not_the_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"picture{suffix}"
    path.write_bytes(encode(scene(), "PNG"))
    assert read_image(path).format == "png"
    assert read_image(str(path)).format == "png"


def test_every_kind_of_source_gives_the_same_image(tmp_path: Path) -> None:
    picture = scene()
    data = encode(picture, "PNG")
    path = tmp_path / "a.png"
    path.write_bytes(data)
    expected = np.asarray(picture)
    for source in (path, str(path), data, bytearray(data), memoryview(data), picture, expected):
        for side_px in (None, 20):
            image = read_image(source, shrink_to_px=side_px)
            assert_sound(image)
            reference = read_image(data, shrink_to_px=side_px)
            assert np.array_equal(image.rgb, reference.rgb), type(source)
    assert read_image(expected).format == "array"
    assert read_image(picture).format == "pillow"


# Orientation.


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_upright(format_name: str, orientation: int) -> None:
    """A red corner, stored turned in the eight ways there are, ends up top left again."""
    upright = np.full((64, 96, 3), 255, np.uint8)
    upright[:24, :24] = (220, 0, 0)
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Which Transpose stores it so.
    picture = PillowImage.fromarray(upright)
    if orientation > 1:
        picture = picture.transpose(PillowImage.Transpose(undo[orientation]))
    exif = PillowImage.Exif()
    exif[0x0112] = orientation
    data = encode(picture, format_name, exif=exif.tobytes())
    for side_px in (None, 32):
        image = read_image(data, shrink_to_px=side_px)
        assert (image.width_px, image.height_px) == (96, 64)
        eighth = image.rgb.shape[0] // 8
        assert image.rgb[eighth, eighth, 1] < 60, "the red corner is not top left"
        assert image.rgb[-eighth, eighth, 1] > 200
        assert image.rgb[eighth, -eighth, 1] > 200


def test_a_pillow_picture_is_turned_by_its_own_exif() -> None:
    exif = PillowImage.Exif()
    exif[0x0112] = 6
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.jpg"
        path.write_bytes(encode(scene(80, 40), "JPEG", exif=exif))
        with PillowImage.open(path) as picture:
            assert read_image(picture).rgb.shape == read_image(path).rgb.shape == (80, 40, 3)


# Colours.


def test_a_palette_may_have_transparency_for_each_colour() -> None:
    picture = PillowImage.new("P", (4, 1))
    picture.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
    picture.putdata([0, 1, 2, 3])
    data = encode(picture, "PNG", transparency=bytes([0, 128, 255, 255]))
    assert read_image(data).rgb[0].tolist() == [
        [255, 255, 255],
        [127, 255, 127],
        [0, 0, 255],
        [9, 9, 9],
    ]


@pytest.mark.parametrize("format_name", ["PNG", "GIF"])
def test_one_colour_of_a_palette_may_be_clear(format_name: str) -> None:
    picture = PillowImage.new("P", (2, 1))
    picture.putpalette([200, 0, 0, 0, 100, 0])
    picture.putdata([0, 1])
    data = encode(picture, format_name, transparency=0)
    assert read_image(data).rgb[0].tolist() == [[255, 255, 255], [0, 100, 0]]


@pytest.mark.parametrize(
    ("mode", "pixels", "clear", "expected"),
    [
        ("L", [7, 90], 7, [[255] * 3, [90] * 3]),
        ("RGB", [(1, 2, 3), (9, 8, 7)], (1, 2, 3), [[255] * 3, [9, 8, 7]]),
        ("I;16", [700, 40000], 700, [[255] * 3, [40000 >> 8] * 3]),
        ("1", [0, 255], 0, [[255] * 3, [255] * 3]),
    ],
)
def test_one_colour_without_a_palette_may_be_clear(
    mode: str, pixels: list[int], clear: object, expected: list[list[int]]
) -> None:
    picture = PillowImage.new(mode, (2, 1))
    picture.putdata(pixels)
    assert read_image(encode(picture, "PNG", transparency=clear)).rgb[0].tolist() == expected


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_pictures_that_are_copied_in_strips_are_whole(mode: str) -> None:
    picture = in_mode(mode, 1500, 1511)
    assert difference(read_image(picture), on_white(picture)).max() <= 1


def test_clear_pixels_do_not_bleed_their_colour_when_shrunk() -> None:
    values = np.zeros((64, 64, 4), np.uint8)
    values[:, :32] = (0, 0, 255, 255)  # Blue on the left; hidden black on the right.
    image = read_image(PillowImage.fromarray(values), shrink_to_px=7)
    assert image.rgb[:, :, 2].min() == 255, "nothing but blue and white, so blue is always full"


@pytest.mark.parametrize("mode", ["RGBa", "La", "PA", "RGBX", "HSV", "YCbCr"])
def test_rare_modes_of_pillow_are_read(mode: str) -> None:
    picture = scene()
    through = {"La": "LA", "RGBa": "RGBA", "PA": "P"}.get(mode)
    other = picture.convert(through).convert(mode) if through else picture.convert(mode)
    expected = on_white(picture.convert(through) if through else other)
    assert difference(read_image(other), expected).max() <= 2


@pytest.mark.parametrize("mode", ["I", "F", "LAB"])
def test_modes_without_a_known_white_are_refused(mode: str) -> None:
    picture = PillowImage.new(mode, (4, 4))
    with pytest.raises(UnsupportedFormatError, match=f"mode '{mode}'"):
        read_image(picture)


def test_sixteen_bit_colour_keeps_the_high_byte() -> None:
    values = np.array([[[0, 40000, 65535]]], np.uint16)
    data = sixteen_bit_png(values)
    assert read_image(data).rgb.tolist() == [[[0, 40000 >> 8, 255]]]


def sixteen_bit_png(values: np.ndarray) -> bytes:
    """Write a 16-bit RGB PNG by hand, since Pillow does not."""
    import struct
    import zlib

    height, width, _ = values.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


# Animations.


@pytest.mark.parametrize("format_name", ["GIF", "PNG", "WEBP", "TIFF", "AVIF"])
def test_an_animation_gives_its_first_frame(format_name: str) -> None:
    first, second = (
        PillowImage.new("RGB", (40, 30), "red"),
        PillowImage.new("RGB", (40, 30), "blue"),
    )
    data = encode(first, format_name, save_all=True, append_images=[second], duration=100)
    red, green, blue = read_image(data).rgb[15, 20].tolist()
    assert red > 240
    assert max(green, blue) < 15


# numpy.


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((3, 4, 4), np.uint8),
        np.zeros((1, 4, 4, 3), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((4, 4, 3), np.int64),
        np.zeros((4, 4, 3), bool),
    ],
)
def test_other_arrays_are_refused_by_name(array: np.ndarray) -> None:
    with pytest.raises(UnsupportedFormatError, match=r"numpy array of .*uint8 \[H, W, 3\]"):
        read_image(array)


def test_arrays_without_pixels_are_refused() -> None:
    with pytest.raises(UnreadableImageError, match="0 x 5"):
        read_image(np.zeros((5, 0, 3), np.uint8))


@pytest.mark.parametrize("side_px", [None, 5])
def test_arrays_may_lie_in_memory_anyhow_and_are_copied(side_px: int | None) -> None:
    array = np.asarray(scene(30, 20))
    for view in (array[::-1], array[:, ::2], array.transpose(1, 0, 2), np.asfortranarray(array)):
        image = read_image(view, shrink_to_px=side_px)
        assert_sound(image)
        expected = read_image(np.array(view, order="C"), shrink_to_px=side_px)
        assert np.array_equal(image.rgb, expected.rgb)
        assert not np.shares_memory(image.rgb, array)


# Files.


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileMissingError, match=r"gone\.png: there is no such file"):
        read_image(tmp_path / "gone.png")


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    with pytest.raises(EmptyImageError, match=r"a\.png: .*0 bytes"):
        read_image(tmp_path / "a.png")
    with pytest.raises(EmptyImageError):
        read_image(b"")


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImageError, match="folder"):
        read_image(tmp_path)


def test_pipes_sockets_and_devices_are_refused_without_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # The path of a socket may be only some hundred bytes long.
    os.mkfifo("pipe.png")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.png")
        for path in (Path("pipe.png"), Path("socket.png"), Path("/dev/zero"), Path("/dev/tty")):
            with pytest.raises(UnreadableImageError, match="pipe, socket or device"):
                read_image(path)


@pytest.mark.parametrize("name", ["a\0b.png", "x" * 4000])
def test_impossible_names_are_errors_of_ours(name: str) -> None:
    with pytest.raises(AnimeterError):
        read_image(name)


def test_an_unknown_kind_of_source_is_refused() -> None:
    with pytest.raises(UnsupportedFormatError, match="got int"):
        read_image(3)  # type: ignore[arg-type]


def test_a_side_below_one_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="shrink_to_px is 0"):
        read_image(scene(), shrink_to_px=0)


def test_errors_survive_a_process_pool() -> None:
    with pytest.raises(UnreadableImageError) as caught:
        read_image(encode(scene(), "PNG")[:200])
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)


# What is not a picture, or not whole.


@pytest.mark.parametrize("format_name", [*LOSSLESS, *LOSSY])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.7])
def test_a_picture_cut_off_is_unreadable(format_name: str, share: float) -> None:
    generator = np.random.default_rng(0)
    noise = PillowImage.fromarray(generator.integers(0, 256, (64, 64, 3), np.uint8))
    data = encode(noise, format_name)
    with pytest.raises(AnimeterError) as caught:
        read_image(data[: int(len(data) * share)])
    assert caught.value.code in ("unreadable_image", "unsupported_format")


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


# Limits.


def test_too_many_bytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(2**40)  # A terabyte of nothing, which takes no room on the disk.
    with pytest.raises(ImageTooLargeError, match=r"1,099,511,627,776 bytes; at most 67,108,864"):
        read_image(path)
    with pytest.raises(ImageTooLargeError, match="bytes"):
        read_image(encode(scene(), "PNG"), Limits(max_bytes=100))


@pytest.mark.parametrize("format_name", [*LOSSLESS, *LOSSY])
def test_too_many_pixels_are_refused(format_name: str) -> None:
    data = encode(scene(50, 40), format_name)
    assert read_image(data, Limits(max_pixels=2000)).width_px == 50
    with pytest.raises(ImageTooLargeError, match="50 x 40 pixels; at most 1,999"):
        read_image(data, Limits(max_pixels=1999))


def test_too_many_pixels_of_decoded_pictures_are_refused() -> None:
    for source in (scene(50, 40), np.asarray(scene(50, 40))):
        with pytest.raises(ImageTooLargeError):
            read_image(source, Limits(max_pixels=1999))


def test_a_decompression_bomb_is_refused_before_it_goes_off() -> None:
    bomb = encode(PillowImage.new("1", (30_000, 30_000)), "PNG")
    assert len(bomb) < 200_000
    with pytest.raises(ImageTooLargeError, match="30000 x 30000"):
        read_image(bomb)


def test_a_limit_must_leave_something() -> None:
    with pytest.raises(ValueError, match="max_pixels is 0"):
        Limits(max_pixels=0)


# Pillow around us.


def test_pillows_own_settings_are_left_alone() -> None:
    """Reading in a fresh process registers no plug-in, changes no setting, asks no environment."""
    code = """
import io, sys
from PIL import Image, ImageFile, PngImagePlugin
import animeter.media.images as images
before = (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, dict(Image.OPEN))
images.read_image(sys.stdin.buffer.read(), shrink_to_px=9)
try:
    images.read_image(b"%!PS-Adobe-3.0 EPSF-3.0")
except images.ImageError:
    pass
assert before == (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, dict(Image.OPEN))
assert not any("Eps" in name or "Pdf" in name for name in sys.modules), "a plug-in was loaded"
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=encode(scene(), "JPEG"),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def test_many_threads_read_at_once() -> None:
    sources = [
        encode(in_mode(mode, 90, 60, seed), format_name)
        for seed, (format_name, mode) in enumerate(combinations(LOSSLESS) + combinations(LOSSY))
    ]
    expected = [read_image(data, shrink_to_px=24).rgb for data in sources]
    start = threading.Barrier(8)

    def read_all() -> list[np.ndarray]:
        start.wait()
        return [read_image(data, shrink_to_px=24).rgb for data in sources]

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(read_all) for _ in range(8)]:
            assert all(map(np.array_equal, future.result(), expected))


def test_heic_without_its_extra_names_the_command() -> None:
    code = """
import sys
sys.modules["pillow_heif"] = None  # What Python does for a package that is not there.
from animeter.domain.errors import MissingExtraError
from animeter.media.images import read_image
try:
    read_image(sys.stdin.buffer.read())
except MissingExtraError as error:
    print(error)
"""
    data = encode(scene(), "HEIF")
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
    assert b"pip install 'animeter[heif]'" in done.stdout


def test_a_text_bomb_in_a_png_is_not_unpacked() -> None:
    texts = PngImagePlugin.PngInfo()
    for number in range(100):
        texts.add_text(f"key{number}", "x" * 1_000_000, zip=True)
    data = encode(scene(), "PNG", pnginfo=texts)
    assert read_image(data).width_px == 96
