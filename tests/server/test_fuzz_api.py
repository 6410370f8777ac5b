"""Hostile requests by the hundred: every answer is one that the schema names, and none is a fault.

Two campaigns on a server process: schemathesis makes requests from the OpenAPI schema and breaks
its rules on purpose; mutated picture files go in by every door.
"""

import base64
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from animeter.inference.classifier import Classifier
from tests.fuzz.mutations import mutated
from tests.server.conftest import png
from tests.support.server_process import ServerProcess, serving

INPUTS = 400
EXAMPLES = 60
MOST_MIB = 700

pytestmark = [
    pytest.mark.fuzz,
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads memory from /proc"),
]


@pytest.fixture
def server(classifier: Classifier, tmp_path: Path) -> Iterator[ServerProcess]:
    """A server, all doors open, that must be alive, sane and of modest size in the end."""
    options = ["--max-megapixels", "4", "--timeout-s", "20", "--allow-teaching"]
    home = str(tmp_path / "home")
    with serving(classifier.bundle.folder, *options, ANIMETER_HOME=home) as running:
        yield running
        answer = httpx.post(f"{running.url}v1/classify", content=png("both"))
        assert answer.json()["verdict"] == "both"
        assert running.resident_mib(at_most=True) < MOST_MIB
        assert running.stop() == 0
        assert "Traceback" not in "".join(running.said)


@pytest.mark.parametrize("seed", [1])
def test_requests_made_from_the_schema(server: ServerProcess, seed: int, tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "schemathesis"
    # What it takes for valid data is a random string, which no server could take for a picture.
    checks = ["--checks", "all", "--exclude-checks", "positive_data_acceptance"]
    command = [str(program), "run", f"{server.url}openapi.json", *checks]
    command += ["--max-examples", str(EXAMPLES), "--seed", str(seed), "--no-color"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    made = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert made is not None, done.stdout[-2000:]
    assert int(made[1]) == int(made[2]) > 200
    assert "Tested: 7" in done.stdout, done.stdout[-2000:]


def test_mutated_pictures_by_every_door(server: ServerProcess) -> None:
    outcomes: Counter[int] = Counter()
    with httpx.Client(base_url=server.url, timeout=60) as client:
        for number in range(INPUTS):
            name, data = mutated(number, seed=7)
            answer = send(client, random.Random(number), name, data)
            outcomes[answer.status_code] += 1
            assert answer.status_code in {200, 400, 413, 415, 422}, (number, answer.text[:500])
            if answer.status_code != 200:
                error = answer.json()["error"]
                assert error["code"]
                assert error["message"].isprintable(), (number, error)
    assert outcomes[200] > INPUTS // 20, "hardly any was read"
    assert outcomes[422] > INPUTS // 5, "hardly any was broken"


def send(client: httpx.Client, chance: random.Random, name: str, data: bytes) -> httpx.Response:
    """Send a picture in one of the ways that there are."""
    route = chance.choice(("v1/classify", "v1/explain", "v1/explain?output=numbers"))
    door = chance.choice(("raw", "form", "json", "broken-form", "broken-json"))
    text = base64.b64encode(data).decode()
    if door == "raw":
        return client.post(route, content=data, headers={"Content-Type": f"image/{name}"})
    if door == "form":
        return client.post(route, files={"file": (f"{name}.png", data)})
    if door == "json":
        return client.post(route, json={"inputs": text})
    if door == "broken-form":
        body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n'
        body += data + b"\r\n--b--\r\n"
        kind = "multipart/form-data; boundary=b"
    else:
        body, kind = f'{{"inputs": "{text}"}}'.encode(), "application/json"
    place = chance.randrange(len(body))
    body = body[:place] + chance.randbytes(chance.randrange(4)) + body[place + 1 :]
    return client.post(route, content=body, headers={"Content-Type": kind})
