"""A real Chromium without a window, kept off the network, and the built page to open in it.

These tests need the page (`npm run build` in web/) and Chromium; without them they are skipped.
Without Playwright they cannot even be collected.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from animeter.inference.bundle import builtin_bundle
from animeter.server.site import export_site, page_is_built
from tests.support.chromium import CHROMIUM_FLAGS, MISSING, find_chromium
from tests.web.hosts import animeter_serve, plain_host

try:
    from playwright.sync_api import (
        Browser,
        ConsoleMessage,
        Page,
        Playwright,
        Request,
        sync_playwright,
    )
except ModuleNotFoundError:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def chromium_path() -> str:
    found = find_chromium()
    if found is None:
        pytest.skip(MISSING)
    return found


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium_path: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def built_page() -> None:
    if not page_is_built():
        pytest.skip("the page is not built: npm ci && npm run build in web/")


@pytest.fixture(scope="session")
def exported_site(built_page: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page with the built-in model as static files, as `animeter web export` writes them."""
    folder = tmp_path_factory.mktemp("host") / "fans" / "animeter"
    export_site(folder, builtin_bundle())
    return folder


@pytest.fixture(scope="session")
def plain_site(exported_site: Path) -> Iterator[str]:
    """URL of the exported page on a plain host, two folders deep."""
    with plain_host(exported_site.parent.parent) as url:
        yield f"{url}fans/animeter/"


@pytest.fixture(scope="session")
def site(built_page: None) -> Iterator[str]:
    """URL of the page as `animeter serve` serves it; it ends in a slash."""
    pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")
    with animeter_serve() as url:
        yield url


@pytest.fixture
def page_problems() -> list[str]:
    """What went wrong in the page: a test that provokes something clears it."""
    return []


@pytest.fixture
def page(browser: Browser, site: str, page_problems: list[str]) -> Iterator[Page]:
    """A new page of a new visitor; the test fails if it asks another host or logs an error."""
    context = browser.new_context()
    page = context.new_page()
    watch(page, site, page_problems)
    yield page
    context.close()
    assert page_problems == []


def watch(page: Page, site: str, problems: list[str]) -> None:
    """Note what a page asks of other hosts, and what it reports as an error."""
    host = urlsplit(site).netloc

    def on_request(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"blob", "data"} and parts.netloc != host:
            problems.append(f"asked another host: {request.url}")

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(f"logged: {message.text}")

    page.context.on("request", on_request)
    page.on("console", on_console)
    page.on("pageerror", lambda error: problems.append(f"not caught: {error}"))
