"""What makes a frame of a film no picture to learn from: black, of one colour, blurred, credits.

All is measured on luma at a width of about `WIDTH_PX`, without bars around it.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.uint8]

WIDTH_PX: Final = 480

# Set on real frames; docs/video.md says how many good ones each of these refuses.
_BLACK_LEVEL: Final = 32
_PLAIN_SPREAD: Final = 6.0
_BLURRED: Final = 0.62
# Small enough that the blocks which compression makes of soft slopes are gone.
_BLUR_WIDTH_PX: Final = 160
_BLUR_PX: Final = 5
_STEP_LEVELS: Final = 3

_GROUND_SHARE: Final = 0.6
_GROUND_LEVELS: Final = 12
_MARK_LEVELS: Final = 64
_LETTERS: Final = 12
_LETTER_SHARE: Final = 0.6
_LETTER_PX: Final = (4, 48)
_LETTER_OBLONG: Final = 6


class Flaw(StrEnum):
    """Why a frame is passed over."""

    BLACK = "black"
    PLAIN = "plain"
    BLURRED = "blurred"
    CREDITS = "credits"


def luma_of(rgb: NDArray[np.uint8]) -> Luma:
    """Return the brightness of an image uint8 [H, W, 3], by the weights of ITU-R BT.601."""
    weights = np.array([77, 150, 29], dtype=np.uint16)
    return ((rgb.astype(np.uint16) @ weights) >> 8).astype(np.uint8)


def flaw_of(luma: Luma, blur: float) -> Flaw | None:
    """Say what is wrong with a frame; None if nothing is.

    Args:
        luma: uint8 [H, W].
        blur: what `blur_of` said of it.
    """
    if np.percentile(luma, 99) < _BLACK_LEVEL:
        return Flaw.BLACK
    if luma.std() < _PLAIN_SPREAD:
        return Flaw.PLAIN
    if is_text(luma):
        return Flaw.CREDITS
    return Flaw.BLURRED if blur > _BLURRED else None


def blur_of(luma: Luma) -> float:
    """Return how blurred a frame is, from 0 (sharp) to 1, whatever it shows.

    Measures that sum up contrast call flat drawings blurred. This one asks what more blur would
    still change: much in a sharp picture, little in one that is blurred already.

    Source: F. Crete and others, "The blur effect: perception and estimation with a new
    no-reference perceptual blur metric", SPIE 6492, 2007.
    """
    import cv2

    height_px = max(2, round(_BLUR_WIDTH_PX * luma.shape[0] / luma.shape[1]))
    small = cv2.resize(luma, (_BLUR_WIDTH_PX, height_px), interpolation=cv2.INTER_AREA)
    values = small.astype(np.float32)
    worst = 0.0
    for axis, kernel in ((1, (_BLUR_PX, 1)), (0, (1, _BLUR_PX))):
        steps = np.abs(np.diff(values, axis=axis))
        steps[steps < _STEP_LEVELS] = 0
        steps_blurred = np.abs(np.diff(cv2.blur(values, kernel), axis=axis))
        variation = float(steps.sum())
        lost = float(np.maximum(steps - steps_blurred, 0).sum())
        worst = max(worst, 1.0 - lost / variation if variation else 1.0)
    return worst


def is_text(luma: Luma) -> bool:
    """Say whether a frame is writing on a plain ground and nothing else, as credits are.

    Writing over a drawing is not that. Letters are many small marks of their own; the lines of a
    drawing on white hang together.
    """
    import cv2

    ground = int(np.bincount(luma.ravel(), minlength=256).argmax())
    from_ground = np.abs(luma.astype(np.int16) - ground)
    if np.mean(from_ground <= _GROUND_LEVELS) < _GROUND_SHARE:
        return False
    # Only what is far from the ground is a mark: the soft rims of letters would join them.
    marks = (from_ground > _MARK_LEVELS).astype(np.uint8)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    widths, heights, areas = boxes[1:, 2], boxes[1:, 3], boxes[1:, 4]
    low, high = _LETTER_PX
    letters = (heights >= low) & (heights <= high) & (widths <= _LETTER_OBLONG * heights)
    letters &= areas > 4
    return bool(letters.sum() >= _LETTERS and areas[letters].sum() >= _LETTER_SHARE * areas.sum())
