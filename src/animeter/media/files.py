"""Reading a file's bytes without ever waiting on, or being flooded by, what is not a plain file."""

import os
import stat
from pathlib import Path

from animeter.domain.errors import (
    EmptyImageError,
    FileMissingError,
    ImageTooLargeError,
    UnreadableImageError,
)
from animeter.media.limits import Limits

# A named pipe opened without this waits for a writer; Windows has no such flag, and opens files as
# text unless told.
_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def read_file(path: Path, limits: Limits) -> bytes:
    """Read a plain file whole.

    Raises:
        FileMissingError: nothing is there.
        EmptyImageError: the file holds no bytes.
        ImageTooLargeError: the file holds more bytes than the limits allow; it is not read.
        UnreadableImageError: a folder, pipe or device, or a file that may not be read.
    """
    try:
        _refuse_special(path.stat().st_mode)  # Before opening: that alone can set a device going.
        descriptor = os.open(path, _OPEN_FLAGS)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            _refuse_special(status.st_mode)
            check_bytes(status.st_size, limits)
            data = file.read(status.st_size)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileMissingError(
            "there is no such file; check the path, and quote it if it holds spaces"
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a path that holds a zero byte.
        reason = getattr(error, "strerror", None) or error
        raise UnreadableImageError(f"the file cannot be read ({reason})") from error
    check_bytes(len(data), limits)  # It may have been emptied meanwhile.
    return data


def check_bytes(size_bytes: int, limits: Limits) -> None:
    """Refuse encoded pictures that are empty or too large.

    Raises:
        EmptyImageError: zero bytes.
        ImageTooLargeError: more bytes than the limits allow.
    """
    if size_bytes == 0:
        raise EmptyImageError("the file is empty (0 bytes), so there is no picture; get it again")
    if size_bytes > limits.max_bytes:
        raise ImageTooLargeError(
            f"the file has {size_bytes:,} bytes; at most {limits.max_bytes:,} are read; "
            "make it smaller, or raise Limits.max_bytes"
        )


def _refuse_special(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise UnreadableImageError(
            "this is a folder, where one picture was wanted; name the pictures in it"
        )
    if not stat.S_ISREG(mode):
        raise UnreadableImageError(
            "this is a pipe, socket or device, not a plain file; save the picture to a file first"
        )
