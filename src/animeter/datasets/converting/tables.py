"""Tables that name pictures: our manifest, the same as Parquet, and the metadata of Hugging Face.

Hugging Face's folders of images hold a `metadata.csv` or `metadata.jsonl` whose column `file_name`
is our `path`. Tables of others may hold numbers, lists and nothing: they become text, as JSON
writes it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from animeter.datasets.converting.items import Found, Item
from animeter.datasets.records import PATH, Records, escaped, read_records, write_records
from animeter.domain.errors import ManifestError, MissingExtraError
from animeter.media.small_files import cannot_write, whole_file, write_whole

FILE_NAME: Final = "file_name"
METADATA: Final = "metadata"


class TableSource:
    """A table whose rows name files.

    Args:
        records: all rows.
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table."""
        return self._records.columns

    def items(self) -> Iterator[Found]:
        """Give the rows; whether a picture is there is seen when it is read."""
        for row in self._records.rows:
            yield Item(dict(row), self._records.picture(row))


def read_table(path: Path) -> Records:
    """Read a table by its suffix, `.jsonl`, `.parquet` or else CSV; all columns become text.

    Raises:
        AnimeterError: it cannot be read, or has no column that names the pictures.
    """
    names = FILE_NAME if path.stem == METADATA else PATH
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        columns, rows = _parquet(path)
    elif suffix == ".jsonl":
        columns, rows = _jsonl(path)
    else:
        read = read_records(path, names)
        columns, rows = list(read.columns), read.rows
    if names not in columns:
        raise ManifestError(
            f"{path} has the columns {', '.join(columns) or '(none)'}; wanted {names!r}, which "
            "names the pictures."
        )
    if names == PATH:
        return Records(tuple(columns), rows, path.parent)
    if PATH in columns:
        raise ManifestError(f"{path} has both {names!r} and {PATH!r}. Leave one of them out.")
    renamed = [{PATH if key == names else key: row[key] for key in columns} for row in rows]
    return Records(tuple(renamed_columns(columns, names, PATH)), renamed, path.parent)


def renamed_columns(columns: Sequence[str], old: str, new: str) -> list[str]:
    """Return columns with one renamed."""
    return [new if column == old else column for column in columns]


def write_table(columns: Sequence[str], rows: list[dict[str, str]], path: Path) -> None:
    """Write a table by its suffix, so that a kill leaves the old one or the new one.

    A file that is called `metadata` gets `file_name` in the place of `path`.

    Raises:
        AnimeterError: it cannot be written.
    """
    if path.stem == METADATA:
        if FILE_NAME in columns:
            raise ManifestError(
                f"There is a column {FILE_NAME!r}, which is what Hugging Face calls the path. "
                "Rename it first."
            )
        columns = renamed_columns(columns, PATH, FILE_NAME)
        rows = [{FILE_NAME: row[PATH], **row} for row in rows]
    try:
        if path.suffix.lower() == ".parquet":
            _write_parquet(columns, rows, path)
        elif path.suffix.lower() == ".jsonl":
            write_whole(path, "".join(_json_lines(columns, rows)))
        else:
            write_records(Records(tuple(columns), rows, path.parent), path)
    except OSError as error:
        raise cannot_write(path, error) from error


def text_of(value: Any) -> str:
    """Return a value of somebody else's table as text; JSON can hold halves of characters."""
    if value is None:
        return ""
    if not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False, default=str)
    return escaped(value)


def texts_of(row: Mapping[Any, Any]) -> dict[str, str]:
    """Return a row of somebody else's table, its columns too, as text."""
    return {escaped(str(column)): text_of(value) for column, value in row.items()}


def columns_of(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the columns of all rows, in the order of their first coming."""
    return list(dict.fromkeys(column for row in rows for column in row))


def _jsonl(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    found: list[dict[str, str]] = []
    try:
        for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), 1):
            if not line.strip():
                continue
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ManifestError(f"{path}, line {number}, is no JSON object but {line[:40]!r}.")
            found.append(texts_of(row))
    except (OSError, ValueError, RecursionError) as error:
        raise ManifestError(f"{path} cannot be read as lines of JSON: {error}.") from error
    columns = columns_of(found)
    return columns, [{key: row.get(key, "") for key in columns} for row in found]


def _json_lines(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    for row in rows:
        ordered = {column: row[column] for column in columns}
        yield json.dumps(ordered, ensure_ascii=False) + "\n"


def _pyarrow() -> Any:
    try:
        import pyarrow as pa
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtraError("parquet", "pyarrow") from error
    return pa


def _parquet(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    pa = _pyarrow()
    try:
        table = pa.parquet.read_table(path)
        columns = [str(name) for name in table.column_names]
        rows = [{key: text_of(row[key]) for key in columns} for row in table.to_pylist()]
    except (pa.ArrowException, OSError) as error:
        raise ManifestError(f"{path} cannot be read as Parquet: {error}.") from error
    return columns, rows


def _write_parquet(columns: Sequence[str], rows: list[dict[str, str]], path: Path) -> None:
    pa = _pyarrow()
    schema = pa.schema([(column, pa.string()) for column in columns])
    table = pa.Table.from_pylist([{key: row[key] for key in columns} for row in rows], schema)
    with whole_file(path) as unfinished:
        pa.parquet.write_table(table, unfinished, compression="zstd")
