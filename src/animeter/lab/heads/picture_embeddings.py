"""Embeddings of labelled pictures by one network, kept on disk as they come.

FOLDER/<start of the model's sha256>.f32      a row of float32 a picture, one after another
FOLDER/<start of the model's sha256>.names    their names in the manifest, a line each

A call that is stopped goes on where it stopped; two at once on one folder are not foreseen.
Pictures are known by name: whoever changes the pictures removes the folder.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from animeter.domain.results import Failure
from animeter.inference.bundle import Bundle
from animeter.inference.classifier import Classifier

Floats32 = NDArray[np.float32]


class Named(Protocol):
    """A picture of a manifest."""

    @property
    def name(self) -> str:
        """Return what the manifest calls it."""

    @property
    def path(self) -> Path:
        """Return where it lies."""


def embeddings_of(
    bundle: Bundle,
    rows: Sequence[Named],
    folder: Path,
    progress: Callable[[int], None],
    workers: int | None = None,
) -> Floats32:
    """Return embeddings [N, D]; NaN for a picture that cannot be read.

    Args:
        bundle: the network.
        rows: the pictures.
        folder: where embeddings are kept; made if need be.
        progress: told how many pictures were added.
        workers: threads; None means one a usable core.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / bundle.spec.sha256[:16]
    dim = bundle.spec.embedding_dim
    known = _names_kept(stem, dim)
    missing = [row for row in rows if row.name not in known]
    if missing:
        found = Classifier(bundle, workers=workers).embed([row.path for row in missing])
        with (
            stem.with_suffix(".f32").open("ab") as numbers,
            stem.with_suffix(".names").open("a", encoding="utf-8") as names,
        ):
            for row, embedding in zip(missing, found, strict=True):
                unreadable = isinstance(embedding, Failure)
                kept = np.full(dim, np.nan, np.float32) if unreadable else embedding
                numbers.write(np.asarray(kept, dtype="<f4").tobytes())
                names.write(row.name + "\n")
                progress(1)
        known = _names_kept(stem, dim)
    table = np.memmap(stem.with_suffix(".f32"), dtype="<f4", mode="r").reshape(-1, dim)
    return np.asarray(table[[known[row.name] for row in rows]], dtype=np.float32)


def _names_kept(stem: Path, dim: int) -> dict[str, int]:
    """Return the row of each kept name, after cutting off what a kill left unfinished."""
    numbers, names = stem.with_suffix(".f32"), stem.with_suffix(".names")
    if not numbers.exists() or not names.exists():
        numbers.unlink(missing_ok=True)
        names.unlink(missing_ok=True)
        return {}
    text = names.read_text(encoding="utf-8")
    lines = text.split("\n")[:-1]
    size = numbers.stat().st_size
    whole = min(len(lines), size // (4 * dim))
    if size != whole * 4 * dim:
        with numbers.open("r+b") as file:
            file.truncate(whole * 4 * dim)
    if "".join(f"{line}\n" for line in lines[:whole]) != text:
        names.write_text("".join(f"{line}\n" for line in lines[:whole]), encoding="utf-8")
    return {name: row for row, name in enumerate(lines[:whole])}
