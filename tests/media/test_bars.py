"""Black bars: cut where a whole shot agrees, left where only a scene is dark."""

import numpy as np
import pytest

from animeter.media.bars import Bars

HEIGHT_PX, WIDTH_PX = 270, 480


def framed(top: int, bottom: int, left: int = 0, right: int = 0, level: int = 120) -> np.ndarray:
    picture = np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8)
    picture[top : HEIGHT_PX - bottom, left : WIDTH_PX - right] = level
    return picture


def cut(picture: np.ndarray, *others: np.ndarray) -> tuple[int, int]:
    bars = Bars()
    for one in (picture, *others):
        bars.see(one[::2, ::2])
    return bars.cut(picture).shape[:2]


@pytest.mark.parametrize("bar", [3, 10, 35, 60])
def test_bars_and_the_rim_go(bar: int) -> None:
    assert cut(framed(bar, bar)) == (HEIGHT_PX - 2 * bar - 4, WIDTH_PX)
    assert cut(framed(0, 0, bar, bar)) == (HEIGHT_PX, WIDTH_PX - 2 * bar - 4)


def test_a_picture_without_bars_stays_whole() -> None:
    assert cut(framed(0, 0)) == (HEIGHT_PX, WIDTH_PX)


def test_what_is_dark_on_one_side_alone_is_no_bar() -> None:
    assert cut(framed(80, 0, 90, 0)) == (HEIGHT_PX, WIDTH_PX)


def test_what_another_frame_of_the_shot_shows_is_no_bar() -> None:
    dark = framed(60, 60)
    assert cut(dark, framed(10, 10)) == (HEIGHT_PX - 2 * 12 - 4, WIDTH_PX)


def test_a_figure_in_the_dark_is_not_cut_out() -> None:
    assert cut(framed(100, 100, 200, 200)) == (HEIGHT_PX, WIDTH_PX)
    assert cut(framed(0, 0, level=0)) == (HEIGHT_PX, WIDTH_PX)


def test_black_that_noise_lifts_is_still_black() -> None:
    noisy = framed(30, 30) + np.random.default_rng(0).integers(
        0, 12, (HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8
    )
    assert cut(noisy) == (HEIGHT_PX - 64, WIDTH_PX)
