"""The page says what Python says: the very same bundle, decoded and shrunk in another language."""

import csv
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from animeter import Classification, load
from animeter.inference.classifier import Classifier
from animeter.inference.golden import draw
from tests.source_tree import ROOT
from tests.support.chromium import CHROMIUM_FLAGS
from tests.web.drawn import EXAMPLES, draw_fifty, draw_large_jpegs
from tests.web.reading import chosen, read_files

pytestmark = pytest.mark.slow

MOST_APART = 0.01
"""How far a likeness in the page may be from Python's."""

LARGE_JPEGS_APART = 0.03
"""The same where Python has a JPEG's decoder shrink it, which no browser offers."""

FRAMES_APART = 0.08
"""How far the answer to a camera's frame may be from that to the same frame handed over whole."""

FRAMES_MEDIAN_APART = 0.006
"""The same for the median of many frames."""

# Pictures as a camera would see them, each read as the camera view reads frames and as a picture.
_FRAMES = """
async ({ input }) => {
  const { openEngine, FrameSquasher } = await import("./engine.js");
  const engine = await openEngine({ prefer: "page" });
  const { sizePx } = await engine.load();
  const squasher = new FrameSquasher();
  const [width, height] = [1280, 720];
  const frame = new OffscreenCanvas(width, height);
  const context = frame.getContext("2d", { alpha: false });
  context.imageSmoothingQuality = "high";
  const apart = [];
  for (const file of input.files) {
    context.drawImage(await createImageBitmap(file), 0, 0, width, height);
    const answers = [
      context.getImageData(0, 0, width, height),
      squasher.squash(frame, { x: 0, y: 0, width, height }, sizePx),
    ].map((pixels) => engine.read(pixels, null));
    const [whole, seen] = (await Promise.all(answers)).map((each) => each.classification);
    const [anime, cartoon] = [whole.anime - seen.anime, whole.cartoon - seen.cartoon];
    apart.push(Math.max(Math.abs(anime), Math.abs(cartoon)));
  }
  engine.dispose();
  return apart;
}
"""

DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load()


def largest_difference(
    page: Any, classifier: Classifier, files: list[Path], most_apart: float = MOST_APART
) -> float:
    """Compare everything both say of the files, and give the largest difference of a likeness."""
    found = read_files(page, files)
    assert found.kind == "page"
    assert found.model["label"] == classifier.bundle.spec.label
    embeddings = list(classifier.embed(files))
    worst = 0.0
    for number, file in enumerate(files):
        wanted = classifier.classify(file)
        assert isinstance(wanted, Classification)
        reading = found.readings[number]
        got = reading["classification"]
        assert set(got) == set(wanted.to_dict())
        assert (got["path"], got["model"]) == (file.name, wanted.model)
        assert (got["width_px"], got["height_px"]) == (wanted.width_px, wanted.height_px), file
        apart = max(abs(got["anime"] - wanted.anime), abs(got["cartoon"] - wanted.cartoon))
        assert apart <= most_apart, f"{file.name}: {got}, but Python says {wanted}"
        rule = classifier.bundle.spec.verdict_rule()
        assert got["verdict"] == rule.decide(got["anime"], got["cartoon"]).value
        alike = float(np.dot(reading["embedding"], embeddings[number]))
        assert alike > 0.99, f"{file.name}: the embeddings' cosine is {alike:.4f}"
        worst = max(worst, apart)
    return worst


def test_fifty_drawn_pictures_get_the_same_likenesses(
    page: Any, site: str, classifier: Classifier, tmp_path: Path
) -> None:
    files = draw_fifty(tmp_path)
    page.goto(site)
    worst = largest_difference(page, classifier, files)
    print(f"largest difference over {len(files)} drawn pictures: {worst:.4f}")


def test_large_jpegs_get_nearly_the_same_likenesses(
    page: Any, site: str, classifier: Classifier, tmp_path: Path
) -> None:
    files = draw_large_jpegs(tmp_path)
    page.goto(site)
    worst = largest_difference(page, classifier, files, LARGE_JPEGS_APART)
    print(f"largest difference over {len(files)} large JPEGs: {worst:.4f}")


def fifty_of_the_data() -> list[Path]:
    """Fifty pictures of the data by chance, always the same ones."""
    if not (DATA / "manifest.csv").is_file():
        pytest.skip("the labelled pictures are not here")
    with (DATA / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = [row["path"] for row in csv.DictReader(file)]
    return [DATA / path for path in random.Random(50).sample(rows, 50)]


def test_fifty_pictures_of_the_data_get_the_same_likenesses(
    page: Any, site: str, classifier: Classifier
) -> None:
    files = fifty_of_the_data()
    page.goto(site)
    worst = largest_difference(page, classifier, files)
    print(f"largest difference over {len(files)} pictures of the data: {worst:.4f}")


@pytest.mark.parametrize("pictures", ["drawn", "data"])
def test_a_cameras_frames_get_nearly_the_same_likenesses(
    page: Any, site: str, tmp_path: Path, pictures: str
) -> None:
    files = draw_fifty(tmp_path) if pictures == "drawn" else fifty_of_the_data()
    page.goto(site)
    apart = page.evaluate(_FRAMES, {"input": chosen(page, files)})
    median = float(np.median(apart))
    print(f"over {len(apart)} frames ({pictures}): median {median:.4f}, most {max(apart):.4f}")
    assert len(apart) == len(files)
    assert median <= FRAMES_MEDIAN_APART
    assert max(apart) <= FRAMES_APART


def test_the_golden_pictures_say_what_they_said_at_their_maker(
    page: Any, site: str, classifier: Classifier, tmp_path: Path
) -> None:
    from PIL import Image

    pairs = classifier.bundle.spec.golden
    files = []
    for pair in pairs:
        files.append(tmp_path / f"{pair.picture}.png")
        Image.fromarray(draw(pair.picture, pair.width_px, pair.height_px)).save(files[-1])
    page.goto(site)
    for pair, reading in zip(pairs, read_files(page, files).readings, strict=True):
        got = reading["classification"]
        assert got["anime"] == pytest.approx(pair.anime, abs=MOST_APART), pair.picture
        assert got["cartoon"] == pytest.approx(pair.cartoon, abs=MOST_APART), pair.picture


def test_a_graphics_card_says_the_same(
    playwright: Any, chromium_path: str, site: str, classifier: Classifier
) -> None:
    # One that the processor plays, since few machines that test have another.
    kept = [flag for flag in CHROMIUM_FLAGS if flag != "--disable-gpu"]
    flags = [*kept, "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]
    browser = playwright.chromium.launch(
        executable_path=chromium_path, args=[*flags, "--enable-unsafe-swiftshader"]
    )
    page = browser.new_page()
    page.goto(f"{site}licences.txt")  # so that the page's own engine does not run beside it
    if not page.evaluate("Boolean(navigator.gpu && 'Suspending' in WebAssembly)"):
        browser.close()
        pytest.skip("this Chromium has no WebGPU")
    found = read_files(page, [EXAMPLES / "anime-face.png"], graphics_card="always")
    browser.close()
    assert found.detail == "WebGPU"
    wanted = classifier.classify(EXAMPLES / "anime-face.png")
    got = found.readings[0]["classification"]
    assert got["anime"] == pytest.approx(wanted.anime, abs=MOST_APART)
    assert got["cartoon"] == pytest.approx(wanted.cartoon, abs=MOST_APART)
