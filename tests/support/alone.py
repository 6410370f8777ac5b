"""Lets a test that measures time have the machine to itself, while others run side by side.

Tests hold a room together; one that is to be alone waits until it is empty, and keeps the door
shut meanwhile, so that those after it wait too.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # no such locks on Windows: nothing is run beside another there
    fcntl = None  # type: ignore[assignment]

# Any two files of the checkout that every worker has.
_ROOM = Path(__file__).parent / "__init__.py"
_DOOR = Path(__file__)


@contextlib.contextmanager
def in_the_room(*, alone: bool) -> Iterator[None]:
    """Run beside others, or with nobody else."""
    if fcntl is None:
        yield
        return
    with _held(_DOOR, fcntl.LOCK_EX):
        room = os.open(_ROOM, os.O_RDONLY)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
    try:
        yield
    finally:
        # Said aloud: a process that a test forked and left behind would hold it on.
        fcntl.flock(room, fcntl.LOCK_UN)
        os.close(room)


@contextlib.contextmanager
def _held(path: Path, kind: int) -> Iterator[None]:
    file = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(file, kind)
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
        os.close(file)
