"""A recipe without chance in its network: plain convolutions, no dropout, plain descent."""

from pathlib import Path

from tests.support.tiny_recipe import write_manifest


def write_plain_recipe(folder: Path, *, epochs: int = 2, backbone: str = "cnn") -> Path:
    """Write a recipe, its manifest and its pictures; return the recipe."""
    write_manifest(folder)
    path = folder / f"{backbone}.toml"
    path.write_text(
        f"""
name = "tiny"
[data]
manifest = "manifest.csv"
[network]
backbone = "{backbone}"
channels = [8, 8]
pretrained = false
dropout = 0.0
size_px = 32
[training]
epochs = {epochs}
batch_size = 8
sizes_px = [32]
optimizer = "sgd"
learning_rate = 1e-2
head_learning_rate = 1e-2
ema_decay = 0.5
bf16 = false
""",
        encoding="utf-8",
    )
    return path
