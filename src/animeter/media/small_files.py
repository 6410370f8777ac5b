"""Small files of our own: read within a limit, written whole or not at all, held by one process."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from animeter.domain.errors import AnimeterError, OutputError

try:
    import fcntl
except ModuleNotFoundError:  # Windows
    fcntl = None  # type: ignore[assignment]

UNFINISHED: Final = ".unfinished"
"""What the name of a file ends in that is being written."""


def read_limited(path: Path, max_bytes: int, refuse: type[AnimeterError], wanted: str) -> bytes:
    """Read a file that may come from anywhere.

    Args:
        path: of the file.
        max_bytes: how large it may be.
        refuse: the error to raise.
        wanted: a sentence that says what should have been there.

    Raises:
        AnimeterError: of the kind of `refuse`: it cannot be read, or it is too large.
    """
    try:
        with path.open("rb") as file:
            # One byte more than allowed tells a file that is too large without reading it whole.
            content = file.read(max_bytes + 1)
    except OSError as error:
        raise refuse(f"Cannot read {path}: {error.strerror or error}. {wanted}") from error
    if len(content) > max_bytes:
        raise refuse(f"{path} is larger than the {max_bytes:,} bytes that it may have. {wanted}")
    return content


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that a kill leaves the old one or the new one.

    Args:
        path: of the file; its folder is made if need be.
        content: all of it; text is written in UTF-8 as it is.

    Raises:
        OSError: it cannot be written.
    """
    with whole_file(path) as unfinished:
        unfinished.write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a place to write to; what is there at the end of the block becomes the file.

    A block that fails, or is killed, leaves the file as it was.

    Args:
        path: what is there already is replaced; its folder is made if need be.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + UNFINISHED)
    yield unfinished
    unfinished.replace(path)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give an empty place to fill; what is in it at the end of the block becomes the folder.

    A block that fails leaves the folder as it was. What a kill leaves has a name with a dot first.

    Args:
        folder: what is there already is replaced; its own folder is made if need be.

    Raises:
        OSError: it cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".unfinished-") as made:
        new = Path(made) / "new"
        new.mkdir()
        yield new
        if folder.exists():
            folder.rename(Path(made) / "old")
        new.rename(folder)


def held_alone(path: Path) -> IO[bytes]:
    """Open a file that no other process can hold until it is closed, or until the process ends.

    Nothing is changed in it. Windows has no lock of this kind: there nobody is kept out.

    Args:
        path: of the file; made with its folder if need be.

    Raises:
        BlockingIOError: another process holds it.
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("ab")
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        file.close()
        raise
    return file


def cannot_write(path: Path, error: OSError) -> OutputError:
    """Return what to tell people whose file cannot be written."""
    return OutputError(
        f"Cannot write {path}: {error.strerror or error}. Choose another place, or make room."
    )
