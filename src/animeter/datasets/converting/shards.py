"""WebDataset: TAR files of a thousand pictures each, every picture beside its row as JSON.

Members whose names are the same up to the first dot belong together. Of other people's shards the
JSON may hold anything, and text files beside a picture become columns of their suffix.
"""

import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from animeter.datasets.collecting.archive_limits import PlainTarInfo
from animeter.datasets.converting.items import Found, Item
from animeter.datasets.converting.tables import columns_of, texts_of
from animeter.datasets.records import PATH, escaped
from animeter.domain.errors import ManifestError, UnreadableImageError
from animeter.domain.results import Failure
from animeter.media.formats import PICTURE_SUFFIXES
from animeter.media.limits import Limits
from animeter.media.small_files import UNFINISHED, cannot_write, whole_file

ITEMS_A_SHARD: Final = 1000
_TEXT_SUFFIXES: Final = frozenset((".txt", ".cls", ".caption"))
_MOST_TEXT_BYTES: Final = 2**20


@dataclass(slots=True)
class _Sample:
    """The members that belong together."""

    key: str = ""
    row: dict[str, str] = field(default_factory=dict)
    picture: bytes | None = None
    suffix: str = ""
    wrong: str = ""


class ShardSource:
    """Shards of a WebDataset.

    Args:
        shards: TAR files, in order.
        limits: what a picture may cost.
    """

    def __init__(self, shards: list[Path], limits: Limits | None = None) -> None:
        self._shards = shards
        self._limits = limits or Limits()
        rows = (sample.row for sample in self._samples(with_pictures=False))
        found = columns_of(rows)
        self._columns = tuple(found if PATH in found else [PATH, *found])

    @property
    def columns(self) -> tuple[str, ...]:
        """The keys of all rows' JSON; found by a walk through all shards that skips pictures."""
        return self._columns

    def items(self) -> Iterator[Found]:
        """Give the pictures as bytes."""
        for sample in self._samples(with_pictures=True):
            row = {column: sample.row.get(column, "") for column in self._columns}
            row[PATH] = row[PATH] or sample.key + sample.suffix
            if sample.picture is None:
                wrong = sample.wrong or "there is no picture beside the text"
                yield Failure(row[PATH], "bad_manifest", wrong)
            else:
                yield Item(row, sample.picture)

    def _samples(self, *, with_pictures: bool) -> Iterator[_Sample]:
        for shard in self._shards:
            sample = _Sample()
            try:
                # Read as a stream: nothing is ever unpacked by its name.
                with tarfile.open(shard, "r|*", tarinfo=PlainTarInfo) as members:
                    for member in members:
                        if not member.isfile():
                            continue
                        key, suffix = _key_and_suffix(escaped(member.name))
                        if sample.key and key != sample.key:
                            yield sample
                            sample = _Sample()
                        sample.key = key
                        self._take(sample, members, member, suffix, with_pictures)
            except (tarfile.TarError, OSError, EOFError, UnreadableImageError) as error:
                sample.key = sample.key or shard.name
                sample.picture, sample.wrong = None, f"{shard} ends early: {error}"
            if sample.key:
                yield sample

    def _take(
        self,
        sample: _Sample,
        members: tarfile.TarFile,
        member: tarfile.TarInfo,
        suffix: str,
        with_pictures: bool,
    ) -> None:
        if suffix in PICTURE_SUFFIXES:
            sample.suffix = suffix
            if member.size > self._limits.max_bytes:
                sample.wrong = f"the picture has {member.size:,} bytes, which is too many"
            elif with_pictures:
                sample.picture = _content(members, member)
        elif suffix == ".json" and member.size <= _MOST_TEXT_BYTES:
            try:
                row = json.loads(_content(members, member))
                if isinstance(row, dict):
                    sample.row |= texts_of(row)
            except (ValueError, RecursionError) as error:
                sample.wrong = f"{member.name} is no JSON: {error}"
        elif suffix in _TEXT_SUFFIXES and member.size <= _MOST_TEXT_BYTES:
            text = _content(members, member).decode("utf-8", "replace").strip()
            sample.row.setdefault(suffix[1:], text)


def write_shard(
    path: Path, first_number: int, items: Iterable[tuple[dict[str, str], bytes]]
) -> None:
    """Write one shard, whole or not at all; the same items make the same bytes.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        with (
            whole_file(path) as unfinished,
            tarfile.open(unfinished, "w", format=tarfile.PAX_FORMAT) as shard,
        ):
            for number, (row, picture) in enumerate(items, first_number):
                suffix = PurePosixPath(row[PATH]).suffix.lower()
                if suffix not in PICTURE_SUFFIXES:
                    suffix = ".jpg"
                text = json.dumps(row, ensure_ascii=False).encode()
                for name, content in ((suffix, picture), (".json", text)):
                    member = tarfile.TarInfo(f"{number:09}{name}")
                    member.size = len(content)
                    shard.addfile(member, io.BytesIO(content))
    except OSError as error:
        raise cannot_write(path, error) from error


def shards_of(place: Path) -> list[Path]:
    """Return the shards of a folder, or the one that a file is.

    Raises:
        ManifestError: there is none.
    """
    shards = sorted(place.glob("*.tar*")) if place.is_dir() else [place]
    shards = [shard for shard in shards if not shard.name.endswith(UNFINISHED)]
    if not shards:
        raise ManifestError(f"There is no .tar file in {place}, of which WebDatasets consist.")
    return shards


def _key_and_suffix(name: str) -> tuple[str, str]:
    """Cut a member's name at the first dot of its last part, as WebDataset does."""
    folder, slash, last = name.rpartition("/")
    stem, dot, suffix = last.partition(".")
    return folder + slash + stem, (dot + suffix).lower()


def _content(members: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = members.extractfile(member)
    return b"" if file is None else file.read()
