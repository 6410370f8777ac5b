"""A web server on loopback, under any names under `.test`, that behaves as badly as it is told."""

import gzip
import io
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from animeter.media.addresses import Address
from animeter.media.urls import Network
from tests.support.drawn_shapes import SHAPES, draw_shape


@cache
def picture(number: int, file_format: str = "png") -> bytes:
    """Return a picture of its own for each number."""
    file = io.BytesIO()
    draw_shape(SHAPES[number % len(SHAPES)], number).save(file, file_format)
    return file.getvalue()


@dataclass(frozen=True)
class Request:
    """What the server was asked, and when it began to answer."""

    host: str
    path: str
    agent: str
    began_s: float


@dataclass
class Site:
    """The server's memory, and what it says in its `robots.txt`.

    Attributes:
        port: where it listens.
        requests: what it was asked, in order.
        robots: by host: the text of its `robots.txt`, or a status.
        posts: what its board has.
        pages: what its search engine answers, a page a question.
        gate: what is behind it is given once it is open.
    """

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    robots: dict[str, str | int] = field(default_factory=dict)
    posts: list[dict[str, object]] = field(default_factory=list)
    pages: list[bytes] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str, host: str = "site.test") -> str:
        return f"http://{host}:{self.port}{path}"

    def network(self) -> Network:
        """What may be reached: this server under its names, and nothing else."""

        def resolve(host: str, port: int) -> list[str]:
            if host.endswith(".test"):
                return ["127.0.0.1"]
            raise OSError(f"{host} has no address")

        def is_allowed(address: Address) -> bool:
            return address.is_loopback

        return Network(resolve, is_allowed, frozenset((self.port,)))

    def asked(self, path: str) -> int:
        """Count the requests for a path."""
        return sum(urlsplit(request.path).path == path for request in self.requests)


class _Handler(BaseHTTPRequestHandler):
    site: Site
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        began_s = time.monotonic()
        host = self.headers.get("Host", "").partition(":")[0]
        parts = urlsplit(self.path)
        first, _, rest = parts.path.removeprefix("/").partition("/")
        with self.site.lock:
            self.site.counts[self.path] += 1
            agent = self.headers.get("User-Agent", "")
            self.site.requests.append(Request(host, self.path, agent, began_s))
        self._answer(host, first.removesuffix(".json").removesuffix(".txt"), rest)

    def _answer(self, host: str, kind: str, rest: str) -> None:
        answers: dict[str, Callable[[str], None]] = {
            "robots": lambda _: self._robots(host),
            "picture": lambda number: self._give(picture(int(number.partition(".")[0]))),
            "gated": self._gated,
            "text": lambda _: self._give(picture(90), {"Content-Type": "text/html"}),
            "page": lambda _: self._give(b"<html>Not here.</html>", {"Content-Type": "image/png"}),
            "gzip": lambda _: self._give(gzip.compress(picture(91)), {"Content-Encoding": "gzip"}),
            "tag": lambda tag: self._give(picture(92), {"X-Robots-Tag": tag.replace("_", " ")}),
            "reserved": lambda _: self._give(picture(93), {"TDM-Reservation": "1"}),
            "licensed": lambda _: self._give(picture(94), {"Link": '</cc-by>; rel="license"'}),
            "loop": lambda _: self._move("/loop"),
            "moved": lambda where: self._move("/" + where),
            "to": lambda _: self._move(parse_qs(urlsplit(self.path).query)["url"][0]),
            "busy": self._busy,
            "status": lambda status: self._give(b"", status=int(status)),
            "cut": lambda _: self._cut(),
            "half": lambda _: self._give(picture(95)[: len(picture(95)) // 2]),
            "endless": lambda _: self._endless(bytes(65536), 0.0),
            "large": lambda _: self._endless(picture(0) + bytes(65536), 0.0),
            "drip": lambda _: self._endless(b"\xff", 0.02),
            "hang-up": lambda _: self.connection.close(),
            "posts": lambda _: self._posts(),
            "results": lambda _: self._give(self.site.pages.pop(0) if self.site.pages else b""),
        }
        answers.get(kind, lambda _: self._give(b"", status=404))(rest)

    def _gated(self, number: str) -> None:
        self.site.gate.wait(timeout=120)
        self._give(picture(int(number)))

    def _robots(self, host: str) -> None:
        rules = self.site.robots.get(host, 404)
        if isinstance(rules, int):
            self._give(b"", status=rules)
        else:
            self._give(rules.encode(), {"Content-Type": "text/plain"})

    def _busy(self, rest: str) -> None:
        """`/busy/STATUS/TIMES/RETRY-AFTER/...`: so often that status, then a picture."""
        status, times, retry_after, *_ = rest.split("/")
        if self.site.counts[self.path] <= int(times):
            headers = {} if retry_after == "-" else {"Retry-After": unquote(retry_after)}
            self._give(b"", headers, int(status))
        else:
            self._give(picture(96))

    def _posts(self) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        size, page = int(asked.get("limit", 20)), int(asked.get("page", 1))
        posts = self.site.posts[(page - 1) * size : page * size]
        self._give(json.dumps(posts).encode(), {"Content-Type": "application/json"})

    def _move(self, where: str) -> None:
        self._give(b"", {"Location": where}, 302)

    def _cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(picture(97))))
        self.end_headers()
        self.wfile.write(picture(97)[:-20])

    def _endless(self, block: bytes, pause_s: float) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(block)
            time.sleep(pause_s)

    def _give(
        self, content: bytes, headers: dict[str, str] | None = None, status: int = 200
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def handle(self) -> None:
        with suppress(OSError, ValueError):  # whoever asked hangs up, as they should
            super().handle()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@contextmanager
def misbehaving_site() -> Iterator[Site]:
    """Run the server."""
    site = Site()
    handler = type("Handler", (_Handler,), {"site": site})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        site.port = server.server_port
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield site
        server.shutdown()
