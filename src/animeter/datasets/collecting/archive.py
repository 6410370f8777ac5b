"""Collects pictures from archives (ZIP, CBZ, and TAR however compressed) without unpacking them.

An archive may come from anybody. Nothing is ever written where its members want to be: a member's
bytes are read into memory within the limits of a picture, and where they are kept is decided
elsewhere. What unpacks to far more than the archive's own size is a bomb, and is left.
"""

import tarfile
import zipfile
import zlib
from collections.abc import Container, Iterator, Sequence
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import Final

from animeter.datasets.collecting.archive_limits import (
    Budget,
    MeasuredReader,
    PlainTarInfo,
    check_zip_directory,
)
from animeter.datasets.collecting.collector import Collected, Finished, Found
from animeter.datasets.collecting.folder import FOLDER
from animeter.datasets.records import escaped, why_unwritable
from animeter.domain.errors import FileMissingError, ImageTooLargeError, UnreadableImageError
from animeter.domain.results import Failure
from animeter.media.formats import PICTURE_SUFFIXES
from animeter.media.limits import Limits

_BROKEN: Final = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, LZMAError, EOFError),
    *(OSError, RuntimeError, ValueError, OverflowError),
)
"""What Python's own readers raise on broken archives, and on those of a kind they cannot read."""

_LONGEST_NAME: Final = 512


class ArchiveCollector:
    """The pictures in some archives.

    Args:
        archives: their files.
        limits: what a picture may cost.
    """

    name = "archive"
    columns = ("archive", FOLDER)

    def __init__(self, archives: Sequence[Path], limits: Limits | None = None) -> None:
        self._archives = tuple(archives)
        self._limits = limits or Limits()

    def collect(self, done: Container[str]) -> Iterator[Found]:
        """Give the pictures, archive by archive; an archive that was read to its end is done."""
        for archive in self._archives:
            source = str(archive.absolute())
            if escaped(source) in done:
                continue
            if failure := why_unwritable(source):
                yield failure
                continue
            try:
                yield from self._pictures(archive, source, done)
            except FileMissingError as error:
                yield Failure.from_error(source, error)
            except (UnreadableImageError, *_BROKEN) as error:
                broken = UnreadableImageError(
                    f"the archive is broken, or of a kind that is not read ({_reason(error)}); "
                    "what came before that was kept"
                )
                yield Failure.from_error(source, broken)
            else:
                yield Finished(source)

    def _pictures(self, archive: Path, source: str, done: Container[str]) -> Iterator[Found]:
        if not archive.is_file():
            raise FileMissingError("there is no such archive; check the path")
        budget = Budget.for_archive(archive.stat().st_size)
        with archive.open("rb") as file:
            is_zip = file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
        if is_zip:
            members = _zip_members(archive, self._limits, budget, source, done)
        else:
            members = _tar_members(archive, self._limits, budget, source, done)
        for name, content in members:
            member = f"{source}!/{name}"
            if isinstance(content, bytes):
                path = PurePosixPath(name.replace("\\", "/"))
                facts = {"archive": archive.name, FOLDER: path.parent.name}
                yield Collected(member, content, path.with_suffix("").as_posix(), facts)
            else:
                yield Failure.from_error(member, content)


Member = tuple[str, bytes | UnreadableImageError | ImageTooLargeError]


def _zip_members(
    archive: Path, limits: Limits, budget: Budget, source: str, done: Container[str]
) -> Iterator[Member]:
    check_zip_directory(archive)
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            name = info.filename[:_LONGEST_NAME]
            if info.is_dir() or not _is_wanted(name) or f"{source}!/{name}" in done:
                continue
            if info.file_size > limits.max_bytes:
                yield name, _too_large(info.file_size, limits)
                continue
            try:
                with opened.open(info) as member:
                    content = member.read(limits.max_bytes + 1)
            except _BROKEN as error:
                yield name, UnreadableImageError(f"it cannot be unpacked ({_reason(error)})")
                continue
            budget.spend(len(content))
            yield name, content


def _tar_members(
    archive: Path, limits: Limits, budget: Budget, source: str, done: Container[str]
) -> Iterator[Member]:
    with (
        MeasuredReader(archive, budget) as stream,
        tarfile.open(  # type: ignore[call-overload] # reading a stream needs no more of a file
            fileobj=stream, mode="r|", tarinfo=PlainTarInfo, errorlevel=0
        ) as opened,
    ):
        for info in opened:
            opened.members = []  # it would keep all of them
            name = escaped(info.name[:_LONGEST_NAME])
            if not info.isreg() or not _is_wanted(name) or f"{source}!/{name}" in done:
                continue
            if info.size > limits.max_bytes:
                yield name, _too_large(info.size, limits)
                continue
            member = opened.extractfile(info)
            content = member.read(limits.max_bytes + 1) if member is not None else b""
            if len(content) < info.size:
                raise EOFError("it ends in the middle of a picture")
            yield name, content
        if not stream.ended_in_zeros:  # Python takes a damaged header for the end
            raise EOFError("it has no end")


def _is_wanted(name: str) -> bool:
    """Say whether a member is named as a picture is, and is no system's litter."""
    path = PurePosixPath(name.replace("\\", "/"))
    hidden = (p == "__MACOSX" or (p.startswith(".") and p != "..") for p in path.parts)
    return path.suffix.lower() in PICTURE_SUFFIXES and not any(hidden)


def _too_large(size_bytes: int, limits: Limits) -> ImageTooLargeError:
    return ImageTooLargeError(
        f"it unpacks to {size_bytes:,} bytes; at most {limits.max_bytes:,} are read"
    )


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
