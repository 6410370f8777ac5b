"""Any picture becomes an image: right size, right pixels, of the first frame; or a clear error."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage

from animeter.domain.errors import UnreadableImageError, UnsupportedFormatError
from animeter.media.images import read_image
from tests.media.pictures import (
    LOSSLESS,
    LOSSY,
    assert_sound,
    combinations,
    difference,
    encode,
    in_mode,
    on_white,
    scene,
)

NAMES = {"HEIF": "heic"}


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


def test_an_unknown_kind_of_source_is_refused() -> None:
    with pytest.raises(UnsupportedFormatError, match="got int"):
        read_image(3)  # type: ignore[arg-type]


def test_a_side_below_one_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="shrink_to_px is 0"):
        read_image(scene(), shrink_to_px=0)
