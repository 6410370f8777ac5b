"""Fifty picture files drawn here: every format a browser reads, all sorts of sizes and colours."""

from pathlib import Path

import numpy as np
from PIL import Image

from animeter.inference.golden import GOLDEN_PICTURES, draw

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"


def draw_fifty(folder: Path) -> list[Path]:
    """Write fifty pictures that differ in content, size, format, mode and orientation."""
    files = sorted(EXAMPLES.glob("*.png"))
    for number, (name, width_px, height_px) in enumerate(GOLDEN_PICTURES):
        picture = Image.fromarray(draw(name, width_px, height_px))
        large = Image.fromarray(draw(name, width_px * 2 + number, height_px * 2 + number))
        files += [
            _save(picture, folder / f"{name}.png"),
            _save(picture, folder / f"{name}.webp", lossless=True),
            _save(large, folder / f"{name}-large.jpg", quality=90),
            _save(large, folder / f"{name}-turned.jpg", quality=85, exif=_turned(1 + number)),
            _save(picture.convert("L"), folder / f"{name}-grey.jpg", quality=80),
            _save(picture.quantize(64), folder / f"{name}.gif"),
        ]
    face = Image.fromarray(draw("face", 480, 640))
    files += [
        _save(_faded(face), folder / "faded.png"),
        _save(_faded(face), folder / "faded.webp", quality=90),
        _save(face.resize((64, 90)), folder / "small.bmp"),
    ]
    assert len(files) == 50
    return files


def draw_large_jpegs(folder: Path) -> list[Path]:
    """Write JPEGs so large that the command line has their decoder shrink them."""
    files = []
    for number, (name, width_px, height_px) in enumerate(GOLDEN_PICTURES):
        factor = -(-(1000 + 300 * number) // min(width_px, height_px))
        picture = Image.fromarray(draw(name, width_px * factor, height_px * factor))
        files.append(_save(picture, folder / f"{name}.jpg", quality=90, exif=_turned(1 + number)))
    return files


def _turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def _faded(picture: Image.Image) -> Image.Image:
    """Make a picture clear towards its right side."""
    faded = picture.convert("RGBA")
    alpha = np.linspace(255, 0, picture.width).astype(np.uint8)
    faded.putalpha(Image.fromarray(np.tile(alpha, (picture.height, 1))))
    return faded


def _save(picture: Image.Image, path: Path, **options: object) -> Path:
    picture.save(path, **options)
    return path
