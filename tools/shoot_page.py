"""Takes the pictures of the page that documents show, and more of it to look at.

    python -m tools.shoot_page                # the two of README.md, into docs/images/
    python -m tools.shoot_page --all FOLDER   # every view, width and theme, to judge by eye

Needs the built page, Chromium and `pip install playwright`.
"""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.web.camera_video import camera_flags, write_film
from tests.web.hosts import animeter_serve
from tools.page_shots import EXAMPLES, HEIGHTS_PX, Shot, asked_for, chromium, save

VIEWS = ("pictures", "why", "gallery", "camera", "teach")
FOR_README = (Shot("why", 1280, "light"), Shot("camera", 360, "dark"))


@contextmanager
def filming_browser() -> Iterator[tuple[Browser, str]]:
    """A browser whose camera sees our girl, and the page's URL."""
    with tempfile.TemporaryDirectory() as scratch:
        film = write_film(Path(scratch) / "film.mjpeg", ("anime-face",), 3.0, (1280, 960))
        with chromium(*camera_flags(film)) as browser, animeter_serve() as url:
            yield browser, url


def take(browser: Browser, url: str, shot: Shot, folder: Path) -> Path:
    """Bring the page into the view and save what is seen."""
    on_a_phone = shot.width_px == min(HEIGHTS_PX)
    context = browser.new_context(
        **shot.device,
        device_scale_factor=2 if on_a_phone else 1,
        permissions=["camera"],
        has_touch=on_a_phone,
        is_mobile=on_a_phone,
    )
    page = context.new_page()
    page.goto(f"{url}#{shot.view if shot.view in ('camera', 'teach') else 'pictures'}")
    prepare(page, shot.view)
    name = f"page-{shot.view}-{shot.width_px}-{shot.scheme}.png"
    path = save(page, folder / name, full_page=shot.view in ("gallery", "teach"))
    context.close()
    return path


def prepare(page: Page, view: str) -> None:
    """Do what the view is there for, and wait until it rests."""
    if view == "camera":
        page.locator(".finder-off .button").click()
        looked_often = re.compile(r"[0-9]{2,}")
        speed = page.locator(".camera-speed")
        expect(speed).to_have_attribute("data-readings", looked_often, timeout=60_000)
        page.wait_for_timeout(3000)  # the bars rest, and the speed is that of these seconds
        return
    expect(page.locator(".result")).to_have_attribute("data-verdict", "anime", timeout=60_000)
    if view == "why":
        page.locator(".stage .choice input[value=anime]").check()
    if view == "gallery":
        files = sorted(EXAMPLES.glob("*.png"))
        page.set_input_files(".pictures input[type=file]", files)
        expect(page.locator(".tile[data-state=read]")).to_have_count(len(files))
    page.wait_for_timeout(1000)


def main() -> None:
    """Take the pictures that were asked for."""
    shots, folder = asked_for(__doc__, FOR_README, VIEWS)
    with filming_browser() as (browser, url):
        for shot in shots:
            print(take(browser, url, shot, folder))


if __name__ == "__main__":
    main()
