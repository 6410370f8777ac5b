"""Pictures that the tests of this folder draw for themselves."""

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw


def scene(width_px: int = 96, height_px: int = 64, seed: int = 0) -> Image.Image:
    """A drawing with flat areas, outlines, a gradient and some noise, different for each seed."""
    generator = np.random.default_rng(seed)
    ramp = np.linspace(40, 220, width_px)[None, :, None] * np.array([1.0, 0.8, 0.6])
    noise = generator.normal(0, 6, (height_px, width_px, 3))
    picture = Image.fromarray(np.clip(ramp + noise, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    for _ in range(6):
        x, y = generator.integers(0, width_px), generator.integers(0, height_px)
        side = int(generator.integers(4, max(5, min(width_px, height_px) // 2)))
        colour = tuple(int(value) for value in generator.integers(0, 256, 3))
        pen.ellipse((x, y, x + side, y + side), fill=colour, outline=(0, 0, 0))
        pen.line((x, 0, y, height_px), fill=(10, 10, 10), width=1 + side // 16)
    return picture


def encode(picture: Image.Image, format_name: str, **options: Any) -> bytes:
    """Encode with Pillow, or with pillow-heif for "HEIF"; without it, the test is skipped."""
    if format_name == "HEIF":
        pillow_heif = pytest.importorskip("pillow_heif")
        file = io.BytesIO()
        pillow_heif.from_pillow(picture).save(file, format="HEIF", **options)
        return file.getvalue()
    file = io.BytesIO()
    picture.save(file, format_name, **options)
    return file.getvalue()


def in_mode(mode: str, width_px: int = 96, height_px: int = 64, seed: int = 0) -> Image.Image:
    """A scene in any Pillow mode, with varied transparency where the mode has any."""
    picture = scene(width_px, height_px, seed)
    alpha = Image.linear_gradient("L").resize(picture.size)
    if mode in ("RGBA", "LA"):
        picture = picture.convert(mode)
        picture.putalpha(alpha)
        return picture
    if mode == "I;16":
        grey = np.asarray(picture.convert("L")).astype(np.uint16)
        return Image.fromarray(grey * 257)
    return picture.convert(mode)


def on_white(picture: Image.Image) -> NDArray[np.int16]:
    """What a transparent picture looks like on a white page, worked out in floating point."""
    values = np.asarray(picture.convert("RGBA")).astype(float)
    alpha = values[..., 3:] / 255
    return np.round(values[..., :3] * alpha + 255 * (1 - alpha)).astype(np.int16)
