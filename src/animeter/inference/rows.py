"""A result as a row: one line of JSON, or flat columns for CSV and Parquet."""

import json
from dataclasses import replace
from typing import Any, Final, TypeAlias

from animeter.domain.results import Result

FlatRow: TypeAlias = dict[str, Any]

COLUMNS: Final = (
    "path",
    "verdict",
    "anime",
    "cartoon",
    "model",
    "width_px",
    "height_px",
    "error_code",
    "error_message",
)
"""The flat columns; a classification leaves the last two empty, a failure all but the first."""


def to_json_line(result: Result) -> bytes:
    r"""Return one line of JSON, newline included.

    A path that is not valid Unicode keeps its bytes as `\udcXX` escapes, which is how
    `os.fsencode` gets them back.
    """
    row = result.to_dict()
    try:
        return (json.dumps(row, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:
        return (json.dumps(row) + "\n").encode("ascii")


def to_flat(row: dict[str, Any]) -> FlatRow:
    """Flatten a result's JSON shape into `COLUMNS`; what a row does not have is None."""
    error = row.get("error") or {}
    flat = {"error_code": error.get("code"), "error_message": error.get("message"), **row}
    return {column: flat.get(column) for column in COLUMNS}


def with_path(result: Result, path: str) -> Result:
    """Return the result under another path."""
    return replace(result, path=path)
