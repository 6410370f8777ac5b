"""`animeter serve` as a process: starting, stopping, several at once, and saying what is wrong."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Program
from tests.support.large_picture import large_png
from tests.support.server_process import serving

pytestmark = pytest.mark.alone  # what is in its queue when depends on the machine

KEY = "0123456789abcdef0123456789abcdef"
linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


def until(what: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline_s, "it never came to that"
        time.sleep(0.05)


@pytest.mark.slow
def test_its_answer_is_the_command_lines(run: Program, pictures: Path, home: Path) -> None:
    paths = [str(path) for path in sorted(pictures.rglob("*.*"))]
    done = run("classify", *paths, "--format", "jsonl", "-m", "tiny", "-q")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    with serving("tiny", ANIMETER_HOME=str(home)) as server:
        one = httpx.post(
            f"{server.url}v1/classify", files={"file": (paths[0], Path(paths[0]).read_bytes())}
        )
        assert one.json() == rows[0]
        files = [("file", (path, Path(path).read_bytes())) for path in paths]
        assert httpx.post(f"{server.url}v1/classify", files=files).json() == {"results": rows}
        assert server.stop() == 0
        assert server.process.stdout is not None
        assert server.process.stdout.read() == "", "standard output is for data"
        assert "tiny 1.0 on CPUExecutionProvider" in server.said[0]


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)]
)
def test_told_to_stop_it_finishes_what_runs(home: Path, number: int) -> None:
    slow = large_png(7000, 7000)
    with (
        serving("tiny", "--threads", "1", ANIMETER_HOME=str(home)) as server,
        contextlib.ExitStack() as open_clients,
    ):
        clients = [
            open_clients.enter_context(httpx.Client(base_url=server.url, timeout=60))
            for _ in range(4)
        ]
        for client in clients:  # connected, so that all three arrive while the first is decoded
            client.get("v2/health/live")
        watching, *asking = clients
        with ThreadPoolExecutor(3) as pool:
            asked = [pool.submit(one.post, "v1/classify", content=slow) for one in asking]
            queued = "animeter_queue_pictures 3.0"
            until(lambda: queued in watching.get("metrics").text)
            server.process.send_signal(number)
            assert [one.result().status_code for one in asked] == [200, 200, 200]
        assert server.process.wait(60) == 0
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.url}v2/health/live")


@linux_only
@pytest.mark.slow
def test_several_processes_share_the_port_and_the_counters_and_replace_the_dead(
    home: Path,
) -> None:
    with serving("tiny", "--workers", "2", ANIMETER_HOME=str(home)) as server:
        until(lambda: len(server.children()) == 2)
        for number in range(20):  # a new connection each, so that both get some
            answer = httpx.get(f"{server.url}v1/model", timeout=60)  # both are still starting
            assert answer.status_code == 200, number
        counted = re.search(
            r'animeter_requests_total{[^}]*route="/v1/model"[^}]*} (\S+)',
            httpx.get(f"{server.url}metrics").text,
        )
        assert counted is not None
        assert float(counted[1]) == 20
        before = server.children()
        os.kill(before[0], signal.SIGKILL)
        until(lambda: len(set(server.children()) - set(before)) == 1)
        until(lambda: any("died, starting another" in line for line in server.said))
        for _ in range(10):
            assert httpx.get(f"{server.url}v2/health/ready", timeout=60).status_code == 200
        children = server.children()
        assert server.stop() == 0
        assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


@pytest.mark.slow
def test_a_key_comes_from_a_file_or_the_environment(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "key.txt"
    file.write_text(f"{KEY}\n")
    right, wrong = {"X-API-Key": KEY}, {"X-API-Key": KEY[::-1]}
    for options, environ in ((["--api-key-file", str(file)], {}), ([], {"ANIMETER_API_KEY": KEY})):
        with serving("tiny", *options, ANIMETER_HOME=str(home), **environ) as server:
            assert httpx.get(f"{server.url}v1/model", headers=right).status_code == 200
            assert httpx.get(f"{server.url}v1/model", headers=wrong).status_code == 401
            assert KEY not in "".join(server.said)


@pytest.mark.slow
def test_options_reach_the_server(home: Path) -> None:
    options = ["--max-body-mib", "1", "--max-pictures", "2", "--root-path", "/animeter/"]
    options += ["--cors-origin", "https://a.example", "--access-log"]
    with serving("tiny", *options, ANIMETER_HOME=str(home)) as server:
        assert server.url.endswith("/animeter/")
        limits = httpx.get(f"{server.url}v1/model").json()["limits"]
        assert (limits["max_body_bytes"], limits["max_pictures"]) == (2**20, 2)
        answer = httpx.get(f"{server.url}v1/model", headers={"Origin": "https://a.example"})
        assert answer.headers["access-control-allow-origin"] == "https://a.example"
        assert server.stop() == 0
        assert any("GET" in line and "/v1/model" in line for line in server.said)


@pytest.mark.slow
def test_a_port_that_is_taken_is_a_sentence(run: Program, home: Path) -> None:
    with serving("tiny", ANIMETER_HOME=str(home)) as server:
        done = run("serve", "--port", str(server.port), "-m", "tiny")
    assert done.returncode == 1
    assert b"cannot listen on 127.0.0.1 port" in done.stderr
    assert b"--port" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--api-key-file", "missing.txt"], 1, b"cannot read the API key"),
        (["--cors-origin", "example.org"], 1, b"not an origin"),
        (["--root-path", "a b"], 1, b"such as /animeter"),
        (["--max-queue", "2"], 1, b"raise max_queue"),
        (["--workers", "0"], 2, b"--workers"),
        (["--host", "no.such.host.invalid"], 1, b"cannot listen on"),
        (["--model", "missing"], 1, b"no model called"),
    ],
)
def test_what_makes_no_sense_is_refused(
    run: Program, options: list[str], code: int, said: bytes
) -> None:
    chosen = options if "--model" in options else [*options, "-m", "tiny"]
    done = run("serve", "--port", "0", *chosen)
    assert done.returncode == code
    assert said in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "package",
    [
        "fastapi",
        pytest.param("uvicorn", marks=pytest.mark.slow),
        pytest.param("prometheus_client", marks=pytest.mark.slow),
    ],
)
def test_without_its_extra_it_prints_the_command_that_installs_it(package: str) -> None:
    program = f"import sys; sys.modules[{package!r}] = None; sys.argv[1:] = ['serve']; "
    program += "from animeter.cli.app import main; main()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 1
    assert b"pip install 'animeter[serve]'" in done.stderr
