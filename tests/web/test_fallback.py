"""Where a device cannot run the network, the server does, and the answers stay the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from animeter import load
from tests.support.chromium import CHROMIUM_FLAGS
from tests.web.conftest import watch
from tests.web.drawn import EXAMPLES
from tests.web.hosts import animeter_serve
from tests.web.reading import read_files

pytestmark = pytest.mark.slow

FACE = EXAMPLES / "anime-face.png"


# Devices that cannot run the network, as V8 can be told to be one of them.
NO_WEBASSEMBLY = "--js-flags=--jitless"  # as iOS in lockdown mode
LITTLE_MEMORY = "--js-flags=--wasm-max-mem-pages=64"  # 4 MiB


@pytest.fixture(scope="module", params=[NO_WEBASSEMBLY, LITTLE_MEMORY])
def weak_browser(
    request: pytest.FixtureRequest, playwright: Any, chromium_path: str
) -> Iterator[Any]:
    flags = [*CHROMIUM_FLAGS, request.param]
    browser = playwright.chromium.launch(executable_path=chromium_path, args=flags)
    yield browser
    browser.close()


@pytest.fixture
def weak_page(weak_browser: Any) -> Iterator[Any]:
    context = weak_browser.new_context(service_workers="block")
    yield context.new_page()
    context.close()


def test_the_server_reads_what_the_device_cannot(
    weak_page: Any, site: str, page_problems: list[str], tmp_path: Path
) -> None:
    watch(weak_page, site, page_problems)
    broken = tmp_path / "broken.png"
    broken.write_bytes(FACE.read_bytes()[:2000])
    weak_page.goto(site)
    page_problems.clear()  # the page opens its own engine, and the browser logs why that fails
    found = read_files(weak_page, [FACE, broken], prefer="auto")
    assert (found.kind, found.detail) == ("server", f"{site}v1")
    explained = load().explain(FACE)
    wanted = explained.classification.to_dict() | {"path": FACE.name}
    reading = found.readings[0]
    assert reading["classification"] == wanted
    assert reading["activationShape"] == list(explained.activation.shape)
    assert len(reading["activation"]) == explained.activation.size
    assert len(reading["embedding"]) == found.model["embeddingDim"]
    assert found.readings[1]["code"] == "unreadable_image"
    assert [problem for problem in page_problems if "another host" in problem] == []


def test_what_the_server_refuses_is_a_sentence_in_the_page(
    browser: Any, built_page: None, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.png"
    cut.write_bytes(FACE.read_bytes()[:2000])
    heavy = tmp_path / "heavy.png"
    heavy.write_bytes(FACE.read_bytes() + bytes(2**20))  # less than the page's own limit
    context = browser.new_context()
    page = context.new_page()
    result = page.locator(".result")
    with animeter_serve("--max-body-mib", "1") as url:
        page.goto(f"{url}?engine=server")
        expect(page.locator(".privacy")).to_contain_text("sent to the server", timeout=60_000)
        for file, sentence in ((cut, "damaged"), (heavy, "too large")):
            page.set_input_files(".pictures input[type=file]", file)
            expect(page.locator(".result-name")).to_have_text(file.name)
            expect(result).to_have_attribute("data-verdict", "failed")
            expect(page.locator(".result-meaning")).to_contain_text(sentence)
        page.set_input_files(".pictures input[type=file]", FACE)
        expect(result).to_have_attribute("data-verdict", "anime")
    page.set_input_files(".pictures input[type=file]", cut)
    expect(page.locator(".result-meaning")).to_contain_text("offline")
    context.close()


def test_both_engines_say_the_same_of_a_camera_frame(page: Any, site: str) -> None:
    page.goto(site)
    readings = page.evaluate(
        """
        async () => {
          const { openEngine } = await import("./engine.js");
          const blob = await (await fetch("./icons/icon-512.png")).blob();
          const said = [];
          for (const prefer of ["page", "server"]) {
            const engine = await openEngine({ prefer });
            const { classification } = await engine.read(await createImageBitmap(blob), null);
            said.push(classification);
            engine.dispose();
          }
          return said;
        }
        """
    )
    here, there = readings
    assert (here["width_px"], here["height_px"]) == (there["width_px"], there["height_px"])
    # It travels as a JPEG, so they are near and not equal.
    assert here["anime"] == pytest.approx(there["anime"], abs=0.05)
    assert here["cartoon"] == pytest.approx(there["cartoon"], abs=0.05)


def test_where_there_is_no_server_either_the_reason_is_told(
    weak_page: Any, plain_site: str
) -> None:
    weak_page.goto(plain_site)
    code = weak_page.evaluate(
        """
        async () => {
          const { openEngine } = await import("./engine.js");
          return openEngine().then(() => "opened", (error) => error.code);
        }
        """
    )
    assert code == "unsupported_browser"


def test_the_address_can_insist_on_an_engine(page: Any, site: str) -> None:
    kinds = []
    for address in (site, f"{site}?engine=page", f"{site}?engine=server", f"{site}?engine=odd"):
        page.goto(address)
        kinds.append(
            page.evaluate(
                """
                async () => {
                  const engine = await (await import("./engine.js")).openEngine();
                  engine.dispose();
                  return engine.kind;
                }
                """
            )
        )
    assert kinds == ["page", "page", "server", "page"]


def test_an_engine_that_was_given_up_says_so(page: Any, site: str) -> None:
    page.goto(site)
    codes = page.evaluate(
        """
        async () => {
          const { openEngine } = await import("./engine.js");
          const codes = [];
          for (const prefer of ["page", "server"]) {
            const engine = await openEngine({ prefer });
            const blank = new ImageData(8, 8);
            const underWay = engine.read(blank, null);
            engine.dispose();
            for (const reading of [underWay, engine.read(blank, null)]) {
              codes.push(await reading.then(() => "read", (error) => error.code));
            }
          }
          return codes;
        }
        """
    )
    assert codes == ["disposed"] * 4
