"""Reading labelled pictures, and the errors of files that are not quite manifests."""

from pathlib import Path

import pytest

from animeter.datasets.manifest import read_manifest
from animeter.domain.errors import FileMissingError, ManifestError


def _write(folder: Path, text: str) -> Path:
    path = folder / "manifest.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_come_in_order_with_what_the_columns_say(tmp_path: Path) -> None:
    header = "path,style,series,franchise,fold,content,other\n"
    lines = "a.jpg,anime,S,F,3,photo,x\nb.jpg,cartoon,T,,,,\n"
    first, second = read_manifest(_write(tmp_path, header + lines))
    assert (first.path, first.name, first.fold) == (tmp_path / "a.jpg", "a.jpg", 3)
    assert not first.is_drawn_as_labelled
    assert (second.franchise, second.fold, second.is_drawn_as_labelled) == ("T", None, True)


def test_two_columns_are_enough_and_a_picture_is_its_own_franchise(tmp_path: Path) -> None:
    (row,) = read_manifest(_write(tmp_path, "\ufeffpath,style\nx/y.png,neither\n"))
    assert row.franchise == "x/y.png"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("path\na.jpg\n", "style"),
        ("path,style\na.jpg,anima\n", "'anima'"),
        ("path,style\n,anime\n", "line 2 has no path"),
        ("path,style,fold\na.jpg,anime,-1\n", "fold '-1'"),
        ("path,style\na.jpg,anime,more\n", "line 2"),
        ("path,style,fold\na.jpg\n", "line 2"),
        ("path,style\n", "no pictures"),
        ("", "style"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(
    tmp_path: Path, text: str, named: str
) -> None:
    with pytest.raises(ManifestError, match=named):
        read_manifest(_write(tmp_path, text))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(b"path,style\n\xff\xfe\x00,anime\n")
    with pytest.raises(ManifestError, match="UTF-8"):
        read_manifest(path)


def test_a_missing_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileMissingError, match=r"none\.csv"):
        read_manifest(tmp_path / "none.csv")


_SHOW = "path,style,type,content\na.jpg,anime,,\nb.jpg,anime,male,drawn\nc.jpg,cartoon,,\n"


def test_what_was_seen_later_counts_where_the_manifest_says_nothing(tmp_path: Path) -> None:
    seen = tmp_path / "seen.csv"
    seen.write_text("path,type,content\na.jpg,,photo\nb.jpg,female,logo\n", encoding="utf-8")
    rows = read_manifest(_write(tmp_path, _SHOW), seen)
    assert [(row.type, row.content) for row in rows] == [("", "photo"), ("male", "drawn"), ("", "")]
    assert [row.is_drawn_as_labelled for row in rows] == [False, True, True]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("path,style\na.jpg,cartoon\n", "path, style; wanted path"),
        ("path\na.jpg\n", "wanted path, and"),
        ("path,type\na.jpg,robot\n", "type 'robot'"),
        ("path,content\nz.jpg,photo\n", r"1 pictures.*'z\.jpg'"),
    ],
)
def test_what_was_seen_later_must_be_of_the_manifests_pictures(
    tmp_path: Path, text: str, named: str
) -> None:
    seen = tmp_path / "seen.csv"
    seen.write_text(text, encoding="utf-8")
    with pytest.raises(ManifestError, match=named):
        read_manifest(_write(tmp_path, _SHOW), seen)
