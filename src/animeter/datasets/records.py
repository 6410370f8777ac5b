"""A manifest as a table with any columns: read whole, written whole, or grown row by row.

`datasets/manifest.py` reads the same file as what training needs of it, and refuses what makes no
sense there; this file keeps every column as it finds it, for whatever gathers, checks, labels and
converts pictures. It does not open them.
"""

import csv
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from animeter.domain.errors import FileMissingError, ManifestError, OutputError
from animeter.domain.results import Failure
from animeter.media.small_files import cannot_write, write_whole

PATH = "path"
"""The one column that every manifest has: the picture, relative to the manifest's folder."""


@dataclass(frozen=True, slots=True)
class Records:
    """All rows of a manifest.

    Attributes:
        columns: their names, in the file's order; `path` is among them.
        rows: a mapping of column to text each; every column is there, empty where unknown.
        folder: what the paths are relative to.
        left_out: files that were meant as well, and that no row can name.
    """

    columns: tuple[str, ...]
    rows: list[dict[str, str]]
    folder: Path
    left_out: tuple[Failure, ...] = ()

    def picture(self, row: Mapping[str, str]) -> Path:
        """Return where a row's picture lies."""
        return self.folder / row[PATH]


def read_records(path: Path, names: str = PATH) -> Records:
    """Read a manifest with all its columns.

    Args:
        path: of the CSV file.
        names: the column that names the pictures, for tables of others.

    Raises:
        FileMissingError: there is no such file.
        ManifestError: it is not CSV, lacks that column, or a row does not fit its header.
    """
    if not path.is_file():
        raise FileMissingError(
            f"There is no manifest at {path}. Give the path of a CSV file with a column {names!r}."
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")  # read_text would change ends of lines
        return Records(*_parsed(text, path, names), path.parent)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"{path} is not a CSV file in UTF-8: {error}.") from error
    except OSError as error:
        raise ManifestError(f"Cannot read {path}: {error.strerror or error}.") from error


def write_records(records: Records, path: Path) -> None:
    """Write a manifest so that a kill leaves the old one or the new one.

    The rows' paths are written as they are, so `path` belongs into `records.folder`.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        write_whole(path, _line(records.columns) + "".join(_lines(records.columns, records.rows)))
    except OSError as error:
        raise cannot_write(path, error) from error
    except UnicodeEncodeError as error:
        raise OutputError(
            f"{path} cannot name all pictures: the name of a folder on the way to them is not "
            "Unicode. Rename that folder, or write into it."
        ) from error


def moved(records: Records, folder: Path) -> Records:
    """Return the same pictures with paths that are relative to another folder."""
    rows = [{**row, PATH: relative_path(records.picture(row), folder)} for row in records.rows]
    return Records(records.columns, rows, folder)


def relative_path(path: Path, folder: Path) -> str:
    """Return a path as a manifest in a folder writes it; absolute where no way leads there."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive of Windows
        return path.absolute().as_posix()


def can_be_written(path: Path) -> bool:
    """Say whether a name can stand in a manifest; Linux allows names that are no text at all."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def why_unwritable(name: str) -> Failure | None:
    """Return what is wrong with a name that cannot stand in a manifest; None if it can."""
    if can_be_written(Path(name)):
        return None
    return Failure(escaped(name), ManifestError.code, "its name is not Unicode; rename it")


def escaped(name: str) -> str:
    """Return a name as text that can be written: what is not Unicode in it is escaped."""
    return name.encode(errors="backslashreplace").decode()


class RecordLog:
    """A manifest that grows row by row, and keeps every row that was appended through a kill.

    Opening one that a killed process left goes on behind its last whole row; a line that was cut
    off in the middle is removed. One process appends at a time.

    Args:
        path: of the CSV file; made with its folder if need be.
        columns: of the rows. A file that is there already must have the same ones.

    Raises:
        ManifestError: the file is there and is no manifest of these columns.
        OutputError: it cannot be written.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._path = path
        self._columns = tuple(columns)
        self._rows: list[dict[str, str]] = []
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists():
                self._take_up()
            self._file = path.open("a", newline="", encoding="utf-8")
            if self._file.tell() == 0:
                self._write(_line(self._columns))
        except OSError as error:
            raise cannot_write(path, error) from error

    def __enter__(self) -> Self:
        """Return the log, which is open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    @property
    def rows(self) -> Sequence[Mapping[str, str]]:
        """All rows, those of earlier processes first."""
        return self._rows

    def seen(self, column: str) -> set[str]:
        """Return what the rows hold in a column."""
        return {row[column] for row in self._rows}

    def append(self, row: Mapping[str, str]) -> None:
        """Write a row; it is on the disk when this returns.

        Args:
            row: column to text; what lacks is left empty.

        Raises:
            ManifestError: it has a column that the file has not.
            OutputError: it cannot be written.
        """
        unknown = set(row) - set(self._columns)
        if unknown:
            raise ManifestError(
                f"{self._path} has the columns {', '.join(self._columns)}, but the row also "
                f"holds {', '.join(sorted(unknown))}. Write to another file."
            )
        whole = {column: row.get(column, "") for column in self._columns}
        try:
            self._write(_line([whole[column] for column in self._columns]))
        except OSError as error:
            raise cannot_write(self._path, error) from error
        self._rows.append(whole)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, line: str) -> None:
        self._file.write(line)
        self._file.flush()
        os.fsync(self._file.fileno())

    def _take_up(self) -> None:
        """Read what an earlier process wrote, less a last line without its end."""
        content = self._path.read_bytes()
        whole = content[: _whole_bytes(content)]
        if len(whole) < len(content):
            os.truncate(self._path, len(whole))
        if not whole:
            return
        try:
            columns, self._rows = _parsed(whole.decode("utf-8-sig"), self._path)
        except (UnicodeDecodeError, csv.Error) as error:
            raise ManifestError(f"{self._path} is not a CSV file in UTF-8: {error}.") from error
        if columns != self._columns:
            raise ManifestError(
                f"{self._path} is there already with the columns {', '.join(columns)}; wanted "
                f"{', '.join(self._columns)}. Write to another file, or move that one away."
            )


def _whole_bytes(content: bytes) -> int:
    """Return how many bytes the whole rows take; an end of line inside quotes ends no row."""
    whole, position, quoted = 0, 0, False
    for line in content.splitlines(keepends=True):
        position += len(line)
        quoted ^= line.count(b'"') % 2 == 1
        if line.endswith(b"\n") and not quoted:
            whole = position
    return whole


def _parsed(
    text: str, origin: Path, names: str = PATH
) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns = tuple(next(reader, ()))
    if names not in columns:
        raise ManifestError(
            f"{origin} has the columns {', '.join(columns) or '(none)'}, but not {names!r}. Add "
            "it: a picture each, relative to the manifest."
        )
    if len(set(columns)) != len(columns):
        raise ManifestError(f"{origin} has a column twice: {', '.join(columns)}. Rename one.")
    rows = []
    for fields in reader:
        if len(fields) != len(columns):
            raise ManifestError(
                f"{origin}, line {reader.line_num}, has {len(fields)} fields, and the header has "
                f"{len(columns)}. Quote fields that hold commas."
            )
        rows.append(dict(zip(columns, fields, strict=True)))
    return columns, rows


def _lines(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> list[str]:
    return [_line([row.get(column, "") for column in columns]) for row in rows]


def _line(fields: Sequence[str]) -> str:
    text = io.StringIO(newline="")
    # With this end of line the writer quotes fields that hold \r too.
    csv.writer(text, lineterminator="\r\n").writerow(fields)
    return text.getvalue().removesuffix("\r\n") + "\n"
