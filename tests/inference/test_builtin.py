"""The model inside the package is whole, says what it said, and runs as it should."""

import numpy as np
import pytest

import animeter
from animeter.inference.bundle import Bundle, builtin_bundle, list_bundles
from animeter.inference.classifier import Classifier
from animeter.inference.golden import GOLDEN_PICTURES, check_golden_pairs, draw

MAX_BYTES = 15_000_000


@pytest.fixture(scope="module")
def builtin() -> Bundle:
    return builtin_bundle()


@pytest.fixture(scope="module")
def loaded() -> Classifier:
    return animeter.load()


def test_it_is_small_enough_for_the_wheel(builtin: Bundle) -> None:
    assert builtin.size_bytes <= MAX_BYTES


def test_it_is_listed_by_its_name(builtin: Bundle) -> None:
    assert builtin.spec.name in {entry.name for entry in list_bundles()}


def test_it_says_what_it_said_where_it_was_made(loaded: Classifier) -> None:
    pairs = loaded.bundle.spec.golden
    assert {pair.picture for pair in pairs} >= {name for name, _, _ in GOLDEN_PICTURES}
    for check in check_golden_pairs(loaded.likenesses, pairs):
        assert check.passed, check


def test_shrinking_first_changes_little(loaded: Classifier) -> None:
    for name, width_px, height_px in GOLDEN_PICTURES:
        rgb = draw(name, width_px, height_px)
        direct = loaded.likenesses(rgb[None]).likeness[0]
        shrunk = loaded.classify(rgb)
        np.testing.assert_allclose([shrunk.anime, shrunk.cartoon], direct, atol=0.02, err_msg=name)


def test_a_batch_says_what_its_pictures_say_alone(loaded: Classifier) -> None:
    size_px = loaded.bundle.spec.input.size_px
    batch = np.stack([draw(name, size_px, size_px) for name, _, _ in GOLDEN_PICTURES])
    together = loaded.likenesses(batch)
    for row, picture in enumerate(batch):
        alone = loaded.likenesses(picture[None])
        np.testing.assert_allclose(alone.likeness[0], together.likeness[row], atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(together.embedding, axis=1), 1.0, rtol=1e-3)
