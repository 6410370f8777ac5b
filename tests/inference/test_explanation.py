"""An explanation says where in the picture the answer came from, and draws it there."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import animeter
from animeter.inference.classifier import Classifier
from tests.support.tiny_bundle import COLOURS, EMBEDDING_DIM


def halves(left: str, right: str, size: tuple[int, int] = (240, 120)) -> Image.Image:
    """A picture whose left and right half have the colours of two verdicts."""
    picture = Image.new("RGB", size, COLOURS[left])
    picture.paste(COLOURS[right], (size[0] // 2, 0, size[0], size[1]))
    return picture


def drawn(overlay: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(overlay)).convert("RGB"), dtype=int)


def test_it_says_what_classify_says(classifier: Classifier) -> None:
    picture = halves("anime", "neither")
    assert classifier.explain(picture).classification == classifier.classify(picture)


def test_heat_is_where_the_evidence_is(classifier: Classifier) -> None:
    explanation = classifier.explain(halves("anime", "neither"))
    heat = explanation.heat("anime")
    middle = heat.shape[1] // 2
    assert heat[:, :middle].min() > 0.9
    assert heat[:, middle:].max() < 0.2
    assert explanation.heat("cartoon").max() < 0.2


def test_the_activation_averages_to_the_logit(classifier: Classifier) -> None:
    explanation = classifier.explain(halves("anime", "cartoon"))
    logits = explanation.activation.mean((1, 2)) - 10.0  # the tiny network's bias
    likeness = 1 / (1 + np.exp(-logits))
    assert likeness[0] == pytest.approx(explanation.classification.anime, abs=1e-4)
    assert likeness[1] == pytest.approx(explanation.classification.cartoon, abs=1e-4)


def test_the_stronger_likeness_is_drawn_unless_told(classifier: Classifier) -> None:
    picture = Image.new("RGB", (50, 50), COLOURS["cartoon"])
    explanation = classifier.explain(picture)
    assert explanation.stronger == "cartoon"
    assert np.array_equal(explanation.heat(), explanation.heat("cartoon"))
    assert explanation.overlay(picture) == explanation.overlay(picture, "cartoon")
    assert explanation.overlay(picture) != explanation.overlay(picture, "anime")


def test_a_picture_without_evidence_stays_cold(classifier: Classifier) -> None:
    grey = Image.new("RGB", (64, 64), (10, 10, 10))
    pixels = drawn(classifier.explain(grey).overlay(grey))
    assert (pixels.max(axis=2) - pixels.min(axis=2)).max() < 40, "colour where there is no heat"


def test_the_hot_half_is_red_and_the_other_is_not(classifier: Classifier) -> None:
    picture = halves("anime", "neither")
    pixels = drawn(classifier.explain(picture).overlay(picture))
    left, right = pixels[:, :60].mean((0, 1)), pixels[:, -60:].mean((0, 1))
    assert left[0] - left[1] > 100
    assert right[0] - right[1] < 30


@pytest.mark.parametrize(
    ("size", "expected"),
    [((240, 120), (240, 120)), ((3000, 1000), (1024, 341)), ((1, 2000), (1, 1024)), ((1, 1),) * 2],
)
def test_the_overlay_keeps_the_proportions(
    classifier: Classifier, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    picture = halves("anime", "cartoon", size)
    overlay = Image.open(io.BytesIO(classifier.explain(picture).overlay(picture)))
    assert overlay.format == "PNG"
    assert overlay.size == expected


def test_a_turned_photo_is_drawn_upright(classifier: Classifier, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise: what is stored left is shown at the top
    path = tmp_path / "turned.jpg"
    halves("anime", "neither").save(path, exif=exif.tobytes())
    explanation = classifier.explain(path)
    heat = explanation.heat("anime")
    middle = heat.shape[0] // 2
    assert heat[:middle].min() > 0.8
    assert heat[middle:].max() < 0.3
    assert Image.open(io.BytesIO(explanation.overlay(path))).size == (120, 240)


def test_the_json_holds_both_maps_and_the_embedding(classifier: Classifier) -> None:
    explanation = classifier.explain(halves("anime", "cartoon"))
    content = explanation.to_dict()
    assert content["classification"] == explanation.classification.to_dict()
    activation = content["activation"]
    _, rows, columns = explanation.activation.shape
    assert (activation["rows"], activation["columns"]) == (rows, columns)
    for number, name in enumerate(("anime", "cartoon")):
        assert np.allclose(activation[name], explanation.activation[number], atol=1e-5)
    assert len(content["embedding"]) == EMBEDDING_DIM


def test_an_unknown_likeness_is_refused(classifier: Classifier) -> None:
    explanation = classifier.explain(Image.new("RGB", (8, 8)))
    with pytest.raises(ValueError, match="one of anime, cartoon"):
        explanation.heat("manga")


def test_a_broken_picture_is_an_error_of_ours(classifier: Classifier) -> None:
    with pytest.raises(animeter.ImageError):
        classifier.explain(b"\x89PNG\r\n\x1a\n" + b"\0" * 40)
