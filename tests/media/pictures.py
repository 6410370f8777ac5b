"""Pictures that the tests of this folder draw for themselves, and what every image must be."""

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from animeter.media.images import Image as ReadImage

LOSSLESS = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"),
    "BMP": ("1", "L", "P", "RGB"),
    "GIF": ("1", "L", "P"),
}
LOSSY = {
    "JPEG": ("L", "RGB", "CMYK"),
    "WEBP": ("RGB", "RGBA"),
    "AVIF": ("RGB", "RGBA"),
    "HEIF": ("L", "RGB", "RGBA"),
}


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


def combinations(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(format_name, mode) for format_name, modes in table.items() for mode in modes]


def assert_sound(image: ReadImage) -> None:
    assert image.rgb.dtype == np.uint8
    assert image.rgb.ndim == 3
    assert image.rgb.shape[2] == 3
    assert image.rgb.flags.c_contiguous
    assert image.rgb.flags.writeable


def difference(image: ReadImage, expected: NDArray[np.int16]) -> NDArray[np.int16]:
    return np.abs(image.rgb.astype(np.int16) - expected)
