"""Fetches a picture from a URL without becoming anybody's way into a private network.

A host name is looked up once; every address it has must be public, and the connection goes to one
of exactly these addresses. So a name that changes its mind between check and use (DNS rebinding)
changes nothing. Redirects are followed here, each checked in the same way. Proxies of the
environment are not used, since they would look names up again.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, urljoin, urlsplit

from animeter.server.addresses import Address, is_public, parsed
from animeter.server.errors import BodyTooLargeError, ForbiddenUrlError, UnreachableUrlError

_PORTS: Final = {"http": 80, "https": 443}
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_MOST_HOPS: Final = 4
_LONGEST_URL: Final = 4096
_BLOCK_BYTES: Final = 1 << 16
_CONNECT_S: Final = 5.0

Resolve = Callable[[str, int], list[str]]


def look_up(host: str, port: int) -> list[str]:
    """Return a host's addresses."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches pictures.

    Attributes:
        max_bytes: of one call, all pictures together.
        timeout_s: of one call.
        resolve: from host and port to addresses.
        is_allowed: which addresses may be connected to.
        ports: which ports may be; None means the schemes' own two.
    """

    max_bytes: int
    timeout_s: float
    resolve: Resolve = look_up
    is_allowed: Callable[[Address], bool] = is_public
    ports: frozenset[int] | None = None

    def fetch_all(self, urls: list[str]) -> list[bytes]:
        """Fetch some URLs one after another.

        Raises:
            ForbiddenUrlError: one of them, or where it redirects to, must not be fetched.
            UnreachableUrlError: one of them gave no content.
            BodyTooLargeError: together they are too large.
        """
        deadline_s = time.monotonic() + self.timeout_s
        left_bytes = self.max_bytes
        fetched = []
        for url in urls:
            content = self._fetch(url, left_bytes, deadline_s)
            left_bytes -= len(content)
            fetched.append(content)
        return fetched

    def _fetch(self, url: str, max_bytes: int, deadline_s: float) -> bytes:
        for _ in range(_MOST_HOPS + 1):
            parts = _checked(url)
            try:
                with self._connected(parts, deadline_s) as connection:
                    answer = _ask(connection, parts)
                    if answer.status not in _REDIRECTS:
                        return _content(answer, max_bytes, deadline_s)
                    url = urljoin(url, answer.getheader("Location", ""))
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise UnreachableUrlError(
                    f"{_shown(url)} could not be fetched ({type(error).__name__}); open it in a "
                    "browser to see whether it is there, or send the picture itself"
                ) from error
        raise UnreachableUrlError(f"{_shown(url)} redirects too often; send the picture itself")

    @contextmanager
    def _connected(
        self, parts: SplitResult, deadline_s: float
    ) -> Iterator[http.client.HTTPConnection]:
        port = parts.port or _PORTS[parts.scheme]
        if port not in (self.ports if self.ports is not None else _PORTS.values()):
            raise ForbiddenUrlError(f"{_shown(parts.geturl())}: port {port} is not allowed here")
        host = parts.hostname or ""
        addresses = self.resolve(host, port)
        if not addresses or not all(self.is_allowed(parsed(address)) for address in addresses):
            raise ForbiddenUrlError(
                f"{_shown(parts.geturl())} leads into a private network, which this server does "
                "not enter; send the picture itself"
            )
        plain = _connect(addresses, port, deadline_s)
        with plain, _cut_off_at(deadline_s, plain):
            if parts.scheme == "https":
                context = ssl.create_default_context()
                secure = context.wrap_socket(plain, server_hostname=host)
                connection: http.client.HTTPConnection = http.client.HTTPSConnection(host, port)
                connection.sock = secure
            else:
                connection = http.client.HTTPConnection(host, port)
                connection.sock = plain
            try:
                yield connection
            finally:
                connection.close()


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # looked at here, since it raises only then
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as error:
        raise UnreachableUrlError(f"{_shown(url)} is not a URL") from error
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= _LONGEST_URL
    if parts.scheme not in _PORTS or not host or not plain:
        raise ForbiddenUrlError(
            f"{_shown(url)}: wanted an http or https URL of at most {_LONGEST_URL} plain "
            "characters, anything else in it percent-encoded"
        )
    if parts.username is not None or parts.password is not None:
        raise ForbiddenUrlError("the URL holds a user name or password; send the picture itself")
    return parts


def _connect(addresses: list[str], port: int, deadline_s: float) -> socket.socket:
    refused: OSError | None = None
    for address in addresses:
        left_s = deadline_s - time.monotonic()
        if left_s <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=min(left_s, _CONNECT_S))
        except OSError as error:
            refused = error
    raise refused or TimeoutError("no time left")


@contextmanager
def _cut_off_at(deadline_s: float, connected: socket.socket) -> Iterator[None]:
    """End a connection at the deadline, however slowly its other side keeps talking."""
    left_s = max(0.0, deadline_s - time.monotonic())
    connected.settimeout(left_s + 1.0)
    # A second handle on the connection, since TLS takes the first one over.
    handle = connected.dup()

    def cut() -> None:
        with suppress(OSError):  # it may have ended already
            handle.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(left_s, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        handle.close()


def _ask(connection: http.client.HTTPConnection, parts: SplitResult) -> http.client.HTTPResponse:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {
        "Accept": "image/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "User-Agent": "animeter",
    }
    connection.request("GET", target, headers=headers)
    return connection.getresponse()


def _content(answer: http.client.HTTPResponse, max_bytes: int, deadline_s: float) -> bytes:
    if answer.status != http.client.OK:
        raise UnreachableUrlError(f"the URL answers with status {answer.status} and no picture")
    blocks: list[bytes] = []
    size = 0
    while block := answer.read(_BLOCK_BYTES):
        size += len(block)
        if size > max_bytes:
            raise BodyTooLargeError(
                f"the URL gives more than the {max_bytes:,} bytes that are left for this request; "
                "send fewer or smaller pictures"
            )
        blocks.append(block)
    if time.monotonic() >= deadline_s:  # being cut off looks like the end
        raise TimeoutError("no time left")
    declared: Any = answer.getheader("Content-Length")
    if declared is not None and declared.isdecimal() and size < int(declared):
        raise UnreachableUrlError("the URL's answer was cut off; try again")
    return b"".join(blocks)


def _shown(url: str) -> str:
    """Shorten a URL for a message, without anything that a terminal or page would act on."""
    plain = "".join(char if char.isprintable() else "?" for char in url[:200])
    return repr(plain)
