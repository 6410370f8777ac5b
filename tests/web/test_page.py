"""What a visitor does with the page: pictures in by every way, answers, files out."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from animeter import Classification, load
from animeter.inference.classifier import Classifier
from animeter.inference.rows import COLUMNS, to_flat
from tests.source_tree import ROOT
from tests.support.large_picture import large_png
from tests.web.shifts import WATCH_SHIFTS

pytestmark = pytest.mark.slow

EXAMPLES = ROOT / "examples"
MOST_APART = 0.01
"""How far a likeness in the page may be from Python's."""

TITLES = {"ja": "アニメ\N{FULLWIDTH QUESTION MARK} カートゥーン\N{FULLWIDTH QUESTION MARK}"}
TITLES["es"] = "¿Anime o dibujos?"


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load()


@pytest.fixture
def opened(page: Page, site: str) -> Page:
    """The page with its sample picture read."""
    page.goto(site)
    expect(page.locator(".result")).to_have_attribute("data-verdict", "anime", timeout=60_000)
    return page


def tiles(page: Page) -> Any:
    return page.locator(".tile[data-state=read], .tile[data-state=failed]")


def names(page: Page) -> list[str]:
    return page.locator(".tile-name").all_inner_texts()


def choose(page: Page, files: list[Path]) -> None:
    """Choose files as a visitor does, through the browser's dialog."""
    with page.expect_file_chooser() as dialog:
        page.get_by_role("button", name="Choose pictures").click()
    dialog.value.set_files([str(file) for file in files])


def bring(page: Page, event: str, file: Path, kind: str = "image/png") -> None:
    """Paste a file, or drop it on the page."""
    page.evaluate(
        """({ event, bytes, name, kind }) => {
          const carried = new DataTransfer();
          carried.items.add(new File([new Uint8Array(bytes)], name, { type: kind }));
          const happens = { bubbles: true, cancelable: true };
          if (event === "paste")
            document.body.dispatchEvent(
              new ClipboardEvent("paste", { ...happens, clipboardData: carried }),
            );
          else
            for (const name of ["dragenter", "dragover", "drop"])
              document.body.dispatchEvent(
                new DragEvent(name, { ...happens, dataTransfer: carried }),
              );
        }""",
        {"event": event, "bytes": list(file.read_bytes()), "name": file.name, "kind": kind},
    )


def test_first_visit_shows_a_sample_with_its_answer(opened: Page, classifier: Classifier) -> None:
    expect(opened.get_by_role("heading", level=2, name="Looks like anime")).to_be_visible()
    expect(opened.get_by_role("img", name="Sample picture: Girl in the wind")).to_be_visible()
    wanted = classifier.classify(EXAMPLES / "anime-face.png")
    assert isinstance(wanted, Classification)
    for name, likeness in (("Anime", wanted.anime), ("Cartoon", wanted.cartoon)):
        shown = opened.locator(".result").get_by_role("meter", name=name)
        assert abs(float(shown.get_attribute("aria-valuenow")) / 100 - likeness) <= 0.015
    spec = classifier.bundle.spec
    expect(opened.locator(".result-model")).to_contain_text(spec.label)
    expect(opened.locator(".result-model")).to_contain_text(spec.created[:4])
    expect(opened.locator(".foot")).to_contain_text("Your pictures stay on this device")
    assert opened.locator(".gallery").is_hidden(), "a sample is not one of the visitor's pictures"


def test_the_samples_get_the_answers_of_python(opened: Page, classifier: Classifier) -> None:
    files = {
        "Dog at home": ROOT / "web" / "src" / "samples" / "cartoon-dog.png",
        "Two on one sheet": EXAMPLES / "both.png",
        "Mountain lake": EXAMPLES / "landscape.png",
    }
    for name, file in files.items():
        wanted = classifier.classify(file)
        assert isinstance(wanted, Classification)
        opened.get_by_role("button", name=name).click()
        expect(opened.locator(".result-name")).to_contain_text(name)
        expect(opened.locator(".result")).to_have_attribute("data-verdict", wanted.verdict)


def test_a_chosen_picture_is_shown_with_its_own_answer(opened: Page) -> None:
    choose(opened, [EXAMPLES / "landscape.png"])
    expect(opened.locator(".result")).to_have_attribute("data-verdict", "neither")
    expect(opened.get_by_role("img", name="Your picture landscape.png")).to_be_visible()
    expect(opened.get_by_role("status")).to_contain_text("landscape.png: Looks like neither")


@pytest.mark.parametrize("event", ["paste", "drop"])
def test_pictures_come_in_by_pasting_and_dropping(opened: Page, event: str) -> None:
    bring(opened, event, EXAMPLES / "landscape.png")
    expect(opened.locator(".result")).to_have_attribute("data-verdict", "neither")
    expect(opened.locator(".result-name")).to_have_text("landscape.png")
    assert opened.locator(".veil").is_hidden()


def test_pasting_words_changes_nothing(opened: Page) -> None:
    opened.evaluate(
        """() => {
          const carried = new DataTransfer();
          carried.setData("text/plain", "anime");
          document.body.dispatchEvent(
            new ClipboardEvent("paste", { bubbles: true, clipboardData: carried }),
          );
        }"""
    )
    expect(opened.locator(".result")).to_have_attribute("data-verdict", "anime")
    assert opened.locator(".gallery").is_hidden()


BAD_FILES = {
    "empty.png": (b"", "This file is empty"),
    "page.png": (b"<!doctype html><p>Not a picture</p>", "isn't a picture"),
    "drawing.svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "isn't a picture"),
    "words.txt": (b"anime\n", "isn't a picture"),
    "cut.png": ((EXAMPLES / "logo.png").read_bytes()[:60], "damaged"),
    "bomb.png": (large_png(20_000, 10_000), "too large"),
}


def test_a_bad_file_is_named_in_a_sentence(opened: Page, tmp_path: Path) -> None:
    for name, (content, sentence) in BAD_FILES.items():
        (tmp_path / name).write_bytes(content)
        choose(opened, [tmp_path / name])
        expect(opened.locator(".result-name")).to_have_text(name)
        expect(opened.locator(".result")).to_have_attribute("data-verdict", "failed")
        expect(opened.locator(".result-meaning")).to_contain_text(sentence)
    # And the page goes on.
    choose(opened, [EXAMPLES / "landscape.png"])
    expect(opened.locator(".result")).to_have_attribute("data-verdict", "neither")


@pytest.fixture
def many(tmp_path: Path) -> list[Path]:
    """Twenty pictures and a file that is none."""
    files = []
    for number in range(4):
        for path in sorted(EXAMPLES.glob("*.png")):
            picture = Image.open(path).convert("RGB").rotate(2 * number, expand=False)
            files.append(tmp_path / f"{path.stem}-{number}.jpg")
            picture.save(files[-1], quality=90)
    files.append(tmp_path / 'broken, "quoted".jpg')
    files[-1].write_bytes(b"\xff\xd8\xff\xe0 not much of a JPEG")
    return files


def test_a_gallery_is_sorted_and_leaves_as_csv_and_json(
    opened: Page, many: list[Path], classifier: Classifier
) -> None:
    choose(opened, many)
    expect(tiles(opened)).to_have_count(len(many), timeout=60_000)
    expect(opened.get_by_role("heading", name="21 pictures")).to_be_visible()
    opened.wait_for_timeout(500)  # tiles come to rest

    rows = exported_json(opened)
    assert [row["path"] for row in rows] == names(opened), "files are in the order seen"
    likenesses = [row["anime"] for row in rows if "error" not in row]
    assert likenesses == sorted(likenesses, reverse=True)
    assert "error" in rows[-1]

    by_name = {row["path"]: row for row in rows}
    for file in many:
        wanted, got = classifier.classify_many([file]).__next__().to_dict(), by_name[file.name]
        assert set(got) == set(wanted), "one JSON shape for page and command line"
        if "error" in wanted:
            assert got["error"]["code"] == wanted["error"]["code"]
            continue
        assert (got["width_px"], got["height_px"]) == (wanted["width_px"], wanted["height_px"])
        assert got["model"] == wanted["model"]
        for likeness in ("anime", "cartoon"):
            assert abs(got[likeness] - wanted[likeness]) <= MOST_APART

    read_back = list(csv.DictReader(StringIO(exported(opened, "Save CSV"), newline="")))
    assert tuple(read_back[0]) == COLUMNS
    for line, row in zip(read_back, rows, strict=True):
        assert line == {key: "" if v is None else str(v) for key, v in to_flat(row).items()}

    opened.get_by_label("Sort").select_option("cartoon")
    opened.wait_for_timeout(500)
    cartoons = [row["cartoon"] for row in exported_json(opened) if "error" not in row]
    assert cartoons == sorted(cartoons, reverse=True)
    opened.get_by_label("Sort").select_option("added")
    assert names(opened) == [file.name for file in many]


def exported(page: Page, button: str) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return Path(download.value.path()).read_text("utf-8")


def exported_json(page: Page) -> list[dict[str, Any]]:
    return json.loads(exported(page, "Save JSON"))


def test_tiles_open_and_go(opened: Page) -> None:
    choose(opened, [EXAMPLES / "anime-face.png", EXAMPLES / "landscape.png"])
    expect(tiles(opened)).to_have_count(2)
    opened.locator(".tile", has_text="landscape.png").locator(".tile-open").click()
    expect(opened.locator(".result")).to_have_attribute("data-verdict", "neither")
    opened.get_by_role("button", name="Remove landscape.png").click()
    expect(opened.locator(".result")).to_have_attribute("data-verdict", "anime")
    assert names(opened) == ["anime-face.png"]
    opened.get_by_role("button", name="Clear").click()
    assert opened.locator(".gallery").is_hidden()
    expect(opened.locator(".result-name")).to_contain_text("Sample picture")


def test_a_tap_far_below_brings_the_picture_into_sight(opened: Page) -> None:
    opened.set_viewport_size({"width": 360, "height": 640})
    sample = opened.get_by_role("button", name="Mountain lake")
    sample.scroll_into_view_if_needed()
    expect(opened.locator(".frame")).not_to_be_in_viewport(ratio=0.9)
    sample.click()
    expect(opened.locator(".frame")).to_be_in_viewport(ratio=0.9)


def test_why_paints_what_spoke_for_the_answer(opened: Page) -> None:
    heat = opened.locator(".picture .heat")
    expect(heat).to_have_css("opacity", "0")
    opened.get_by_role("radio", name="Anime parts").check()
    expect(heat).to_have_css("opacity", "1")
    expect(opened.locator(".legend")).to_contain_text("pink parts")
    painted = opened.evaluate(
        """() => {
          const canvas = document.querySelector(".picture .heat");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const alphas = data.filter((_, index) => index % 4 === 3);
          return [Math.min(...alphas), Math.max(...alphas)];
        }"""
    )
    faint, strong = painted
    assert faint < 40
    assert strong > 150, "some parts speak for it and some do not"
    opened.keyboard.press("ArrowRight")  # as radio buttons do
    expect(opened.get_by_role("radio", name="Cartoon parts")).to_be_checked()
    opened.get_by_role("radio", name="Picture").check()
    expect(heat).to_have_css("opacity", "0")


def test_speaks_three_languages_and_remembers(opened: Page) -> None:
    for locale, title in TITLES.items():
        opened.locator("select.language").select_option(locale)
        expect(opened.get_by_role("heading", level=1)).to_have_text(title)
        assert opened.evaluate("document.documentElement.lang") == locale
    opened.reload()
    expect(opened.get_by_role("heading", level=1)).to_have_text("¿Anime o dibujos?")


def test_follows_the_device_into_the_dark_until_told_otherwise(opened: Page) -> None:
    root = opened.locator("html")
    light, dark = "rgb(246, 244, 238)", "rgb(19, 21, 43)"
    expect(root).to_have_css("background-color", light)
    opened.emulate_media(color_scheme="dark")
    expect(root).to_have_css("background-color", dark)
    opened.get_by_role("button", name="Use light colours").click()
    expect(root).to_have_css("background-color", light)
    opened.reload()
    expect(root).to_have_css("background-color", light)  # a choice outlasts the visit


def test_nothing_moves_while_the_page_fills(page: Page, site: str, many: list[Path]) -> None:
    page.add_init_script(WATCH_SHIFTS)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(site)
    expect(page.locator(".result")).to_have_attribute("data-verdict", "anime", timeout=60_000)
    for name in ("Mountain lake", "Two on one sheet", "Girl in the wind"):
        page.get_by_role("button", name=name).click()
        expect(page.locator(".result-name")).to_contain_text(name)
        page.wait_for_timeout(400)
    choose(page, many[:6])
    expect(tiles(page)).to_have_count(6)
    page.wait_for_timeout(800)
    assert sum(shift[0] for shift in page.evaluate("shifts")) <= 0.01, page.evaluate("shifts")


def test_nothing_sticks_out_at_any_width(opened: Page) -> None:
    choose(opened, [EXAMPLES / "anime-face.png", EXAMPLES / "landscape.png"])
    expect(tiles(opened)).to_have_count(2)
    for locale in ("en", "ja", "es"):
        opened.locator("select.language").select_option(locale)
        for view in ("pictures", "camera", "teach"):
            opened.locator(f".views a[href='#{view}']").click()
            for width_px in (320, 360, 768, 1024, 1280):
                opened.set_viewport_size({"width": width_px, "height": 740})
                too_wide = opened.evaluate(
                    """(width) => [...document.querySelectorAll("#page *")]
                      .filter((each) => each.checkVisibility({ visibilityProperty: true }))
                      .filter((each) => each.getBoundingClientRect().right > width + 0.5)
                      .filter((each) => !each.closest(".for-listeners, .picture, .bar-track"))
                      .map((each) => each.className || each.tagName)""",
                    width_px,
                )
                assert too_wide == [], f"{view} in {locale} at {width_px} px"
