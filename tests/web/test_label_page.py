"""The label page in a real browser: keys, several people, reloads, and a server that is killed."""

import csv
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.support.server_process import ServerProcess, labelling
from tests.support.tiny_bundle import COLOURS, make_tiny_bundle
from tests.web.axe import violations
from tests.web.conftest import watch

pytestmark = pytest.mark.slow

Label = Callable[..., ServerProcess]
COUNT = 10


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle") / "tiny"
    make_tiny_bundle(folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pictures for each verdict; `both` and `unsure` are the ones to begin with."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, colour in COLOURS.items():
        for number in (1, 2):
            Image.new("RGB", (60 + number, 40), colour).save(folder / f"{name}-{number}.png")
    return folder


@pytest.fixture
def label(built_page: None, model: Path, folder: Path, tmp_path: Path) -> Iterator[Label]:
    """Starts `animeter data label` on the pictures."""
    with ExitStack() as stack:

        def start(*options: str) -> ServerProcess:
            home = str(tmp_path / "home")
            return stack.enter_context(
                labelling(folder, "--model", str(model), *options, ANIMETER_HOME=home)
            )

        yield start


@pytest.fixture
def visit(browser: Browser, page_problems: list[str]) -> Iterator[Callable[..., Page]]:
    """Opens the page as another person with a browser of their own."""
    contexts = []

    def open_as(who: str, url: str, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        watch(page, url, page_problems)
        page.goto(url)
        page.get_by_label("Your name").fill(who)
        page.keyboard.press("Enter")
        expect(page.locator(".easel-image")).to_be_visible()
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert page_problems == []


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def said(folder: Path, who: str) -> dict[str, dict[str, str]]:
    """What a person last said, by picture and mark."""
    found: dict[str, dict[str, str]] = {}
    for row in rows(folder):
        if row["who"] == who:
            found.setdefault(row["path"], {})[row["mark"]] = row["value"]
    return found


def in_sight(page: Page) -> str:
    return page.locator(".easel-name").inner_text()


def pressed(page: Page) -> list[str]:
    return page.locator(".answer[aria-pressed=true] .answer-name").all_inner_texts()


def all_kept(page: Page) -> None:
    expect(page.locator(".kept")).to_have_text("All kept")


def label_all(page: Page, answer: Callable[[str], str]) -> None:
    """Give every picture an answer by its key, and be done with it."""
    for done in range(COUNT):
        expect(page.locator(".far-words")).to_contain_text(f"{done} done")
        page.keyboard.press(answer(in_sight(page)))
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing left to label")).to_be_visible()
    all_kept(page)


def test_the_keyboard_suffices(label: Label, visit: Callable[..., Page], folder: Path) -> None:
    page = visit("Ada", label().url)
    first = in_sight(page)
    page.keyboard.press("2")
    page.keyboard.press("1")
    page.keyboard.press("f")
    page.keyboard.press("t")
    assert pressed(page) == ["Anime", "Female", "Has text"]
    page.keyboard.press("f")
    assert pressed(page) == ["Anime", "Has text"], "the same key takes an answer back"
    page.keyboard.press("h")
    expect(page.locator(".hint")).to_contain_text("Model: anime")
    page.keyboard.press("Enter")
    expect(page.locator(".easel-name")).not_to_have_text(first)
    second = in_sight(page)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".easel-name")).not_to_have_text(second)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".easel-name")).to_have_text(first)
    assert pressed(page) == ["Anime", "Has text"]
    expect(page.locator(".easel-done")).to_be_visible()
    all_kept(page)
    marks = {"style": "anime", "type": "", "has_text": "yes", "done": "yes"}
    assert said(folder, "Ada") == {first: marks}
    # With a modifier a key is the browser's, and with shortcuts off it is nobody's.
    page.keyboard.press("Alt+3")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.keyboard.press("3")
    assert pressed(page) == ["Anime", "Has text"]


def test_two_people_keep_their_answers_apart_and_see_how_far_they_agree(
    label: Label, visit: Callable[..., Page], folder: Path
) -> None:
    url = label().url
    ada, bo = visit("Ada", url), visit("Bo", url)
    label_all(ada, lambda name: "1" if name.startswith(("anime", "both", "unsure")) else "2")
    label_all(bo, lambda name: "1" if name.startswith(("anime", "both")) else "2")
    assert len(said(folder, "Ada")) == len(said(folder, "Bo")) == COUNT
    ada.get_by_role("button", name="Agreement").click()
    style = ada.locator(".agreement tr", has_text="Style")
    # Ada 6 and 4, Bo 4 and 6, the same on 8 of 10: (0.8 - 0.48) / (1 - 0.48).
    expect(style.locator("td")).to_have_text(["Ada, Bo", "8 of 10", "0.62"])
    ada.keyboard.press("Escape")
    ada.keyboard.press("Enter")
    expect(ada.locator(".agreement")).to_be_hidden()
    ada.get_by_role("button", name="You are Ada. Change").click()
    ada.get_by_label("Your name").fill("Cy")
    ada.keyboard.press("Enter")
    expect(ada.locator(".far-words")).to_contain_text("0 done")


def test_a_reload_loses_nothing_and_asks_for_no_name(
    label: Label, visit: Callable[..., Page], folder: Path
) -> None:
    page = visit("Ada", label().url)
    first = in_sight(page)
    page.keyboard.press("1")
    page.keyboard.press("l")
    page.reload()
    expect(page.locator(".easel-image")).to_be_visible()
    assert in_sight(page) == first
    assert pressed(page) == ["Anime", "Has a logo"]
    page.keyboard.press("Enter")
    page.reload()
    expect(page.locator(".far-words")).to_contain_text(f"1 done, {COUNT - 1} to go")
    assert in_sight(page) != first
    page.keyboard.press("Backspace")
    expect(page.locator(".easel-name")).to_have_text(first)
    assert pressed(page) == ["Anime", "Has a logo"]
    assert said(folder, "Ada")[first] == {"style": "anime", "has_logo": "yes", "done": "yes"}


def test_a_killed_server_loses_nothing_and_a_new_one_gets_what_it_missed(
    label: Label, visit: Callable[..., Page], folder: Path, page_problems: list[str]
) -> None:
    server = label()
    page = visit("Ada", server.url)
    kept = in_sight(page)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    all_kept(page)
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    assert said(folder, "Ada") == {kept: {"style": "anime", "done": "yes"}}
    waiting = in_sight(page)
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.locator(".kept")).to_contain_text("2 answers wait on this device")
    expect(page.locator(".easel-name")).not_to_have_text(waiting)
    assert waiting not in said(folder, "Ada")
    for _ in range(COUNT):  # to the end of what the page knows of
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer")
    label("--port", str(server.port))
    all_kept(page)
    assert said(folder, "Ada")[waiting] == {"style": "cartoon", "done": "yes"}
    expect(page.get_by_role("alert")).to_be_hidden()
    page.reload()
    expect(page.locator(".far-words")).to_contain_text("2 done")
    page_problems[:] = [one for one in page_problems if "ERR_CONNECTION" not in one]


def test_a_manifest_is_corrected_and_the_correction_written(
    label: Label, visit: Callable[..., Page], folder: Path, tmp_path: Path
) -> None:
    manifest = tmp_path / "manifest.csv"
    manifest.write_text(
        "path,style\npictures/anime-1.png,cartoon\npictures/cartoon-1.png,cartoon\n"
    )
    server = labelling(manifest, "--mark", "style", ANIMETER_HOME=str(tmp_path / "home"))
    with server as running:
        page = visit("Ada", running.url)
        expect(page.locator(".answer-filed:visible")).to_have_count(1)
        for _ in range(2):
            assert pressed(page) == ["Cartoon"], "as it is filed"
            page.keyboard.press("1" if "anime" in in_sight(page) else "Enter")
        expect(page.get_by_role("heading", name="Nothing left to label")).to_be_visible()
        all_kept(page)
    with (tmp_path / "manifest.labels.csv").open(newline="") as file:
        styles = {
            row["path"]: row["value"] for row in csv.DictReader(file) if row["mark"] != "done"
        }
    assert styles == {"pictures/anime-1.png": "anime", "pictures/cartoon-1.png": "cartoon"}


def test_others_get_in_by_the_link_alone(
    label: Label, visit: Callable[..., Page], browser: Browser
) -> None:
    server = label("--host", "0.0.0.0")
    link = server.url.replace("0.0.0.0", "127.0.0.1")
    assert re.search(r"#key=[\w-]{32}$", link)
    page = visit("Ada", link)
    assert "key" not in page.url
    page.keyboard.press("1")
    all_kept(page)
    page.reload()
    expect(page.locator(".easel-image")).to_be_visible()
    context = browser.new_context()
    stranger = context.new_page()
    stranger.goto(link.partition("#")[0])
    expect(stranger.get_by_role("alert")).to_contain_text("lacks its key")
    context.close()


def test_axe_finds_nothing_and_it_fits_a_phone(label: Label, browser: Browser) -> None:
    url = label().url
    looks: list[tuple[Any, int]] = [("dark", 320), ("light", 1280)]
    for scheme, width_px in looks:
        context = browser.new_context(
            color_scheme=scheme,
            viewport={"width": width_px, "height": 720},
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto(url)
        expect(page.get_by_label("Your name")).to_be_focused()
        assert violations(page) == [], "the name"
        page.get_by_label("Your name").fill("=1")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Begin with a letter")
        page.get_by_label("Your name").fill("Ada")
        page.keyboard.press("Enter")
        expect(page.locator(".easel-image")).to_be_visible()
        page.keyboard.press("1")
        page.keyboard.press("t")
        assert violations(page) == [], "a picture"
        assert page.evaluate("document.documentElement.scrollWidth") <= width_px
        page.get_by_role("button", name="Agreement").click()
        expect(page.locator(".agreement")).to_contain_text("No two people")
        assert violations(page) == [], "agreement"
        context.close()
