"""The schema is committed, says what is there, and the page for people is made of it."""

import json
import re

import httpx

from tests.source_tree import ROOT
from tools.refresh_docs import openapi_text


def test_the_committed_schema_is_the_servers(client: httpx.Client) -> None:
    kept = (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")
    assert kept == openapi_text(), "run `make docs`"
    assert client.get("/openapi.json").json() == json.loads(kept)


def test_it_names_every_route_of_the_api(client: httpx.Client) -> None:
    schema = client.get("/openapi.json").json()
    assert set(schema["paths"]) == {
        "/v1/classify",
        "/v1/explain",
        "/v1/model",
        "/v2/health/live",
        "/v2/health/ready",
        "/metrics",
    }


def test_the_page_for_people_needs_nothing_from_elsewhere(client: httpx.Client) -> None:
    answer = client.get("/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    page = answer.text
    for path in client.get("/openapi.json").json()["paths"]:
        assert path in page
    assert "<script" not in page
    assert " style=" not in page
    assert "<style" not in page
    linked = re.findall(r'(?:href|src)="([^"]+)"', page)
    assert linked
    for link in linked:
        if link == "data:,":  # no icon
            continue
        found = client.get(link)
        assert found.status_code == 200, link
    assert client.get("/docs/style.css").headers["content-type"].startswith("text/css")


def test_its_examples_name_this_server(client: httpx.Client) -> None:
    assert f"{str(client.base_url).rstrip('/')}/v1/classify" in client.get("/docs").text
