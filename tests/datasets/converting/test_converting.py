"""Data sets go from form to form and come back as they were."""

import gzip
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animeter.datasets.converting import converting
from animeter.datasets.converting.converting import Form, convert, open_source
from animeter.datasets.converting.tables import read_table
from animeter.datasets.records import Records, read_records, write_records
from animeter.domain.errors import AnimeterError, FileMissingError, ManifestError, OutputError
from animeter.domain.results import Failure

pytestmark = pytest.mark.slow

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAME = st.from_regex(r"[a-z0-9é_]{1,6}( [a-z]{1,3})?", fullmatch=True)
PATHS = st.lists(
    st.builds(
        lambda folders, stem, suffix: "/".join([*folders, stem + suffix]),
        st.lists(NAME, max_size=2),
        NAME,
        st.sampled_from([".png", ".jpg", ".webp"]),
    ),
    unique=True,
    min_size=1,
    max_size=6,
)


@st.composite
def data_sets(draw: st.DrawFn) -> tuple[list[str], list[dict[str, str]], list[bytes]]:
    columns = draw(
        st.lists(TEXT.filter(lambda name: name not in {"", "path", "file_name"}), unique=True)
    )
    columns.insert(draw(st.integers(0, len(columns))), "path")
    paths = draw(PATHS)
    rows = [{column: draw(TEXT) for column in columns} | {"path": path} for path in paths]
    return columns, rows, [draw(st.binary(min_size=1, max_size=30)) for _ in paths]


def written(
    folder: Path, columns: list[str], rows: list[dict[str, str]], pictures: list[bytes]
) -> Path:
    for row, picture in zip(rows, pictures, strict=True):
        path = folder / row["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture)
    write_records(Records(tuple(columns), rows, folder), folder / "manifest.csv")
    return folder / "manifest.csv"


def small(folder: Path) -> Path:
    """Write three pictures of two shows."""
    rows = [
        {"path": "one/1.png", "series": "Fate/stay night", "note": 'a "b",\nc'},
        {"path": "one/2.png", "series": "Bluey", "note": ""},
        {"path": "two/1.png", "series": "Bluey", "note": "ナルト"},
    ]
    return written(folder, ["path", "series", "note"], rows, [b"first", b"second", b"third"])


def contents(records: Records) -> list[bytes]:
    return [records.picture(row).read_bytes() for row in records.rows]


def there_and_back(manifest: Path, form: Form, folder: Path, label: str) -> Records:
    convert(open_source(manifest), folder / "there", form, label)
    convert(open_source(folder / "there"), folder / "back", Form.CSV)
    return read_records(folder / "back" / "manifest.csv")


@pytest.mark.parametrize("form", list(Form))
@settings(max_examples=15)
@given(data=data_sets())
def test_the_way_there_and_back_loses_nothing(
    form: Form, data: tuple[list[str], list[dict[str, str]], list[bytes]]
) -> None:
    columns, rows, pictures = data
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manifest = written(folder / "from", columns, rows, pictures)
        back = there_and_back(manifest, form, folder, label=columns[0])
        assert list(back.columns) == columns
        assert contents(back) == pictures
        for row, before in zip(back.rows, rows, strict=True):
            assert {**row, "path": ""} == {**before, "path": ""}
        if form is Form.WEBDATASET:
            assert back.rows == rows  # unpacked again, the pictures lie where they lay


def test_a_table_elsewhere_points_at_the_same_pictures(tmp_path: Path) -> None:
    manifest = small(tmp_path / "from")
    convert(open_source(manifest), tmp_path / "tables" / "all.parquet", Form.PARQUET)
    assert [path.name for path in (tmp_path / "tables").iterdir()] == ["all.parquet"]
    rows = pq.read_table(tmp_path / "tables" / "all.parquet").to_pylist()
    assert [row["path"] for row in rows] == [
        "../from/one/1.png",
        "../from/one/2.png",
        "../from/two/1.png",
    ]
    convert(open_source(tmp_path / "tables" / "all.parquet"), tmp_path / "from" / "b.csv", Form.CSV)
    assert (tmp_path / "from" / "b.csv").read_bytes() == manifest.read_bytes()


def test_an_imagefolder_has_a_folder_a_label(tmp_path: Path) -> None:
    convert(open_source(small(tmp_path / "from")), tmp_path / "to", Form.IMAGEFOLDER, "series")
    found = sorted(p.relative_to(tmp_path / "to").as_posix() for p in tmp_path.glob("to/*/*"))
    assert found == ["Bluey/1.png", "Bluey/2.png", "Fate-stay night/1.png"]


@pytest.mark.parametrize(("form", "name"), [(Form.HF_CSV, "csv"), (Form.HF_JSONL, "jsonl")])
def test_hugging_face_finds_file_names(tmp_path: Path, form: Form, name: str) -> None:
    convert(open_source(small(tmp_path / "from")), tmp_path / "to", form)
    text = (tmp_path / "to" / f"metadata.{name}").read_text(encoding="utf-8")
    assert "file_name" in text.splitlines()[0]
    assert "path" not in text.splitlines()[0]
    assert (tmp_path / "to" / "one" / "1.png").read_bytes() == b"first"


def test_shards_are_what_webdataset_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converting, "ITEMS_A_SHARD", 2)
    convert(open_source(small(tmp_path / "from")), tmp_path / "to", Form.WEBDATASET)
    names = []
    for shard in sorted((tmp_path / "to").iterdir()):
        with tarfile.open(shard) as members:
            names.append([member.name for member in members])
    assert names == [
        ["000000000.png", "000000000.json", "000000001.png", "000000001.json"],
        ["000000002.png", "000000002.json"],
    ]


def foreign_shard(path: Path, members: dict[str, bytes]) -> None:
    with tarfile.open(path, "w") as shard:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            shard.addfile(member, io.BytesIO(content))


def test_other_peoples_shards_are_read(tmp_path: Path) -> None:
    members = {
        "a/1.jpg": b"one",
        "a/1.json": json.dumps({"width": 3, "tags": ["x"], "nothing": None}).encode(),
        "a/1.txt": b"a caption\n",
        "../../2.png": b"two",
        "3.json": b'{"width": 4}',
        "4.jpg": b"four",
        "4.json": b"{broken",
    }
    foreign_shard(tmp_path / "s.tar", members)
    failures: list[Failure] = []
    source = open_source(tmp_path / "s.tar")
    done = convert(source, tmp_path / "to", Form.CSV, watch=keep_failures(failures))
    assert (done.written, [one.path for one in failures]) == (3, ["3"])
    back = read_records(tmp_path / "to" / "manifest.csv")
    assert back.rows[0] == {
        "path": "a/1.jpg",
        "width": "3",
        "tags": '["x"]',
        "nothing": "",
        "txt": "a caption",
    }
    assert [row["path"] for row in back.rows] == ["a/1.jpg", "2.png", "4.jpg"]
    assert contents(back) == [b"one", b"two", b"four"]


def test_of_a_shard_that_was_cut_off_the_beginning_is_read(tmp_path: Path) -> None:
    foreign_shard(tmp_path / "s.tar", {f"{n}.jpg": bytes([n]) * 2000 for n in range(5)})
    data = (tmp_path / "s.tar").read_bytes()
    (tmp_path / "s.tar").write_bytes(data[:9000])
    failures: list[Failure] = []
    done = convert(
        open_source(tmp_path / "s.tar"), tmp_path / "to", Form.CSV, watch=keep_failures(failures)
    )
    assert 1 <= done.written < 5
    assert len(failures) == 1
    assert "ends early" in failures[0].message


def test_json_that_is_nested_without_end_ends_no_conversion(tmp_path: Path) -> None:
    deep = b"[" * 500_000
    foreign_shard(tmp_path / "s.tar", {"1.json": deep, "2.jpg": b"two", "2.json": b'{"a": 1}'})
    failures: list[Failure] = []
    source = open_source(tmp_path / "s.tar")
    done = convert(source, tmp_path / "to", Form.CSV, watch=keep_failures(failures))
    assert (done.written, [one.path for one in failures]) == (1, ["1"])
    assert "no JSON" in failures[0].message
    (tmp_path / "deep.jsonl").write_bytes(deep)
    with pytest.raises(ManifestError, match=r"deep\.jsonl cannot be read"):
        open_source(tmp_path / "deep.jsonl")


def test_a_shards_header_that_would_fill_the_memory_is_not_read(tmp_path: Path) -> None:
    foreign_shard(tmp_path / "s.tar", {"1.jpg": b"one", "2.jpg": b"two"})
    header = tarfile.TarInfo("3.jpg")
    header.pax_headers = {"comment": "x" * 2_000_000}
    before = (tmp_path / "s.tar").read_bytes()[:2048]
    large = before + header.tobuf(tarfile.PAX_FORMAT) + bytes(10_240)
    (tmp_path / "s.tar").unlink()
    (tmp_path / "s.tar.gz").write_bytes(gzip.compress(large))
    failures: list[Failure] = []
    source = open_source(tmp_path / "s.tar.gz")
    done = convert(source, tmp_path / "to", Form.CSV, watch=keep_failures(failures))
    assert (done.written, done.failed) == (1, 1)
    assert "headers" in failures[0].message


def test_what_is_no_unicode_is_escaped(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "s.tar", "w", format=tarfile.GNU_FORMAT) as shard:
        for suffix, content in (
            ("jpg", b"one"),
            ("json", rb'{"a\ud800": ["\udfff"], "b": "\ud83d"}'),
        ):
            member = tarfile.TarInfo(f"caf\udce9.{suffix}")
            member.size = len(content)
            shard.addfile(member, io.BytesIO(content))
    source = open_source(tmp_path / "s.tar")
    assert convert(source, tmp_path / "to", Form.HF_JSONL).written == 1
    (row,) = read_table(tmp_path / "to" / "metadata.jsonl").rows
    assert row == {"path": "caf/udce9.jpg", r"a\ud800": r'["\udfff"]', "b": r"\ud83d"}


def keep_failures(failures: list[Failure]) -> Callable[[object, Failure | None], None]:
    def watch(_progress: object, failure: Failure | None) -> None:
        if failure is not None:
            failures.append(failure)

    return watch


def test_folders_are_labels_and_splits(tmp_path: Path) -> None:
    for name in ("train/anime/1.png", "train/cartoon/x/2.png", "test/anime/3.png"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(name.encode())
    convert(open_source(tmp_path / "in"), tmp_path / "all.csv", Form.CSV)
    assert read_records(tmp_path / "all.csv").rows == [
        {"path": "in/test/anime/3.png", "split": "test", "label": "anime"},
        {"path": "in/train/anime/1.png", "split": "train", "label": "anime"},
        {"path": "in/train/cartoon/x/2.png", "split": "train", "label": "cartoon"},
    ]


def test_values_of_other_peoples_tables_become_text(tmp_path: Path) -> None:
    table = pa.table({"path": ["a.png"], "fold": [3], "missing": [None], "good": [True]})
    pq.write_table(table, tmp_path / "t.parquet")
    convert(open_source(tmp_path / "t.parquet"), tmp_path / "t.csv", Form.CSV)
    assert read_records(tmp_path / "t.csv").rows == [
        {"path": "a.png", "fold": "3", "missing": "", "good": "true"}
    ]


def test_a_missing_picture_costs_its_row_alone(tmp_path: Path) -> None:
    manifest = small(tmp_path / "from")
    (tmp_path / "from" / "one" / "2.png").unlink()
    failures: list[Failure] = []
    done = convert(
        open_source(manifest), tmp_path / "to", Form.HF_CSV, watch=keep_failures(failures)
    )
    assert (done.written, done.failed) == (2, 1)
    assert [(one.path, one.error) for one in failures] == [("one/2.png", "file_missing")]


@pytest.mark.parametrize("form", list(Form))
def test_the_same_command_again_changes_nothing(tmp_path: Path, form: Form) -> None:
    manifest = small(tmp_path / "from")
    state = []
    for _ in range(2):
        convert(open_source(manifest), tmp_path / "to", form, "series")
        files = sorted(path for path in tmp_path.glob("to/**/*") if path.is_file())
        state.append([(path, path.read_bytes()) for path in files])
    assert state[0] == state[1]


@pytest.mark.parametrize("form", [Form.HF_JSONL, Form.WEBDATASET])
def test_a_killed_run_is_repeated_and_ends_as_if_never_killed(tmp_path: Path, form: Form) -> None:
    many = 1500
    rows = [{"path": f"{number:04}.png", "series": str(number % 7)} for number in range(many)]
    pictures = [bytes([number % 256]) * 5_000 for number in range(many)]
    manifest = written(tmp_path / "from", ["path", "series"], rows, pictures)
    killed, unbroken = tmp_path / "killed", tmp_path / "unbroken"
    command = [sys.executable, "-m", "animeter", "data", "convert", str(manifest), str(killed)]
    with subprocess.Popen([*command, "--to", form, "-q"]) as process:
        end_s = time.monotonic() + 120
        while not killed.exists() or not any(killed.iterdir()):
            assert time.monotonic() < end_s, "nothing was ever written"
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    for folder in (killed, unbroken):
        convert(open_source(manifest), folder, form)
    assert files(killed) == files(unbroken)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_nothing_that_differs_is_written_over(tmp_path: Path) -> None:
    manifest = small(tmp_path / "from")
    (tmp_path / "to" / "one").mkdir(parents=True)
    (tmp_path / "to" / "one" / "2.png").write_bytes(b"mine")
    with pytest.raises(OutputError, match="another picture"):
        convert(open_source(manifest), tmp_path / "to", Form.HF_CSV)
    assert (tmp_path / "to" / "one" / "2.png").read_bytes() == b"mine"
    (tmp_path / "mine.csv").write_text("path\nb.png\n")
    with pytest.raises(OutputError, match="differs"):
        convert(open_source(manifest), tmp_path / "mine.csv", Form.CSV)


def test_what_cannot_be_converted_says_why(tmp_path: Path) -> None:
    with pytest.raises(FileMissingError):
        open_source(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ManifestError, match="holds no folders"):
        open_source(tmp_path / "empty")
    with pytest.raises(ManifestError, match="'label'"):
        convert(open_source(small(tmp_path / "from")), tmp_path / "to", Form.IMAGEFOLDER)
    for name, text in [("a.jsonl", "[1]\n"), ("b.parquet", "no"), ("c.csv", "name\n1\n")]:
        (tmp_path / name).write_text(text)
        with pytest.raises(AnimeterError, match=name):
            open_source(tmp_path / name)
