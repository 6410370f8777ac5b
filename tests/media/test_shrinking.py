"""How far a picture that was shrunk on the way lies from one decoded whole, then filtered once.

The reference is what Pillow gives without any shortcut: every pixel decoded, then one pass of the
antialiased triangle filter. `read_image` quotes the bounds below.
"""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage

from animeter.media.images import read_image
from tests.media.pictures import encode, in_mode, scene

SIDE_PX = 96
# In levels of 255: over the whole picture, and of the one value that differs most.
DRAWN_MEAN, DRAWN_MOST = 0.5, 32
PATTERN_MEAN, PATTERN_MOST = 2.5, 24
ENCODINGS = (
    ("JPEG", {"quality": 90, "subsampling": 0}),
    ("JPEG", {"quality": 90, "subsampling": 2}),
    ("JPEG", {"quality": 75, "subsampling": 2, "progressive": True}),
    ("PNG", {"compress_level": 1}),
)


def distance(data: bytes, side_px: int = SIDE_PX) -> np.ndarray:
    with PillowImage.open(io.BytesIO(data)) as picture:
        whole = picture.convert("RGB").resize((side_px, side_px), PillowImage.Resampling.BILINEAR)
    shrunk = read_image(data, shrink_to_px=side_px).rgb
    return np.abs(shrunk.astype(np.int16) - np.asarray(whole))


@pytest.mark.parametrize(("format_name", "options"), ENCODINGS)
@pytest.mark.parametrize(
    ("width_px", "height_px"),
    [(400, 300), (768, 432), (799, 1201), (961, 540), (193, 1199), (1560, 198), (420, 1500)],
)
def test_drawn_pictures(
    format_name: str, options: dict[str, int], width_px: int, height_px: int
) -> None:
    difference = distance(encode(scene(width_px, height_px, width_px), format_name, **options))
    assert difference.mean() < DRAWN_MEAN
    assert difference.max() <= DRAWN_MOST


# From the smallest side that a model may have.
@given(st.integers(1, 900), st.integers(1, 900), st.integers(32, 200))
@settings(max_examples=15)
def test_any_size_to_any_side(width_px: int, height_px: int, side_px: int) -> None:
    """That sizes which no power of two divides do not shift the picture."""
    difference = distance(encode(scene(width_px, height_px), "JPEG", subsampling=0), side_px)
    assert difference.mean() < 2 * DRAWN_MEAN  # Strips of a few pixels have few to average over.


def patterns() -> dict[str, PillowImage.Image]:
    """The hardest there is to shrink: detail finer than a pixel of the result, in full contrast."""
    y, x = np.mgrid[:600, :840]
    noise = np.random.default_rng(0).integers(0, 256, (600, 840, 3), dtype=np.uint8)
    rings = (127.5 + 127 * np.cos((x**2 + y**2) / 500)).astype(np.uint8)
    grey = {
        "checks of 1 pixel": (x + y) % 2 * 255,
        "checks of 3 pixels": (x // 3 + y // 3) % 2 * 255,
        "lines of 2 pixels": x // 2 % 2 * 255,
        "lines of 7 pixels": x // 7 % 2 * 255,
        "an edge": (x > 421) * 255,
        "rings": rings,
    }
    drawn = {name: PillowImage.fromarray(values.astype(np.uint8)) for name, values in grey.items()}
    bands = [PillowImage.fromarray((x // width % 2 * 255).astype(np.uint8)) for width in (2, 3, 5)]
    return {
        **{name: picture.convert("RGB") for name, picture in drawn.items()},
        "coloured lines": PillowImage.merge("RGB", bands),
        "noise": PillowImage.fromarray(noise),
    }


@pytest.mark.parametrize(("format_name", "options"), ENCODINGS)
@pytest.mark.parametrize("name", list(patterns()))
def test_patterns(format_name: str, options: dict[str, int], name: str) -> None:
    difference = distance(encode(patterns()[name], format_name, **options))
    assert difference.mean() < PATTERN_MEAN
    assert difference.max() <= PATTERN_MOST


def test_the_shortcut_is_taken() -> None:
    """Were JPEGs decoded whole, there would be no difference at all, and nothing to bound."""
    assert distance(encode(scene(799, 1201), "JPEG")).max() > 0


def test_a_jpeg_is_never_shrunk_below_twice_the_side_while_decoding() -> None:
    data = encode(scene(2 * SIDE_PX * 2 - 1, 2 * SIDE_PX * 2 - 1), "JPEG", subsampling=0)
    assert distance(data).max() == 0, "half the size would leave less than twice the side"


@pytest.mark.parametrize("mode", ["RGBA", "LA", "L"])
def test_shrinking_before_laying_on_white_changes_nothing_visible(mode: str) -> None:
    picture = in_mode(mode, 300, 200)
    whole = read_image(picture).rgb
    expected = PillowImage.fromarray(whole).resize((50, 50), PillowImage.Resampling.BILINEAR)
    shrunk = read_image(picture, shrink_to_px=50).rgb.astype(np.int16)
    assert np.abs(shrunk - np.asarray(expected)).max() <= 5
