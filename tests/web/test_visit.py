"""A visit leaves no trace elsewhere, and the page can be installed as an app."""

from typing import Any

import pytest

from tests.web.drawn import EXAMPLES
from tests.web.reading import read_files

pytestmark = pytest.mark.slow


def test_no_request_leaves_for_another_host(page: Any, site: str, page_problems: list[str]) -> None:
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.goto(site)
    read_files(page, [EXAMPLES / "anime-face.png"])
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    kinds = {url.rpartition(".")[2].partition("?")[0] for url in asked}
    assert {"js", "css", "wasm", "onnx", "json"} <= kinds, "the requests were not watched"
    own = (site, "blob:", "data:")
    assert [url for url in asked if not url.startswith(own)] == []
    assert page_problems == []


def test_the_policy_keeps_even_foreign_code_from_asking_another_host(
    page: Any, site: str, page_problems: list[str]
) -> None:
    page.goto(site)
    answer = page.evaluate("fetch('http://127.0.0.2:9/').then(() => 'sent', () => 'refused')")
    assert answer == "refused"
    assert any("Content Security Policy" in problem for problem in page_problems)
    page_problems.clear()


def test_the_page_can_be_installed_as_an_app(page: Any, site: str) -> None:
    page.goto(site)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    session = page.context.new_cdp_session(page)
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    problems = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A window without history, as tests use, is the one thing that is in the way.
    assert [one["errorId"] for one in problems if one["errorId"] != "in-incognito"] == []
