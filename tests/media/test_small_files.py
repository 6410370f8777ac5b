"""Small files are read within their limit, written whole or not at all, and held by one alone."""

from pathlib import Path

import pytest

from animeter.domain.errors import HeadError
from animeter.media.small_files import held_alone, read_limited, write_whole

WANTED = "A head has two files."


def test_a_file_is_read_up_to_its_limit_and_not_beyond(tmp_path: Path) -> None:
    path = tmp_path / "head.json"
    path.write_bytes(b"12345")
    assert read_limited(path, 5, HeadError, WANTED) == b"12345"
    with pytest.raises(HeadError, match=r"larger than the 4 bytes.*two files"):
        read_limited(path, 4, HeadError, WANTED)


def test_what_cannot_be_read_says_why_and_what_was_wanted(tmp_path: Path) -> None:
    with pytest.raises(HeadError, match=r"Cannot read .*No such file.*two files"):
        read_limited(tmp_path / "none", 5, HeadError, WANTED)


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "split.json"
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud800")  # no text: the new file is not finished
    assert path.read_text(encoding="utf-8") == "old"
    write_whole(path, "new")
    assert path.read_text(encoding="utf-8") == "new"


def test_a_file_is_held_by_one_until_it_is_closed_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "new" / "labels.csv"
    held_alone(path).close()
    path.write_text("path,mark\n", encoding="utf-8")
    with held_alone(path), pytest.raises(BlockingIOError):
        held_alone(path)
    with held_alone(path):
        assert path.read_text(encoding="utf-8") == "path,mark\n"
