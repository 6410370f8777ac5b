"""The camera view, in front of Chromium's fake camera that plays a film made here."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from animeter import Classification, load
from tests.source_tree import ROOT
from tests.support.chromium import CHROMIUM_FLAGS
from tests.web.axe import violations
from tests.web.camera_video import camera_flags, write_film
from tests.web.conftest import watch
from tests.web.shifts import WATCH_SHIFTS

pytestmark = [pytest.mark.slow, pytest.mark.alone]

EXAMPLES = ROOT / "examples"
SECONDS_EACH = 4.0


@pytest.fixture(scope="module")
def filming_browser(
    playwright: Playwright, chromium_path: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A browser whose camera sees our girl for a while, then our lake, over and over."""
    film = tmp_path_factory.mktemp("film") / "film.mjpeg"
    write_film(film, ("anime-face", "landscape"), SECONDS_EACH, (640, 480))
    flags = (*CHROMIUM_FLAGS, *camera_flags(film))
    browser = playwright.chromium.launch(executable_path=chromium_path, args=flags)
    yield browser
    browser.close()


@pytest.fixture
def context(filming_browser: Browser) -> Iterator[BrowserContext]:
    # The shape of the film, so that all of it is seen.
    context = filming_browser.new_context(viewport={"width": 1000, "height": 900})
    context.grant_permissions(["camera"])
    yield context
    context.close()


@pytest.fixture
def camera(context: BrowserContext, site: str, page_problems: list[str]) -> Iterator[Page]:
    """The camera view with the camera on."""
    page = context.new_page()
    watch(page, site, page_problems)
    page.goto(f"{site}#camera")
    page.get_by_role("button", name="Start the camera").click()
    expect(page.locator(".view.camera")).to_have_attribute("data-state", "live", timeout=60_000)
    yield page
    assert page_problems == []


def says(page: Page, verdict: str) -> None:
    expect(page.locator(".camera-verdict")).to_have_text(verdict, timeout=30_000)


def shown(page: Page, name: str) -> float:
    meter = page.locator(".finder-answer").get_by_role("meter", name=name)
    return float(meter.get_attribute("aria-valuenow") or "nan") / 100


def heat_of_camera(page: Page) -> list[int]:
    return page.evaluate(
        """() => {
          const canvas = document.querySelector(".finder .heat");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return Array.from(data.filter((_, index) => index % 4 === 3));
        }"""
    )


def test_bars_follow_what_the_camera_sees(camera: Page) -> None:
    says(camera, "Looks like anime")
    says(camera, "Looks like neither")
    camera.wait_for_timeout(600)
    assert shown(camera, "Anime") < 0.3
    says(camera, "Looks like anime")
    camera.wait_for_timeout(600)
    assert shown(camera, "Anime") > 0.7


def test_freezing_holds_the_frame_and_its_answer(camera: Page) -> None:
    says(camera, "Looks like anime")
    camera.get_by_role("button", name="Freeze").click()
    expect(camera.locator(".view.camera")).to_have_attribute("data-state", "frozen")
    assert camera.evaluate("document.querySelector('.finder video').paused")
    camera.wait_for_timeout(1000)  # the frozen frame's own answer comes
    held = (shown(camera, "Anime"), shown(camera, "Cartoon"))
    camera.wait_for_timeout(int(1000 * (SECONDS_EACH + 1)))  # the film goes on to the lake
    assert (shown(camera, "Anime"), shown(camera, "Cartoon")) == held
    says(camera, "Looks like anime")
    camera.get_by_role("button", name="Go on").click()
    says(camera, "Looks like neither")


def test_the_frozen_answer_is_that_of_the_frame(camera: Page, tmp_path: Path) -> None:
    says(camera, "Looks like anime")
    camera.get_by_role("button", name="Freeze").click()
    camera.wait_for_timeout(1500)
    anime, cartoon = shown(camera, "Anime"), shown(camera, "Cartoon")
    wanted = load().classify(kept_frame(camera, tmp_path))
    assert isinstance(wanted, Classification)
    # A camera's frames are shrunk on the way, and percents are whole.
    assert abs(anime - wanted.anime) <= 0.05
    assert abs(cartoon - wanted.cartoon) <= 0.05


def kept_frame(page: Page, folder: Path) -> Path:
    """Keep the picture and take the file out of the page."""
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator(".camera-kept")).to_have_text("Kept among your pictures.")
    page.locator(".views a[href='#pictures']").click()
    expect(page.locator(".tile[data-state=read]")).to_have_count(1, timeout=30_000)
    content: list[int] = page.evaluate(
        """async () => {
          const response = await fetch(document.querySelector(".picture img").src);
          return Array.from(new Uint8Array(await response.arrayBuffer()));
        }"""
    )
    page.locator(".views a[href='#camera']").click()
    path = folder / "frame.png"
    path.write_bytes(bytes(content))
    return path


def test_keeping_puts_the_frame_among_the_pictures(camera: Page, tmp_path: Path) -> None:
    says(camera, "Looks like anime")
    frame = kept_frame(camera, tmp_path)
    with Image.open(frame) as picture:
        assert picture.width == 640, "as sharp as the camera is"
        assert 400 <= picture.height <= 480, "without what the view cuts off"


def test_the_live_heat_map_moves_with_the_picture(camera: Page) -> None:
    says(camera, "Looks like anime")
    camera.locator(".camera-panel").get_by_role("radio", name="Anime parts").check()
    expect(camera.locator(".finder .heat")).to_have_css("opacity", "1")
    girl = max(heat_of_camera(camera))
    says(camera, "Looks like neither")
    camera.wait_for_timeout(1000)
    assert max(heat_of_camera(camera)) < girl / 2, "little speaks for anime in the lake"


def test_axe_finds_nothing_while_the_camera_runs(camera: Page) -> None:
    camera.locator(".camera-panel").get_by_role("radio", name="Anime parts").check()
    for scheme in ("light", "dark"):
        camera.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert violations(camera) == [], f"live, {scheme}"
    camera.get_by_role("button", name="Freeze").click()
    camera.get_by_role("button", name="Keep", exact=True).click()
    expect(camera.locator(".camera-kept")).not_to_be_empty()
    assert violations(camera) == [], "frozen and kept"


def test_a_device_that_cannot_run_the_network_has_a_camera_too(
    context: BrowserContext, site: str
) -> None:
    page = context.new_page()
    page.goto(f"{site}?engine=server#camera")
    page.get_by_role("button", name="Start the camera").click()
    says(page, "Looks like anime")
    expect(page.locator(".where")).to_have_text("Runs on the server")
    says(page, "Looks like neither")


def test_leaving_turns_the_camera_off(camera: Page) -> None:
    track = camera.evaluate_handle(
        "document.querySelector('.finder video').srcObject.getVideoTracks()[0]"
    )
    camera.locator(".views a[href='#pictures']").click()
    assert track.evaluate("track => track.readyState") == "ended"
    camera.locator(".views a[href='#camera']").click()
    expect(camera.get_by_role("button", name="Start the camera")).to_be_visible()


FACES = """
const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.asked = [];
navigator.mediaDevices.getUserMedia = async (wanted) => {
  window.asked.push(wanted.video.facingMode);
  const stream = await real({ video: true });
  const [track] = stream.getVideoTracks();
  const settings = track.getSettings.bind(track);
  track.getSettings = () => ({ ...settings(), facingMode: wanted.video.facingMode });
  return stream;
};
const devices = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
navigator.mediaDevices.enumerateDevices = async () => {
  const found = await devices();
  return [...found, ...found];
};
"""
"""A desktop's camera told to behave as a phone's two: this stands in for the browser's part."""


def test_turns_between_the_back_and_the_front(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.add_init_script(FACES)
    page.goto(f"{site}#camera")
    page.get_by_role("button", name="Start the camera").click()
    finder = page.locator(".finder")
    expect(page.locator(".view.camera")).to_have_attribute("data-state", "live", timeout=60_000)
    mirrored: Any = lambda: "mirrored" in (finder.get_attribute("class") or "")  # noqa: E731
    assert not mirrored(), "the back camera is shown as it is"
    page.get_by_role("button", name="Turn").click()
    expect(finder).to_have_class("finder mirrored")
    expect(page.locator(".view.camera")).to_have_attribute("data-state", "live")
    assert page.evaluate("asked") == ["environment", "user"]


@pytest.mark.parametrize("language", ["en", "ja", "es"])
def test_nothing_moves_while_the_camera_starts_on_a_phone(
    filming_browser: Browser, site: str, language: str
) -> None:
    phone = filming_browser.new_context(
        viewport={"width": 360, "height": 740},
        is_mobile=True,
        has_touch=True,
        locale=language,
        permissions=["camera"],
    )
    page = phone.new_page()
    page.add_init_script(FACES)
    page.add_init_script(WATCH_SHIFTS)
    page.goto(f"{site}#camera")
    expect(page.locator(".where")).not_to_have_text("\u00a0", timeout=60_000)
    # Not a click of the mouse, for what moves right after one is not counted.
    page.evaluate("document.querySelector('.finder-off .button').click()")
    expect(page.locator(".view.camera")).to_have_attribute("data-state", "live", timeout=60_000)
    expect(page.locator(".camera-speed")).to_have_attribute("data-readings", re.compile(r"\d{2}"))
    assert page.evaluate("shifts") == []
    tops = page.locator(".camera-controls .button").evaluate_all(
        "(buttons) => buttons.map((each) => Math.round(each.getBoundingClientRect().top))"
    )
    assert len(tops) == 4
    assert len(set(tops)) == 1, "all in one row"
    phone.close()


def test_a_refused_camera_is_told_in_a_sentence(browser: Browser, site: str) -> None:
    with_none = browser.new_context()  # this browser has no fake camera, and nobody allows one
    page = with_none.new_page()
    page.goto(f"{site}#camera")
    page.get_by_role("button", name="Start the camera").click()
    expect(page.get_by_role("alert")).to_contain_text("camera")
    expect(page.get_by_role("button", name="Start the camera")).to_be_enabled()
    with_none.close()
