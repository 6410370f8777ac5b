"""Collects pictures that lie on this machine already: copies them, and leaves them as they are."""

from collections.abc import Container, Iterator, Sequence
from pathlib import Path

from animeter.datasets.collecting.collector import Collected, Found
from animeter.datasets.records import escaped, why_unwritable
from animeter.domain.errors import FileMissingError, ImageError
from animeter.domain.results import Failure
from animeter.media.files import read_file
from animeter.media.limits import Limits
from animeter.media.listing import list_pictures

FOLDER = "folder"
"""The column for the folder that a picture lay in: what many collections mean as its label."""


class FolderCollector:
    """Pictures in folders, in folders inside them, or named one by one.

    Args:
        places: files, folders and patterns.
        limits: what a picture may cost.
    """

    name = "folder"
    columns = (FOLDER,)

    def __init__(self, places: Sequence[Path], limits: Limits | None = None) -> None:
        self._places = tuple(places)
        self._limits = limits or Limits()

    def collect(self, done: Container[str]) -> Iterator[Found]:
        """Give the pictures, place by place."""
        for place in self._places:
            for path in list_pictures([place]):
                source = str(path.absolute())
                if escaped(source) in done:
                    continue
                if failure := why_unwritable(source):
                    yield failure
                    continue
                try:
                    content = read_file(path, self._limits)
                except (ImageError, FileMissingError) as error:
                    yield Failure.from_error(source, error)
                    continue
                inside = path.relative_to(place) if place.is_dir() else Path(path.name)
                facts = {FOLDER: path.absolute().parent.name}
                yield Collected(source, content, inside.with_suffix("").as_posix(), facts)
