"""The page can be used without eyes or a mouse: axe-core finds no violation, and keys suffice."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.source_tree import ROOT
from tests.web.axe import violations

pytestmark = pytest.mark.slow

EXAMPLES = ROOT / "examples"
VIEWS = ("pictures", "camera", "teach")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width_px", [360, 1280])
def test_axe_finds_nothing(
    browser: Browser, site: str, tmp_path: Path, scheme: Any, width_px: int
) -> None:
    context = browser.new_context(
        color_scheme=scheme,
        viewport={"width": width_px, "height": 800},
        reduced_motion="reduce",  # half a fade has half its contrast
    )
    page = context.new_page()
    page.goto(site)
    expect(page.locator(".result")).to_have_attribute("data-verdict", "anime", timeout=60_000)
    assert violations(page) == [], "first visit"
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    page.set_input_files(
        ".pictures input[type=file]", [EXAMPLES / "anime-face.png", EXAMPLES / "both.png", broken]
    )
    expect(page.locator(".tile[data-state=failed]")).to_be_visible()
    page.locator(".help summary").first.click()
    page.get_by_role("radio", name="Anime parts").first.check()
    assert violations(page) == [], "with pictures"
    for locale in ("en", "ja", "es"):
        page.locator("select.language").select_option(locale)
        for view in VIEWS:
            page.locator(f".views a[href='#{view}']").click()
            assert violations(page) == [], f"{view} in {locale}"
    context.close()


def test_everything_is_within_reach_of_the_tab_key(page: Page, site: str) -> None:
    page.goto(site)
    expect(page.locator(".result")).to_have_attribute("data-verdict", "anime", timeout=60_000)
    page.set_input_files(".pictures input[type=file]", [EXAMPLES / "landscape.png"])
    expect(page.locator(".result")).to_have_attribute("data-verdict", "neither")
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name = page.evaluate(
            """() => {
              const at = document.activeElement;
              return at === document.body ? "" : at.ariaLabel ?? at.labels?.[0]?.textContent
                ?? (at.textContent || at.tagName);
            }"""
        )
        if not name:
            break
        reached.append(name)
    for wanted in (
        "Skip to the content",
        "Camera",
        "Language",
        "Choose pictures",
        "Picture",
        "Sample: Mountain lake",
        "Save CSV",
        "Save JSON",
        "Remove landscape.png",
    ):
        assert wanted in reached
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_every_answer_is_said(page: Page, site: str) -> None:
    page.goto(site)
    expect(page.get_by_role("status")).to_contain_text(
        "Girl in the wind: Looks like anime.", timeout=60_000
    )
