"""Sorting puts each picture in its folder and never touches what is there."""

import os
from pathlib import Path

import pytest

from animeter.domain.errors import FileMissingError, OutputError
from animeter.domain.verdict import Verdict
from animeter.inference.sorting import SortAction, Sorter


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "face.one.png"
    path.parent.mkdir()
    path.write_bytes(b"picture")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_copies_keep_the_picture_and_its_time(tmp_path: Path, picture: Path) -> None:
    place = Sorter(tmp_path / "out", SortAction.COPY).sort(picture, Verdict.BOTH)
    assert place == tmp_path / "out" / "both" / "face.one.png"
    assert picture.read_bytes() == place.read_bytes() == b"picture"
    assert place.stat().st_mtime == 1_000_000_000
    assert not place.samefile(picture)


def test_links_point_at_the_picture(tmp_path: Path, picture: Path) -> None:
    place = Sorter(tmp_path / "out", SortAction.LINK).sort(picture, Verdict.ANIME)
    assert place.is_symlink()
    assert place.samefile(picture)


def test_moves_take_the_picture_away(tmp_path: Path, picture: Path) -> None:
    place = Sorter(tmp_path / "out", SortAction.MOVE).sort(picture, Verdict.UNSURE)
    assert place.read_bytes() == b"picture"
    assert not picture.exists()


@pytest.mark.parametrize("action", list(SortAction))
def test_names_that_are_taken_get_numbers(tmp_path: Path, action: SortAction) -> None:
    out = tmp_path / "out"
    (out / "anime").mkdir(parents=True)
    (out / "anime" / "face.png").write_bytes(b"was here")
    (out / "anime" / "face-3.png").write_bytes(b"so was I")
    sorter = Sorter(out, action)
    for number in range(3):
        source = tmp_path / str(number) / "face.png"
        source.parent.mkdir()
        source.write_bytes(b"%d" % number)
        sorter.sort(source, Verdict.ANIME)
    assert files(out) == {
        "anime/face.png": b"was here",
        "anime/face-2.png": b"0",
        "anime/face-3.png": b"so was I",
        "anime/face-4.png": b"1",
        "anime/face-5.png": b"2",
    }


def test_a_moved_link_becomes_the_picture_it_points_at(tmp_path: Path, picture: Path) -> None:
    link = tmp_path / "link.png"
    link.symlink_to(picture)
    place = Sorter(tmp_path / "out", SortAction.MOVE).sort(link, Verdict.ANIME)
    assert place.read_bytes() == b"picture"
    assert not place.is_symlink()
    assert not link.is_symlink()
    assert picture.exists()


@pytest.mark.parametrize("action", list(SortAction))
def test_sorting_again_does_it_once(tmp_path: Path, picture: Path, action: SortAction) -> None:
    sorter = Sorter(tmp_path / "out", action)
    sorter.sort_again(picture, Verdict.ANIME)  # the kill came before
    sorter.sort_again(picture, Verdict.ANIME)  # the kill came after
    assert files(tmp_path / "out") == {"anime/face.one.png": b"picture"}


def test_a_move_cut_in_the_middle_is_finished(tmp_path: Path, picture: Path) -> None:
    (tmp_path / "out" / "anime").mkdir(parents=True)
    (tmp_path / "out" / "anime" / picture.name).write_bytes(b"picture")
    Sorter(tmp_path / "out", SortAction.MOVE).sort_again(picture, Verdict.ANIME)
    assert not picture.exists()
    assert files(tmp_path / "out") == {"anime/face.one.png": b"picture"}


@pytest.mark.parametrize("action", [SortAction.COPY, SortAction.MOVE])
def test_a_picture_that_has_gone_is_told_apart(tmp_path: Path, action: SortAction) -> None:
    with pytest.raises(FileMissingError, match="has gone"):
        Sorter(tmp_path / "out", action).sort(tmp_path / "gone.png", Verdict.ANIME)


def test_a_place_that_cannot_be_made_is_an_error(tmp_path: Path, picture: Path) -> None:
    (tmp_path / "out").write_text("a file is in the way")
    with pytest.raises(OutputError, match="Cannot copy"):
        Sorter(tmp_path / "out", SortAction.COPY).sort(picture, Verdict.ANIME)
    assert picture.exists()
