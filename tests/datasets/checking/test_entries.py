"""What the check must know of each picture, from manifests and from folders."""

import os
import sys
from pathlib import Path

import pytest

from animeter.datasets.checking.entries import Columns, entries_of, records_of
from animeter.domain.errors import FileMissingError, ManifestError


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def read(source: Path, columns: Columns | None = None) -> list[tuple[str, str, str, str]]:
    records = records_of(source)
    found = (columns or Columns()).found_in(records.columns)
    return [(e.name, e.label, e.part, e.group) for e in entries_of(records, found)]


def test_folders_are_labels(tmp_path: Path) -> None:
    touch(tmp_path, "naruto/1.jpg", "oggy/deep/2.png", "loose.jpg", "oggy/notes.txt")
    assert read(tmp_path) == [
        ("loose.jpg", "", "", ""),
        ("naruto/1.jpg", "naruto", "", ""),
        ("oggy/deep/2.png", "oggy", "", ""),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="file names are Unicode there")
def test_a_file_that_no_row_can_name_is_left_out_and_told(tmp_path: Path) -> None:
    touch(tmp_path, "naruto/1.jpg", os.fsdecode(b"naruto/\xff.jpg"), os.fsdecode(b"\xfe/2.jpg"))
    records = records_of(tmp_path)
    assert [row["path"] for row in records.rows] == ["naruto/1.jpg"]
    assert [failure.path for failure in records.left_out] == [r"naruto/\udcff.jpg", r"\udcfe/2.jpg"]
    assert "not Unicode; rename" in records.left_out[0].message


def test_train_and_test_are_sides_and_no_labels(tmp_path: Path) -> None:
    touch(tmp_path, "Train/naruto/1.jpg", "TEST/naruto/1.jpg", "TEST/loose.jpg")
    assert sorted(read(tmp_path)) == [
        ("TEST/loose.jpg", "", "test", ""),
        ("TEST/naruto/1.jpg", "naruto", "test", ""),
        ("Train/naruto/1.jpg", "naruto", "train", ""),
    ]


def test_columns_are_found_by_their_names(tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text(
        "path,style,series,franchise,fold\n"
        "a.jpg,anime,Naruto,Naruto,3\nb.jpg,borderline,Avatar,Avatar,\n"
    )
    assert read(manifest) == [("a.jpg", "anime", "3", "Naruto"), ("b.jpg", "", "", "Avatar")]
    shows = Columns(label="series")
    assert read(manifest, shows)[1] == ("b.jpg", "Avatar", "", "")  # each show on every side


def test_a_column_that_is_not_there_is_told(tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text("path,style\na.jpg,anime\n")
    with pytest.raises(ManifestError, match="no column 'show', but path, style"):
        read(manifest, Columns(label="show"))


def test_nothing_to_check_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileMissingError, match="nothing at"):
        records_of(tmp_path / "nowhere")
    with pytest.raises(ManifestError, match="holds a picture"):
        records_of(tmp_path)
    (tmp_path / "m.csv").write_text("path,label\n")
    with pytest.raises(ManifestError, match="no pictures"):
        records_of(tmp_path / "m.csv")
