"""One request for a URL, sent nowhere but to addresses that may be reached.

A host name is looked up once; every address it has must be allowed, and the connection goes to one
of exactly these addresses. So a name that changes its mind between check and use (DNS rebinding)
changes nothing. A redirect is an answer like any other, left to the caller, who asks for its target
here and has it checked in the same way. Proxies of the environment are not used, since they would
look names up again.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from animeter.domain.errors import ForbiddenUrlError, UnreachableUrlError
from animeter.media.addresses import Address, is_public, parsed

PORTS: Final = {"http": 80, "https": 443}
REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))

_LONGEST_URL: Final = 4096
_BLOCK_BYTES: Final = 1 << 16
_CONNECT_S: Final = 5.0

Resolve = Callable[[str, int], list[str]]


def look_up(host: str, port: int) -> list[str]:
    """Return a host's addresses."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Network:
    """What may be reached, and how names are looked up.

    Attributes:
        resolve: from host and port to addresses.
        is_allowed: which addresses may be connected to.
        ports: which ports may be; None means the schemes' own two.
    """

    resolve: Resolve = look_up
    is_allowed: Callable[[Address], bool] = is_public
    ports: frozenset[int] | None = None

    @contextmanager
    def get(
        self, url: str, headers: Mapping[str, str], deadline_s: float
    ) -> Iterator[http.client.HTTPResponse]:
        """Send a GET request; the answer's body is read inside the `with` block, by `blocks`.

        Args:
            url: of http or https.
            headers: beside those that any request has.
            deadline_s: on the monotonic clock, when the connection is cut.

        Raises:
            ForbiddenUrlError: the URL must not be fetched.
            UnreachableUrlError: there is no such URL, or no answer; also for what goes wrong while
                the body is read.
        """
        parts = checked_url(url)
        try:
            with self._connected(parts, deadline_s) as connection:
                target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                connection.request("GET", target, headers={**_HEADERS, **headers})
                yield connection.getresponse()
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise UnreachableUrlError(
                f"{shown_url(url)} could not be fetched ({type(error).__name__}); open it in a "
                "browser to see whether it is there"
            ) from error

    @contextmanager
    def _connected(
        self, parts: SplitResult, deadline_s: float
    ) -> Iterator[http.client.HTTPConnection]:
        port = parts.port or PORTS[parts.scheme]
        if port not in (self.ports if self.ports is not None else PORTS.values()):
            raise ForbiddenUrlError(f"{shown_url(parts.geturl())}: port {port} is not allowed here")
        host = parts.hostname or ""
        addresses = self.resolve(host, port)
        if not addresses or not all(self.is_allowed(parsed(address)) for address in addresses):
            raise ForbiddenUrlError(
                f"{shown_url(parts.geturl())} leads into a private network, which is not entered"
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


_HEADERS: Final = {
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "animeter",
}


def blocks(answer: http.client.HTTPResponse, deadline_s: float) -> Iterator[bytes]:
    """Read an answer's body block by block, so that the caller can stop when it is too much.

    Raises:
        TimeoutError: the deadline came before the end.
        UnreachableUrlError: the body is shorter than its own header says.
    """
    size = 0
    while block := answer.read(_BLOCK_BYTES):
        size += len(block)
        yield block
    if time.monotonic() >= deadline_s:  # being cut off looks like the end
        raise TimeoutError("no time left")
    declared = answer.getheader("Content-Length")
    if declared is not None and declared.isdecimal() and size < int(declared):
        raise UnreachableUrlError("the URL's answer was cut off; try again")


def checked_url(url: str) -> SplitResult:
    """Take a URL apart, if it is one that can be fetched at all.

    Raises:
        ForbiddenUrlError: it is of another scheme, too long, or holds a password.
        UnreachableUrlError: it is no URL.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port  # looked at here, since it raises only then
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as error:
        raise UnreachableUrlError(f"{shown_url(url)} is not a URL") from error
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= _LONGEST_URL
    if parts.scheme not in PORTS or not host or not plain:
        raise ForbiddenUrlError(
            f"{shown_url(url)}: wanted an http or https URL of at most {_LONGEST_URL} plain "
            "characters, anything else in it percent-encoded"
        )
    if parts.username is not None or parts.password is not None:
        raise ForbiddenUrlError("the URL holds a user name or password, which is not sent")
    return parts


def shown_url(url: str) -> str:
    """Shorten a URL for a message, without anything that a terminal or page would act on."""
    plain = "".join(char if char.isprintable() else "?" for char in url[:200])
    return repr(plain)


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
