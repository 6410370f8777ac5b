"""What can be measured on a picture's pixels alone: sharpness, frames, writing, its border.

Each measure is a number that means the same for a thumbnail and for a poster, since everything is
looked at with a long side of at most `LONG_SIDE_PX`. What of it is too much stands in
`checking/findings.py`.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

Pixels = NDArray[np.uint8]
Floats32 = NDArray[np.float32]

LONG_SIDE_PX: Final = 320

_SAME_COLOUR: Final = 14.0  # levels by which a line of one colour may vary, as JPEG makes it
_STEEPEST: Final = 99.9  # the percentile of steps: a simple drawing has few edges
_THINNEST: Final = 0.015  # of the side; a thinner strip is the edge of the drawing itself
_STRAIGHT: Final = 0.7  # of the pixels next to a strip differ from it, if the edge is straight
_STROKE: Final = 0.25  # of the picture's range of grey: a step this high may be a letter's edge
_BLOCK_PX: Final = (8, 16)
_STEPS_A_ROW: Final = 2.2  # in 16 pixels: two strokes of a letter and the gap between them
_BLOCKS_A_LINE: Final = 3


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured.

    Attributes:
        contrast: how far apart the darkest and the brightest grey are, in [0, 1].
        sharpness: the steepest edges' rise in one pixel, as a share of the contrast, in [0, 1]. Not
            the opposite of `media.frame_flaws.blur_of`, which asks all edges of a frame what more
            blur would change: here a drawing with one sharp line is sharp.
        frame: share of the picture's area that a frame around something rectangular takes: the
            page around a picture, or black bars, but not the white around a figure cut out.
        text: share of the area where there are lines of letters.
        border: mean red, green and blue of the outermost pixels, in [0, 255].
        border_spread: their standard deviation.
        mean: mean red, green and blue, in [0, 255].
        saturation: mean difference of a pixel's strongest and weakest colour, in [0, 255].
    """

    contrast: float
    sharpness: float
    frame: float
    text: float
    border: tuple[float, float, float]
    border_spread: float
    mean: tuple[float, float, float]
    saturation: float


def measure(rgb: Pixels) -> Measures:
    """Measure an image, uint8 [H, W, 3]."""
    small = _shrink(rgb)
    grey = small.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    low, high = (float(level) for level in np.percentile(grey, (1, 99)))
    contrast = (high - low) / 255.0
    border, spread = _border(rgb)
    inner = rgb[::4, ::4].reshape(-1, 3).astype(np.float32)
    return Measures(
        contrast=contrast,
        sharpness=_sharpness(grey, high - low),
        frame=_frame(small),
        text=_text(grey, high - low),
        border=border,
        border_spread=spread,
        mean=_colour(inner.mean(axis=0)),
        saturation=float((inner.max(axis=1) - inner.min(axis=1)).mean()),
    )


def _shrink(rgb: Pixels) -> Pixels:
    height, width = rgb.shape[:2]
    scale = LONG_SIDE_PX / max(height, width)
    if scale >= 1:
        return rgb
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(PillowImage.fromarray(rgb).resize(size, PillowImage.Resampling.BOX))


def _sharpness(grey: Floats32, contrast: float) -> float:
    if min(grey.shape) < 2 or contrast < 1:
        return 0.0
    across, down = np.abs(np.diff(grey, axis=1)), np.abs(np.diff(grey, axis=0))
    steepest = max(float(np.percentile(steps, _STEEPEST)) for steps in (across, down))
    return min(steepest / contrast, 1.0)


def _frame(rgb: Pixels) -> float:
    """Peel one-coloured strips off all sides; count those with a straight edge on the inside."""
    height, width = rgb.shape[:2]
    top, bottom = _strip(rgb), _strip(rgb[::-1])
    if top + bottom >= height:
        return 0.0  # all of one colour
    across = rgb[top : height - bottom].swapaxes(0, 1)
    left, right = _strip(across), _strip(across[::-1])
    inner = across[left : width - right].swapaxes(0, 1)
    sides = (
        (top / height, inner[0], rgb[0]),
        (bottom / height, inner[-1], rgb[-1]),
        (left / width, inner[:, 0], across[0]),
        (right / width, inner[:, -1], across[-1]),
    )
    up, down, before, behind = (
        thick if thick >= _THINNEST and _differs(edge, strip) else 0.0
        for thick, edge, strip in sides
    )
    return 1.0 - (1.0 - up - down) * (1.0 - before - behind)


def _differs(edge: Pixels, strip: Pixels) -> bool:
    return _differing(edge, _colour_of(strip), 2 * _SAME_COLOUR) >= _STRAIGHT


def _strip(rgb: Pixels) -> int:
    """Count the rows from the top that have the first row's one colour throughout."""
    colour = _colour_of(rgb[0])
    for number, row in enumerate(rgb):
        if _differing(row, colour, _SAME_COLOUR) >= 0.01:
            return number
    return len(rgb)


def _colour_of(line: Pixels) -> Floats32:
    return np.median(line.astype(np.float32), axis=0).astype(np.float32)


def _differing(line: Pixels, colour: Floats32, levels: float) -> float:
    """Return the share of a line's pixels that are further than some levels from a colour."""
    off = np.abs(line.astype(np.float32) - colour).max(axis=1)
    return float((off > levels).mean())


def _text(grey: Floats32, contrast: float) -> float:
    """Find blocks full of strokes, in rows: letters stand side by side, hatching fills areas."""
    height, width = _BLOCK_PX
    rows, columns = grey.shape[0] // height, (grey.shape[1] - 1) // width
    if rows == 0 or columns < _BLOCKS_A_LINE or contrast < 64:
        return 0.0
    step = np.diff(grey[: rows * height, : columns * width + 1], axis=1)
    stroke = np.abs(step) > _STROKE * contrast
    turns = stroke.reshape(rows, height, columns, width).sum(axis=(1, 3)) / height
    dense = turns >= _STEPS_A_ROW
    return float(_in_a_row(dense, _BLOCKS_A_LINE).mean())


def _in_a_row(dense: NDArray[np.bool_], wanted: int) -> NDArray[np.bool_]:
    """Keep what has enough neighbours to its left and right."""
    kept = np.zeros_like(dense)
    for start in range(dense.shape[1] - wanted + 1):
        full = dense[:, start : start + wanted].sum(axis=1) == wanted
        kept[:, start : start + wanted] |= full.reshape(-1, 1)
    return kept


def _border(rgb: Pixels) -> tuple[tuple[float, float, float], float]:
    depth = max(1, min(rgb.shape[:2]) // 40)
    sides = (rgb[:depth], rgb[-depth:], rgb[:, :depth], rgb[:, -depth:])
    outermost = np.concatenate([side.reshape(-1, 3) for side in sides]).astype(np.float32)
    return _colour(outermost.mean(axis=0)), float(outermost.std())


def _colour(mean: Floats32) -> tuple[float, float, float]:
    red, green, blue = (float(level) for level in mean)
    return red, green, blue
