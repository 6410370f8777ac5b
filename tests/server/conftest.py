"""Servers as clients meet them: real sockets, a tiny model, any options."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
import uvicorn
from PIL import Image

from animeter.inference.classifier import Classifier
from animeter.server.app import create_app
from animeter.server.options import ServeOptions
from tests.support.tiny_bundle import COLOURS, make_tiny_bundle

Serve = Callable[..., httpx.Client]


def png(verdict: str = "anime", size: tuple[int, int] = (60, 40)) -> bytes:
    """The bytes of a picture that the tiny model gives this verdict."""
    output = io.BytesIO()
    Image.new("RGB", size, COLOURS[verdict]).save(output, "PNG")
    return output.getvalue()


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    return Classifier(make_tiny_bundle(tmp_path_factory.mktemp("bundle") / "tiny"), workers=2)


@contextmanager
def running(application: object) -> Iterator[str]:
    """Run an application on a free port for as long as the block lasts; gives its URL."""
    config = uvicorn.Config(application, port=0, http="h11", ws="none", log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        assert not thread.is_alive(), "the server did not stop"


@pytest.fixture
def serve(classifier: Classifier) -> Iterator[Serve]:
    """Start a server with some options; gives a client of it."""
    with ExitStack() as stack:

        def start(options: ServeOptions | None = None, **others: object) -> httpx.Client:
            application = create_app(classifier, options, **others)
            url = stack.enter_context(running(application))
            return stack.enter_context(httpx.Client(base_url=url, timeout=60, trust_env=False))

        yield start


@pytest.fixture(scope="module")
def client(classifier: Classifier) -> Iterator[httpx.Client]:
    """A client of a server with default options, shared by the tests of a file."""
    with (
        running(create_app(classifier)) as url,
        httpx.Client(base_url=url, timeout=60, trust_env=False) as shared,
    ):
        yield shared
