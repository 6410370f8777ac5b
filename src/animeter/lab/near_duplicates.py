"""Near-duplicates among labelled pictures: another crop, another caption, another compression.

Two pictures of one show are taken for the same where their coarse layouts of colour agree, or
where a network that never saw the show embeds them almost alike. The bounds were set by eye on
pairs around them, and rather too low than too high.
"""

from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from animeter.datasets.manifest import ManifestRow
from animeter.domain.alike import SAME_EMBEDDING, group_linked
from animeter.domain.errors import AnimeterError
from animeter.media.images import Image, read_image

Floats32 = NDArray[np.float32]

SAME_LAYOUT: Final = 0.84
"""Cosine between two layouts from which pictures of one show count as the same."""

LAYOUT_PX: Final = 16


def layout_of(image: Image) -> Floats32:
    """Return where in an image which colours are, coarsely: a unit vector without its mean."""
    small = PillowImage.fromarray(image.rgb).resize(
        (LAYOUT_PX, LAYOUT_PX), PillowImage.Resampling.BOX
    )
    colours = np.asarray(small, dtype=np.float32).ravel()
    colours -= colours.mean()
    length = float(np.linalg.norm(colours))
    return colours / length if length else colours


def layouts_of(rows: Sequence[ManifestRow], folder: Path) -> Floats32:
    """Return the layouts [N, 768] of labelled pictures, kept on disk; NaN if unreadable."""
    asked = sha256("\n".join(row.name for row in rows).encode()).hexdigest()
    kept = folder / f"layouts-{asked[:16]}.npy"
    if kept.exists():
        return np.asarray(np.load(kept), dtype=np.float32)
    layouts = np.full((len(rows), 3 * LAYOUT_PX**2), np.nan, np.float32)
    for number, row in enumerate(rows):
        with suppress(AnimeterError):
            layouts[number] = layout_of(read_image(row.path, shrink_to_px=4 * LAYOUT_PX))
    unfinished = folder / "layouts.unfinished.npy"
    np.save(unfinished, layouts)
    unfinished.replace(kept)
    return layouts


def group_near_duplicates(
    shows: Sequence[str], layouts: Floats32, embeddings: Floats32
) -> NDArray[np.int64]:
    """Number the groups: [N], equal for pictures of one show linked by near-duplicates.

    Args:
        shows: [N] names; a picture without one is a group of its own.
        layouts: [N, 768] of `layout_of`.
        embeddings: [N, D] by networks that never saw the picture's show.
    """

    def alike(some: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
        same_layout = layouts[some] @ layouts[others].T >= SAME_LAYOUT
        return same_layout | (embeddings[some] @ embeddings[others].T >= SAME_EMBEDDING)

    return group_linked(shows, alike)
