"""`POST /v1/classify`: every way of sending pictures gives what the command line gives."""

import base64
import json
from pathlib import Path

import httpx
import pytest

from animeter.inference.classifier import Classifier
from animeter.inference.rows import to_json_line
from tests.server.conftest import png
from tests.support.tiny_bundle import COLOURS


@pytest.mark.parametrize("verdict", sorted(COLOURS))
def test_a_form_gives_the_line_of_the_command_line(
    client: httpx.Client, classifier: Classifier, tmp_path: Path, verdict: str
) -> None:
    path = tmp_path / f"{verdict}.png"
    path.write_bytes(png(verdict))
    line = to_json_line(classifier.classify(path))
    answer = client.post("/v1/classify", files={"file": (str(path), path.read_bytes())})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == json.loads(line)
    assert answer.json()["verdict"] == verdict


@pytest.mark.parametrize(
    "content_type",
    ["image/png", "application/octet-stream", "application/x-www-form-urlencoded", "", "nonsense"],
)
def test_raw_bytes_are_told_by_themselves_not_by_their_type(
    client: httpx.Client, content_type: str
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = client.post("/v1/classify", content=png("cartoon"), headers=headers)
    assert answer.status_code == 200
    assert answer.json()["verdict"] == "cartoon"
    assert answer.json()["path"] is None


def wrapped(text: str) -> str:
    return "\n".join(text[start : start + 76] for start in range(0, len(text), 76))


@pytest.mark.parametrize(
    "written",
    [
        lambda data: base64.b64encode(data).decode(),
        lambda data: base64.urlsafe_b64encode(data).decode().rstrip("="),
        lambda data: wrapped(base64.b64encode(data).decode()),
        lambda data: "data:image/png;base64," + base64.b64encode(data).decode(),
        lambda data: "data:;base64," + base64.b64encode(data).decode(),
    ],
    ids=["base64", "url-safe", "wrapped", "data-url", "data-url-bare"],
)
def test_json_takes_base64_in_its_usual_dresses(client: httpx.Client, written: object) -> None:
    answer = client.post("/v1/classify", json={"inputs": written(png("both")), "parameters": {}})
    assert answer.status_code == 200
    assert answer.json()["verdict"] == "both"


def test_several_files_give_results_in_order_with_a_failure_in_its_place(
    client: httpx.Client,
) -> None:
    files = [
        ("file", ("a.png", png("anime"))),
        ("file", ("b.png", b"<html>no</html>")),
        ("other", ("c.png", png("neither"))),
    ]
    answer = client.post("/v1/classify", files=files)
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [one["path"] for one in results] == ["a.png", "b.png", "c.png"]
    assert results[0]["verdict"] == "anime"
    assert results[1]["error"]["code"] == "unsupported_format"
    assert "HTML" in results[1]["error"]["message"]
    assert results[2]["verdict"] == "neither"


def test_a_json_list_gives_a_list_even_of_one(client: httpx.Client) -> None:
    text = base64.b64encode(png("unsure")).decode()
    answer = client.post("/v1/classify", json={"inputs": [text]})
    assert [one["verdict"] for one in answer.json()["results"]] == ["unsure"]


def test_a_file_name_comes_back_as_it_was(client: httpx.Client) -> None:
    for name in ("ナルト 01.png", 'a "quoted" name.png', "../../etc/passwd", "a;b=c.png"):
        answer = client.post("/v1/classify", files={"file": (name, png())})
        assert answer.json()["path"].replace("%22", '"') == name


def test_a_parameter_that_means_nothing_here_is_refused(client: httpx.Client) -> None:
    for url in ("/v1/classify?output=numbers", "/v1/classify?nonsense=1"):
        answer = client.post(url, content=png())
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "bad_request"
        assert url.split("?")[1].split("=")[0] in answer.json()["error"]["message"]
