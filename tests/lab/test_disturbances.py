"""Disturbances: what each changes, what it leaves alone, and that it is the same every time."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from animeter.lab import disturbances as made
from animeter.lab.disturbances import ROBUSTNESS, mosaic

ALL: dict[str, Callable[[Image.Image], Image.Image]] = {
    **ROBUSTNESS,
    "blur": made.blur,
    "borders": made.borders,
    "caption": made.caption,
}


def noise(width: int, height: int, seed: int = 0) -> Image.Image:
    rng = np.random.default_rng(seed)
    return Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


def pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture).astype(int)


def test_the_table_has_the_rows_that_were_promised() -> None:
    assert list(ROBUSTNESS) == [
        "centre_crop",
        "letterbox",
        "subtitles",
        "logo",
        "jpeg_30",
        "half_size",
        "grey",
        "mirror",
        "white_page",
    ]


@pytest.mark.parametrize("name", ALL)
def test_a_new_rgb_picture_comes_out_and_the_old_one_stays(name: str) -> None:
    picture = noise(160, 90)
    before = picture.tobytes()
    disturbed = ALL[name](picture)
    assert disturbed.mode == "RGB"
    assert picture.tobytes() == before
    assert disturbed.tobytes() != before


@pytest.mark.parametrize("name", ALL)
def test_the_same_picture_is_disturbed_the_same_way(name: str) -> None:
    assert ALL[name](noise(160, 90)).tobytes() == ALL[name](noise(160, 90)).tobytes()


@pytest.mark.parametrize("name", ["subtitles", "logo", "white_page", "caption"])
def test_different_pictures_get_different_words(name: str) -> None:
    changed = {
        (pixels(ALL[name](flat)) != pixels(flat).max()).tobytes()
        for flat in (Image.new("RGB", (200, 120), (60 + i, 60 + i, 60 + i)) for i in range(6))
    }
    assert len(changed) > 1


@pytest.mark.parametrize("name", ALL)
@given(width=st.integers(1, 90), height=st.integers(1, 90), mode=st.sampled_from(["L", "RGB", "P"]))
def test_any_size_and_mode_will_do(name: str, width: int, height: int, mode: str) -> None:
    disturbed = ALL[name](Image.new(mode, (width, height)))
    assert disturbed.mode == "RGB"
    assert min(disturbed.size) >= 1


@given(
    share=st.floats(0.2, 1.0),
    page_aspect=st.floats(0.3, 3.0),
    width=st.integers(1, 120),
    height=st.integers(1, 120),
    seed=st.integers(0, 99),
)
def test_the_picture_stands_whole_on_the_page(
    share: float, page_aspect: float, width: int, height: int, seed: int
) -> None:
    colour = (200, 30, 90)
    page = made.white_page(
        Image.new("RGB", (width, height), colour),
        share=share,
        page_aspect=page_aspect,
        rng=random.Random(seed),
    )
    assert int((pixels(page) == colour).all(axis=2).sum()) == width * height


def test_the_page_is_white_and_has_text() -> None:
    page = pixels(made.white_page(Image.new("RGB", (300, 169), (200, 30, 90))))
    assert (page == 255).all(axis=2).mean() > 0.35
    assert (page < 60).all(axis=2).mean() > 0.005


def test_the_crop_is_the_middle() -> None:
    picture = noise(100, 60)
    cropped = pixels(made.centre_crop(picture, share=0.5))
    assert (cropped == pixels(picture)[15:45, 25:75]).all()


def test_bars_stand_outside_the_picture() -> None:
    picture = noise(160, 90)
    boxed = pixels(made.letterbox(picture))
    assert boxed.shape[:2] == (120, 160)  # 16:9 in 4:3
    assert (boxed[15:105] == pixels(picture)).all()
    assert not boxed[:15].any()
    assert not boxed[105:].any()


def test_subtitles_change_only_the_lower_part() -> None:
    picture = Image.new("RGB", (320, 180), (90, 120, 60))
    changed = (pixels(made.subtitles(picture)) != pixels(picture)).any(axis=2)
    assert not changed[:110].any()
    assert changed[110:].mean() > 0.02


@pytest.mark.parametrize("corner", ["top_left", "top_right", "bottom_left", "bottom_right"])
def test_a_logo_stands_in_its_corner(corner: made.Corner) -> None:
    picture = Image.new("RGB", (320, 180), (90, 120, 60))
    disturbed = made.logo(picture, corner=corner, rng=random.Random(3))
    changed = (pixels(disturbed) != pixels(picture)).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert (rows.max() < 90) == corner.startswith("top")
    assert (columns.max() < 160) == corner.endswith("left")
    assert rows.min() >= 90 or corner.startswith("top")


def test_grey_has_no_colour_and_half_is_half() -> None:
    grey = pixels(made.grey(noise(40, 30)))
    assert (grey == grey[:, :, :1]).all()
    assert made.half_size(noise(40, 30)).size == (20, 15)


def test_mirrored_twice_is_the_same() -> None:
    picture = noise(31, 17)
    assert made.mirror(made.mirror(picture)).tobytes() == picture.tobytes()


def test_a_lower_quality_is_further_from_the_picture() -> None:
    smooth = noise(20, 12).resize((200, 120), Image.Resampling.BICUBIC)
    error = [
        abs(pixels(made.jpeg(smooth, quality=q)) - pixels(smooth)).mean() for q in (10, 30, 90)
    ]
    assert error[0] > error[1] > error[2]


def test_pictures_fill_their_cells_row_by_row() -> None:
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    sheet = mosaic(
        [Image.new("RGB", (70, 30), colour) for colour in colours], cell_px=(40, 30), gap_px=4
    )
    assert sheet.size == (92, 72)
    centres = [(24, 19), (68, 19), (24, 53), (68, 53)]
    assert [sheet.getpixel(at) for at in centres] == [*colours, made.WHITE]


def test_a_mosaic_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        mosaic([])
