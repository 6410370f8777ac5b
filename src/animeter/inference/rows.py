"""A result as a row: one line of JSON, or flat columns for CSV and Parquet."""

import json
from collections.abc import Sequence
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

HEAD_PREFIX: Final = "head_"
SCORE_SUFFIX: Final = "_score"


def columns_of(heads: Sequence[str]) -> tuple[str, ...]:
    """Return the flat columns of rows that carry these heads: two more for each of them."""
    return (*COLUMNS, *(column for head in heads for column in head_columns(head)))


def head_columns(head: str) -> tuple[str, str]:
    """Return the columns of a head's likeliest label and of its score."""
    return f"{HEAD_PREFIX}{head}", f"{HEAD_PREFIX}{head}{SCORE_SUFFIX}"


def heads_of(columns: Sequence[str]) -> tuple[str, ...]:
    """Return the heads that some flat columns are for."""
    pairs = zip(columns[len(COLUMNS) :: 2], columns[len(COLUMNS) + 1 :: 2], strict=False)
    return tuple(
        label.removeprefix(HEAD_PREFIX)
        for label, score in pairs
        if label.startswith(HEAD_PREFIX) and score == label + SCORE_SUFFIX
    )


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


def to_flat(row: dict[str, Any], columns: Sequence[str] = COLUMNS) -> FlatRow:
    """Flatten a result's JSON shape into columns; what a row does not have is None.

    A head fills its two columns with the likeliest label and that one's score; the rest of its
    labels are in JSON alone.
    """
    error = row.get("error") or {}
    flat = {"error_code": error.get("code"), "error_message": error.get("message"), **row}
    for head, best in (row.get("heads") or {}).items():
        label, score = head_columns(head)
        flat |= {label: best[0]["label"], score: best[0]["score"]}
    return {column: flat.get(column) for column in columns}


def with_path(result: Result, path: str) -> Result:
    """Return the result under another path."""
    return replace(result, path=path)
