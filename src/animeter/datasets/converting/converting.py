"""From one form of a data set to another, picture by picture; an interrupted run can be repeated.

Pictures are copied byte for byte, and never written over: what is there already and is the same is
passed over, and what is there and differs ends the run. The table is written last and whole.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path
from typing import Final

from animeter.datasets.converting.folders import LABEL, FolderSource
from animeter.datasets.converting.items import Source
from animeter.datasets.converting.places import Places
from animeter.datasets.converting.shards import (
    ITEMS_A_SHARD,
    ShardSource,
    shards_of,
    write_shard,
)
from animeter.datasets.converting.tables import METADATA, TableSource, read_table, write_table
from animeter.datasets.records import PATH, relative_path
from animeter.domain.errors import FileMissingError, ImageError, ManifestError, OutputError
from animeter.domain.results import Failure
from animeter.media.files import read_file
from animeter.media.limits import Limits
from animeter.media.small_files import cannot_write, write_whole


class Form(StrEnum):
    """How a data set is stored."""

    CSV = "csv"
    PARQUET = "parquet"
    IMAGEFOLDER = "imagefolder"
    HF_CSV = "hf-csv"
    HF_JSONL = "hf-jsonl"
    WEBDATASET = "webdataset"


_TABLES: Final = {Form.CSV: "manifest.csv", Form.PARQUET: "manifest.parquet"}
_METADATA: Final = {
    Form.IMAGEFOLDER: f"{METADATA}.csv",
    Form.HF_CSV: f"{METADATA}.csv",
    Form.HF_JSONL: f"{METADATA}.jsonl",
}


@dataclass(slots=True)
class Progress:
    """How far a conversion is.

    Attributes:
        written: rows that are in the new form.
        failed: rows that are not, since their picture could not be read.
    """

    written: int = 0
    failed: int = 0


Watch = Callable[[Progress, Failure | None], None]


def open_source(place: Path) -> Source:
    """Open a data set in whatever form it is.

    Args:
        place: a table, or a folder with a table, shards, or a folder for each label in it.

    Raises:
        AnimeterError: there is nothing there, or nothing that can be read.
    """
    if place.is_file():
        if ".tar" in place.suffixes or place.suffix == ".tgz":
            return ShardSource(shards_of(place))
        return TableSource(read_table(place))
    if not place.is_dir():
        raise FileMissingError(
            f"There is nothing at {place}. Give a CSV, JSONL or Parquet table, or a folder."
        )
    for name in (*_TABLES.values(), f"{METADATA}.csv", f"{METADATA}.jsonl", f"{METADATA}.parquet"):
        if (place / name).is_file():
            return TableSource(read_table(place / name))
    if any(place.glob("*.tar*")):
        return ShardSource(shards_of(place))
    return FolderSource(place)


def convert(
    source: Source,
    target: Path,
    form: Form,
    label: str = LABEL,
    watch: Watch = lambda _progress, _failure: None,
) -> Progress:
    """Write a data set in another form.

    Args:
        source: what to read.
        target: a folder; for CSV and Parquet it may be the file itself. Their pictures stay where
            they are, unless they lie in shards.
        form: what to write.
        label: the column whose texts are the folders of `Form.IMAGEFOLDER`.
        watch: told after every row, with the failure if it was one.

    Raises:
        AnimeterError: it cannot be read or written; what was written so far is good, and the same
            call goes on.
    """
    if form is Form.IMAGEFOLDER and label not in source.columns:
        raise ManifestError(
            f"There is no column {label!r} to make folders of, but "
            f"{', '.join(source.columns)}. Name one of these as the label."
        )
    run = _Run(source, watch)
    if form is Form.WEBDATASET:
        _to_shards(run, target)
        return run.progress
    table = target if form in _TABLES and target.suffix else target / (_TABLES | _METADATA)[form]
    rows: list[dict[str, str]] = []
    places = Places()
    for row, picture in run.pictures(linked=form in _TABLES):
        if isinstance(picture, Path):
            path = _beside(picture, row[PATH], table.parent)
        else:
            by_label = form is Form.IMAGEFOLDER
            path = places.under(row[label], row[PATH]) if by_label else places.same(row[PATH])
            _copy(picture, table.parent / path)
        rows.append({**row, PATH: path})
        run.count()
    if not rows and run.progress.failed:
        raise ManifestError("Not one picture could be read, so nothing was written.")
    _write_new(source.columns, rows, table)
    return run.progress


class _Run:
    """A source being read, with its failures told as they come."""

    def __init__(self, source: Source, watch: Watch) -> None:
        self._source = source
        self._watch = watch
        self._limits = Limits()
        self.progress = Progress()

    def pictures(self, *, linked: bool = False) -> Iterator[tuple[dict[str, str], bytes | Path]]:
        """Give rows with their pictures' bytes, or with the files where these are `linked`."""
        for found in self._source.items():
            if isinstance(found, Failure):
                self._fail(found)
            elif linked or isinstance(found.picture, bytes):
                yield found.row, found.picture
            else:
                try:
                    yield found.row, read_file(found.picture, self._limits)
                except (ImageError, FileMissingError) as error:
                    self._fail(Failure.from_error(found.row[PATH], error))

    def counted(
        self, pictures: Iterable[tuple[dict[str, str], bytes | Path]]
    ) -> Iterator[tuple[dict[str, str], bytes]]:
        """Pass on rows whose pictures are bytes, and count each when the next is asked for."""
        for row, picture in pictures:
            if isinstance(picture, bytes):
                yield row, picture
                self.count()

    def count(self) -> None:
        """Tell that a row is written."""
        self.progress.written += 1
        self._watch(self.progress, None)

    def _fail(self, failure: Failure) -> None:
        self.progress.failed += 1
        self._watch(self.progress, failure)


def _to_shards(run: _Run, target: Path) -> None:
    pictures = run.pictures()
    shards = 0
    for first in pictures:
        few = chain([first], islice(pictures, ITEMS_A_SHARD - 1))
        write_shard(target / f"{shards:06}.tar", shards * ITEMS_A_SHARD, run.counted(few))
        shards += 1
    left = target / f"{shards:06}.tar"
    if left.exists():
        raise OutputError(
            f"{left} is there already and belongs to another data set. Write to another folder."
        )


def _beside(picture: Path, path: str, folder: Path) -> str:
    """Return the path of a picture for a table in a folder: the same as before if that will do."""
    if folder / path == picture:
        return path
    return relative_path(picture, folder)


def _write_new(columns: tuple[str, ...], rows: list[dict[str, str]], table: Path) -> None:
    """Write a table, but not over another one."""
    if table.exists():
        there = read_table(table)
        if (there.columns, there.rows) == (columns, rows):
            return
        raise OutputError(f"{table} is there already and differs. Write to another place.")
    write_table(columns, rows, table)


def _copy(content: bytes, path: Path) -> None:
    try:
        if not path.exists():
            write_whole(path, content)
            return
        there = path.read_bytes()
    except OSError as error:
        raise cannot_write(path, error) from error
    if there != content:
        raise OutputError(
            f"{path} is there already and is another picture. Write to an empty folder."
        )
