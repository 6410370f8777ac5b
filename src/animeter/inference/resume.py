"""Reads what an earlier run wrote, so that a new one can go on behind it.

The last line of a killed run may be torn; it is dropped, and its picture is classified again.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, BinaryIO, Final

from animeter.domain.errors import OutputError
from animeter.domain.verdict import Verdict
from animeter.inference.rows import COLUMNS, heads_of
from animeter.inference.writers import journal_of, require_pyarrow

_PARQUET_MAGIC: Final = b"PAR1"
_CSV_HEADER: Final = ",".join(COLUMNS).encode()


@dataclass
class EarlierRun:
    """What an earlier output holds.

    Attributes:
        file_format: the output's format; None where there is nothing yet.
        paths: of the pictures that have a row, failures included.
        last: path and verdict of the last row, if it is a classification: a kill may have come
            between writing that row and sorting its picture.
        whole_bytes: where the last whole row of a text file ends.
        heads: names of the heads that its rows carry; None where no row tells.
    """

    file_format: str | None = None
    paths: set[str] = field(default_factory=set)
    last: tuple[str, Verdict] | None = None
    whole_bytes: int = 0
    heads: tuple[str, ...] | None = None

    def add(self, path: str | None, verdict: str | None) -> None:
        """Take note of a row."""
        if path is None:
            return
        self.paths.add(path)
        self.last = (path, Verdict(verdict)) if verdict in set(Verdict) else None


def read_earlier_run(path: Path) -> EarlierRun:
    """Read which pictures an output already has, in whatever format it is.

    Raises:
        OutputError: the file cannot be read or is not an output of `animeter classify`.
        MissingExtraError: it is a Parquet file and pyarrow is not installed.
    """
    run = EarlierRun()
    try:
        if path.exists():
            _read_by_content(path, run)
        if (journal := journal_of(path)).exists():
            _read_journal(journal, run)
    except OSError as error:
        raise OutputError(f"Cannot read {path}: {error.strerror or error}.") from error
    return run


def cut_torn_end(path: Path, run: EarlierRun) -> None:
    """Remove the torn last line of an output, so that whole rows can follow.

    Raises:
        OutputError: the file cannot be changed.
    """
    text = journal_of(path) if run.file_format == "parquet" else path
    try:
        if text.exists() and text.stat().st_size > run.whole_bytes:
            with text.open("r+b") as file:
                file.truncate(run.whole_bytes)
    except OSError as error:
        raise OutputError(f"Cannot write {text}: {error.strerror or error}.") from error


def _read_by_content(path: Path, run: EarlierRun) -> None:
    with path.open("rb") as file:
        head = file.read(len(_CSV_HEADER))
        file.seek(0)
        if head.startswith(_PARQUET_MAGIC):
            run.file_format = "parquet"
            _read_parquet(path, run)
        elif head.lstrip().startswith(b"{"):
            run.file_format = "jsonl"
            _read_jsonl(file, run)
        elif head and _CSV_HEADER.startswith(head.rstrip(b"\r\n")):
            run.file_format = "csv"
            _read_csv(file, run)
        elif head.strip():
            raise OutputError(
                f"{path} is not an output of `animeter classify` in JSONL, CSV or Parquet, "
                f"it begins with {head[:16]!r}. Name the file that --output wrote."
            )


def _read_journal(journal: Path, run: EarlierRun) -> None:
    rows = EarlierRun()
    with journal.open("rb") as file:
        _read_jsonl(file, rows)
    if rows.paths and rows.paths <= run.paths:
        journal.unlink()  # the kill came after its rows had gone into the file
        return
    run.file_format = "parquet"
    run.paths |= rows.paths
    run.last = rows.last or run.last
    run.heads = rows.heads if run.heads is None else run.heads
    run.whole_bytes = rows.whole_bytes


def _read_jsonl(file: BinaryIO, run: EarlierRun) -> None:
    for line in file:
        if not line.endswith(b"\n"):
            return
        run.whole_bytes += len(line)
        try:
            row = json.loads(line)
        except ValueError:
            continue  # its picture has no row, so it comes again
        if isinstance(row, dict):
            run.add(row.get("path"), row.get("verdict"))
            if run.heads is None and row.get("verdict") is not None:
                run.heads = tuple(row.get("heads") or ())


def _read_csv(file: BinaryIO, run: EarlierRun) -> None:
    for number, record in enumerate(_csv_records(file)):
        run.whole_bytes += len(record)
        text = StringIO(record.decode("utf-8", "surrogateescape"), newline="")
        fields = next(csv.reader(text))
        if number == 0:
            run.heads = heads_of(fields)
        else:
            row = dict(zip(COLUMNS, fields, strict=False))
            run.add(row.get("path"), row.get("verdict"))


def _csv_records(file: BinaryIO) -> Iterator[bytes]:
    record = b""
    for line in file:
        record += line
        # Inside a quoted field, where a newline is part of a path, the quotes are not yet paired.
        if line.endswith(b"\n") and record.count(b'"') % 2 == 0:
            yield record
            record = b""


def _read_parquet(path: Path, run: EarlierRun) -> None:
    require_pyarrow()
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table: Any = pq.ParquetFile(path)
        run.heads = heads_of(table.schema_arrow.names)
        for batch in table.iter_batches(columns=["path", "verdict"]):
            for row in batch.to_pylist():
                run.add(row["path"], row["verdict"])
    except (pa.ArrowException, KeyError) as error:
        raise OutputError(f"{path} is not a Parquet output of `animeter classify`: {error}.") from (
            error
        )
