"""What an archive may ask for: how much it unpacks to, and how long its lists and headers are."""

import bz2
import gzip
import lzma
import struct
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Self

from animeter.domain.errors import UnreadableImageError

_FREE_BYTES: Final = 256 * 2**20
_TIMES_ITS_SIZE: Final = 100
_MOST_DIRECTORY_BYTES: Final = 64 * 2**20
_MOST_HEADER_BYTES: Final = 1 << 20
_TAR_BLOCK_BYTES: Final = 512

_END: Final = struct.Struct("<4s4H2LH")
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64: Final = struct.Struct("<4sLQL")
_UNKNOWN: Final = 0xFFFFFFFF


@dataclass(slots=True)
class Budget:
    """How many bytes may still come out of an archive.

    Attributes:
        left_bytes: so many.
    """

    left_bytes: int

    @classmethod
    def for_archive(cls, size_bytes: int) -> "Budget":
        """Return what an archive of a size may unpack to: pictures hardly compress further."""
        return cls(_FREE_BYTES + _TIMES_ITS_SIZE * size_bytes)

    def spend(self, size_bytes: int) -> None:
        """Count bytes that came out.

        Raises:
            UnreadableImageError: they are more than there may be.
        """
        self.left_bytes -= size_bytes
        if self.left_bytes < 0:
            raise UnreadableImageError(
                f"it unpacks to more than {_TIMES_ITS_SIZE} times its size: a bomb"
            )


class MeasuredReader:
    """A file's bytes, decompressed if need be, read once from front to back within a budget.

    Args:
        path: of the file.
        budget: counts every byte, those of members that nobody wants too.
    """

    def __init__(self, path: Path, budget: Budget) -> None:
        self._budget = budget
        self._file = _decompressed(path)
        self._tail = b""

    def __enter__(self) -> Self:
        """Return the reader, which is open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._file.close()

    def read(self, size: int) -> bytes:
        """Read at most so many bytes; none at the end."""
        content = self._file.read(size)
        self._budget.spend(len(content))
        self._tail = content[-_TAR_BLOCK_BYTES:] or self._tail
        return content

    @property
    def ended_in_zeros(self) -> bool:
        """Whether the last that was read are zeros, as at the end of a whole TAR."""
        return not self._tail.strip(b"\0")


class PlainTarInfo(tarfile.TarInfo):
    """A header of a TAR, one of a kind that is read into memory whole only if it is small."""

    _LONG: Final = (
        *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
        *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
    )

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in self._LONG and self.size > _MOST_HEADER_BYTES:
            raise UnreadableImageError(f"one of its headers has {self.size:,} bytes")
        found: tarfile.TarInfo = super()._proc_member(archive)  # type: ignore[misc]
        return found


def check_zip_directory(path: Path) -> None:
    """Refuse a ZIP whose list of members would not fit into memory.

    Source: APPNOTE.TXT, 4.3.14 to 4.3.16, .ZIP File Format Specification.

    Raises:
        UnreadableImageError: it is too long.
    """
    with path.open("rb") as file:
        size_bytes = file.seek(0, 2)
        start = max(0, size_bytes - _END.size - 0xFFFF)
        file.seek(start)
        tail = file.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) - at < _END.size:
            return  # what opens the archive says what is wrong with it
        directory_bytes = _END.unpack_from(tail, at)[5]
        before = start + at - _LOCATOR_64.size
        if directory_bytes == _UNKNOWN and before >= 0:
            directory_bytes = _directory_bytes_64(file, before)
    if directory_bytes > _MOST_DIRECTORY_BYTES:
        raise UnreadableImageError(
            f"its list of members has {directory_bytes:,} bytes; at most "
            f"{_MOST_DIRECTORY_BYTES:,} are read"
        )


def _directory_bytes_64(file: IO[bytes], locator_at: int) -> int:
    file.seek(locator_at)
    locator = file.read(_LOCATOR_64.size)
    if not locator.startswith(b"PK\x06\x07"):
        return _UNKNOWN
    file.seek(_LOCATOR_64.unpack(locator)[2])
    end = file.read(_END_64.size)
    if len(end) < _END_64.size or not end.startswith(b"PK\x06\x06"):
        return _UNKNOWN
    return int(_END_64.unpack(end)[8])


def _decompressed(path: Path) -> IO[bytes] | gzip.GzipFile:
    with path.open("rb") as file:
        head = file.read(6)
    if head.startswith(b"\x1f\x8b"):
        return gzip.open(path, "rb")
    if head.startswith(b"BZh"):
        return bz2.open(path, "rb")
    if head.startswith((b"\xfd7zXZ", b"\x5d\x00\x00")):
        return lzma.open(path, "rb")
    return path.open("rb")
