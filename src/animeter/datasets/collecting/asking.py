"""One request to one server, and what to make of the answer: content, a move, or nothing."""

import http.client
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urldefrag, urljoin

from animeter.datasets.collecting.manners import Manners
from animeter.datasets.collecting.robots import (
    MOST_ROBOTS_BYTES,
    NoRules,
    RobotsTxt,
    Rules,
    refusal,
    robots_url,
)
from animeter.domain.errors import (
    AnimeterError,
    FetchError,
    ForbiddenUrlError,
    ImageError,
    ImageTooLargeError,
    UnreachableUrlError,
)
from animeter.media.formats import sniff
from animeter.media.urls import REDIRECTS, blocks, shown_url

MOST_HOPS: Final = 5
"""How many redirects are followed."""

# What a server says when the same request may be answered later.
_LATER: Final = frozenset(
    (
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    )
)
_BUSY: Final = frozenset((HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE))
_LICENCE: Final = re.compile(r'<([^<>]{1,500})>[^<>]{0,200}?;\s*rel="?license\b', re.IGNORECASE)
_SNIFFED_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Kind:
    """What is asked for.

    Attributes:
        accept: the media types to ask for.
        check: looks at the first bytes; raises an `ImageError` if the rest is not worth reading.
        by_robots: whether `robots.txt` and its like have a say: for what a program found, not for
            what a person named.
        most_bytes: no more than these are read, and what there is of them is taken. None: as many
            as a picture may have, and more are an error.
    """

    accept: str
    check: Callable[[bytes], object] = len
    by_robots: bool = True
    most_bytes: int | None = None


PICTURE: Final = Kind("image/*", sniff)
PAGE: Final = Kind("application/json, text/html, */*", by_robots=False)
_RULES: Final = Kind("text/plain", by_robots=False, most_bytes=MOST_ROBOTS_BYTES)


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What a URL gave.

    Attributes:
        url: where the bytes came from in the end.
        content: the bytes.
        licence: a URL, if the server names one in a `Link` header.
    """

    url: str
    content: bytes
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A redirect.

    Attributes:
        url: where to.
    """

    url: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """No content.

    Attributes:
        error: why.
        again: whether the same request may be answered later.
        is_busy: whether the server has too much to do, whatever it is asked for.
        wait_s: how long the server asks to be left alone, None if it does not say.
    """

    error: AnimeterError
    again: bool = False
    is_busy: bool = False
    wait_s: float | None = None


def ask(url: str, kind: Kind, manners: Manners) -> Content | Moved | Nothing:
    """Send one request, whatever comes of it."""
    deadline_s = time.monotonic() + manners.timeout_s
    headers = {"Accept": kind.accept, "User-Agent": manners.user_agent}
    try:
        with manners.network.get(url, headers, deadline_s) as answer:
            if answer.status in REDIRECTS:
                return Moved(urldefrag(urljoin(url, answer.getheader("Location", ""))).url)
            if answer.status != HTTPStatus.OK:
                return _no_content(answer)
            refused = _refusal(answer) if kind.by_robots else None
            if refused is not None:
                return Nothing(
                    ForbiddenUrlError(f"the server keeps it from data sets like this ({refused})")
                )
            content = _content(answer, kind, manners, deadline_s)
            return Content(url, content, _licence(url, answer))
    except (FetchError, ImageError) as error:
        return Nothing(error, isinstance(error, UnreachableUrlError))


def ask_rules(url: str, manners: Manners) -> Rules | Nothing:
    """Ask what the site of a URL allows."""
    target = robots_url(url)
    for _ in range(MOST_HOPS + 1):
        answer = ask(target, _RULES, manners)
        if isinstance(answer, Content):
            return RobotsTxt(answer.content)
        if isinstance(answer, Nothing):
            if not answer.again:
                return NoRules()
            error = UnreachableUrlError(f"{shown_url(target)} cannot be read: {answer.error}")
            return replace(answer, error=error)
        target = answer.url
    return NoRules()


def _no_content(answer: http.client.HTTPResponse) -> Nothing:
    wait_s = _retry_after_s(answer)
    return Nothing(
        UnreachableUrlError(f"the server answers with status {answer.status}"),
        again=answer.status in _LATER,
        is_busy=answer.status in _BUSY or wait_s is not None,
        wait_s=wait_s,
    )


def _content(
    answer: http.client.HTTPResponse, kind: Kind, manners: Manners, deadline_s: float
) -> bytes:
    """Read a body, but no more of it than is needed to see that it is not wanted."""
    most = kind.most_bytes or manners.limits.max_bytes
    content = bytearray()
    checked = False
    for block in blocks(answer, deadline_s):
        content += block
        if not checked and len(content) >= _SNIFFED_BYTES:
            kind.check(bytes(content))
            checked = True
        if len(content) > most:
            if kind.most_bytes is not None:
                break
            raise ImageTooLargeError(
                f"the URL gives more than {most:,} bytes, which is more than is taken"
            )
    if not checked:
        kind.check(bytes(content))
    return bytes(content[:most])


def _refusal(answer: http.client.HTTPResponse) -> str | None:
    tags = answer.headers.get_all("X-Robots-Tag") or []
    return refusal(tags, answer.getheader("TDM-Reservation", ""))


def _retry_after_s(answer: http.client.HTTPResponse) -> float | None:
    """Return how long a server asks to be left alone: it names seconds, or a date."""
    text = answer.getheader("Retry-After", "").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
        if at.tzinfo is None:
            at = at.replace(tzinfo=UTC)
        return max(0.0, (at - datetime.now(UTC)).total_seconds())
    except (ValueError, OverflowError):  # the latter from dates at the ends of time
        return None


def _licence(url: str, answer: http.client.HTTPResponse) -> str:
    """Return what a `Link` header names as the licence, or nothing."""
    for header in answer.headers.get_all("Link") or []:
        if found := _LICENCE.search(header[:4096]):
            return urljoin(url, str(found.group(1)))
    return ""
