"""Fetching URLs: pictures from public hosts, and no way into a private network."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address

import pytest

from animeter.domain.errors import ForbiddenUrlError, UnreachableUrlError
from animeter.media.addresses import Address, is_public
from animeter.media.urls import Network, look_up
from animeter.server.errors import BodyTooLargeError
from animeter.server.fetching import Fetcher
from animeter.server.options import ServeOptions
from tests.server.conftest import Serve, png

LOOPBACK = IPv4Address("127.0.0.1")


class Site(BaseHTTPRequestHandler):
    """A web site with a picture, redirects of all kinds, and bad manners."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/picture.png":
            self._give(png("cartoon"))
        elif path == "/redirect":
            self.send_response(302)
            self.send_header("Location", self.path.partition("?")[2])
            self.end_headers()
        elif path == "/loop":
            self.send_response(301)
            self.send_header("Location", "/loop")
            self.end_headers()
        elif path == "/endless":
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(bytes(65536))
        elif path == "/drip":
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b"x")
                time.sleep(0.02)
        elif path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"only this")
        else:
            self.send_error(404)

    def _give(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def handle(self) -> None:
        with suppress(OSError):  # the fetcher hangs up, as it should
            super().handle()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://site.test:{server.server_port}"
        server.shutdown()


def port_of(site: str) -> int:
    return int(site.rpartition(":")[2])


def fetcher(site: str, **changes: object) -> Fetcher:
    """A fetcher for which the site's own address, and no other private one, is public."""

    def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if host == "site.test" else look_up(host, port)

    def is_allowed(address: Address) -> bool:
        return address == LOOPBACK or is_public(address)

    network: dict[str, object] = {
        "resolve": resolve,
        "is_allowed": is_allowed,
        "ports": frozenset((port_of(site),)),
    }
    network |= {name: changes.pop(name) for name in list(changes) if name in network}
    chosen: dict[str, object] = {"max_bytes": 1_000_000, "timeout_s": 20.0}
    made = Network(**network)  # type: ignore[arg-type]
    return Fetcher(**(chosen | changes), network=made)  # type: ignore[arg-type]


def test_a_picture_is_fetched_also_behind_a_redirect(site: str) -> None:
    urls = [f"{site}/picture.png", f"{site}/redirect?/picture.png"]
    urls.append(f"{site}/redirect?{site}/redirect?/picture.png")
    assert fetcher(site).fetch_all(urls) == [png("cartoon")] * 3


@pytest.mark.parametrize(
    "target",
    [
        *("http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/"),
        *("http://[::ffff:10.0.0.1]/", "http://0x0a000001/", "http://167772161/"),
        *("file:///etc/passwd", "gopher://site.test/", "ftp://site.test/a.png"),
        *("http://user:secret@site.test/picture.png", "http://site.test:22/"),
    ],
)
def test_what_must_not_be_fetched_is_not_also_not_behind_a_redirect(site: str, target: str) -> None:
    anywhere = fetcher(site, ports=frozenset((80, 443, port_of(site))))
    for url in (target, f"{site}/redirect?{target}"):
        with pytest.raises(ForbiddenUrlError) as caught:
            anywhere.fetch_all([url])
        assert "secret" not in caught.value.message


def test_by_default_this_very_machine_is_forbidden(site: str) -> None:
    port = port_of(site)
    plain = Fetcher(max_bytes=1000, timeout_s=10.0, network=Network(ports=frozenset((port,))))
    for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "0"):
        with pytest.raises(ForbiddenUrlError, match="private network"):
            plain.fetch_all([f"http://{host}:{port}/picture.png"])


def test_only_web_ports_by_default() -> None:
    with pytest.raises(ForbiddenUrlError, match="port 6379"):
        Fetcher(1000, 5.0, Network(resolve=lambda *_: ["1.1.1.1"])).fetch_all(
            ["http://a.test:6379/"]
        )


def test_a_name_with_one_private_address_among_public_ones_is_forbidden(site: str) -> None:
    mixed = fetcher(site, resolve=lambda *_: ["127.0.0.1", "192.168.1.1"])
    with pytest.raises(ForbiddenUrlError):
        mixed.fetch_all([f"{site}/picture.png"])


def test_a_name_that_changes_its_mind_changes_nothing(site: str) -> None:
    """DNS rebinding: checked once, and connected to what was checked."""
    asked = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    assert fetcher(site, resolve=rebinding).fetch_all([f"{site}/picture.png"]) == [png("cartoon")]
    assert asked == ["site.test"]
    with pytest.raises(ForbiddenUrlError):
        fetcher(site, resolve=rebinding).fetch_all([f"{site}/redirect?/picture.png"])


def test_the_environments_proxy_is_not_used(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert fetcher(site).fetch_all([f"{site}/picture.png"]) == [png("cartoon")]


def test_all_pictures_share_the_bytes(site: str) -> None:
    url, size = f"{site}/picture.png", len(png("cartoon"))
    assert len(fetcher(site, max_bytes=2 * size).fetch_all([url] * 2)) == 2
    with pytest.raises(BodyTooLargeError):
        fetcher(site, max_bytes=2 * size - 1).fetch_all([url] * 2)
    with pytest.raises(BodyTooLargeError):
        fetcher(site).fetch_all([f"{site}/endless"])


@pytest.mark.parametrize("path", ["/nothing", "/loop", "/cut", "/redirect?", "/redirect?http://["])
def test_what_gives_no_picture_is_unreachable(site: str, path: str) -> None:
    with pytest.raises(UnreachableUrlError):
        fetcher(site).fetch_all([f"{site}{path}"])


def test_a_site_that_drips_is_cut_off(site: str) -> None:
    with pytest.raises(UnreachableUrlError):  # it would drip until the end of days
        fetcher(site, timeout_s=0.3).fetch_all([f"{site}/drip"])


def test_a_site_that_says_nothing_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://site.test:{silent.getsockname()[1]}"
        with pytest.raises(UnreachableUrlError):
            fetcher(url, timeout_s=0.3).fetch_all([f"{url}/"])


@pytest.mark.parametrize(
    "url", ["http://", "http:///a", "http://a b/", "http://[", "http://a.test:99999/", "http://\n/",
            "http://a.test/\r\nX: y", "http://" + "a" * 300 + ".test/", "http://ö\0/"],
)  # fmt: skip
def test_what_is_no_url_is_an_error_of_ours(url: str) -> None:
    with pytest.raises((ForbiddenUrlError, UnreachableUrlError)) as caught:
        Fetcher(1000, 5.0, Network(resolve=lambda *_: [])).fetch_all([url])
    assert "\n" not in str(caught.value)


def test_the_server_fetches_when_it_is_allowed_to(serve: Serve, site: str) -> None:
    client = serve(ServeOptions(allow_urls=True), fetcher=fetcher(site))
    answer = client.post("/v1/classify", json={"inputs": f"{site}/picture.png"})
    assert answer.json()["verdict"] == "cartoon"
    answer = client.post("/v1/classify", json={"inputs": "http://169.254.169.254/"})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "forbidden_url"
    answer = client.post("/v1/classify", json={"inputs": f"{site}/nothing"})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "unreachable_url"
