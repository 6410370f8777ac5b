"""From any Pillow mode to 8-bit RGB on white, and to the square that a model looks at.

Colour profiles are not applied: neither the training pictures nor other decoders' users do, and
CMYK is converted by the plain formula.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageChops

from animeter.domain.errors import UnsupportedFormatError

# Pillow first averages whole blocks of pixels, as long as this many times the wanted size is left.
# At 3 the result differs from the plain filter by less than the shrinking of JPEGs does.
_REDUCING_GAP = 3.0
_STRIP_PIXELS = 1 << 20
_SIXTEEN_BIT_MODES = frozenset(("I;16", "I;16L", "I;16B", "I;16N"))
_RGB_BY_FORMULA = frozenset(("P", "CMYK", "YCbCr", "HSV", "RGBX"))


def eight_bit(picture: PillowImage.Image) -> PillowImage.Image:
    """Convert a loaded picture to mode L or RGB, or RGBa (premultiplied) if some of it is clear.

    Raises:
        UnsupportedFormatError: the mode does not say which value is white.
    """
    if picture.mode in _SIXTEEN_BIT_MODES:
        return _from_sixteen_bit(picture)
    if picture.mode == "RGBa":
        return picture
    if picture.mode == "La":
        picture = picture.convert("LA")
    if picture.has_transparency_data:
        rgba = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        return rgba.convert("RGBa")
    if picture.mode in ("L", "RGB"):
        return picture
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode in _RGB_BY_FORMULA:
        return picture.convert("RGB")
    raise UnsupportedFormatError(
        f"the picture's pixels are of Pillow's mode {picture.mode!r}, in which nothing says what "
        "is white; convert it to 8-bit or 16-bit grey or RGB first"
    )


def _from_sixteen_bit(picture: PillowImage.Image) -> PillowImage.Image:
    """Keep the high byte, as Pillow itself does for 16-bit colour."""
    values = np.asarray(picture).astype(np.uint16, copy=False)
    grey = PillowImage.fromarray((values >> 8).astype(np.uint8))
    clear = picture.info.get("transparency")
    if not isinstance(clear, int):
        return grey
    opaque = PillowImage.fromarray(np.where(values == clear, 0, 255).astype(np.uint8))
    return PillowImage.merge("LA", (grey, opaque)).convert("RGBA").convert("RGBa")


def squash(
    picture: PillowImage.Image, side_px: int, box: tuple[float, float, float, float] | None = None
) -> PillowImage.Image:
    """Resize to a square, the aspect ratio not kept, with the antialiased triangle filter.

    Args:
        picture: of mode L, RGB or RGBa.
        side_px: side of the square.
        box: left, top, right and bottom of what is to fill the square, if not all of it.
    """
    bilinear = PillowImage.Resampling.BILINEAR
    return picture.resize((side_px, side_px), bilinear, box, _REDUCING_GAP)


def rgb_array(picture: PillowImage.Image) -> NDArray[np.uint8]:
    """Copy a picture of mode L, RGB or RGBa, the last laid on white, to uint8 [H, W, 3].

    A large picture is copied in strips: its intermediate forms never stand in memory whole.
    """
    width_px, height_px = picture.size
    rgb = np.empty((height_px, width_px, 3), np.uint8)
    rows = max(1, _STRIP_PIXELS // width_px)
    for top in range(0, height_px, rows):
        bottom = min(top + rows, height_px)
        strip = picture if rows >= height_px else picture.crop((0, top, width_px, bottom))
        rgb[top:bottom] = np.asarray(_on_white(strip))
    return rgb


def _on_white(picture: PillowImage.Image) -> PillowImage.Image:
    if picture.mode != "RGBa":
        return picture.convert("RGB")
    red, green, blue, alpha = picture.split()
    white = ImageChops.invert(alpha)
    bands = [ImageChops.add(band, white) for band in (red, green, blue)]
    return PillowImage.merge("RGB", bands)
