"""Runs a collector: keeps what it finds, writes the manifest, and goes on where a kill left it.

A folder that is collected into holds

    manifest.csv    a row a picture: where it lies, where it came from, and what is known of it
    passed.csv      what was looked at and gave no new picture, and why
    pictures/       the pictures, byte for byte as they were found

Both tables grow row by row, each row on the disk before the next picture is taken. Collectors of
several kinds may fill one folder one after another; the manifest gets the columns of all of them.
"""

import csv
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from animeter.datasets.collecting.collector import Collected, Collector, Finished
from animeter.datasets.collecting.keeping import content_hash, keep, kept_path, locked
from animeter.datasets.records import RecordLog, Records, read_records, write_records
from animeter.domain.errors import ImageError, ManifestError, MissingExtraError
from animeter.domain.results import Failure
from animeter.media.images import read_image
from animeter.media.limits import Limits

MANIFEST: Final = "manifest.csv"
PASSED: Final = "passed.csv"

FINISHED: Final = "finished"
DUPLICATE: Final = "duplicate"
TOO_SMALL: Final = "too_small"

_COLUMNS: Final = (
    *("path", "source", "collector", "collected_at"),
    *("sha256", "format", "width_px", "height_px"),
)
_PASSED_COLUMNS: Final = ("path", "source", "reason", "message", "collector", "passed_at")
# Decoding at a small size finds what is broken as well, and costs less.
_LOOK_PX: Final = 64


@dataclass(frozen=True, slots=True)
class Collection:
    """Where pictures are collected to, and which are wanted.

    Attributes:
        folder: gets the pictures and the manifest; may hold those of earlier runs.
        labels: columns to fill with the same text for every picture of this run, `style` perhaps.
        min_side_px: pictures with a shorter side are passed over.
        limits: what a picture may cost.
        retry_failed: look again at what failed in earlier runs.
    """

    folder: Path
    labels: Mapping[str, str] = field(default_factory=dict)
    min_side_px: int = 64
    limits: Limits = field(default_factory=Limits)
    retry_failed: bool = False


@dataclass(slots=True)
class Tally:
    """What a run has done so far.

    Attributes:
        kept: new pictures.
        duplicates: pictures whose very bytes were there already.
        failed: what gave no picture.
    """

    kept: int = 0
    duplicates: int = 0
    failed: int = 0

    @property
    def done(self) -> int:
        """How many were looked at."""
        return self.kept + self.duplicates + self.failed


def collect_into(
    collection: Collection,
    collector: Collector,
    watch: Callable[[Tally, Failure | None], None] = lambda _tally, _failure: None,
) -> Tally:
    """Run a collector to its end.

    Args:
        collection: where to.
        collector: where from.
        watch: told after every picture, with the failure if it was one.

    Raises:
        AnimeterError: the run cannot begin or go on; what was collected so far is safe.
    """
    tally = Tally()
    with _Keeper(collection, collector) as keeper:
        for found in collector.collect(keeper.done):
            if isinstance(found, Finished):
                keeper.pass_over(found.source, FINISHED, found.message)
                continue
            failure = keeper.take(found, tally) if isinstance(found, Collected) else found
            if failure is not None:
                tally.failed += 1
                keeper.pass_over(failure.path or "", failure.error, failure.message)
            watch(tally, failure)
    return tally


class _Keeper:
    """The two tables of a folder while a collector runs, and the pictures beside them."""

    def __init__(self, collection: Collection, collector: Collector) -> None:
        self._collection = collection
        self._collector = collector
        columns = dict.fromkeys((*_COLUMNS, *collector.columns, *collection.labels))
        taken = sorted({*_COLUMNS, *collector.columns} & set(collection.labels))
        if taken:
            raise ManifestError(
                f"The column {taken[0]!r} is filled by the collector itself; label with another."
            )
        with ExitStack() as stack:
            stack.enter_context(locked(collection.folder))
            manifest = collection.folder / MANIFEST
            self._manifest = stack.enter_context(_widened(manifest, tuple(columns)))
            self._passed = stack.enter_context(
                RecordLog(collection.folder / PASSED, _PASSED_COLUMNS)
            )
            self._files = stack.pop_all()
        self._paths = {row["sha256"]: row["path"] for row in self._manifest.rows}
        kept = self._manifest.seen("source")
        self.done = kept | _settled(self._passed, kept, retry_failed=collection.retry_failed)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def take(self, found: Collected, tally: Tally) -> Failure | None:
        """Keep a picture unless it is broken, too small or there already."""
        sha256 = content_hash(found.content)
        if sha256 in self._paths:
            tally.duplicates += 1
            message = "the same bytes were collected already"
            self.pass_over(found.source, DUPLICATE, message, self._paths[sha256])
            return None
        try:
            image = read_image(found.content, self._collection.limits, shrink_to_px=_LOOK_PX)
        except (ImageError, MissingExtraError) as error:
            return Failure.from_error(found.source, error)
        if min(image.width_px, image.height_px) < self._collection.min_side_px:
            return Failure(
                found.source,
                TOO_SMALL,
                f"the picture has {image.width_px} x {image.height_px} pixels; wanted at least "
                f"{self._collection.min_side_px} on the shorter side",
            )
        path = kept_path(found.name, sha256, image.format)
        keep(found.content, self._collection.folder / path)
        self._manifest.append(
            {
                **self._collection.labels,
                **found.facts,
                "path": path,
                "source": found.source,
                "collector": self._collector.name,
                "collected_at": _now(),
                "sha256": sha256,
                "format": image.format,
                "width_px": str(image.width_px),
                "height_px": str(image.height_px),
            }
        )
        self._paths[sha256] = path
        self.done.add(found.source)
        tally.kept += 1
        return None

    def pass_over(self, source: str, reason: str, message: str, path: str = "") -> None:
        """Record what gave no new picture, so that no later run looks at it again."""
        self._passed.append(
            {
                "path": path,
                "source": source,
                "reason": reason,
                "message": message,
                "collector": self._collector.name,
                "passed_at": _now(),
            }
        )
        self.done.add(source)


def _settled(passed: RecordLog, kept: set[str], *, retry_failed: bool) -> set[str]:
    """Return what was passed over and is not to be looked at again.

    Where failures are, a container in which there are some is opened again.
    """
    if not retry_failed:
        return passed.seen("source")
    reasons = {row["source"]: row["reason"] for row in passed.rows}
    failed = [s for s, r in reasons.items() if r not in (FINISHED, DUPLICATE) and s not in kept]
    return {
        source
        for source, reason in reasons.items()
        if reason == DUPLICATE
        or (reason == FINISHED and not any(one.startswith(source) for one in failed))
    }


def _widened(path: Path, columns: tuple[str, ...]) -> RecordLog:
    """Open a manifest to append to, after giving it the columns that it lacks."""
    there = _header(path)
    log = RecordLog(path, there or columns)
    lacking = tuple(column for column in columns if column not in (there or columns))
    if not lacking:
        return log
    log.close()  # by opening it, what a kill tore off at its end was removed
    wide = (*there, *lacking)
    records = read_records(path)
    rows = [{column: row.get(column, "") for column in wide} for row in records.rows]
    write_records(Records(wide, rows, records.folder), path)
    return RecordLog(path, wide)


def _header(path: Path) -> tuple[str, ...]:
    """Return the columns of a manifest; none if there is no whole header."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            line = file.readline()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"Cannot read {path}: {error}. Move it away.") from error
    return tuple(next(csv.reader([line]))) if line.endswith("\n") else ()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
