"""`POST /v1/explain`: a drawing, or the numbers behind it."""

import base64
import io

import httpx
import numpy as np
import pytest
from PIL import Image

from animeter.inference.classifier import Classifier
from tests.server.conftest import png


def test_it_draws_by_default(client: httpx.Client, classifier: Classifier) -> None:
    data = png("anime", (300, 200))
    answer = client.post("/v1/explain", content=data)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == (300, 200)
    assert answer.content == classifier.explain(data).overlay(data)


def test_it_draws_the_likeness_that_was_asked_for(
    client: httpx.Client, classifier: Classifier
) -> None:
    data = png("anime")
    wanted = classifier.explain(data).overlay(data, "cartoon")
    text = base64.b64encode(data).decode()
    asked = [
        client.post("/v1/explain?likeness=cartoon", content=data),
        client.post("/v1/explain", files={"file": ("a.png", data)}, data={"likeness": "cartoon"}),
        client.post("/v1/explain", json={"inputs": text, "parameters": {"likeness": "cartoon"}}),
        # What stands in the body wins over the URL.
        client.post(
            "/v1/explain?likeness=anime",
            json={"inputs": text, "parameters": {"likeness": "cartoon"}},
        ),
    ]
    assert [answer.content == wanted for answer in asked] == [True] * 4


def test_numbers_are_the_classifiers_own(client: httpx.Client, classifier: Classifier) -> None:
    data = png("both")
    answer = client.post("/v1/explain?output=numbers", files={"file": ("both.png", data)})
    explanation = classifier.explain(data)
    content = answer.json()
    assert content["classification"] == explanation.classification.to_dict() | {"path": "both.png"}
    assert np.allclose(content["activation"]["anime"], explanation.activation[0], atol=1e-5)
    assert np.allclose(content["activation"]["cartoon"], explanation.activation[1], atol=1e-5)
    assert np.allclose(content["embedding"], explanation.embedding, atol=1e-5)


@pytest.mark.parametrize(
    "query", ["output=pdf", "likeness=manga", "output=", "output=overlay&output=numbers"]
)
def test_a_wrong_parameter_is_named(client: httpx.Client, query: str) -> None:
    answer = client.post(f"/v1/explain?{query}", content=png())
    assert answer.status_code == 400
    assert query.split("=", maxsplit=1)[0] in answer.json()["error"]["message"]


def test_two_pictures_are_one_too_many(client: httpx.Client) -> None:
    files = [("file", ("a.png", png())), ("file", ("b.png", png()))]
    answer = client.post("/v1/explain", files=files)
    assert answer.status_code == 400
    assert "one at a time" in answer.json()["error"]["message"]
