"""What the user named, as a stream of pictures: paths, folders, patterns and standard input."""

import os
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from animeter.domain.errors import UnsupportedFormatError

STDIN = "-"
_HEAD_BYTES = 64
_WILDCARDS = frozenset("*?[")
_BLOCK_BYTES = 1 << 16


def name_pictures(
    named: Sequence[str], recursive: bool, stdin: BinaryIO, without: Path | None = None
) -> Iterator[str | bytes]:
    """Expand what was named into paths, and a picture's bytes where standard input holds one.

    Args:
        named: files, folders, patterns, or `-` for standard input: a picture's bytes, or a list
            of any of the former, one a line or separated by zero bytes.
        recursive: whether folders inside named folders are entered.
        stdin: standard input.
        without: a folder to leave out, because the run itself fills it.
    """
    left_out = None if without is None else str(without.absolute()) + os.sep
    for source in named:
        if source == STDIN:
            yield from _from_stdin(stdin, recursive, left_out)
        else:
            yield from _from_name(source, recursive, left_out)


def count_pictures(
    named: Sequence[str], recursive: bool, without: Path | None = None
) -> int | None:
    """Count what `name_pictures` will give; None where standard input is among it."""
    if STDIN in named:
        return None
    return sum(1 for _ in name_pictures(named, recursive, BytesIO(), without))


def _from_name(source: str, recursive: bool, left_out: str | None) -> Iterator[str]:
    # os.path, since Path.is_dir raises for a name that is too long, and a list may hold anything.
    is_folder = os.path.isdir(source)  # noqa: PTH112
    if not is_folder and (os.path.lexists(source) or not _WILDCARDS & set(source)):
        yield source  # letter for letter as it was given
        return
    from animeter.media.listing import list_pictures

    for path in list_pictures([source], recursive):
        if left_out is None or not str(path.absolute()).startswith(left_out):
            yield str(path)


def _from_stdin(stdin: BinaryIO, recursive: bool, left_out: str | None) -> Iterator[str | bytes]:
    head = stdin.read(_HEAD_BYTES)
    if _is_picture(head):
        from animeter.media.limits import Limits

        # One byte more than allowed is enough for the reader to refuse it.
        yield head + stdin.read(Limits().max_bytes + 1)
        return
    for name in _lines(head, stdin):
        yield from _from_name(os.fsdecode(name), recursive, left_out)


def _is_picture(head: bytes) -> bool:
    from animeter.media.formats import PictureFormat, sniff

    try:
        kind = sniff(head)
    except UnsupportedFormatError:
        # No list of paths holds control characters: let the decoder say what is wrong with it.
        return any(byte < 32 and byte not in b"\x00\t\n\r\x1b" for byte in head)
    # "BM" begins many a name too; in a BMP file these four bytes are zero.
    return kind is not PictureFormat.BMP or head[6:10] == bytes(4)


def _lines(head: bytes, stdin: BinaryIO) -> Iterator[bytes]:
    """Split a list at zero bytes if its first block has any, else at line ends."""
    rest = head + _next_block(stdin)
    separator = b"\x00" if b"\x00" in rest else b"\n"
    while rest:
        *whole, rest = rest.split(separator)
        for line in whole:
            if name := line.removesuffix(b"\r"):
                yield name
        block = _next_block(stdin)
        if not block:
            break
        rest += block
    if name := rest.removesuffix(b"\r"):
        yield name


def _next_block(stdin: BinaryIO) -> bytes:
    # What there is, without waiting until a whole block is full.
    read1 = getattr(stdin, "read1", stdin.read)
    block: bytes = read1(_BLOCK_BYTES)
    return block
