"""Teaching in the browser: what it learns is a head that Python reads, and the reverse."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from animeter import load
from animeter.domain.taught_head import NONE_OF_THESE, NoneRule, TaughtHead
from animeter.inference.classifier import Classifier
from animeter.inference.heads import embedding_model, read_head, write_head
from tests.source_tree import ROOT

pytestmark = pytest.mark.slow

EXAMPLES = ROOT / "examples"
LABELS = {"Girl": "anime-face", "Łódź & 湖": "landscape"}


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Five pictures a label, the last of which is kept for trying."""
    folder = tmp_path_factory.mktemp("labels")
    made: dict[str, list[Path]] = {}
    for label, name in LABELS.items():
        drawing = Image.open(EXAMPLES / f"{name}.png").convert("RGB")
        for number in range(5):
            path = folder / f"{name}-{number}.png"
            drawing.rotate(3 * number - 6).crop((20 * number, 0, 780, 590)).save(path)
            made.setdefault(label, []).append(path)
    return made


@pytest.fixture
def teaching(page: Page, site: str) -> Page:
    page.goto(f"{site}#teach")
    expect(page.locator(".where")).to_contain_text("Runs on this device", timeout=60_000)
    return page


@pytest.fixture
def taught(teaching: Page, pictures: dict[str, list[Path]]) -> Page:
    """The view after a lesson."""
    learn = teaching.get_by_role("button", name="Learn", exact=True)
    for number, (label, files) in enumerate(pictures.items()):
        expect(learn).to_be_disabled()
        card = teaching.locator(".label-card").nth(number)
        card.get_by_role("textbox").fill(label)
        card.locator("input[type=file]").set_input_files(files[:4])
        expect(card.locator(".label-shot")).to_have_count(4, timeout=30_000)
    learn.click()
    expect(teaching.locator(".teach-outcome")).to_contain_text("Learnt 2 labels from 8 pictures")
    return teaching


def shown_scores(page: Page) -> dict[str, float]:
    meters = page.locator(".trial-bars").get_by_role("meter").all()
    return {
        str(meter.get_attribute("aria-label")): float(meter.get_attribute("aria-valuenow") or "nan")
        / 100
        for meter in meters
    }


def try_picture(page: Page, picture: Path) -> dict[str, float]:
    page.locator(".trial input[type=file]").set_input_files(picture)
    expect(page.get_by_role("img", name=picture.name)).to_be_visible()
    return shown_scores(page)


def python_scores(classifier: Classifier, head: TaughtHead, picture: Path) -> dict[str, float]:
    embedding = next(iter(classifier.embed([picture])))
    assert isinstance(embedding, np.ndarray)
    return dict(zip(head.answers, head.scores(embedding[None])[0].tolist(), strict=True))


def test_a_lesson_is_a_head_that_python_reads(
    taught: Page, pictures: dict[str, list[Path]], classifier: Classifier, tmp_path: Path
) -> None:
    expect(taught.locator(".teach-outcome")).to_contain_text("8 of 8 right")
    with taught.expect_download() as download:
        taught.get_by_role("button", name="Save what it learnt").click()
    archive = tmp_path / download.value.suggested_filename
    download.value.save_as(archive)
    head = read_head(archive)
    assert head.name == "my-labels"
    assert head.labels == tuple(LABELS)
    assert head.model == embedding_model(classifier.bundle)
    for label, files in pictures.items():
        got, wanted = try_picture(taught, files[4]), python_scores(classifier, head, files[4])
        assert set(got) == set(wanted)
        assert all(abs(got[name] - wanted[name]) <= 0.011 for name in got)
        assert max(wanted, key=lambda name: wanted[name]) == label


def python_head(classifier: Classifier, **changes: Any) -> TaughtHead:
    """A head made in Python that can also say "none of these"."""
    model = embedding_model(classifier.bundle)
    random = np.random.default_rng(5)
    table = random.normal(size=(3, model.embedding_dim)).astype(np.float32)
    centroids = table / np.linalg.norm(table, axis=1, keepdims=True)
    parts: dict[str, Any] = {
        "name": "three",
        "labels": ("eins", "zwei", "三"),
        "model": model,
        "weights": 3 * table,
        "bias": np.array([0.1, -0.2, 0.0], np.float32),
        "none_rule": NoneRule(centroids, -3.0, -0.5, 0.2, 0.9, 0.6),
        "created": "2026-01-31",
    }
    return TaughtHead(**(parts | changes))


def zipped(head: TaughtHead, folder: Path) -> Path:
    """The head's folder as people pack it, with compression."""
    write_head(head, folder / head.name)
    archive = folder / "head.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted((folder / head.name).iterdir()):
            packed.write(file, f"{head.name}/{file.name}")
    return archive


def open_head(page: Page, *files: Path) -> None:
    page.locator(".teach-side > .label-tools input[type=file]").set_input_files(files)


def test_the_page_reads_heads_of_python(
    teaching: Page, classifier: Classifier, tmp_path: Path
) -> None:
    head = python_head(classifier)
    picture = EXAMPLES / "anime-face.png"
    wanted = python_scores(classifier, head, picture)
    assert NONE_OF_THESE in wanted
    archive = zipped(head, tmp_path)
    both_files = (tmp_path / "three" / "head.json", tmp_path / "three" / "head.safetensors")
    for files in ((archive,), both_files):
        open_head(teaching, *files)
        expect(teaching.locator(".teach-outcome")).to_contain_text("eins, zwei, 三")
        got = try_picture(teaching, picture)
        assert set(got) == set(wanted)
        assert all(abs(got[name] - wanted[name]) <= 0.011 for name in got)


def test_a_head_of_another_model_or_none_at_all_is_refused(
    teaching: Page, classifier: Classifier, tmp_path: Path
) -> None:
    alert = teaching.locator(".teach .lessons [role=alert]")
    model = embedding_model(classifier.bundle)
    other = type(model)(model.label, "0" * 64, model.embedding_dim)
    open_head(teaching, zipped(python_head(classifier, model=other), tmp_path))
    expect(alert).to_contain_text("another model")

    write_head(python_head(classifier), tmp_path / "cut")
    weights = tmp_path / "cut" / "head.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    nonsense = tmp_path / "nonsense.zip"
    nonsense.write_bytes(b"PK\x05\x06" + bytes(18))
    for files in ([tmp_path / "cut" / "head.json", weights], [nonsense], [EXAMPLES / "logo.png"]):
        open_head(teaching, *files)
        expect(alert).to_contain_text("doesn't hold labels")
        teaching.reload()
