"""A manifest of flat pictures that the tiny bundle can judge, a few franchises to each fold."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from tests.support.tiny_bundle import COLOURS

FIELDS = ("path", "style", "series", "franchise", "fold", "kind", "content", "source")
STYLES = ("anime", "cartoon", "neither")


def draw_manifest(folder: Path, folds: int = 2, pictures: int = 4) -> Path:
    """Draw pictures and write their manifest.

    Each fold has one franchise a style, of `pictures` pictures each. All of them are what their
    colour says, but for one anime picture a fold that is blue, which the tiny bundle must call
    a cartoon. There are also one photo filed under a show and two borderline pictures.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    rows = list(_rows(folds, pictures))
    for row, colour in rows:
        flat = np.empty((24, 32, 3), dtype=np.int64)
        flat[:] = colour
        flat += rng.integers(-4, 5, flat.shape)
        picture = Image.fromarray(flat.clip(0, 255).astype(np.uint8))
        picture.save(folder / row["path"], quality=95)
    manifest = folder / "manifest.csv"
    with manifest.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(row for row, _ in rows)
    return manifest


def _rows(folds: int, pictures: int) -> Iterator[tuple[dict[str, str], tuple[int, int, int]]]:
    for fold in range(folds):
        for style in STYLES:
            for number in range(pictures):
                wrong = style == "anime" and number == 0
                name = f"{style}-{fold}-{number}.jpg"
                row = _row(name, style, f"{style} show {fold}", str(fold))
                yield row, COLOURS["cartoon" if wrong else style]
    yield _row("toy.jpg", "anime", "anime show 0", "0") | {"content": "photo"}, COLOURS["neither"]
    for number in range(2):
        yield _row(f"border-{number}.jpg", "borderline", "Between", ""), COLOURS["both"]


def _row(name: str, style: str, series: str, fold: str) -> dict[str, str]:
    shows = {"series": series, "franchise": series} if style != "neither" else {}
    kind = "photo" if style == "neither" else "frame"
    return {"path": name, "style": style, "fold": fold, "kind": kind, "source": "drawn"} | shows
