"""Cuts a multipart/form-data body, which is in memory whole, into its parts.

Every search is one `bytes.find`, so that a hostile body costs no more than its length.
Source: RFC 7578 and RFC 2046, section 5.1.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from animeter.server.errors import RequestError

_BOUNDARY: Final = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70}))', re.IGNORECASE)
_PARAMETER: Final = re.compile(
    r';\s*([a-z0-9*]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))', re.IGNORECASE
)
_MOST_HEADER_BYTES: Final = 8192


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form.

    Attributes:
        name: of the field.
        filename: as the sender calls the file; None for a plain field.
        content: its bytes.
    """

    name: str
    filename: str | None
    content: bytes


def parts_of(body: bytes, content_type: str, max_parts: int) -> Iterator[Part]:
    """Give the parts of a body in order.

    Args:
        body: all of it.
        content_type: the header, which names the boundary.
        max_parts: how many there may be.

    Raises:
        RequestError: it is not multipart/form-data, is cut off or has too many parts.
    """
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise RequestError(
            "the Content-Type is multipart but names no boundary; let your HTTP library set that "
            "header instead of setting it by hand"
        )
    delimiter = b"\r\n--" + (found[1] or found[2]).encode("latin-1", "replace")
    # The first delimiter may stand at the very beginning, without its line break.
    data = b"\r\n" + body
    start = data.find(delimiter)
    if start < 0:
        raise _broken("the boundary that the header names is not in the body")
    for _ in range(max_parts + 1):
        start += len(delimiter)
        if data[start : start + 2] == b"--":
            return
        begin = data.find(b"\r\n", start)
        end = -1 if begin < 0 else data.find(delimiter, begin)
        if end < 0:
            raise _broken("its last part has no end")
        yield _part(data, begin + 2, end)
        start = end
    raise RequestError(f"the form has more than {max_parts} parts; send fewer at a time")


def _part(data: bytes, begin: int, end: int) -> Part:
    # A part without any header begins with the empty line itself.
    head_end = (
        begin - 2 if data[begin : begin + 2] == b"\r\n" else data.find(b"\r\n\r\n", begin, end)
    )
    if head_end < 0 or head_end - begin > _MOST_HEADER_BYTES:
        raise _broken("a part has no headers, or very long ones")
    head = data[begin : max(begin, head_end)].decode("utf-8", "replace")
    for line in head.split("\r\n"):
        key, _, value = line.partition(":")
        if key.strip().lower() == "content-disposition":
            return _described(value, data[head_end + 4 : end])
    raise _broken("a part has no Content-Disposition")


def _described(disposition: str, content: bytes) -> Part:
    parameters = {
        name.lower(): re.sub(r"\\(.)", r"\1", quoted) or token
        for name, quoted, token in _PARAMETER.findall(disposition)
    }
    filename = parameters.get("filename")
    extended = parameters.get("filename*", "")
    if extended.lower().startswith("utf-8''"):  # RFC 8187
        filename = unquote(extended[7:], errors="replace")
    if "name" not in parameters:
        raise _broken("a part has no name")
    return Part(parameters["name"], filename, content)


def _broken(why: str) -> RequestError:
    return RequestError(
        f"the multipart body is broken: {why}; send it again, with an HTTP library that makes "
        "such bodies (curl: -F file=@picture.png)"
    )
