"""Golden pairs: pictures drawn by code, and what a model said of them when it was exported.

They answer "does this model say here what it said at its maker's?" without shipping a picture.
The drawings use whole numbers alone, so that Python, a browser and any other language get the
same pixels; the pair carries the pixels' sha256, so that a drawing that differs is told from a
model that differs.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from animeter.domain.errors import BundleError
from animeter.domain.model_spec import GoldenPair

if TYPE_CHECKING:
    from animeter.inference.session import Outputs

Pixels = NDArray[np.uint8]
Grid = NDArray[np.int64]

TOLERANCE: Final = 0.005
"""How far a likeness may stray: processors round differently, int8 models most of all."""

GOLDEN_PICTURES: Final[tuple[tuple[str, int, int], ...]] = (
    ("gradient", 320, 180),
    ("checks", 192, 192),
    ("rings", 150, 400),
    ("noise", 224, 160),
    ("face", 480, 640),
    ("flat-face", 300, 300),
    ("hills", 640, 360),
)
"""The drawings of a new model's pairs: name, width and height in pixels."""


@dataclass(frozen=True, slots=True)
class GoldenCheck:
    """What a model says now, beside what it said then.

    Attributes:
        pair: the drawing and the likenesses of then.
        anime: the anime likeness now.
        cartoon: the cartoon likeness now.
    """

    pair: GoldenPair
    anime: float
    cartoon: float

    @property
    def difference(self) -> float:
        """The larger distance of the two likenesses."""
        return max(abs(self.anime - self.pair.anime), abs(self.cartoon - self.pair.cartoon))

    @property
    def passed(self) -> bool:
        """Whether both are within the tolerance."""
        return self.difference <= TOLERANCE


def draw(name: str, width_px: int, height_px: int) -> Pixels:
    """Draw a golden picture: uint8 RGB [height_px, width_px, 3].

    Raises:
        BundleError: there is no drawing of that name.
    """
    drawing = _DRAWINGS.get(name)
    if drawing is None:
        raise BundleError(
            f"The model names a golden picture {name!r}, which this version cannot draw: "
            f"it knows {', '.join(_DRAWINGS)}. Update animeter or export the model again."
        )
    y, x = np.mgrid[0:height_px, 0:width_px].astype(np.int64)
    channels = drawing(x, y, width_px, height_px)
    return np.ascontiguousarray(np.stack(channels, axis=-1).astype(np.uint8))


def make_golden_pairs(run: "Callable[[Pixels], Outputs]") -> list[GoldenPair]:
    """Ask a model about every golden picture.

    Args:
        run: from uint8 [N, H, W, 3] to the model's outputs, such as `OnnxSession.run`.
    """
    pairs = []
    for name, width_px, height_px in GOLDEN_PICTURES:
        pixels = draw(name, width_px, height_px)
        anime, cartoon = run(pixels[None]).likeness[0]
        pairs.append(
            GoldenPair(
                picture=name,
                width_px=width_px,
                height_px=height_px,
                rgb_sha256=_digest(pixels),
                anime=float(anime),
                cartoon=float(cartoon),
            )
        )
    return pairs


def check_golden_pairs(
    run: "Callable[[Pixels], Outputs]", pairs: Sequence[GoldenPair]
) -> list[GoldenCheck]:
    """Ask a model again, and put both answers side by side.

    Raises:
        BundleError: a drawing is unknown, or comes out differently from the exporter's.
    """
    checks = []
    for pair in pairs:
        pixels = draw(pair.picture, pair.width_px, pair.height_px)
        if _digest(pixels) != pair.rgb_sha256:
            raise BundleError(
                f"The golden picture {pair.picture!r} has other pixels than when the model was "
                "exported, so nothing can be compared. Export the model again with this version."
            )
        anime, cartoon = run(pixels[None]).likeness[0]
        checks.append(GoldenCheck(pair, float(anime), float(cartoon)))
    return checks


def _digest(pixels: Pixels) -> str:
    return hashlib.sha256(pixels.tobytes()).hexdigest()


def _gradient(x: Grid, y: Grid, width: int, height: int) -> list[Grid]:
    return [x * 255 // max(width - 1, 1), y * 255 // max(height - 1, 1), 128 + 0 * x]


def _checks(x: Grid, y: Grid, _width: int, _height: int) -> list[Grid]:
    dark = (x // 16 + y // 16) % 2
    return [230 - 180 * dark, 90 + 40 * dark, 40 + 160 * dark]


def _rings(x: Grid, y: Grid, width: int, height: int) -> list[Grid]:
    distance = (2 * x - width) ** 2 + (2 * y - height) ** 2
    return [distance // 64 % 256, distance // 128 % 256, distance // 256 % 256]


def _noise(x: Grid, y: Grid, width: int, _height: int) -> list[Grid]:
    # A linear congruential generator (Numerical Recipes' constants), once for each channel.
    seed = (y * width + x) & 0xFFFFFFFF
    channels = []
    for _ in range(3):
        seed = (seed * 1664525 + 1013904223) & 0xFFFFFFFF
        channels.append(seed >> 24)
    return channels


def _face(x: Grid, y: Grid, width: int, height: int) -> list[Grid]:
    """Draw a pale face with large eyes and blue hair, shaded in two tones."""
    paint = _Painter(x * 1000 // width, y * 1000 // height, (196, 222, 240))
    paint.ellipse(500, 420, 330, 340, (48, 70, 150))
    paint.ellipse(500, 520, 250, 290, (40, 30, 40))
    paint.ellipse(500, 520, 244, 284, (253, 228, 210))
    paint.ellipse(500, 250, 260, 120, (70, 98, 190))
    for centre in (390, 610):
        paint.ellipse(centre, 540, 72, 92, (40, 30, 40))
        paint.ellipse(centre, 550, 58, 76, (90, 60, 170))
        paint.ellipse(centre, 575, 40, 44, (150, 120, 230))
        paint.ellipse(centre - 20, 505, 20, 24, (255, 255, 255))
    paint.ellipse(500, 700, 40, 12, (190, 90, 90))
    return paint.channels


def _flat_face(x: Grid, y: Grid, width: int, height: int) -> list[Grid]:
    """Draw a yellow face with a thick outline, dot eyes and a wide mouth, in flat colours."""
    paint = _Painter(x * 1000 // width, y * 1000 // height, (120, 200, 120))
    paint.ellipse(500, 500, 380, 400, (0, 0, 0))
    paint.ellipse(500, 500, 355, 375, (255, 214, 40))
    for centre in (380, 620):
        paint.ellipse(centre, 400, 95, 95, (0, 0, 0))
        paint.ellipse(centre, 400, 80, 80, (255, 255, 255))
        paint.ellipse(centre + 20, 410, 18, 18, (0, 0, 0))
    paint.ellipse(500, 540, 60, 70, (230, 170, 30))
    paint.ellipse(500, 720, 190, 70, (0, 0, 0))
    paint.ellipse(500, 705, 170, 52, (200, 40, 50))
    return paint.channels


def _hills(x: Grid, y: Grid, width: int, height: int) -> list[Grid]:
    """Draw a sky that pales towards the ground, two hills and a grain over all."""
    paint = _Painter(x * 1000 // width, y * 1000 // height, (150, 180, 220))
    paint.channels[0] += y * 60 // height
    paint.ellipse(300, 1000, 600, 420, (96, 120, 84))
    paint.ellipse(850, 1050, 500, 500, (70, 92, 60))
    grain = (x * 7 + y * 13 + x * y % 11) % 9
    return [channel + grain for channel in paint.channels]


class _Painter:
    """Flat shapes on a ground of 1000 by 1000 units, whatever the picture's size."""

    def __init__(self, x: Grid, y: Grid, ground: tuple[int, int, int]) -> None:
        self._x = x
        self._y = y
        self.channels = [np.full_like(x, value) for value in ground]

    def ellipse(
        self, x: int, y: int, x_radius: int, y_radius: int, colour: tuple[int, int, int]
    ) -> None:
        inside = ((self._x - x) * y_radius) ** 2 + ((self._y - y) * x_radius) ** 2 <= (
            x_radius * y_radius
        ) ** 2
        for channel, value in zip(self.channels, colour, strict=True):
            channel[inside] = value


_DRAWINGS: Final[dict[str, Callable[[Grid, Grid, int, int], list[Grid]]]] = {
    "gradient": _gradient,
    "checks": _checks,
    "rings": _rings,
    "noise": _noise,
    "face": _face,
    "flat-face": _flat_face,
    "hills": _hills,
}
