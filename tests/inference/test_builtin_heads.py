"""The heads inside the package: small, whole, of the built-in model, and in the tree."""

import json
from pathlib import Path

import numpy as np
import pytest

import animeter
from animeter.domain.hierarchy import OTHER
from animeter.domain.taxonomy import TYPES
from animeter.inference.bundle import builtin_bundle
from animeter.inference.heads import BUILTIN_FOLDER, check_reads, load_head
from animeter.inference.taxonomy_file import BUILTIN_FILE, read_taxonomy
from tests.source_tree import ROOT

NAMES = ("series", "character", "type")
MOST_BYTES = 2_000_000


@pytest.mark.parametrize("name", NAMES)
def test_each_reads_the_built_in_model(name: str) -> None:
    head = load_head(name)
    check_reads(head, builtin_bundle())
    assert head.name == name
    assert head.figures["top_1"]["value"] > 0.5


def test_together_they_are_small() -> None:
    files = [file for file in BUILTIN_FOLDER.rglob("*") if file.is_file()]
    assert {file.parent.name for file in files} == set(NAMES)
    assert sum(file.stat().st_size for file in files) < MOST_BYTES


def test_every_label_stands_in_the_tree() -> None:
    tree = read_taxonomy(BUILTIN_FILE)
    assert set(load_head("series").labels) - {OTHER} <= set(tree.series)
    assert set(load_head("character").labels) - {OTHER} <= set(tree.characters)
    assert set(load_head("type").labels) == set(TYPES)


def test_the_published_figures_are_those_of_these_heads() -> None:
    published = json.loads((ROOT / "docs" / "figures" / "heads.json").read_text())
    assert published["model_sha256"] == builtin_bundle().spec.sha256
    for name in NAMES:
        assert load_head(name).figures["top_1"] == published[name]["top_1"]


@pytest.fixture(scope="module")
def classifier() -> animeter.Classifier:
    return animeter.load().with_heads(NAMES, top_k=200)


@pytest.mark.parametrize("name", ["anime-face.png", "cartoon-face.png", "landscape.png"])
def test_scores_of_real_pictures_fit_the_tree(classifier: animeter.Classifier, name: str) -> None:
    result = classifier.classify(ROOT / "examples" / name)
    tree = read_taxonomy(BUILTIN_FILE)
    scores = {one.label: one.score for one in result.heads["series"]}
    assert sum(scores.values()) == pytest.approx(1.0)
    for branch, limit in (("anime", result.anime), ("cartoon", result.cartoon)):
        under = [
            label for label in scores if label != OTHER and tree.series[label].branch == branch
        ]
        assert sum(scores[label] for label in under) <= limit + 1e-9
    assert result.place is not None
    if result.verdict == "neither":
        assert result.place.steps == ()
        assert scores[OTHER] > 0.9
    assert result.to_dict()["place"]["words"] == result.place.words


def test_a_result_without_heads_has_no_place(tmp_path: Path) -> None:
    result = animeter.load().classify(np.zeros((8, 8, 3), np.uint8))
    assert result.place is None
    assert "place" not in result.to_dict()
