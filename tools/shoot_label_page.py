"""Takes the pictures of the label page that documents show, and more of it to look at.

    python -m tools.shoot_label_page                # for docs/labelling.md, into docs/images/
    python -m tools.shoot_label_page --all FOLDER   # every view, width and theme, to judge by eye

Needs the built page, Chromium and `pip install playwright`.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from animeter.domain.verdict import STYLES
from tests.support.server_process import labelling
from tools.page_shots import EXAMPLES, Shot, asked_for, chromium, save

VIEWS = ("name", "picture", "agreement", "end")
FOR_DOCS = (Shot("picture", 1280, "light"),)


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


def take(browser: Browser, url: str, shot: Shot, folder: Path) -> Path:
    """Bring the page into the view, as a new visitor, and save what is seen."""
    context = browser.new_context(**shot.device, reduced_motion="reduce")
    page = context.new_page()
    page.goto(url)
    page.locator("#name").fill(visitor(shot))
    if shot.view != "name":
        page.keyboard.press("Enter")
        expect(page.locator(".easel-image")).to_be_visible()
        prepare(page, shot.view)
    page.wait_for_timeout(500)
    name = f"label-{shot.view}-{shot.width_px}-{shot.scheme}.png"
    path = save(page, folder / name)
    context.close()
    return path


def visitor(shot: Shot) -> str:
    """Somebody who has not been there yet, for the page remembers who said what."""
    return "Ada" if shot in FOR_DOCS else f"Ada {shot.view} {shot.width_px} {shot.scheme}"


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
    shots, folder = asked_for(__doc__, FOR_DOCS, VIEWS)
    with chromium() as browser, labelled_examples() as url:
        for shot in shots:
            print(take(browser, url, shot, folder))


if __name__ == "__main__":
    main()
