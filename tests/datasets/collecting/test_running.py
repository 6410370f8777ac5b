"""The runner: what is kept and where, what is passed over, and what a later run makes of it."""

import hashlib
import os
import sys
from collections.abc import Container, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animeter.datasets.collecting.collector import Collected, Finished, Found
from animeter.datasets.collecting.folder import FolderCollector
from animeter.datasets.collecting.keeping import PICTURES, kept_path
from animeter.datasets.collecting.running import Collection, Tally, collect_into
from animeter.datasets.records import read_records
from animeter.domain.errors import ManifestError, OutputError
from animeter.domain.results import Failure
from tests.support.drawn_shapes import draw_shape
from tests.support.misbehaving_site import picture

SHA256 = "ab" * 32


class Given:
    """A collector that gives what it was given, and remembers what it was not asked for."""

    name = "given"

    def __init__(self, *found: Found, columns: tuple[str, ...] = ()) -> None:
        self._found = found
        self.columns = columns
        self.skipped: list[str] = []

    def collect(self, done: Container[str]) -> Iterator[Found]:
        for one in self._found:
            source = one.path if isinstance(one, Failure) else one.source
            if source in done:
                self.skipped.append(str(source))
            else:
                yield one


def collected(number: int, **changes: object) -> Collected:
    fields: dict[str, object] = {"source": f"source-{number}", "content": picture(number)}
    return Collected(**(fields | changes))  # type: ignore[arg-type]


def rows(folder: Path, name: str = "manifest.csv") -> list[dict[str, str]]:
    return read_records(folder / name).rows


def test_a_picture_is_kept_byte_for_byte_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    facts = {"page": "https://example.org/"}
    collector = Given(collected(1, name="bleach/01.x", facts=facts), columns=("page",))
    tally = collect_into(Collection(tmp_path, {"style": "anime"}), collector)
    assert tally == Tally(kept=1)
    (row,) = rows(tmp_path)
    assert (tmp_path / row["path"]).read_bytes() == picture(1)
    assert row["path"].startswith("pictures/bleach/01.x-")
    assert row.pop("collected_at").endswith("+00:00")
    assert row.pop("path").endswith(".png")
    assert row == {
        "source": "source-1",
        "collector": "given",
        "sha256": hashlib.sha256(picture(1)).hexdigest(),
        "format": "png",
        "width_px": "96",
        "height_px": "96",
        "page": "https://example.org/",
        "style": "anime",
    }


def test_what_gives_no_new_picture_is_passed_over_and_said_why(tmp_path: Path) -> None:
    tally = collect_into(
        Collection(tmp_path, min_side_px=97),
        Given(
            collected(1),
            collected(2, content=b"<html>"),
            collected(3, content=b""),
            collected(4, content=picture(4)[:100]),
            Failure("source-5", "unreachable_url", "it is not there"),
            Finished("container"),
        ),
    )
    assert tally == Tally(failed=5)
    assert rows(tmp_path) == []
    reasons = {row["source"]: row["reason"] for row in rows(tmp_path, "passed.csv")}
    assert reasons == {
        "source-1": "too_small",
        "source-2": "unsupported_format",
        "source-3": "empty_file",
        "source-4": "unreadable_image",
        "source-5": "unreachable_url",
        "container": "finished",
    }


def test_the_same_bytes_are_kept_once_in_this_run_and_in_later_ones(tmp_path: Path) -> None:
    collection = Collection(tmp_path)
    again = collected(2, content=picture(1))
    assert collect_into(collection, Given(collected(1), again)) == Tally(1, 1)
    third = collected(3, content=picture(1))
    assert collect_into(collection, Given(third)) == Tally(duplicates=1)
    (row,) = rows(tmp_path)
    assert {one["path"] for one in rows(tmp_path, "passed.csv")} == {row["path"]}


def test_a_later_run_looks_only_at_what_is_new_unless_failures_are_wanted(tmp_path: Path) -> None:
    found = (
        collected(1),
        collected(2, content=b"no"),
        collected(3, content=picture(1)),
        Finished("f"),
    )
    collect_into(Collection(tmp_path), Given(*found))
    second = Given(*found, collected(4))
    assert collect_into(Collection(tmp_path), second) == Tally(kept=1)
    assert second.skipped == ["source-1", "source-2", "source-3", "f"]
    third = Given(collected(1), collected(2))
    assert collect_into(Collection(tmp_path, retry_failed=True), third) == Tally(kept=1)
    assert third.skipped == ["source-1"]
    fourth = Given(collected(2))
    assert collect_into(Collection(tmp_path, retry_failed=True), fourth) == Tally()


def test_collectors_with_other_columns_fill_the_same_manifest(tmp_path: Path) -> None:
    collect_into(Collection(tmp_path), Given(collected(1, facts={"a": "1"}), columns=("a",)))
    labels = {"style": "anime, mostly"}
    second = Given(collected(2, facts={"b": "2"}), columns=("b",))
    collect_into(Collection(tmp_path, labels), second)
    collect_into(Collection(tmp_path), Given(collected(3)))
    assert [(row["a"], row["b"], row["style"]) for row in rows(tmp_path)] == [
        ("1", "", ""),
        ("", "2", "anime, mostly"),
        ("", "", ""),
    ]


def test_a_torn_row_is_cut_off_and_its_picture_collected_again(tmp_path: Path) -> None:
    collect_into(Collection(tmp_path), Given(collected(1), collected(2)))
    manifest = tmp_path / "manifest.csv"
    manifest.write_bytes(manifest.read_bytes()[:-10])
    second = Given(collected(1), collected(2))
    assert collect_into(Collection(tmp_path, {"style": "anime"}), second) == Tally(kept=1)
    assert [row["source"] for row in rows(tmp_path)] == ["source-1", "source-2"]
    assert len(list((tmp_path / PICTURES).iterdir())) == 2


def test_what_the_collector_fills_cannot_be_set(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="sha256"):
        collect_into(Collection(tmp_path, {"sha256": "mine"}), Given())


def test_two_runs_do_not_collect_into_one_folder_at_once(tmp_path: Path) -> None:
    class Nested(Given):
        def collect(self, done: Container[str]) -> Iterator[Found]:
            with pytest.raises(OutputError, match="Another process"):
                collect_into(Collection(tmp_path), Given(collected(2)))
            yield from super().collect(done)

    assert collect_into(Collection(tmp_path), Nested(collected(1))) == Tally(kept=1)
    assert collect_into(Collection(tmp_path), Given(collected(2))) == Tally(kept=1)


def test_a_file_in_the_pictures_place_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / PICTURES).write_text("in the way")
    with pytest.raises(OutputError, match="Cannot write"):
        collect_into(Collection(tmp_path), Given(collected(1)))


def test_folders_are_copied_and_left_as_they_are(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for seed, series in enumerate(("bleach", "naruto")):
        (source / series).mkdir(parents=True)
        draw_shape("circles", seed).save(source / series / "1.png")
    (source / "broken.jpg").write_bytes(b"no picture")
    before = sorted(source.rglob("*"))
    collector = FolderCollector([source, tmp_path / "nothing.png"])
    assert collect_into(Collection(tmp_path / "out"), collector) == Tally(kept=2, failed=2)
    assert [row["folder"] for row in rows(tmp_path / "out")] == ["bleach", "naruto"]
    assert sorted(source.rglob("*")) == before


@pytest.mark.skipif(sys.platform != "linux", reason="file names are Unicode there")
def test_a_name_that_is_not_unicode_costs_that_file_alone(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for seed, name in enumerate((b"1.png", b"caf\xe9.png", b"z.png")):
        draw_shape("circles", seed).save(source / os.fsdecode(name))
    into, collector = Collection(tmp_path / "out"), FolderCollector([source])
    assert collect_into(into, collector) == Tally(kept=2, failed=1)
    (passed,) = rows(tmp_path / "out", "passed.csv")
    assert (passed["source"], passed["reason"]) == (rf"{source}/caf\udce9.png", "bad_manifest")
    assert "not Unicode; rename" in passed["message"]
    assert collect_into(into, collector) == Tally()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("bleach/episode 1/frame.png", "pictures/bleach/episode-1/frame.png-abababababab.png"),
        ("../../etc/passwd", "pictures/etc/passwd-abababababab.png"),
        ("/etc/passwd", "pictures/etc/passwd-abababababab.png"),
        ("C:\\Windows\\con", "pictures/C/Windows/_con-abababababab.png"),
        ("a/./b/../c", "pictures/a/b/c-abababababab.png"),
        ("ナルト/疾風伝", "pictures/ナルト/疾風伝-abababababab.png"),
        ("x\n\0\x1b[31m", "pictures/x-31m-abababababab.png"),
        ("...", "pictures/abababababab.png"),
        ("", "pictures/abababababab.png"),
        ("nul.txt", "pictures/_nul.txt-abababababab.png"),
    ],
)
def test_names_are_kept_as_far_as_they_are_harmless(name: str, kept: str) -> None:
    assert kept_path(name, SHA256, "png") == kept


@settings(max_examples=50)
@given(st.text(max_size=300))
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    path = kept_path(name, SHA256, "jpeg")
    parts = path.split("/")
    assert parts[0] == PICTURES
    assert path.endswith("abababababab.jpg")
    assert len(parts) <= 9
    assert all(part not in ("", ".", "..") and len(part.encode()) <= 400 for part in parts)
    assert not any(char in path for char in '\\:*?"<>|\0\n\r')
