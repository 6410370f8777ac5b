"""Pictures to teach with, drawn by code: a kind of shape is a label, and no two are alike."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SHAPES = ("circles", "stripes", "triangles", "checks")
SIZE_PX = 96


def draw_shape(shape: str, seed: int) -> Image.Image:
    """Draw one picture of a label, in colours and places that the seed decides."""
    rng = np.random.default_rng([SHAPES.index(shape), seed])
    colours = [tuple(int(v) for v in rng.integers(0, 256, 3)) for _ in range(4)]
    picture = Image.new("RGB", (SIZE_PX, SIZE_PX), colours[0])
    pen = ImageDraw.Draw(picture)
    if shape == "circles":
        for colour in colours[1:] * 2:
            x, y, r = (int(v) for v in rng.integers((10, 10, 8), (86, 86, 24)))
            pen.ellipse((x - r, y - r, x + r, y + r), fill=colour, outline=(0, 0, 0), width=2)
    elif shape == "stripes":
        step = int(rng.integers(8, 20))
        lean = int(rng.integers(-30, 30))
        for number, x in enumerate(range(-40, SIZE_PX + 40, step)):
            pen.line((x, 0, x + lean, SIZE_PX), fill=colours[1 + number % 3], width=step // 2)
    elif shape == "triangles":
        for colour in colours[1:] * 2:
            corners = rng.integers(0, SIZE_PX, (3, 2))
            pen.polygon([tuple(map(int, c)) for c in corners], fill=colour, outline=(0, 0, 0))
    else:
        step = int(rng.integers(8, 20))
        for x in range(0, SIZE_PX, step):
            for y in range(0, SIZE_PX, step):
                if (x // step + y // step) % 2:
                    pen.rectangle((x, y, x + step - 1, y + step - 1), fill=colours[1])
    return picture


def write_shapes(folder: Path, pictures: int, shapes: tuple[str, ...] = SHAPES) -> Path:
    """Write a folder of folders: a folder a shape, with some pictures each."""
    for shape in shapes:
        (folder / shape).mkdir(parents=True)
        for seed in range(pictures):
            draw_shape(shape, seed).save(folder / shape / f"{seed:03d}.png")
    return folder
