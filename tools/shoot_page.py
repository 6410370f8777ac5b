"""Takes the pictures of the page that documents show, and more of it to look at.

    python -m tools.shoot_page                # the two of README.md, into docs/images/
    python -m tools.shoot_page --all FOLDER   # every view, width and theme, to judge by eye

Needs the built page, Chromium and `pip install playwright`.
"""

import argparse
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.chromium import CHROMIUM_FLAGS, MISSING, find_chromium
from tests.web.camera_video import camera_flags, write_film
from tests.web.hosts import animeter_serve

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
WIDTHS_PX = {360: 740, 768: 1024, 1280: 800}
LANGUAGES = {360: "en", 768: "es", 1280: "ja"}
VIEWS = ("pictures", "why", "gallery", "camera", "teach")


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture to take: of which view, how wide, light or dark, in which language."""

    view: str
    width_px: int
    scheme: str
    language: str = "en"

    @property
    def name(self) -> str:
        """The file's name, without its ending."""
        return f"page-{self.view}-{self.width_px}-{self.scheme}"


FOR_README = (Shot("why", 1280, "light"), Shot("camera", 360, "dark"))


@contextmanager
def filming_browser() -> Iterator[tuple[Browser, str]]:
    """A browser whose camera sees our girl, and the page's URL."""
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit(MISSING)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        film = write_film(Path(scratch) / "film.mjpeg", ("anime-face",), 3.0, (1280, 960))
        flags = [*CHROMIUM_FLAGS, *camera_flags(film)]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        with animeter_serve() as url:
            yield browser, url
        browser.close()


def take(browser: Browser, url: str, shot: Shot, folder: Path) -> Path:
    """Bring the page into the view and save what is seen."""
    context = browser.new_context(
        viewport={"width": shot.width_px, "height": WIDTHS_PX[shot.width_px]},
        device_scale_factor=2 if shot.width_px == min(WIDTHS_PX) else 1,
        color_scheme="dark" if shot.scheme == "dark" else "light",
        locale=shot.language,
        permissions=["camera"],
        has_touch=shot.width_px == min(WIDTHS_PX),
        is_mobile=shot.width_px == min(WIDTHS_PX),
    )
    page = context.new_page()
    page.goto(f"{url}#{shot.view if shot.view in ('camera', 'teach') else 'pictures'}")
    prepare(page, shot.view)
    path = folder / f"{shot.name}.png"
    page.screenshot(path=path, full_page=shot.view in ("gallery", "teach"))
    context.close()
    with Image.open(path) as picture:
        plain = picture.convert("RGB")
    plain.save(path, optimize=True)
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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="take all, into this folder")
    options = parser.parse_args()
    shots = FOR_README
    folder = ROOT / "docs" / "images"
    if options.all:
        folder = options.all
        folder.mkdir(parents=True, exist_ok=True)
        shots = tuple(
            Shot(view, width_px, scheme, LANGUAGES[width_px])
            for view in VIEWS
            for width_px in WIDTHS_PX
            for scheme in ("light", "dark")
        )
    with filming_browser() as (browser, url):
        for shot in shots:
            print(take(browser, url, shot, folder))


if __name__ == "__main__":
    main()
