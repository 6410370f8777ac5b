"""Behind a proxy under a path: whether it cuts the path off or not, everything is found."""

from collections.abc import Iterator

import httpx
import pytest

from animeter.inference.classifier import Classifier
from animeter.server.app import create_app
from animeter.server.options import ServeOptions
from tests.server.conftest import png, running


@pytest.fixture(scope="module")
def behind(classifier: Classifier) -> Iterator[httpx.Client]:
    options = ServeOptions(root_path="/animeter", api_key="0123456789abcdef")
    with (
        running(create_app(classifier, options)) as url,
        httpx.Client(base_url=url, trust_env=False) as client,
    ):
        yield client


@pytest.mark.parametrize("prefix", ["", "/animeter"])
def test_both_kinds_of_proxy_find_everything(behind: httpx.Client, prefix: str) -> None:
    key = {"X-API-Key": "0123456789abcdef"}
    answer = behind.post(f"{prefix}/v1/classify", content=png("cartoon"), headers=key)
    assert answer.json()["verdict"] == "cartoon"
    assert behind.post(f"{prefix}/v1/classify", content=png()).status_code == 401
    for path in ("/", "/docs", "/docs/style.css", "/v2/health/live", "/model/model.json"):
        assert behind.get(prefix + path).status_code == 200, path
    assert behind.get(f"{prefix}/nothing").status_code == 404


def test_the_bare_prefix_leads_to_the_page(behind: httpx.Client) -> None:
    answer = behind.get("/animeter")
    assert answer.status_code == 308
    assert answer.headers["location"] == "/animeter/"


def test_the_schema_and_the_examples_name_the_prefix(behind: httpx.Client) -> None:
    assert behind.get("/openapi.json").json()["servers"] == [{"url": "/animeter"}]
    assert "/animeter/v1/classify" in behind.get("/animeter/docs").text
