"""A finished run of tiny networks whose pictures have series, characters and types."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image

from animeter.domain.taxonomy import TYPES
from animeter.lab.out_of_fold import FILE, predict_held_out
from animeter.lab.runs import Run, fold_name, trusted_rows
from tests.support.tiny_bundle import make_tiny_bundle

# The tiny bundle sees red as anime and blue as cartoon; green tells shows of one style apart.
SHOWS = {
    "Naruto": ("anime", (235, 15, 10), "male", "naruto", 0),
    "Bleach": ("anime", (235, 190, 10), "female", "ichigo", 1),
    "Oggy": ("cartoon", (10, 15, 235), "nonhuman", "", 0),
    "Batman": ("cartoon", (10, 190, 235), "male", "batman", 1),
}
PICTURES = 24


def write_run(folder: Path, shows: int = len(SHOWS)) -> Run:
    """Write pictures, a manifest, a recipe, and a run whose networks are tiny bundles."""
    folder.mkdir()
    chance = np.random.default_rng(0)
    rows = []
    for show, (style, colour, kind, character, fold) in list(SHOWS.items())[:shows]:
        for number in range(PICTURES):
            name = f"{show}-{number}.png"
            blocks = np.array(colour) + chance.integers(-60, 60, (5, 7, 3))
            pixels = blocks.clip(0, 255).astype(np.uint8).repeat(8, axis=0).repeat(8, axis=1)
            Image.fromarray(pixels).save(folder / name)
            types = kind if number % 3 else TYPES[number // 3 % 3]
            rows.append((name, style, show, show, fold, types, character, "drawn"))
    for number in range(40):
        Image.new("RGB", (30, 30), (10, 150 + number, 10)).save(folder / f"grass-{number}.png")
        rows.append((f"grass-{number}.png", "neither", "", "", number // 20, "", "", ""))
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        columns = ("path", "style", "series", "franchise", "fold", "type", "character", "content")
        csv.writer(file).writerows([columns, *rows])
    recipe = folder / "recipe.toml"
    recipe.write_text('name = "tiny"\n[data]\nmanifest = "manifest.csv"\n', encoding="utf-8")
    run = Run.open(recipe, folder / "run")
    for fold in (0, 1):
        name = fold_name(fold)
        make_tiny_bundle(run.bundle(name))
        held_out = [row for row in trusted_rows(run.recipe) if row.fold == fold]
        predict_held_out(run.bundle(name), held_out, run.part(name) / FILE, lambda _: None)
    return run
