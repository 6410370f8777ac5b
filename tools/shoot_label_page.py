"""Takes the pictures of the label page that documents show, and more of it to look at.

    python -m tools.shoot_label_page                # for docs/labelling.md, into docs/images/
    python -m tools.shoot_label_page --all FOLDER   # every view, width and theme, to judge by eye

Needs the built page, Chromium and `pip install playwright`.
"""

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from animeter.domain.verdict import STYLES
from tests.support.chromium import CHROMIUM_FLAGS, MISSING, find_chromium
from tests.support.server_process import labelling

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
HEIGHTS_PX = {360: 740, 768: 1024, 1280: 800}
LANGUAGES = {360: "en", 768: "es", 1280: "ja"}
VIEWS = ("name", "picture", "agreement", "end")


@contextmanager
def labelled_examples() -> Iterator[str]:
    """The label page of a manifest of our own drawings; gives its URL."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        manifest = folder / "drawings.csv"
        rows = ["path,style"]
        for path in sorted(EXAMPLES.glob("*.png")):
            shutil.copy(path, folder)
            style = path.stem.partition("-")[0]
            rows.append(f"{path.name},{style if style in STYLES else 'neither'}")
        manifest.write_text("\n".join(rows) + "\n", encoding="utf-8")
        with labelling(manifest, ANIMETER_HOME=str(folder / "home")) as server:
            yield server.url


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture to take: of which view, how wide, light or dark, in which language, of whom."""

    view: str
    width_px: int
    scheme: str
    language: str = "en"
    who: str = "Ada"

    @property
    def name(self) -> str:
        """The file's name."""
        return f"label-{self.view}-{self.width_px}-{self.scheme}.png"


FOR_DOCS = (Shot("picture", 1280, "light"),)


def take(browser: Browser, url: str, shot: Shot, folder: Path) -> Path:
    """Bring the page into the view, as a new visitor, and save what is seen."""
    context = browser.new_context(
        viewport={"width": shot.width_px, "height": HEIGHTS_PX[shot.width_px]},
        color_scheme="dark" if shot.scheme == "dark" else "light",
        locale=shot.language,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(url)
    page.locator("#name").fill(shot.who)
    if shot.view != "name":
        page.keyboard.press("Enter")
        expect(page.locator(".easel-image")).to_be_visible()
        prepare(page, shot.view)
    page.wait_for_timeout(500)
    path = folder / shot.name
    page.screenshot(path=path)
    context.close()
    with Image.open(path) as picture:
        plain = picture.convert("RGB")
    plain.save(path, optimize=True)
    return path


def prepare(page: Page, view: str) -> None:
    """Do what the view is there for."""
    if view == "picture":
        for key in "1fh":
            page.keyboard.press(key)
        return
    for key in ["1", "f", "Enter", *["2", "m", "Enter"] * len(list(EXAMPLES.glob("*.png")))]:
        page.keyboard.press(key)
        page.wait_for_timeout(50)
    expect(page.locator(".end")).to_be_visible()
    if view == "agreement":
        page.locator(".settings .round").first.click()
        expect(page.locator(".agreement-people")).to_be_visible()


def main() -> None:
    """Take the pictures that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="take all, into this folder")
    options = parser.parse_args()
    shots, folder = FOR_DOCS, ROOT / "docs" / "images"
    if options.all:
        folder = options.all
        folder.mkdir(parents=True, exist_ok=True)
        shots = tuple(
            Shot(view, width_px, scheme, LANGUAGES[width_px], f"Ada {view} {width_px} {scheme}")
            for view, width_px, scheme in product(VIEWS, HEIGHTS_PX, ("light", "dark"))
        )
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit(MISSING)
    with sync_playwright() as playwright, labelled_examples() as url:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        for shot in shots:
            print(take(browser, url, shot, folder))
        browser.close()


if __name__ == "__main__":
    main()
