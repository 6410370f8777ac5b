"""The built-in model on real pictures, where they are at hand.

The model was trained on these, so what is asserted here is no figure of accuracy: it only shows
that the file in the package, the decoder and the manifest still belong together. Accuracy is
measured out of fold by `animeter evaluate --folds-run`.
"""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import animeter
from animeter.datasets.manifest import ManifestRow, read_manifest
from animeter.domain.results import Classification
from animeter.domain.verdict import STYLES, forced_style

MANIFEST = Path(__file__).parent.parent.parent / "shared" / "data" / "manifest.csv"

pytestmark = pytest.mark.skipif(
    not MANIFEST.is_file(), reason="the labelled pictures (../shared/data) are not at hand"
)


@pytest.fixture(scope="module")
def classifier() -> animeter.Classifier:
    return animeter.load()


@pytest.fixture(scope="module")
def rows() -> list[ManifestRow]:
    """All rows, in an order that has nothing to do with the manifest's and never changes."""
    return sorted(
        read_manifest(MANIFEST),
        key=lambda row: hashlib.sha256(row.name.encode()).digest(),
    )


def classified(classifier: animeter.Classifier, rows: list[ManifestRow]) -> list[Classification]:
    results = list(classifier.classify_many([row.path for row in rows]))
    failures = [result for result in results if not isinstance(result, Classification)]
    assert failures == []
    return [result for result in results if isinstance(result, Classification)]


@pytest.mark.parametrize("style", STYLES)
def test_a_style_it_was_taught_is_recognised(
    style: str, classifier: animeter.Classifier, rows: list[ManifestRow]
) -> None:
    chosen = [row for row in rows if row.style == style and row.is_drawn_as_labelled][:60]
    results = classified(classifier, chosen)
    likeness = np.array([[result.anime, result.cartoon] for result in results])
    right = forced_style(likeness) == STYLES.index(style)
    assert right.mean() >= 0.85


def test_every_source_can_be_read(classifier: animeter.Classifier, rows: list[ManifestRow]) -> None:
    first_of_source: dict[str, ManifestRow] = {}
    for row in rows:
        first_of_source.setdefault(row.source, row)
    assert len(classified(classifier, list(first_of_source.values()))) > 5


def test_a_path_and_its_pixels_get_nearly_the_same_answer(
    classifier: animeter.Classifier, rows: list[ManifestRow]
) -> None:
    chosen = rows[:24]
    for row, from_file in zip(chosen, classified(classifier, chosen), strict=True):
        with Image.open(row.path) as picture:
            pixels = np.asarray(picture.convert("RGB"))
        likeness = classifier.likenesses(pixels[None]).likeness[0]
        # Shrunk on the way in, or whole through the network's own resize.
        assert np.abs(likeness - (from_file.anime, from_file.cartoon)).max() < 0.05
