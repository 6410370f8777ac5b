"""Whatever is sent, the answer is a 4xx with one sentence, and the next request is answered."""

import base64
import http.client
import json
import socket
import zlib
from contextlib import suppress

import httpx
import pytest

from animeter.server.options import ServeOptions
from tests.server.conftest import Serve, png
from tests.support.large_picture import jpeg_claiming, large_png

BAD_PICTURES = {
    "truncated": (png(size=(500, 500))[:400], 422, "unreadable_image"),
    "bomb": (large_png(20_000, 10_000), 413, "image_too_large"),
    "jpeg-claiming-much": (jpeg_claiming(65500, 65500), 413, "image_too_large"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', 415, "unsupported_format"),
    "html": (b"<!doctype html><html><body>hi</body></html>", 415, "unsupported_format"),
    "text": (b"just words", 415, "unsupported_format"),
    "pdf": (b"%PDF-1.7 and so on", 415, "unsupported_format"),
    "zeros": (bytes(1000), 415, "unsupported_format"),
    "header-only": (b"\x89PNG\r\n\x1a\n", 422, "unreadable_image"),
}


def check(answer: httpx.Response, status: int, code: str) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"error"}
    error = answer.json()["error"]
    assert error["code"] == code
    assert len(error["message"].split()) >= 4, "not a sentence"
    assert "\n" not in error["message"]
    return str(error["message"])


def alive(client: httpx.Client) -> None:
    answer = client.post("/v1/classify", content=png("anime"))
    assert answer.json()["verdict"] == "anime"


@pytest.mark.parametrize("name", sorted(BAD_PICTURES))
@pytest.mark.parametrize("route", ["/v1/classify", "/v1/explain"])
def test_a_bad_picture_each_way(client: httpx.Client, name: str, route: str) -> None:
    data, status, code = BAD_PICTURES[name]
    text = base64.b64encode(data).decode()
    check(client.post(route, content=data, headers={"Content-Type": "image/png"}), status, code)
    check(client.post(route, files={"file": ("innocent.png", data)}), status, code)
    check(client.post(route, json={"inputs": text}), status, code)
    alive(client)


@pytest.mark.parametrize(
    ("content", "content_type", "code"),
    [
        (b"", "image/png", "no_picture"),
        (b"", "application/json", "bad_request"),
        (b"{", "application/json", "bad_request"),
        (b"[]", "application/json", "bad_request"),
        (b"null", "application/json", "bad_request"),
        (b'{"inputs": []}', "application/json", "bad_request"),
        (b'{"inputs": 7}', "application/json", "bad_request"),
        (b'{"inputs": ""}', "application/json", "empty_file"),
        (b'{"image": "aaaa"}', "application/json", "bad_request"),
        (b'{"inputs": "aaaa", "parameters": {"top": 1}}', "application/json", "bad_request"),
        (b'{"inputs": "\xff"}', "application/json", "bad_request"),
        (b'{"inputs": "\\ud800"}', "application/json", "bad_request"),
        (b"[" * 100_000, "application/json", "bad_request"),
        (b'{"inputs": ' + b"9" * 100_000 + b"}", "application/json", "bad_request"),
        (b'{"inputs": "not base64!"}', "application/json", "bad_base64"),
        (b'{"inputs": "abcde"}', "application/json", "bad_base64"),
        ('{"inputs": "日本語"}'.encode(), "application/json", "bad_base64"),
        (b'{"inputs": "data:image/png,plain"}', "application/json", "bad_base64"),
        (b"", "multipart/form-data; boundary=x", "bad_request"),
        (b"--x--\r\n", "multipart/form-data; boundary=x", "no_picture"),
        (b"anything", "multipart/form-data", "bad_request"),
        (b"anything", "multipart/form-data; boundary=x", "bad_request"),
        (b"--x\r\n\r\nno headers\r\n--x--", "multipart/form-data; boundary=x", "bad_request"),
        (b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nwords\r\n--x--',
         "multipart/form-data; boundary=x", "no_picture"),
        (b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\ncut',
         "multipart/form-data; boundary=x", "bad_request"),
    ],
)  # fmt: skip
def test_a_bad_body(client: httpx.Client, content: bytes, content_type: str, code: str) -> None:
    answer = client.post("/v1/classify", content=content, headers={"Content-Type": content_type})
    message = check(answer, 400, code)
    assert len(message) < 1000
    alive(client)


def test_an_unsent_file_field_is_no_picture(client: httpx.Client) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--x--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    check(client.post("/v1/classify", content=body, headers=headers), 400, "no_picture")


def test_too_many_pictures(serve: Serve) -> None:
    client = serve(ServeOptions(max_pictures=3))
    text = base64.b64encode(png()).decode()
    assert len(client.post("/v1/classify", json={"inputs": [text] * 3}).json()["results"]) == 3
    check(client.post("/v1/classify", json={"inputs": [text] * 4}), 413, "too_many_pictures")
    files = [("file", (f"{number}.png", png())) for number in range(4)]
    check(client.post("/v1/classify", files=files), 413, "too_many_pictures")
    many = [("file", (f"{number}.png", b"")) for number in range(1000)]
    assert client.post("/v1/classify", files=many).status_code in {400, 413}
    alive(client)


def test_a_body_of_50_megabytes_is_refused_and_the_sender_hears_why(client: httpx.Client) -> None:
    message = check(client.post("/v1/classify", content=bytes(50_000_000)), 413, "body_too_large")
    assert "50,000,000 bytes" in message

    def without_length() -> object:
        yield from (bytes(1_000_000) for _ in range(50))

    answer = client.post("/v1/classify", content=without_length())
    check(answer, 413, "body_too_large")
    alive(client)


def spoken(client: httpx.Client, sent: bytes) -> bytes:
    """What the server says to some bytes, until it hangs up."""
    address = (client.base_url.host, client.base_url.port)
    heard = b""
    with (
        socket.create_connection(address, timeout=60) as connection,
        suppress(ConnectionResetError, BrokenPipeError),
    ):
        connection.sendall(b"POST /v1/classify HTTP/1.1\r\nHost: x\r\n" + sent)
        while more := connection.recv(65536):
            heard += more
    return heard


@pytest.mark.parametrize(
    "head",
    [
        b"Expect: 100-continue\r\nContent-Length: 50000000\r\n\r\n",
        b"Content-Length: 1000000000000\r\n\r\n",
    ],
    ids=["who-asks-first", "a-terabyte"],
)
def test_what_is_too_large_by_its_own_word_is_refused_before_it_is_sent(
    client: httpx.Client, head: bytes
) -> None:
    heard = spoken(client, head)
    assert heard.startswith(b"HTTP/1.1 413")
    assert b"body_too_large" in heard
    alive(client)


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: minus one\r\n\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"X: " + b"y" * 200_000 + b"\r\n\r\n",
        b"\0\1\2\r\n\r\n",
    ],
    ids=["no-number", "two-lengths", "bad-chunk", "long-header", "noise"],
)
def test_broken_http_is_refused(client: httpx.Client, head: bytes) -> None:
    heard = spoken(client, head)
    assert not heard or heard.startswith(b"HTTP/1.1 4")
    alive(client)


def test_a_picture_larger_than_the_options_allow(serve: Serve) -> None:
    client = serve(ServeOptions(max_pixels=10_000))
    check(client.post("/v1/classify", content=png(size=(101, 100))), 413, "image_too_large")
    assert client.post("/v1/classify", content=png(size=(100, 100))).status_code == 200


def test_a_compressed_body_is_refused(client: httpx.Client) -> None:
    answer = client.post(
        "/v1/classify", content=zlib.compress(png()), headers={"Content-Encoding": "deflate"}
    )
    assert "compressed" in check(answer, 400, "bad_request")


def test_urls_are_off(client: httpx.Client) -> None:
    answer = client.post("/v1/classify", json={"inputs": "https://example.org/a.png"})
    assert "--allow-urls" in check(answer, 403, "forbidden_url")


def test_wrong_addresses_and_methods(client: httpx.Client) -> None:
    check(client.get("/nothing/here"), 404, "not_found")
    check(client.post("/nothing/here", content=b"x"), 404, "not_found")
    answer = client.get("/v1/classify")
    check(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"
    answer = client.post("/", content=bytes(30_000_000))
    check(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "path",
    [
        "/../app.py",
        "/%2e%2e/app.py",
        "/assets/../../app.py",
        "/..%2fapp.py",
        "/%00",
        "//etc/passwd",
    ],
)
def test_no_path_leads_out_of_the_page(client: httpx.Client, path: str) -> None:
    # By hand, since httpx would tidy the path up first.
    connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.status == 404
    assert json.loads(answer.read())["error"]["code"] == "not_found"
    connection.close()
