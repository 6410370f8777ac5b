"""What one look at a picture's file tells: its bytes, its size, its measures, and it very small.

Looks are kept in a database, so that a check that was stopped, even killed, goes on where it
stopped, and the next one looks only at files that are new or have changed.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image as PillowImage

from animeter.datasets.checking.measures import Measures, measure
from animeter.datasets.records import can_be_written
from animeter.domain.errors import AnimeterError, FileMissingError, OutputError
from animeter.media.files import read_file
from animeter.media.images import Image, read_image
from animeter.media.limits import Limits

THUMBNAIL_PX: Final = 16
THUMBNAIL_BYTES: Final = 3 * THUMBNAIL_PX**2

FILE: Final = "looks.sqlite"
"""What the database is called, in a run's folder and in a report's."""

_LOOKS_A_COMMIT: Final = 128
_ASKED_AT_ONCE: Final = 500
_VERSION: Final = 1  # another measure needs another number: kept looks would lack it
_FORM: Final = """
CREATE TABLE IF NOT EXISTS look (
    path TEXT PRIMARY KEY, stamp TEXT NOT NULL, facts TEXT NOT NULL, thumbnail BLOB NOT NULL
)
"""

Watch = Callable[[int, int], None]
"""Told how many pictures were looked at so far, and how many of them could not be read."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of one picture.

    Attributes:
        error: the code of what is wrong with the file; empty for a picture that can be read.
        problem: the same in words.
        sha256: of the file's bytes; empty where there are none.
        format: "jpeg", "png" and so on, told by the bytes.
        size_bytes: of the file.
        width_px: of the picture, upright.
        height_px: of the picture, upright.
        measures: what was measured on the pixels; None for what cannot be read.
        thumbnail: uint8 [16, 16, 3] RGB, the whole picture squashed; empty likewise.
    """

    error: str = ""
    problem: str = ""
    sha256: str = ""
    format: str = ""
    size_bytes: int = 0
    width_px: int = 0
    height_px: int = 0
    measures: Measures | None = None
    thumbnail: bytes = b""


def look_at(path: Path) -> Look:
    """Look at one picture; whatever is wrong with it is told, not raised."""
    content = b""
    try:
        content = read_file(path, Limits())
        image = read_image(content)
    except AnimeterError as error:
        digest = hashlib.sha256(content).hexdigest() if content else ""
        return Look(error.code, error.message, digest, size_bytes=len(content))
    return Look(
        sha256=hashlib.sha256(content).hexdigest(),
        format=image.format,
        size_bytes=len(content),
        width_px=image.width_px,
        height_px=image.height_px,
        measures=measure(image.rgb),
        thumbnail=thumbnail_of(image),
    )


def thumbnail_of(image: Image) -> bytes:
    """Return an image squashed to 16 x 16 pixels, each the mean of what it stands for."""
    small = PillowImage.fromarray(image.rgb).resize(
        (THUMBNAIL_PX, THUMBNAIL_PX), PillowImage.Resampling.BOX
    )
    return np.asarray(small).tobytes()


def look_at_all(
    paths: Sequence[Path], database: Path, watch: Watch | None = None, workers: int | None = None
) -> list[Look]:
    """Look at pictures, or take what an earlier call kept of those that are as they were.

    Args:
        paths: the pictures.
        database: the SQLite file that keeps the looks; made with its folder if need be.
        watch: told of the progress.
        workers: threads; None means one a core.

    Returns:
        One look a path, in order.

    Raises:
        OutputError: the database cannot be written.
    """
    names = [str(path.absolute()) for path in paths]
    stamps = {name: _stamp(name) for name in dict.fromkeys(names)}
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(database, timeout=30)) as connection:
            connection.execute(_FORM)
            known = dict(_kept(connection, stamps))
            _look_at_missing(connection, stamps, known, _Progress(len(known), watch), workers)
    except (OSError, sqlite3.Error) as error:
        raise OutputError(
            f"What was seen of the pictures cannot be kept in {database}: {error}. Remove that "
            "file, or choose a folder that can be written to."
        ) from error
    return [known[name] for name in names]


class _Progress:
    def __init__(self, done: int, watch: Watch | None) -> None:
        self._done, self._failed, self._watch = done, 0, watch
        self.add(0, 0)

    def add(self, done: int, failed: int) -> None:
        self._done += done
        self._failed += failed
        if self._watch is not None:
            self._watch(self._done, self._failed)


def _look_at_missing(
    connection: sqlite3.Connection,
    stamps: dict[str, str],
    known: dict[str, Look],
    progress: _Progress,
    workers: int | None,
) -> None:
    missing = [name for name in stamps if name not in known]
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        for start in range(0, len(missing), _LOOKS_A_COMMIT):
            some = missing[start : start + _LOOKS_A_COMMIT]
            for name, look in zip(some, pool.map(look_at, map(Path, some)), strict=True):
                known[name] = look
                row = (_key(name), stamps[name], _facts(look), look.thumbnail)
                connection.execute("INSERT OR REPLACE INTO look VALUES (?, ?, ?, ?)", row)
                progress.add(1, int(bool(look.error)))
            connection.commit()


def _key(path: str) -> str | bytes:
    """Return what the database calls a file: its path, as bytes where that is no Unicode."""
    return path if can_be_written(Path(path)) else os.fsencode(path)


def _stamp(path: str) -> str:
    """Return what changes when the file does."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return FileMissingError.code
    return f"{_VERSION} {status.st_size} {status.st_mtime_ns}"


def _kept(connection: sqlite3.Connection, stamps: dict[str, str]) -> Iterator[tuple[str, Look]]:
    names = list(stamps)
    for start in range(0, len(names), _ASKED_AT_ONCE):
        some = [_key(name) for name in names[start : start + _ASKED_AT_ONCE]]
        marks = ", ".join("?" * len(some))
        for key, stamp, facts, thumbnail in connection.execute(
            f"SELECT path, stamp, facts, thumbnail FROM look WHERE path IN ({marks})",  # noqa: S608
            some,
        ):
            name = os.fsdecode(key)
            if stamp == stamps[name]:
                yield name, _look(facts, thumbnail)


def _facts(look: Look) -> str:
    facts = asdict(look)
    del facts["thumbnail"]
    return json.dumps(facts)


def _look(facts: str, thumbnail: bytes) -> Look:
    kept = json.loads(facts)
    measures = kept.pop("measures")
    if measures is not None:
        for colour in ("border", "mean"):
            measures[colour] = tuple(measures[colour])
        measures = Measures(**measures)
    return Look(**kept, measures=measures, thumbnail=thumbnail)
