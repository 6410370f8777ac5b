"""Standard input is a picture or a list, whichever it is, and what is named comes as a stream."""

import io
import itertools
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from animeter.cli.inputs import count_pictures, name_pictures


def from_stdin(content: bytes) -> list[str | bytes]:
    return list(name_pictures(["-"], True, io.BytesIO(content)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"])
def test_a_picture_of_any_format_is_taken_whole(kind: str) -> None:
    content = io.BytesIO()
    Image.new("RGB", (300, 200), (9, 99, 199)).save(content, kind)
    assert from_stdin(content.getvalue()) == [content.getvalue()]


def test_broken_picture_bytes_are_not_taken_for_names() -> None:
    junk = b"\x01\x02\x03 no format at all\n"
    assert from_stdin(junk) == [junk]


@pytest.mark.parametrize("name", ["BMW/01.jpg", "GIF/a.png", "II/b.png", "日本.png", "a b.jpg"])
def test_names_that_begin_like_a_format(name: str) -> None:
    assert from_stdin(f"{name}\n".encode()) == [name]


ONE_NAME = st.text(
    st.characters(exclude_characters="\x00\r\n*?[", exclude_categories=("Cs", "Cc")), min_size=1
).filter(lambda name: not os.path.isdir(name))  # noqa: PTH112


@given(st.lists(ONE_NAME, max_size=60), st.sampled_from(["\n", "\r\n", "\x00"]), st.booleans())
def test_a_list_comes_back_name_by_name(names: list[str], separator: str, ended: bool) -> None:
    text = separator.join(names) + (separator if ended else "")
    assert from_stdin(text.encode()) == names


def test_names_too_long_for_any_disk_are_given_as_they_are() -> None:
    names = ["x" * 5000, "*" * 5000]
    assert from_stdin("\n".join(names).encode()) == names


def test_a_long_list_is_not_read_ahead_of_need() -> None:
    class Endless(io.RawIOBase):
        lines = itertools.count()

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            text = b"%05d.png\n" % next(self.lines)
            buffer[: len(text)] = text
            return len(text)

    source = Endless()
    names = name_pictures(["-"], True, io.BufferedReader(source, 64))
    assert list(itertools.islice(names, 3)) == ["00000.png", "00001.png", "00002.png"]
    assert next(source.lines) < 100


def test_a_folder_that_the_run_fills_is_left_out(pictures: Path) -> None:
    named = [str(pictures)]
    found = list(name_pictures(named, True, io.BytesIO(), without=pictures / "more"))
    assert len(found) == count_pictures(named, True, without=pictures / "more") == 5
    assert count_pictures(named, True) == 10
    assert count_pictures(["-", str(pictures)], True) is None
