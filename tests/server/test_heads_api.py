"""Taught heads over HTTP: asking them by name, and teaching new ones where that is allowed."""

import base64
import io
import json
import random
from pathlib import Path

import httpx
import pytest
from PIL import Image

from animeter.inference.classifier import Classifier, load
from animeter.inference.heads import save_head
from animeter.server.app import create_app
from animeter.server.options import ServeOptions
from animeter.server.schemas import ClassificationShape
from animeter.settings import read_settings
from tests.server.conftest import Serve, png, running
from tests.source_tree import ROOT

COLOURS = {"red": (220, 40, 40), "blue": (40, 40, 220), "green": (40, 200, 40)}


def coloured(label: str, number: int) -> bytes:
    """A picture of about this colour, never twice the same."""
    chance = random.Random(f"{label}{number}")
    colour = tuple(min(255, max(0, value + chance.randint(-25, 25))) for value in COLOURS[label])
    output = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(output, "PNG")
    return output.getvalue()


def lesson(each: int = 8) -> list[tuple[str, tuple[str, bytes]]]:
    return [
        (label, (f"{number}.png", coloured(label, number)))
        for label in COLOURS
        for number in range(each)
    ]


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANIMETER_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def learner(serve: Serve, own_home: Path) -> httpx.Client:
    return serve(ServeOptions(allow_teaching=True))


def best(answer: httpx.Response, name: str) -> str:
    return str(answer.json()["heads"][name][0]["label"])


def test_a_head_on_disk_is_asked_by_name(
    serve: Serve, own_home: Path, classifier: Classifier
) -> None:
    client = serve()
    assert client.get("/v1/model").json()["heads"] == []
    pictures = [(label, content) for label, (_, content) in lesson()]
    head = classifier.teach([p for _, p in pictures], [label for label, _ in pictures], name="hue")
    save_head(head, settings=read_settings())
    # It came after the server had started, and is there all the same.
    assert client.get("/v1/model").json()["heads"] == ["hue"]
    data = coloured("blue", 99)
    wanted = classifier.with_heads([head], top_k=2).classify(data).to_dict()
    text = base64.b64encode(data).decode()
    body = {"inputs": text, "parameters": {"heads": ["hue"], "top_k": 2}}
    asked = [
        client.post("/v1/classify?heads=hue&top_k=2", content=data),
        client.post("/v1/classify", json=body),
    ]
    assert [answer.json() for answer in asked] == [wanted, wanted]
    assert best(asked[0], "hue") == "blue"
    assert len(wanted["heads"]["hue"]) == 2
    assert "heads" not in client.post("/v1/classify", content=data).json()


def test_the_heads_that_come_with_it_answer_in_the_described_shape(own_home: Path) -> None:
    with running(create_app(load())) as url, httpx.Client(base_url=url, trust_env=False) as client:
        heads = client.get("/v1/model").json()["heads"]
        assert {"series", "character", "type"} <= set(heads)
        picture = (ROOT / "examples" / "anime-face.png").read_bytes()
        answer = client.post(f"/v1/classify?heads={','.join(heads)}&top_k=3", content=picture)
        shown = ClassificationShape.model_validate(answer.json())
    assert shown.heads is not None
    assert set(shown.heads) == set(heads)
    assert shown.place is not None
    assert shown.place.steps[0].label == "anime"


@pytest.mark.parametrize("name", ["nobody", "../hue", "/etc", "hue/../hue", "", "ü" * 90])
def test_an_unknown_head_is_refused_and_no_path_is_taken_for_one(
    learner: httpx.Client, own_home: Path, name: str
) -> None:
    learner.post("/v1/heads/hue", files=lesson())
    body = {"inputs": base64.b64encode(png()).decode(), "parameters": {"heads": [name]}}
    answer = learner.post("/v1/classify", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "unknown_head"
    assert "hue" in answer.json()["error"]["message"]
    assert str(own_home) not in answer.text


def test_a_head_is_taught_kept_and_asked(learner: httpx.Client, own_home: Path) -> None:
    answer = learner.post("/v1/heads/hue", files=lesson())
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert told["name"] == "hue"
    assert sorted(told["labels"]) == sorted(COLOURS)
    assert told["figures"]
    assert (own_home / "heads" / "hue" / "head.json").is_file()
    for label in COLOURS:
        asked = learner.post("/v1/classify?heads=hue", content=coloured(label, 50))
        assert best(asked, "hue") == label


def test_json_teaches_too(learner: httpx.Client) -> None:
    examples = [
        {"label": label, "inputs": base64.b64encode(content).decode()}
        for label, (_, content) in lesson()
    ]
    assert learner.post("/v1/heads/json", json={"examples": examples}).status_code == 201


def test_a_head_is_replaced_only_when_asked_for(learner: httpx.Client) -> None:
    assert learner.post("/v1/heads/hue", files=lesson()).status_code == 201
    again = learner.post("/v1/heads/hue", files=lesson(6))
    assert again.status_code == 409
    assert again.json()["error"]["code"] == "bad_output"
    two = [entry for entry in lesson() if entry[0] != "green"]
    assert learner.post("/v1/heads/hue?replace=true", files=two).status_code == 201
    asked = learner.post("/v1/classify?heads=hue", content=coloured("green", 1))
    labels = {entry["label"] for entry in asked.json()["heads"]["hue"]}
    assert "green" not in labels, "the old head was asked"


@pytest.mark.parametrize(
    ("files", "status", "code"),
    [
        ([("red", ("a.png", coloured("red", 1)))], 422, "bad_teaching"),
        ([("red", ("a.png", b"no picture"))] * 4, 422, "bad_teaching"),
        (lesson(1), 422, "bad_teaching"),
    ],
)
def test_what_teaches_nothing_is_refused(
    learner: httpx.Client, files: list[tuple[str, tuple[str, bytes]]], status: int, code: str
) -> None:
    answer = learner.post("/v1/heads/hue", files=files)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["code"] == code


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"examples": []}', b'{"examples": [{"label": "a"}]}', b"[" * 50_000]
)
def test_a_broken_lesson_is_refused(learner: httpx.Client, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = learner.post("/v1/heads/hue", content=content, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad_request"


@pytest.mark.parametrize("name", ["style", "a b", ".hidden", "..%2f..%2fx", "x" * 200])
def test_a_name_that_cannot_be_one_is_refused(
    learner: httpx.Client, own_home: Path, name: str
) -> None:
    answer = learner.post(f"/v1/heads/{name}", files=lesson(3))
    assert answer.status_code in {400, 404}
    assert set(answer.json()) == {"error"}
    assert not (own_home / "heads").exists()


def test_nothing_is_taught_unless_that_is_allowed(serve: Serve, own_home: Path) -> None:
    client = serve()
    assert client.post("/v1/heads/hue", files=lesson()).status_code == 404
    assert not (own_home / "heads").exists()
    assert "/v1/heads/{name}" not in client.get("/openapi.json").json()["paths"]


def test_a_damaged_head_is_no_head_and_says_nothing_of_this_machine(
    learner: httpx.Client, own_home: Path
) -> None:
    assert learner.post("/v1/heads/hue", files=lesson()).status_code == 201
    path = own_home / "heads" / "hue" / "head.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"labels": ["x", "y", "z"]}))
    answer = learner.post("/v1/classify?heads=hue", content=png())
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "unknown_head"
    assert str(own_home) not in answer.text
    assert learner.get("/v1/model").json()["heads"] == []
