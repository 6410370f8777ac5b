"""What is written can be read back, taken up after a kill, and never loses an earlier file."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from animeter.domain.errors import OutputError
from animeter.domain.results import Classification, Failure, Result
from animeter.domain.verdict import Verdict
from animeter.inference.resume import cut_torn_end, read_earlier_run
from animeter.inference.rows import COLUMNS, to_json_line
from animeter.inference.writers import FILE_FORMATS, OutputFile, journal_of

ROWS: tuple[Result, ...] = (
    Classification("a.png", 0.97, 0.0213456789, Verdict.ANIME, "tiny 1.0", 60, 40),
    Failure('bad, "very"\nbad.png', "unreadable_image", "it is broken; get it again"),
    Classification("日本/b.jpg", 0.01, 0.99, Verdict.CARTOON, "tiny 1.0", 1, 2),
)
PATHS = {str(row.path) for row in ROWS}


def write(path: Path, file_format: str, rows: tuple[Result, ...], append: bool = False) -> None:
    with OutputFile(path, file_format, append=append) as writer:
        for row in rows:
            writer.write(row)


def read_rows(path: Path, file_format: str) -> list[dict[str, object]]:
    if file_format == "jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if file_format == "csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    rows: list[dict[str, object]] = pq.read_table(path).to_pylist()
    return rows


@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_rows_come_back(tmp_path: Path, file_format: str) -> None:
    path = tmp_path / "rows"
    write(path, file_format, ROWS)
    rows = read_rows(path, file_format)
    assert [row["path"] for row in rows] == [row.path for row in ROWS]
    assert rows[0]["verdict"] == "anime"
    assert float(str(rows[0]["cartoon"])) == 0.021346
    assert int(str(rows[2]["height_px"])) == 2
    if file_format == "jsonl":
        assert rows[1]["error"] == {
            "code": "unreadable_image",
            "message": "it is broken; get it again",
        }
    else:
        assert tuple(rows[0]) == COLUMNS
        assert rows[1]["error_code"] == "unreadable_image"
        assert not rows[1]["anime"]
        assert not rows[0]["error_code"]


@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_a_finished_run_is_read_and_appended_to(tmp_path: Path, file_format: str) -> None:
    path = tmp_path / "rows"
    write(path, file_format, ROWS[:2])
    run = read_earlier_run(path)
    assert (run.file_format, run.paths, run.last) == (file_format, {r.path for r in ROWS[:2]}, None)
    cut_torn_end(path, run)
    write(path, file_format, ROWS[2:], append=True)
    run = read_earlier_run(path)
    assert run.paths == PATHS
    assert run.last == ("日本/b.jpg", Verdict.CARTOON)
    assert len(read_rows(path, file_format)) == 3


@pytest.mark.parametrize("file_format", ["jsonl", "csv"])
def test_a_file_torn_anywhere_is_taken_up(tmp_path: Path, file_format: str) -> None:
    whole = tmp_path / "whole"
    write(whole, file_format, ROWS)
    content = whole.read_bytes()
    for length in range(len(content) + 1):
        torn = tmp_path / "torn"
        torn.write_bytes(content[:length])
        run = read_earlier_run(torn)
        cut_torn_end(torn, run)
        write(torn, file_format, tuple(r for r in ROWS if r.path not in run.paths), append=True)
        assert torn.read_bytes() == content, f"torn at byte {length}"


def test_a_killed_parquet_run_leaves_a_journal_to_go_on_from(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    write(path, "parquet", ROWS[:1])
    torn = to_json_line(ROWS[1]) + to_json_line(ROWS[2])[:20]
    journal_of(path).write_bytes(torn)
    run = read_earlier_run(path)
    assert (run.file_format, run.paths) == ("parquet", {"a.png", ROWS[1].path})
    cut_torn_end(path, run)
    write(path, "parquet", ROWS[2:], append=True)
    assert [row["path"] for row in read_rows(path, "parquet")] == [row.path for row in ROWS]
    assert not journal_of(path).exists()


def test_a_first_parquet_run_killed_before_its_end(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    journal_of(path).write_bytes(to_json_line(ROWS[0]))
    run = read_earlier_run(path)
    assert (run.file_format, run.paths) == ("parquet", {"a.png"})


def test_a_journal_whose_rows_are_in_the_file_is_not_counted_twice(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    write(path, "parquet", ROWS)
    journal_of(path).write_bytes(b"".join(to_json_line(row) for row in ROWS[1:]))
    run = read_earlier_run(path)
    cut_torn_end(path, run)
    write(path, "parquet", (), append=True)
    assert len(read_rows(path, "parquet")) == 3


def test_lines_that_are_no_rows_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(to_json_line(ROWS[0]) + b'{"path": "cut\n[1]\n' + to_json_line(ROWS[2]))
    assert read_earlier_run(path).paths == {"a.png", "日本/b.jpg"}


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"name,score\na,1\n", b"PAR1 but no more"])
def test_another_kind_of_file_is_not_resumed(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rows"
    path.write_bytes(content)
    with pytest.raises(OutputError, match="is not a"):
        read_earlier_run(path)
    assert path.read_bytes() == content


def test_nothing_yet_is_an_empty_run(tmp_path: Path) -> None:
    run = read_earlier_run(tmp_path / "rows.jsonl")
    assert (run.file_format, run.paths, run.last) == (None, set(), None)


@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_an_earlier_file_is_kept_aside(tmp_path: Path, file_format: str) -> None:
    path = tmp_path / f"rows.{file_format}"
    write(path, file_format, ROWS)
    before = path.read_bytes()
    write(path, file_format, ROWS[:1])
    assert len(read_rows(path, file_format)) == 1
    assert (tmp_path / f"rows.{file_format}~").read_bytes() == before


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"Cannot write .*nowhere"):
        OutputFile(tmp_path / "nowhere" / "rows.jsonl", "jsonl", append=False)


@given(
    st.text(min_size=1) | st.binary(min_size=1).map(lambda b: b.decode("utf-8", "surrogateescape"))
)
def test_any_path_survives_jsonl_and_csv(path: str) -> None:
    row = Classification(path, 0.5, 0.5, Verdict.UNSURE, "tiny 1.0", 1, 1)
    with TemporaryDirectory() as folder:
        for file_format in ("jsonl", "csv"):
            output = Path(folder) / file_format
            write(output, file_format, (row, ROWS[0]))
            assert read_earlier_run(output).paths == {path, "a.png"}


def test_each_row_is_on_disk_before_the_next(tmp_path: Path) -> None:
    readers: dict[str, Callable[[Path], int]] = {
        "jsonl": lambda path: path.read_bytes().count(b"\n"),
        "csv": lambda path: path.read_bytes().count(b"tiny 1.0"),
        "parquet": lambda path: journal_of(path).read_bytes().count(b"\n"),
    }
    for file_format, count in readers.items():
        path = tmp_path / f"rows.{file_format}"
        with OutputFile(path, file_format, append=False) as writer:
            for number in range(1, 4):
                writer.write(ROWS[0])
                assert count(path) == number
