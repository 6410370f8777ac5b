"""Where collected pictures lie: under names that no source can use to write anywhere else.

A file's name ends in the hash of its content, so that the same picture always gets the same name: a
run that was killed between writing a picture and recording it writes that file once more, and
leaves nothing behind.
"""

import hashlib
import os
import re
from pathlib import Path, PurePosixPath
from typing import IO, Final

from animeter.domain.errors import OutputError
from animeter.media.small_files import cannot_write, held_alone, whole_file

PICTURES: Final = "pictures"
"""The folder, beside the manifest, that holds all collected pictures."""

_SUFFIXES: Final = {"jpeg": ".jpg", "tiff": ".tif"}
_HASH_DIGITS: Final = 12
_LONGEST_PART: Final = 80
_DEEPEST: Final = 8
_NOT_PLAIN: Final = re.compile(r"[^\w.+-]+")
# Names that Windows keeps for devices, with any suffix.
_DEVICES: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")


def kept_path(name: str, sha256: str, picture_format: str) -> str:
    """Return where a picture belongs, relative to the manifest's folder, with forward slashes.

    Args:
        name: what the collector would call it, from anywhere and perhaps hostile.
        sha256: of its content, in hexadecimal.
        picture_format: as `media.images.Image.format` has it.
    """
    parts = [_plain(part) for part in re.split(r"[/\\]", name)]
    kept = [part for part in parts if part][-_DEEPEST:]
    stem = kept.pop() if kept else ""
    last = f"{stem}-{sha256[:_HASH_DIGITS]}" if stem else sha256[:_HASH_DIGITS]
    suffix = _SUFFIXES.get(picture_format, f".{picture_format}")
    return str(PurePosixPath(PICTURES, *kept, last + suffix))


def keep(content: bytes, path: Path) -> None:
    """Write a picture, so that a kill leaves the whole of it or nothing of that name.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        with whole_file(path) as unfinished, unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise cannot_write(path, error) from error


def locked(folder: Path) -> IO[bytes]:
    """Keep other processes from collecting into the same folder, until what is returned is closed.

    Raises:
        OutputError: another process is collecting into it, or it cannot be written.
    """
    try:
        return held_alone(folder / ".collecting")
    except BlockingIOError as error:
        raise OutputError(
            f"Another process is collecting into {folder}. Wait for its end, or choose another "
            "folder."
        ) from error
    except OSError as error:
        raise OutputError(
            f"Cannot write into {folder}: {error.strerror or error}. Choose another place."
        ) from error


def content_hash(content: bytes) -> str:
    """Return the SHA-256 of a picture's bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _plain(part: str) -> str:
    """Return a part of a path as every system takes it, empty if nothing is left of it."""
    plain = _NOT_PLAIN.sub("-", part).strip(".-")[:_LONGEST_PART].rstrip(".-")
    return f"_{plain}" if _DEVICES.match(plain) else plain
