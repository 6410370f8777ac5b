"""The example pictures are whole, drawn from their sources, and spoken of as the model speaks."""

import importlib.util
import io
import re
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

import animeter
from tests.support.tiny_bundle import make_tiny_bundle

EXAMPLES = Path(__file__).parent.parent / "examples"
SOURCES = sorted(EXAMPLES.glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"


def load_script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"examples_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


say = load_script("say")


def by_id(svg: Path, name: str) -> str:
    found = [item for item in ET.parse(svg).iter() if item.get("id") == name]
    assert len(found) == 1, f"{svg.name} has {len(found)} elements called {name}"
    # Canonical form without the tail, which is only the indentation after the element.
    found[0].tail = None
    return ET.canonicalize(ET.tostring(found[0], "unicode"), strip_text=True)


def test_every_source_has_its_picture_and_the_other_way_round():
    assert {path.stem for path in SOURCES} == {path.stem for path in EXAMPLES.glob("*.png")}
    assert {f"{path.stem}.png" for path in SOURCES} == set(say.MEANT)
    assert len(SOURCES) == 5


@pytest.mark.parametrize("svg", SOURCES, ids=lambda path: path.stem)
def test_the_picture_has_the_size_of_the_view_box(svg):
    root = ET.parse(svg).getroot()
    left, top, width, height = (float(number) for number in root.attrib["viewBox"].split())
    assert (left, top) == (0, 0)
    assert (float(root.attrib["width"]), float(root.attrib["height"])) == (width, height)
    with Image.open(svg.with_suffix(".png")) as picture:
        assert picture.size == (width, height)
        assert "A" not in picture.mode
        assert np.asarray(picture.convert("RGB")).std() > 10


@pytest.mark.parametrize("svg", SOURCES, ids=lambda path: path.stem)
def test_the_picture_is_light(svg):
    assert svg.with_suffix(".png").stat().st_size < 150_000


@pytest.mark.parametrize("svg", SOURCES, ids=lambda path: path.stem)
def test_the_source_stands_alone(svg):
    """No font, no bitmap, no other file; every reference finds exactly one element."""
    items = list(ET.parse(svg).iter())
    assert not {item.tag for item in items} & {f"{SVG}text", f"{SVG}image", f"{SVG}style"}
    ids = [item.attrib["id"] for item in items if "id" in item.attrib]
    assert len(ids) == len(set(ids))
    text = svg.read_text("utf-8")
    links = {item.attrib[HREF] for item in items if HREF in item.attrib}
    wanted = {link.removeprefix("#") for link in links} | set(re.findall(r"url\(#([^)]+)\)", text))
    assert all(link.startswith("#") for link in links)
    assert wanted <= set(ids)
    assert "CC0" in text


@pytest.mark.parametrize("name", ["anime", "cartoon"])
def test_the_sheet_shows_the_same_character_as_its_own_picture(name):
    alone = by_id(EXAMPLES / f"{name}-face.svg", f"{name}-character")
    assert by_id(EXAMPLES / "both.svg", f"{name}-character") == alone


@pytest.mark.slow
@pytest.mark.parametrize("svg", SOURCES, ids=lambda path: path.stem)
def test_the_picture_is_what_the_source_draws(svg):
    resvg_py = pytest.importorskip("resvg_py", reason="drawing SVG needs resvg_py")
    drawn = resvg_py.svg_to_bytes(svg_string=svg.read_text("utf-8"), skip_system_fonts=True)
    with Image.open(io.BytesIO(bytes(drawn))) as fresh, Image.open(svg.with_suffix(".png")) as kept:
        now, then = (np.asarray(picture.convert("RGB"), np.int16) for picture in (fresh, kept))
    difference = np.abs(now - then)
    # 256 dithered colours move a pixel a little; a changed drawing moves some by a lot.
    assert difference.mean() < 3
    assert (difference.max(axis=2) > 100).mean() < 0.0005


def test_rewriting_replaces_only_what_stands_between_the_markers():
    text = f"before\n{say.BEGIN}\nold\n{say.END}\nafter\n"
    once = say.rewrite(text, "| new |")
    assert once == f"before\n{say.BEGIN}\n| new |\n{say.END}\nafter\n"
    assert say.rewrite(once, "| new |") == once


@pytest.mark.parametrize(
    "text",
    ["no marker", say.BEGIN, say.END, f"{say.END}{say.BEGIN}", f"{say.BEGIN * 2}{say.END}"],
    ids=["none", "no end", "no begin", "swapped", "doubled"],
)
def test_rewriting_refuses_a_text_without_its_two_markers(text):
    with pytest.raises(ValueError, match="put both back"):
        say.rewrite(text, "table")


def rows_of(table: str) -> list[tuple[str, str, str, str, str]]:
    row = r"^\| `(.+?)` \| (\w+) \| (\w+) \| ([\d.]+)% \| ([\d.]+)% \|$"
    return re.findall(row, table, re.MULTILINE)


def test_the_table_holds_the_answers_of_the_model_it_asked(tmp_path):
    classifier = animeter.Classifier(make_tiny_bundle(tmp_path / "tiny"))
    table = say.answers_table(classifier)
    rows = rows_of(table)
    assert {name: meant for name, meant, *_ in rows} == say.MEANT
    for name, _, verdict, anime, cartoon in rows:
        result = classifier.classify(EXAMPLES / name)
        assert (verdict, anime) == (result.verdict, f"{100 * result.anime:.1f}")
        assert cartoon == f"{100 * result.cartoon:.1f}"
    assert len({row[2:] for row in rows}) > 1
    assert table.endswith(f"Model: `{classifier.classify(EXAMPLES / 'logo.png').model}`.")


@pytest.mark.parametrize("readme", say.READMES, ids=lambda path: path.parent.name)
def test_the_readmes_say_what_the_model_says(readme):
    classifier = animeter.load()
    table = readme.read_text("utf-8").split(say.BEGIN)[1].split(say.END)[0]
    rows = rows_of(table)
    assert {name: meant for name, meant, *_ in rows} == say.MEANT, "run python examples/say.py"
    for name, _, verdict, anime, cartoon in rows:
        result = classifier.classify(EXAMPLES / name)
        assert result.verdict == verdict
        # Processors round differently; a different model differs by more.
        assert result.anime == pytest.approx(float(anime) / 100, abs=0.01)
        assert result.cartoon == pytest.approx(float(cartoon) / 100, abs=0.01)
