"""Folders of pictures whose folders are labels, as torchvision's ImageFolder reads them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from animeter.datasets.converting.items import Found, Item
from animeter.datasets.records import PATH, why_unwritable
from animeter.domain.errors import ManifestError
from animeter.media.listing import list_pictures

LABEL: Final = "label"
SPLIT: Final = "split"
_SPLITS: Final = frozenset(("train", "test", "val", "valid", "validation"))


class FolderSource:
    """Pictures under `label/` or `train/label/`, `test/label/` and so on.

    Args:
        folder: that holds them.

    Raises:
        ManifestError: it holds no folders.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        inside = {path.name for path in folder.iterdir() if path.is_dir()}
        inside = {name for name in inside if not name.startswith(".")}
        if not inside:
            raise ManifestError(
                f"{folder} holds no folders, no metadata.csv and no .tar files: nothing that "
                "says of which label its pictures are."
            )
        self._split = inside <= _SPLITS

    @property
    def columns(self) -> tuple[str, ...]:
        """`path` and `label`, and `split` where the outer folders are called so."""
        return (PATH, SPLIT, LABEL) if self._split else (PATH, LABEL)

    def items(self) -> Iterator[Found]:
        """Give the pictures in order; those outside of any label's folder have an empty one."""
        for path in list_pictures([self._folder]):
            inside = path.relative_to(self._folder)
            row = {PATH: inside.as_posix()}
            if failure := why_unwritable(row[PATH]):
                yield failure
                continue
            folders = list(inside.parts[:-1])
            if self._split:
                row[SPLIT] = folders.pop(0) if folders else ""
            row[LABEL] = folders[0] if folders else ""
            yield Item(row, path)
