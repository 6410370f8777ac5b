"""Writes results to a file or stream so that a killed run can be taken up again.

Every row reaches the operating system before the next one is asked for, so `kill -9` loses only
the pictures that were under way. Parquet cannot be read before its footer is written; its rows
are kept in a JSONL journal beside it until the end, and then turned into the file in one step.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Protocol

from animeter.domain.errors import MissingExtraError, OutputError
from animeter.domain.results import Result
from animeter.inference.rows import (
    COLUMNS,
    FlatRow,
    head_columns,
    heads_of,
    to_flat,
    to_json_line,
)
from animeter.media.small_files import whole_file

FILE_FORMATS: Final = ("jsonl", "csv", "parquet")
JOURNAL_SUFFIX: Final = ".rows.jsonl"
_ROWS_A_GROUP: Final = 50_000


class RowWriter(Protocol):
    """Takes results one by one."""

    def write(self, result: Result) -> None:
        """Write one result; it is safe from a kill when this returns."""

    def close(self) -> None:
        """Finish the output."""


class JsonlWriter:
    """One JSON object a line.

    Args:
        stream: where the lines go; closed at the end only if it is `owned`.
    """

    def __init__(self, stream: BinaryIO, *, owned: bool = True) -> None:
        self._stream = stream
        self._owned = owned

    def write(self, result: Result) -> None:
        """Write one line."""
        _put(self._stream, to_json_line(result))

    def close(self) -> None:
        """Close the stream if it is ours."""
        if self._owned:
            self._stream.close()


class CsvWriter:
    """Comma-separated columns in UTF-8, with a header.

    Args:
        stream: where the lines go; closed at the end only if it is `owned`.
        header: False where the stream already begins with one.
        columns: of the records, as `columns_of` gives them.
    """

    def __init__(
        self,
        stream: BinaryIO,
        *,
        header: bool = True,
        owned: bool = True,
        columns: Sequence[str] = COLUMNS,
    ) -> None:
        self._stream = stream
        self._owned = owned
        self._columns = columns
        if header:
            self._write_fields(columns)

    def write(self, result: Result) -> None:
        """Write one record."""
        flat = to_flat(result.to_dict(), self._columns)
        self._write_fields(
            ["" if flat[column] is None else str(flat[column]) for column in self._columns]
        )

    def close(self) -> None:
        """Close the stream if it is ours."""
        if self._owned:
            self._stream.close()

    def _write_fields(self, fields: Sequence[str]) -> None:
        line = ",".join(map(_csv_field, fields)) + "\n"
        # A path that is not valid Unicode goes out as the bytes it is.
        _put(self._stream, line.encode("utf-8", "surrogateescape"))


class ParquetWriter:
    """A Parquet file, with a journal beside it while it grows.

    Args:
        path: the file; rows that it or its journal hold already are kept.
        columns: of the rows, as `columns_of` gives them.

    Raises:
        OutputError: the journal cannot be written.
    """

    def __init__(self, path: Path, columns: Sequence[str] = COLUMNS) -> None:
        self._path = path
        self._columns = columns
        self._journal = journal_of(path)
        self._rows = JsonlWriter(_open(self._journal))

    def write(self, result: Result) -> None:
        """Write one row to the journal."""
        self._rows.write(result)

    def close(self) -> None:
        """Turn the journal into the file, in one step, and remove it."""
        import pyarrow.parquet as pq

        self._rows.close()
        schema = _parquet_schema(self._columns)
        try:
            with (
                whole_file(self._path) as unfinished,
                pq.ParquetWriter(unfinished, schema, compression="zstd") as writer,
            ):
                if self._path.exists():
                    for batch in pq.ParquetFile(self._path).iter_batches(_ROWS_A_GROUP):
                        writer.write_batch(batch.cast(schema))
                for rows in _groups(self._journal, self._columns):
                    writer.write_batch(_parquet_batch(rows, schema))
            self._journal.unlink()
        except OSError as error:
            raise OutputError(
                f"Cannot write {self._path}: {error.strerror or error}. "
                f"Its rows are safe in {self._journal}; run again with --resume {self._path}."
            ) from error


class OutputFile:
    """A results file that is open for writing, as a context manager that gives its writer.

    Args:
        path: the file.
        file_format: one of `FILE_FORMATS`.
        append: whether rows that are there stay; otherwise the file becomes `NAME~`.
        columns: of flat rows, as `columns_of` gives them.

    Raises:
        OutputError: the file cannot be written.
        MissingExtraError: Parquet was asked for and pyarrow is not installed.
    """

    def __init__(
        self, path: Path, file_format: str, *, append: bool, columns: Sequence[str] = COLUMNS
    ) -> None:
        if file_format == "parquet":
            require_pyarrow()
        if not append:
            for old in (path, journal_of(path)):
                _keep_aside(old)
        self._writer = _file_writer(path, file_format, columns)

    def __enter__(self) -> RowWriter:
        """Give the writer."""
        return self._writer

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file, also after an error: what is done is done."""
        # A disk that is full is full for the rest of the buffer too, and has been told of.
        with suppress(OSError) if isinstance(error, OutputError) else nullcontext():
            self._writer.close()


def journal_of(path: Path) -> Path:
    """Return where the rows of an unfinished Parquet file are kept."""
    return path.with_name(path.name + JOURNAL_SUFFIX)


def require_pyarrow() -> None:
    """Check that Parquet can be read and written.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa  # noqa: F401  (only whether it is there)
    except ImportError as error:
        raise MissingExtraError("parquet", "pyarrow") from error


def _csv_field(text: str) -> str:
    # Python's own writer leaves a carriage return bare where lines end in a newline (3.11).
    if any(char in text for char in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _file_writer(path: Path, file_format: str, columns: Sequence[str]) -> RowWriter:
    if file_format == "parquet":
        return ParquetWriter(path, columns)
    stream = _open(path)
    if file_format == "jsonl":
        return JsonlWriter(stream)
    return CsvWriter(stream, header=stream.tell() == 0, columns=columns)


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("ab")
    except OSError as error:
        raise OutputError(
            f"Cannot write {path}: {error.strerror or error}. "
            "Give --output a place in a folder that exists and may be written."
        ) from error


def _put(stream: BinaryIO, row: bytes) -> None:
    try:
        stream.write(row)
        stream.flush()
    except BrokenPipeError:
        raise  # nobody reads on: not a failure to be told of
    except OSError as error:
        raise OutputError(
            f"Cannot write rows: {error.strerror or error}. Rows written before are good; "
            "make room, and run again with --resume."
        ) from error


def _keep_aside(path: Path) -> None:
    # A device or a pipe, /dev/stdout say, is not a file to keep.
    if not path.is_file() or not path.stat().st_size:
        return
    try:
        path.replace(path.with_name(path.name + "~"))
    except OSError as error:
        raise OutputError(
            f"Cannot move the earlier {path} aside: {error.strerror or error}. "
            "Move it yourself, or give another --output."
        ) from error


def _groups(journal: Path, columns: Sequence[str]) -> Iterator[list[FlatRow]]:
    with journal.open("rb") as lines:
        rows = (to_flat(json.loads(line), columns) for line in lines)
        while group := list(islice(rows, _ROWS_A_GROUP)):
            yield group


def _parquet_schema(columns: Sequence[str]) -> Any:
    import pyarrow as pa

    types = {"anime": pa.float64(), "cartoon": pa.float64()}
    types |= {"width_px": pa.int32(), "height_px": pa.int32()}
    types |= {head_columns(head)[1]: pa.float64() for head in heads_of(columns)}
    return pa.schema([(column, types.get(column, pa.string())) for column in columns])


def _parquet_batch(rows: list[FlatRow], schema: Any) -> Any:
    import pyarrow as pa

    for row in rows:
        # Parquet holds valid Unicode alone; bytes that are not become \xNN.
        row["path"] = os.fsencode(row["path"] or "").decode("utf-8", "backslashreplace")
    return pa.RecordBatch.from_pylist(rows, schema=schema)
