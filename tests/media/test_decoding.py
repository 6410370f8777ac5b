"""Decoding: broken pictures and bombs are refused, and Pillow around us stays as it is."""

import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL import PngImagePlugin

from animeter.domain.errors import AnimeterError, ImageTooLargeError, UnreadableImageError
from animeter.media.images import read_image
from animeter.media.limits import Limits
from tests.media.pictures import LOSSLESS, LOSSY, combinations, encode, in_mode, scene


@pytest.mark.parametrize("format_name", [*LOSSLESS, *LOSSY])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.7])
def test_a_picture_cut_off_is_unreadable(format_name: str, share: float) -> None:
    generator = np.random.default_rng(0)
    noise = PillowImage.fromarray(generator.integers(0, 256, (64, 64, 3), np.uint8))
    data = encode(noise, format_name)
    with pytest.raises(AnimeterError) as caught:
        read_image(data[: int(len(data) * share)])
    assert caught.value.code in ("unreadable_image", "unsupported_format")


def test_errors_survive_a_process_pool() -> None:
    with pytest.raises(UnreadableImageError) as caught:
        read_image(encode(scene(), "PNG")[:200])
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)


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


def test_a_text_bomb_in_a_png_is_not_unpacked() -> None:
    texts = PngImagePlugin.PngInfo()
    for number in range(100):
        texts.add_text(f"key{number}", "x" * 1_000_000, zip=True)
    data = encode(scene(), "PNG", pnginfo=texts)
    assert read_image(data).width_px == 96


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
