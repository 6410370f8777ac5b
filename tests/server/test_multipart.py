"""The form parser gives back what standard clients put in, and only errors of ours for the rest."""

from contextlib import suppress

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animeter.server.errors import RequestError
from animeter.server.multipart import Part, parts_of
from animeter.server.sent import sent_in

# What clients escape, each in a way of its own, is left out.
NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters='"\\%'), max_size=20
)


def encoded(files: list[tuple[str, str, bytes]]) -> tuple[bytes, str]:
    request = httpx.Request(
        "POST", "http://x/", files=[(name, (filename, data)) for name, filename, data in files]
    )
    return request.read(), request.headers["content-type"]


@given(
    st.lists(st.tuples(NAMES, NAMES.filter(bool), st.binary(max_size=200)), min_size=1, max_size=6)
)
@settings(max_examples=50)
def test_what_a_client_sends_is_what_arrives(files: list[tuple[str, str, bytes]]) -> None:
    body, content_type = encoded(files)
    assert list(parts_of(body, content_type, 10)) == [Part(*file) for file in files]


@given(st.binary(max_size=300), st.sampled_from([b"", b"--b", b"--b\r\n", b"\r\n--b--"]))
def test_noise_gives_parts_or_an_error_of_ours(noise: bytes, salt: bytes) -> None:
    for body in (noise + salt, salt + noise, salt + noise + salt):
        with suppress(RequestError):
            assert all(isinstance(part, Part) for part in parts_of(body, "x; boundary=b", 10))


@pytest.mark.parametrize(
    ("head", "part"),
    [
        ('form-data; name="f"; filename="a\\"b.png"', Part("f", 'a"b.png', b"x")),
        ("form-data; name=f; filename=a.png", Part("f", "a.png", b"x")),
        (
            'form-data; name="f"; filename="e.png"; filename*=UTF-8\'\'%e2%82%ac.png',
            Part("f", "\N{EURO SIGN}.png", b"x"),
        ),
        ('FORM-DATA; NAME="f"', Part("f", None, b"x")),
    ],
)
def test_the_dialects_of_file_names(head: str, part: Part) -> None:
    body = f"--b\r\nContent-Type: image/png\r\ncontent-disposition: {head}\r\n\r\nx\r\n--b--\r\n"
    assert list(parts_of(body.encode(), 'multipart/form-data; boundary="b"', 5)) == [part]


def test_a_preamble_and_an_epilogue_are_no_parts() -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n1\r\n--b--\r\n'
    body = b"This is a message.\r\n" + part + b"good bye"
    assert list(parts_of(body, "multipart/form-data; boundary=b", 5)) == [Part("f", None, b"1")]


def test_a_million_delimiters_are_refused_at_once() -> None:
    with pytest.raises(RequestError):
        list(parts_of(b"\r\n--b\r\n" * 1_000_000, "multipart/form-data; boundary=b", 48))


@given(st.binary(max_size=200), st.sampled_from(["application/json", "image/png", "", "a/b+json"]))
def test_any_body_gives_pictures_or_an_error_of_ours(body: bytes, content_type: str) -> None:
    with suppress(RequestError):
        assert sent_in(body, content_type, {}, 4).pictures
