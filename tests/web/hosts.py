"""Hosts of the page: the real server, and a plain one that knows nothing of Animeter."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.support.server_process import serving

HOST_NAME = "fans.localhost"
"""Browsers take any such name for this computer, and trust it as they trust https."""


class _Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.0"  # a connection kept alive would outlive the host

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def plain_host(folder: Path, name: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve a folder with no header of its own, as anybody's web space is; gives its URL.

    Args:
        folder: what to serve.
        name: of the host; `HOST_NAME` stands for one that is not this computer's own address.
        port: the port; any that is free unless given.
    """
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Quiet, directory=str(folder)))
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{name}:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def animeter_serve(*arguments: str) -> Iterator[str]:
    """Run `animeter serve` as a user would, on a free port; gives its URL."""
    with serving(None, *arguments) as server:
        yield server.url
