"""A recipe that trains in seconds: drawn pictures, timm's smallest test network, made weights."""

import csv
from pathlib import Path

import numpy as np
import timm
import torch
from PIL import Image
from safetensors.torch import save_file

BACKBONE = "test_efficientnet"
FOLDS = 2
_FIELDS = ("path", "style", "series", "franchise", "fold", "content")
_FRANCHISES = 3
_PICTURES = 4


def write_recipe(folder: Path, *, epochs: int = 2, more: str = "") -> Path:
    """Write a recipe, its manifest, its pictures and its starting weights; return the recipe."""
    write_manifest(folder)
    torch.manual_seed(0)
    backbone = timm.create_model(BACKBONE, num_classes=0)
    state = {key: value.contiguous() for key, value in backbone.state_dict().items()}
    save_file(state, folder / "start.safetensors")
    path = folder / "tiny.toml"
    path.write_text(
        f"""
name = "tiny"
[data]
manifest = "manifest.csv"
{more}
[network]
backbone = "{BACKBONE}"
weights = "start.safetensors"
frozen_stages = 1
size_px = 48
[training]
epochs = {epochs}
batch_size = 8
sizes_px = [32, 48]
learning_rate = 2e-3
head_learning_rate = 1e-2
ema_decay = 0.5
bf16 = false
[[heads]]
column = "series"
weight = 0.1
min_pictures = 2
""",
        encoding="utf-8",
    )
    return path


def drawing(style: str, seed: int) -> Image.Image:
    """Draw what a tiny net can learn: reddish stripes, bluish blocks, or grey noise."""
    chance = np.random.default_rng(seed)
    pixels = chance.integers(90, 130, (40, 56, 3))
    if style == "anime":
        pixels[:, ::8, 0] += 120
        pixels[:, 1::8, 0] += 120
    if style == "cartoon":
        pixels[10:30, 14:42, 2] += 120
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def write_manifest(folder: Path) -> None:
    """Write `manifest.csv` and its pictures: three shows of each style in each of two folds."""
    rows = []
    for number in range(3 * _FRANCHISES * FOLDS * _PICTURES):
        style = ("anime", "cartoon", "neither")[number % 3]
        franchise = number // 3 // _PICTURES
        name = f"{style}-{number}.png"
        drawing(style, number).save(folder / name)
        show = f"{style} {franchise}"
        series = "" if style == "neither" else show
        rows.append((name, style, series, show, franchise % FOLDS, ""))
    drawing("neither", 999).save(folder / "toy.png")
    rows.append(("toy.png", "anime", "anime 0", "anime 0", 0, "photo"))
    rows.append((rows[0][0], "borderline", "", "between", "", ""))
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([_FIELDS, *rows])
