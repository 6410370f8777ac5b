"""What the programs that take pictures of a page share: which pictures, the browser, the files."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.chromium import CHROMIUM_FLAGS, MISSING, find_chromium

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
HEIGHTS_PX = {360: 740, 768: 1024, 1280: 800}
LANGUAGES = {360: "en", 768: "es", 1280: "ja"}


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture to take: of which view, how wide, light or dark, in which language."""

    view: str
    width_px: int
    scheme: str
    language: str = "en"

    @property
    def device(self) -> dict[str, Any]:
        """What a browser's context must be for it."""
        return {
            "viewport": {"width": self.width_px, "height": HEIGHTS_PX[self.width_px]},
            "color_scheme": self.scheme,
            "locale": self.language,
        }


def asked_for(
    description: str, of_documents: Sequence[Shot], views: Sequence[str]
) -> tuple[Sequence[Shot], Path]:
    """Read the command line: which pictures to take, and into which folder."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="take all, into this folder")
    folder = parser.parse_args().all
    if folder is None:
        return of_documents, ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    shots = [
        Shot(view, width_px, scheme, LANGUAGES[width_px])
        for view, width_px, scheme in product(views, HEIGHTS_PX, ("light", "dark"))
    ]
    return shots, folder


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Run Chromium for as long as the block lasts."""
    program = find_chromium()
    if program is None:
        raise SystemExit(MISSING)
    with sync_playwright() as playwright:
        args = [*CHROMIUM_FLAGS, *flags]
        browser = playwright.chromium.launch(executable_path=program, args=args)
        yield browser
        browser.close()


def save(page: Page, path: Path, *, full_page: bool = False) -> Path:
    """Save what is seen, in few bytes."""
    page.screenshot(path=path, full_page=full_page)
    with Image.open(path) as picture:
        plain = picture.convert("RGB")
    plain.save(path, optimize=True)
    return path
