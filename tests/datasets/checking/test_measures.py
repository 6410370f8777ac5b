"""What is measured on pixels, on pictures that are drawn to have it and not to have it."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from animeter.datasets.checking.findings import BLURRED, FLAT, FRAME_AREA, MUCH_TEXT
from animeter.datasets.checking.measures import Measures, measure
from tests.support.scenes import captioned, scene


def measured(picture: Image.Image) -> Measures:
    return measure(np.asarray(picture.convert("RGB")))


def on_page(picture: Image.Image, sides: tuple[int, int, int, int], colour: str) -> Image.Image:
    left, top, right, bottom = sides
    width, height = picture.size
    page = Image.new("RGB", (width + left + right, height + top + bottom), colour)
    page.paste(picture, (left, top))
    return page


@pytest.mark.parametrize("size", [(160, 120), (1600, 1200)])
def test_blur_is_told_at_any_size(size: tuple[int, int]) -> None:
    sharp = scene(3, size)
    soft = sharp.filter(ImageFilter.GaussianBlur(max(size) / 60))
    assert measured(sharp).sharpness > 2 * BLURRED
    assert measured(soft).sharpness < BLURRED


def test_a_little_noise_on_one_colour_is_still_blank() -> None:
    noise = np.random.default_rng(0).integers(118, 123, (60, 80, 3), dtype=np.uint8)
    assert measure(noise).contrast < FLAT < measured(scene(1)).contrast


@pytest.mark.parametrize(
    ("sides", "colour"),
    [((30, 20, 30, 40), "white"), ((0, 20, 0, 20), "black"), ((0, 0, 40, 0), "white")],
)
def test_pages_and_bars_are_told(sides: tuple[int, int, int, int], colour: str) -> None:
    page = on_page(scene(6), sides, colour)
    picture = 160 * 120 / (page.width * page.height)
    assert measured(page).frame == pytest.approx(1 - picture, abs=0.02)
    assert measured(scene(6)).frame < FRAME_AREA


def test_a_figure_cut_out_on_white_is_not_framed() -> None:
    figure = Image.new("RGB", (160, 160), "white")
    ImageDraw.Draw(figure).ellipse((40, 20, 120, 140), fill="orange")
    assert measured(figure).frame == 0


def test_writing_is_told_from_drawing() -> None:
    page = Image.new("RGB", (300, 300), "white")
    pen = ImageDraw.Draw(page)
    font = ImageFont.load_default(13)
    for line in range(18):
        pen.text((4, 4 + 16 * line), "All work and no play makes Jack a dull boy", "black", font)
    assert measured(page).text > 2 * MUCH_TEXT
    for seed in range(5):
        assert measured(captioned(scene(seed, (300, 200)))).text < MUCH_TEXT / 2


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (3, 2)])
def test_the_smallest_pictures_are_measured_too(size: tuple[int, int]) -> None:
    found = measured(Image.new("RGB", size, "red"))
    assert found.contrast == 0
    assert found.frame == 0
    assert found.text == 0
