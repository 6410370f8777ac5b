"""Drawn pictures that no two seeds have alike, to be cropped, captioned and saved again."""

import numpy as np
from PIL import Image, ImageDraw


def scene(seed: int, size: tuple[int, int] = (160, 120)) -> Image.Image:
    """Draw discs of one colour on another, as sharp as drawings are."""
    chance = np.random.default_rng(seed)
    picture = Image.new("RGB", size, tuple(chance.integers(0, 256, 3).tolist()))
    pen = ImageDraw.Draw(picture)
    reach = min(size) / 4
    for _ in range(9):
        x, y = chance.integers(0, size[0]), chance.integers(0, size[1])
        colour = tuple(chance.integers(0, 256, 3).tolist())
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)
    return picture


def captioned(picture: Image.Image) -> Image.Image:
    """Return a copy with a white strip in its lower part, as a subtitle covers."""
    width, height = picture.size
    copy = picture.copy()
    strip = (width // 8, int(0.87 * height), width - width // 8, int(0.97 * height))
    ImageDraw.Draw(copy).rectangle(strip, fill=(255, 255, 255))
    return copy
