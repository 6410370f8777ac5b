"""Health, as those who watch over a server ask for it: by GET, or by HEAD."""

import socket

import httpx
import pytest

PATHS = ("/v2/health/live", "/v2/health/ready")


@pytest.mark.parametrize("path", PATHS)
def test_head_says_what_get_says_without_a_body(client: httpx.Client, path: str) -> None:
    by_get, by_head = client.get(path), client.head(path)
    assert by_get.status_code == by_head.status_code == 200
    assert by_get.json()
    for name in ("content-type", "content-length"):
        assert by_head.headers[name] == by_get.headers[name]
    with socket.create_connection((client.base_url.host, client.base_url.port), 60) as line:
        line.sendall(f"HEAD {path} HTTP/1.1\r\nHost: me\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: line.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n\r\n")
    assert answer.count(b"\r\n\r\n") == 1


def test_the_schema_tells_of_get_alone(client: httpx.Client) -> None:
    told = client.get("/openapi.json").json()["paths"]
    assert [list(told[path]) for path in PATHS] == [["get"], ["get"]]


@pytest.mark.parametrize("path", PATHS)
def test_other_methods_are_refused(client: httpx.Client, path: str) -> None:
    answer = client.post(path)
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
