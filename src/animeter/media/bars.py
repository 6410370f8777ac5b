"""The black bars around a film's picture, told from a dark scene by what a whole shot shows.

A bar is black in every frame of a shot and as wide on one side as on the other; a night sky is
neither. What is cut at most is therefore what stayed black on both sides all through the shot.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

_BLACK_LEVEL: Final = 24  # coded black is 0; compression and soft rims lift it
_KEPT_AT_LEAST: Final = 0.5  # of either side: less would be a figure in the dark, not a film
_RIM_PX: Final = 2  # where bar and picture run into one another


class Bars:
    """Bars that all frames of a shot have in common.

    Give it small images of the shot's frames, then have it cut an image of one of them.
    """

    def __init__(self) -> None:
        self._rows: NDArray[np.uint8] | None = None
        self._columns: NDArray[np.uint8] | None = None

    def see(self, small: NDArray[np.uint8]) -> None:
        """Take note of a frame: uint8 [H, W, 3], all of one shot the same size."""
        rows, columns = _profiles(small)
        if self._rows is None or self._columns is None or self._rows.shape != rows.shape:
            self._rows, self._columns = rows, columns
        else:
            np.maximum(self._rows, rows, out=self._rows)
            np.maximum(self._columns, columns, out=self._columns)

    def cut(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return an image without its bars: a part of uint8 [H, W, 3], which is not copied."""
        if self._rows is None or self._columns is None:
            return rgb
        rows, columns = _profiles(rgb)
        top = _bar_px(rows, self._rows)
        left = _bar_px(columns, self._columns)
        return rgb[top : len(rows) - top, left : len(columns) - left]


def _profiles(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the brightest level of each row and of each column."""
    brightest = np.maximum(np.maximum(rgb[..., 0], rgb[..., 1]), rgb[..., 2])
    return brightest.max(axis=1), brightest.max(axis=0)


def _bar_px(line: NDArray[np.uint8], shot: NDArray[np.uint8]) -> int:
    """Return how wide the bar at either end of an image is.

    Args:
        line: brightest levels along the image.
        shot: the same along small images of all frames. It cannot tell where within one of its
            pixels a bar ends; the image can.
    """
    one_px = len(line) / len(shot)
    bar_px = min(_dark_px(line), int((_dark_px(shot) + 1) * one_px))
    if bar_px == 0 or len(line) - 2 * (bar_px + _RIM_PX) < _KEPT_AT_LEAST * len(line):
        return 0
    return bar_px + _RIM_PX


def _dark_px(line: NDArray[np.uint8]) -> int:
    """Return for how many pixels both ends are black."""
    bright = np.flatnonzero(line > _BLACK_LEVEL)
    if not len(bright):
        return 0
    return int(min(bright[0], len(line) - 1 - bright[-1]))
