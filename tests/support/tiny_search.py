"""A search that is over in seconds: a few dense layers on drawn pictures, in three folds."""

import csv
from pathlib import Path

from tests.support.tiny_recipe import write_manifest

_BASE = """
name = "tiny"
[data]
manifest = "manifest.csv"
[network]
backbone = "dense"
hidden = [8]
size_px = 32
[training]
epochs = {epochs}
batch_size = 8
sizes_px = [32]
learning_rate = 2e-3
head_learning_rate = 1e-2
ema_decay = 0.5
bf16 = false
"""


def write_search(folder: Path, search: str, *, epochs: int = 2) -> Path:
    """Write a search with its recipe, manifest and pictures; return the search.

    Args:
        folder: of everything.
        search: the TOML file, but for the recipe's name and the folds.
        epochs: of the base recipe.
    """
    write_manifest(folder)
    _deal_into_three_folds(folder / "manifest.csv")
    (folder / "base.toml").write_text(_BASE.format(epochs=epochs), encoding="utf-8")
    path = folder / "tiny-search.toml"
    head = 'recipe = "base.toml"\nfolds = { choose = 1, report = [0] }\n'
    path.write_text(head + search, encoding="utf-8")
    return path


def _deal_into_three_folds(manifest: Path) -> None:
    with manifest.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["fold"]:
            row["fold"] = str(int(row["franchise"].split()[-1]) % 3)
    with manifest.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
