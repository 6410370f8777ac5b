"""Groups of nearly the same picture."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from animeter.datasets.manifest import ManifestRow
from animeter.lab.near_duplicates import group_near_duplicates, layout_of, layouts_of
from animeter.media.images import read_image


def scene(seed: int, size: tuple[int, int] = (160, 120)) -> Image.Image:
    chance = np.random.default_rng(seed)
    picture = Image.new("RGB", size, tuple(chance.integers(0, 256, 3).tolist()))
    pen = ImageDraw.Draw(picture)
    for _ in range(9):
        x, y = chance.integers(0, size[0]), chance.integers(0, size[1])
        colour = tuple(chance.integers(0, 256, 3).tolist())
        pen.ellipse((x - 30, y - 30, x + 30, y + 30), fill=colour)
    return picture


def rows_of(folder: Path) -> list[ManifestRow]:
    first = scene(1)
    first.save(folder / "first.png")
    first.resize((90, 70)).save(folder / "again.jpg", quality=40)
    captioned = first.copy()
    ImageDraw.Draw(captioned).rectangle((20, 104, 140, 116), fill=(255, 255, 255))
    captioned.save(folder / "captioned.png")
    scene(2).save(folder / "another.png")
    (folder / "broken.png").write_bytes(b"no picture")
    names = ("first.png", "again.jpg", "captioned.png", "another.png", "broken.png")
    return [ManifestRow(folder / name, name, "anime", "show") for name in names]


def test_another_size_or_caption_is_the_same_picture(tmp_path: Path) -> None:
    layouts = layouts_of(rows_of(tmp_path), tmp_path)
    assert np.isnan(layouts[4]).all()
    apart = np.eye(4, dtype=np.float32)  # embeddings that resemble nothing
    group = group_near_duplicates(["show"] * 4, layouts[:4], apart)
    assert group[0] == group[1] == group[2] != group[3]


def test_layouts_are_kept(tmp_path: Path) -> None:
    rows = rows_of(tmp_path)
    before = layouts_of(rows, tmp_path)
    (tmp_path / "first.png").unlink()
    np.testing.assert_array_equal(layouts_of(rows, tmp_path), before)


def test_alike_embeddings_link_within_a_show_and_never_across(tmp_path: Path) -> None:
    layouts = np.eye(5, 768, dtype=np.float32)
    chain = np.array([[1, 0, 0], [1, 0.2, 0], [1, 0.4, 0], [1, 0, 0], [1, 0, 0]], np.float32)
    chain /= np.linalg.norm(chain, axis=1, keepdims=True)
    assert chain[0] @ chain[2] < 0.95  # linked by the one between them alone
    group = group_near_duplicates(["a", "a", "a", "b", ""], layouts, chain)
    assert group.tolist() == [0, 0, 0, 3, 4]


def test_a_flat_picture_has_a_layout_of_zeros() -> None:
    flat = layout_of(read_image(np.full((20, 20, 3), 90, np.uint8)))
    assert flat.shape == (768,)
    assert not flat.any()
