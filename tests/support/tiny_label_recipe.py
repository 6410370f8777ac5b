"""A recipe of exclusive labels that trains in seconds: three motifs in folders, a tiny network."""

from pathlib import Path

from tests.support.tiny_recipe import drawing

LABELS = ("blocks", "noise", "stripes")
PICTURES = 16  # a label
_DRAWN_AS = {"blocks": "cartoon", "noise": "neither", "stripes": "anime"}


def write_label_recipe(folder: Path, *, epochs: int = 8, data: str = "", more: str = "") -> Path:
    """Write a recipe and its folder of folders; return the recipe."""
    for label in LABELS:
        inside = folder / "pictures" / label
        inside.mkdir(parents=True, exist_ok=True)
        for number in range(PICTURES):
            seed = number * len(LABELS) + LABELS.index(label)
            drawing(_DRAWN_AS[label], seed).save(inside / f"{number:02}.png")
    path = folder / "labels.toml"
    path.write_text(
        f"""
name = "motifs"
task = "labels"
[data]
folder = "pictures"
folds = 2
{data}
[network]
backbone = "cnn"
channels = [8, 16]
hidden = [16]
dropout = 0.1
size_px = 32
[training]
epochs = {epochs}
batch_size = 8
sizes_px = [32]
optimizer = "adam"
learning_rate = 2e-2
head_learning_rate = 2e-2
weight_decay = 0.0
ema_decay = 0.5
bf16 = false
{more}
[augment]
crop_min = 0.8
colour = 0.0
frame = 0.0
overlay = 0.0
page = 0.0
""",
        encoding="utf-8",
    )
    return path
