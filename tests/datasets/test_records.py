"""Manifests with any columns: lossless, whole after a kill, refused where they make no sense."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animeter.datasets.records import RecordLog, Records, read_records, write_records
from animeter.domain.errors import FileMissingError, ManifestError, OutputError

# What UTF-8 can hold; \r alone is kept too, inside quotes.
_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


@settings(max_examples=60)
@given(rows=st.lists(st.tuples(_TEXT, _TEXT), max_size=5))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("records")
    records = Records(("path", "a,b"), [{"path": p, "a,b": x} for p, x in rows], folder)
    write_records(records, folder / "manifest.csv")
    assert read_records(folder / "manifest.csv") == records


def test_ends_of_lines_inside_fields_stay_what_they_are(tmp_path: Path) -> None:
    records = Records(("path",), [{"path": "a\rb\r\nc\nd"}], tmp_path)
    write_records(records, tmp_path / "manifest.csv")
    assert read_records(tmp_path / "manifest.csv") == records


@settings(max_examples=40)
@given(rows=st.lists(_TEXT, min_size=1, max_size=4), cut=st.integers(1, 200))
def test_a_log_cut_anywhere_keeps_its_whole_rows(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], cut: int
) -> None:
    path = tmp_path_factory.mktemp("log") / "manifest.csv"
    sizes = []
    with RecordLog(path, ("path", "note")) as log:
        sizes.append(path.stat().st_size)
        for number, note in enumerate(rows):
            log.append({"path": f"{number}.png", "note": note})
            sizes.append(path.stat().st_size)
    left = max(sizes[0], sizes[-1] - cut)
    os.truncate(path, left)
    kept = sum(size <= left for size in sizes) - 1
    with RecordLog(path, ("path", "note")) as log:
        assert [row["note"] for row in log.rows] == rows[:kept]
        log.append({"path": "new.png"})
    assert [row["path"] for row in read_records(path).rows][-1] == "new.png"
    assert len(read_records(path).rows) == kept + 1


def test_a_killed_process_leaves_every_row_that_it_appended(tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    program = (
        "import sys; from pathlib import Path; from animeter.datasets.records import RecordLog\n"
        "log = RecordLog(Path(sys.argv[1]), ('path',))\n"
        "for number in range(10**6):\n"
        "    log.append({'path': str(number)}); print(number, flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(20)]
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    with RecordLog(path, ("path",)) as log:
        assert {line.strip() for line in said} <= log.seen("path")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "not 'path'"),
        ("name,style\n", "not 'path'"),
        ("path,path\n", "twice"),
        ("path,style\na.png\n", "line 2"),
        ("path\na.png,more\n", "line 2"),
        ('path\n"a.png\n', "CSV"),
    ],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "manifest.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ManifestError, match=named):
        read_records(path)


def test_a_log_does_not_mix_columns(tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    RecordLog(path, ("path", "style")).close()
    with pytest.raises(ManifestError, match="already"):
        RecordLog(path, ("path", "series"))
    with RecordLog(path, ("path", "style")) as log, pytest.raises(ManifestError, match="series"):
        log.append({"path": "a.png", "series": "S"})


def test_places_that_cannot_be_read_or_written_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileMissingError, match=r"none\.csv"):
        read_records(tmp_path / "none.csv")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"m\.csv"):
        write_records(Records(("path",), [], tmp_path), tmp_path / "file" / "m.csv")
    with pytest.raises(OutputError, match=r"m\.csv"):
        RecordLog(tmp_path / "file" / "m.csv", ("path",))
