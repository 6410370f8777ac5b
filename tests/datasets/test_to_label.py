"""From a folder or a manifest to pictures to label, and from answers to a manifest."""

from pathlib import Path

import pytest

from animeter.datasets.labelling import COLUMNS, Opinions
from animeter.datasets.manifest import read_manifest
from animeter.datasets.marks import MARKS, parse_marks
from animeter.datasets.records import read_records, write_records
from animeter.datasets.to_label import default_log, pictures_to_label, settle
from animeter.domain.errors import FileMissingError, ManifestError


def opinions(*said: tuple[str, str, str, str]) -> Opinions:
    return Opinions(dict(zip(COLUMNS, (*one, ""), strict=True)) for one in said)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures, which nobody opens here."""
    folder = tmp_path / "pictures"
    (folder / "show").mkdir(parents=True)
    for name in ("b.png", "show/a.jpg", "notes.txt"):
        (folder / name).touch()
    return folder


@pytest.fixture
def manifest(folder: Path) -> Path:
    """A manifest of these."""
    file = folder.parent / "manifest.csv"
    file.write_text(
        "path,style,series,extra\npictures/b.png,anime,S,1\npictures/show/a.jpg,manga,,2\n"
    )
    return file


def test_a_folder_gives_its_pictures_by_their_place_in_it(folder: Path) -> None:
    log = default_log(folder)
    assert log == folder / "labels.csv"
    found = pictures_to_label(folder, log, MARKS)
    assert [one.name for one in found] == ["b.png", "show/a.jpg"]
    assert found[1].path == folder / "show" / "a.jpg"
    elsewhere = pictures_to_label(folder, folder.parent / "logs" / "labels.csv", MARKS)
    assert elsewhere[0].name == "../pictures/b.png"


def test_a_manifest_tells_what_its_pictures_are_filed_under(manifest: Path) -> None:
    log = default_log(manifest)
    assert log == manifest.with_name("manifest.labels.csv")
    known, unknown = pictures_to_label(manifest, log, MARKS)
    assert (known.name, dict(known.filed)) == ("pictures/b.png", {"style": "anime"})
    assert dict(unknown.filed) == {}, "manga is no answer to anything asked"


def test_nothing_to_label_is_said(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="holds no pictures"):
        pictures_to_label(tmp_path, tmp_path / "labels.csv", MARKS)
    with pytest.raises(FileMissingError, match="neither a folder nor a manifest"):
        pictures_to_label(tmp_path / "nothing", tmp_path / "labels.csv", MARKS)


def test_a_folder_becomes_a_manifest_of_what_has_a_style(folder: Path) -> None:
    said = opinions(
        ("b.png", "style", "cartoon", "Ada"),
        ("b.png", "done", "yes", "Ada"),
        ("show/a.jpg", "empty", "yes", "Ada"),
    )
    output = folder.parent / "manifest.csv"
    settled = settle(folder, default_log(folder), output, MARKS, said)
    write_records(settled.records, output)
    (row,) = read_manifest(output)
    assert (row.path, row.style) == (folder.parent / "pictures" / "b.png", "cartoon")
    (kept,) = read_records(output).rows
    assert (kept["has_text"], kept["type"]) == ("no", "")


def test_marks_of_ones_own_need_no_style(folder: Path) -> None:
    said = opinions(("b.png", "mood", "sad", "Ada"))
    marks = parse_marks(["mood=happy,sad"])
    settled = settle(folder, default_log(folder), folder / "m.csv", marks, said)
    assert settled.records.rows == [{"path": "b.png", "mood": "sad"}]


def test_a_manifest_keeps_what_nobody_corrected_and_what_is_disputed(manifest: Path) -> None:
    said = opinions(
        ("pictures/b.png", "style", "cartoon", "Ada"),
        ("pictures/b.png", "style", "neither", "Bo"),
        ("pictures/show/a.jpg", "style", "anime", "Bo"),
    )
    settled = settle(manifest, default_log(manifest), manifest, MARKS, said)
    assert settled.disputed == ("pictures/b.png",)
    assert settled.records.columns[:4] == ("path", "style", "series", "extra")
    styles = [(row["style"], row["extra"], row["path"]) for row in settled.records.rows]
    assert styles == [("anime", "1", "pictures/b.png"), ("anime", "2", "pictures/show/a.jpg")]
