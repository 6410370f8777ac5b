"""More than the server can do: it says so at once, keeps its memory, and goes on."""

import asyncio
import json
import resource
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from animeter.inference.classifier import Classifier
from animeter.server.options import ServeOptions
from tests.server.conftest import Serve, png
from tests.support.large_picture import large_png
from tests.support.server_process import serving

pytestmark = pytest.mark.alone

SLOW_PICTURE = large_png(7000, 7000)
"""Takes a good part of a second to decode."""


def test_beyond_the_queue_the_answer_is_503_at_once(serve: Serve) -> None:
    client = serve(ServeOptions(threads=1, max_queue=2, max_pictures=1))
    with ThreadPoolExecutor(12) as pool:
        answers = list(
            pool.map(lambda _: client.post("/v1/classify", content=SLOW_PICTURE), range(12))
        )
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {200, 503}
    assert statuses.count(200) >= 3, "what had a place was not answered"
    for answer in answers:
        if answer.status_code == 503:
            assert answer.json()["error"]["code"] == "queue_full"
            assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert client.post("/v1/classify", content=png()).status_code == 200


def test_while_it_works_the_event_loop_is_free(serve: Serve) -> None:
    client = serve(ServeOptions(threads=1))
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(client.post, "/v1/classify", content=SLOW_PICTURE)
        answered = 0
        while not slow.done():
            assert client.get("/v2/health/live").json() == {"live": True}
            answered += 1
    assert slow.result().status_code == 200
    assert answered >= 5, "health was not answered while a picture was looked at"


def test_it_is_not_ready_while_the_queue_is_full(serve: Serve) -> None:
    client = serve(ServeOptions(threads=1, max_queue=1, max_pictures=1))
    assert client.get("/v2/health/ready").json() == {"ready": True}
    with ThreadPoolExecutor(2) as pool:
        slow = [pool.submit(client.post, "/v1/classify", content=SLOW_PICTURE) for _ in range(2)]
        seen, seen_by_head = set(), set()
        while not all(one.done() for one in slow):
            answer = client.get("/v2/health/ready")
            seen.add((answer.status_code, answer.json()["ready"]))
            seen_by_head.add(client.head("/v2/health/ready").status_code)
    assert (503, False) in seen
    assert 503 in seen_by_head
    assert client.get("/v2/health/ready").status_code == 200


def test_what_takes_too_long_is_given_up(serve: Serve) -> None:
    client = serve(ServeOptions(threads=1, request_timeout_s=0.4))
    files = [("file", (f"{number}.png", SLOW_PICTURE)) for number in range(16)]
    answer = client.post("/v1/classify", files=files)
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "too_slow"
    assert "retry-after" in answer.headers


def test_a_body_that_does_not_come_is_given_up(serve: Serve) -> None:
    client = serve(ServeOptions(request_timeout_s=0.2))
    with socket.create_connection((client.base_url.host, client.base_url.port)) as slow:
        slow.sendall(b"POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
        slow.settimeout(30)
        answer = b""
        while more := slow.recv(65536):
            answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in head.lower()
    assert json.loads(body)["error"]["code"] == "slow_body"


def test_a_client_that_goes_away_costs_nothing(serve: Serve) -> None:
    client = serve(ServeOptions(max_queue=1, max_pictures=1))
    for _ in range(30):
        with socket.create_connection((client.base_url.host, client.base_url.port)) as gone:
            gone.sendall(b"POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\nab")
    assert client.post("/v1/classify", content=png()).status_code == 200
    assert "animeter_queue_pictures 0.0" in client.get("/metrics").text


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads memory from /proc")
def test_ten_thousand_requests_at_once(classifier: Classifier) -> None:
    requests = 10_000
    _allow_open_files(requests + 200)
    picture = png("cartoon", (640, 480))
    with serving(classifier.bundle.folder) as server:
        answers = asyncio.run(_all_at_once(server.port, picture, requests))
        counts = {status: 0 for status, _ in answers}
        for status, body in answers:
            counts[status] += 1
            if status == 200:
                assert json.loads(body)["verdict"] == "cartoon"
            else:
                assert json.loads(body)["error"]["code"] == "queue_full"
        assert set(counts) <= {200, 503}, counts
        assert counts[200] > 60, counts
        after = httpx.post(f"{server.url}v1/classify", content=picture)
        assert after.json()["verdict"] == "cartoon"
        assert server.resident_mib(at_most=True) < 500
        assert server.stop() == 0
        assert "Traceback" not in "".join(server.said)


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads memory from /proc")
def test_many_large_bodies_do_not_pile_up_in_memory(classifier: Classifier) -> None:
    with serving(classifier.bundle.folder, "--max-body-mib", "8") as server:
        body = b"\0" * (8 * 2**20)

        def send(_: int) -> int:
            return httpx.post(f"{server.url}v1/classify", content=body, timeout=60).status_code

        with ThreadPoolExecutor(64) as pool:
            statuses = set(pool.map(send, range(128)))
        assert statuses <= {415, 503}
        # 16 bodies of 8 MiB may be held at a time, each as its pieces and whole.
        assert server.resident_mib(at_most=True) < 600
        assert server.stop() == 0


def _allow_open_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        pytest.skip(f"this system allows {hard} open files, {count} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))


async def _all_at_once(port: int, picture: bytes, requests: int) -> list[tuple[int, bytes]]:
    """Open all connections first, then send on all, then read all."""
    head = f"POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Length: {len(picture)}\r\n"
    message = (head + "Connection: close\r\n\r\n").encode() + picture
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(requests)]
    for _, writer in connections:
        writer.write(message)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        content = await reader.read()
        writer.close()
        return content

    contents = await asyncio.gather(*(answer(*connection) for connection in connections))
    return [
        (int(content.split(b" ", 2)[1]), content.partition(b"\r\n\r\n")[2]) for content in contents
    ]
