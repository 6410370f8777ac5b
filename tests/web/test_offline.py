"""The page without a network: kept on the first visit, whole, and from no other host."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from animeter.inference.bundle import builtin_bundle
from animeter.server.site import export_site
from tests.web.conftest import watch
from tests.web.drawn import EXAMPLES
from tests.web.hosts import HOST_NAME, animeter_serve, plain_host
from tests.web.reading import read_files

pytestmark = pytest.mark.slow

FACE = EXAMPLES / "anime-face.png"
KEPT = "navigator.serviceWorker.ready.then(() => true)"
# Resolves when a newer service worker has fetched everything and waits for its turn.
FETCHED = """
async () => {
  const registration = await navigator.serviceWorker.getRegistration();
  while (!registration.waiting) await new Promise((resolve) => setTimeout(resolve, 50));
  return true;
}
"""
STORED = """
async () => {
  const urls = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) urls.push(request.url);
  }
  return urls;
}
"""


@pytest.mark.parametrize("host", ["plain", "serve"])
def test_after_one_visit_the_page_opens_and_reads_with_the_network_off(
    browser: Any, exported_site: Path, page_problems: list[str], host: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    with plain_host(exported_site, HOST_NAME) if host == "plain" else animeter_serve() as url:
        watch(page, url, page_problems)
        page.goto(url)
        assert page.evaluate(KEPT)
        online = read_files(page, [FACE]).readings[0]["classification"]
        assert page_problems == []
    # The host is gone now, and the browser is cut off as well, as on a plane.
    context.set_offline(True)
    page.goto(url)
    assert page.evaluate("navigator.onLine") is False
    found = read_files(page, [FACE])
    assert found.kind == "page"
    assert found.readings[0]["classification"] == pytest.approx(online, abs=1e-4)
    assert [problem for problem in page_problems if "another host" in problem] == []
    context.close()


def test_a_plain_host_gives_threads_from_the_second_visit_on(
    page: Any, plain_site: str, page_problems: list[str]
) -> None:
    page_problems.clear()
    page.goto(plain_site)
    assert page.evaluate("crossOriginIsolated") is False
    assert read_files(page, [FACE]).detail == "WebAssembly, 1 thread"
    assert page.evaluate(KEPT)
    page.reload()
    assert page.evaluate("crossOriginIsolated") is True
    threads = min(4, page.evaluate("navigator.hardwareConcurrency"))
    detail = f"WebAssembly, {threads} thread{'' if threads == 1 else 's'}"
    assert read_files(page, [FACE]).detail == detail
    # The fixture's page belongs to the server, so asking this host is what it would report.
    page_problems[:] = [one for one in page_problems if plain_site not in one]


def test_nothing_is_kept_that_the_device_does_not_use(page: Any, site: str) -> None:
    page.goto(site)
    assert page.evaluate(KEPT)
    stored = page.evaluate(STORED)
    assert all(url.startswith(site) for url in stored)
    assert sum("model.onnx?sha256=" in url for url in stored) == 1
    assert [url for url in stored if url.endswith(".wasm")] != []
    assert [url for url in stored if "jspi" in url] == []


def test_a_new_model_is_used_at_the_next_visit(
    browser: Any, exported_site: Path, tmp_path: Path, page_problems: list[str]
) -> None:
    folder = tmp_path / "site"
    shutil.copytree(exported_site, folder)
    context = browser.new_context()
    page = context.new_page()
    with plain_host(folder) as url:
        watch(page, url, page_problems)
        page.goto(url)
        assert page.evaluate(KEPT)
        spec = json.loads((folder / "model" / "model.json").read_text("utf-8"))
        spec["version"] = "99.0.0"
        (folder / "model" / "model.json").write_text(json.dumps(spec), "utf-8")
        page.goto(url)
        found = read_files(page, [FACE])
    context.close()
    assert found.model["label"] == f"{builtin_bundle().spec.name} 99.0.0"
    assert found.readings[0]["classification"]["model"] == found.model["label"]
    assert page_problems == []


def make_newer(folder: Path) -> None:
    """Change an exported page as a later version of Animeter would."""
    index = folder / "index.html"
    newer = index.read_text("utf-8").replace("</head>", '<meta name="newer"></head>')
    index.write_text(newer, "utf-8")
    worker = folder / "service-worker.js"
    before, mark, rest = worker.read_text("utf-8").partition('"version":"')
    assert mark
    worker.write_text(f"{before}{mark}newer{rest[5:]}", "utf-8")


def test_a_later_version_of_the_page_replaces_the_kept_one_whole(
    browser: Any, tmp_path: Path, built_page: None, page_problems: list[str]
) -> None:
    folder = tmp_path / "site"
    export_site(folder, builtin_bundle())
    context = browser.new_context()
    page = context.new_page()
    with plain_host(folder, HOST_NAME) as url:
        watch(page, url, page_problems)
        page.goto(url)
        assert page.evaluate(KEPT)
        make_newer(folder)
        page.goto(url)
        assert page.locator("meta[name=newer]").count() == 0  # the kept one, at once
        assert page.evaluate(FETCHED)
        page.close()  # with its last tab the old version goes
        page = context.new_page()
        watch(page, url, page_problems)
        page.goto(url)
        assert page.locator("meta[name=newer]").count() == 1
    context.close()
    assert page_problems == []


def test_on_this_computer_the_page_stands_before_no_other_program(
    browser: Any, exported_site: Path, tmp_path: Path
) -> None:
    context = browser.new_context()
    page = context.new_page()
    with plain_host(exported_site) as url:
        page.goto(url)
        assert page.evaluate(KEPT)
        page.close()
    other = tmp_path / "other"
    other.mkdir()
    (other / "index.html").write_text("<title>Another program</title>")
    page = context.new_page()
    with plain_host(other, port=int(url.rpartition(":")[2].rstrip("/"))):
        page.goto(url)
        assert page.title() == "Another program"
    page.goto(url)  # nobody is there now, so the kept page may be
    assert page.locator("script[src*='assets/']").count() > 0
    context.close()
