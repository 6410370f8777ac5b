"""Of files only plain ones are read, without waiting, and never more than is allowed."""

import os
import socket
from pathlib import Path

import pytest

from animeter.domain.errors import (
    AnimeterError,
    EmptyImageError,
    FileMissingError,
    ImageTooLargeError,
    UnreadableImageError,
)
from animeter.media.images import read_image
from animeter.media.limits import Limits
from tests.media.pictures import encode, scene


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileMissingError, match=r"gone\.png: there is no such file"):
        read_image(tmp_path / "gone.png")


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    with pytest.raises(EmptyImageError, match=r"a\.png: .*0 bytes"):
        read_image(tmp_path / "a.png")
    with pytest.raises(EmptyImageError):
        read_image(b"")


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImageError, match="folder"):
        read_image(tmp_path)


def test_pipes_sockets_and_devices_are_refused_without_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # The path of a socket may be only some hundred bytes long.
    os.mkfifo("pipe.png")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.png")
        for path in (Path("pipe.png"), Path("socket.png"), Path("/dev/zero"), Path("/dev/tty")):
            with pytest.raises(UnreadableImageError, match="pipe, socket or device"):
                read_image(path)


@pytest.mark.parametrize("name", ["a\0b.png", "x" * 4000])
def test_impossible_names_are_errors_of_ours(name: str) -> None:
    with pytest.raises(AnimeterError):
        read_image(name)


def test_too_many_bytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(2**40)  # A terabyte of nothing, which takes no room on the disk.
    with pytest.raises(ImageTooLargeError, match=r"1,099,511,627,776 bytes; at most 67,108,864"):
        read_image(path)
    with pytest.raises(ImageTooLargeError, match="bytes"):
        read_image(encode(scene(), "PNG"), Limits(max_bytes=100))
