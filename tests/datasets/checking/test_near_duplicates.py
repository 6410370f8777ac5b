"""Nearly the same pictures: the quick search finds what comparing all with all finds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from animeter.datasets.checking.looks import THUMBNAIL_BYTES, Look, thumbnail_of
from animeter.datasets.checking.near_duplicates import (
    SAME_PICTURE,
    group_near_duplicates,
    group_same_pictures,
    hash_layouts,
    layouts_of,
    same_picture_pairs,
    thumbnails_of,
)
from animeter.domain.alike import group_pairs
from animeter.media.images import read_image
from tests.support.scenes import captioned, scene

Thumbnails = np.ndarray


def thumbnails(pictures: list[Image.Image]) -> Thumbnails:
    looks = [Look(thumbnail=thumbnail_of(read_image(picture))) for picture in pictures]
    return thumbnails_of(looks)


def linked_by_all(some: Thumbnails, bound: float = SAME_PICTURE) -> np.ndarray:
    """Compare all with all, as the search must not."""
    layouts = layouts_of(some)
    pairs = np.argwhere(np.triu(layouts @ layouts.T >= bound, 1))
    return group_pairs(len(some), pairs)


def soft_scenes(chance: np.random.Generator, count: int) -> Thumbnails:
    """Draw thumbnails with large areas of colour, as pictures have them."""
    coarse = chance.integers(0, 256, (count, 4, 4, 3), dtype=np.uint8)
    return coarse.repeat(4, axis=1).repeat(4, axis=2).reshape(count, THUMBNAIL_BYTES)


def noisy(some: Thumbnails, chance: np.random.Generator, levels: float) -> Thumbnails:
    return (some + chance.normal(0, levels, some.shape)).clip(0, 255).astype(np.uint8)


def test_another_size_compression_or_caption_is_the_same_picture() -> None:
    first, another = scene(1), scene(2)
    some = thumbnails([first, first.resize((90, 70)), another, captioned(first), scene(3)])
    assert group_same_pictures(some, bound=0.84).tolist() == [0, 0, 2, 0, 4]
    assert group_same_pictures(some).tolist()[:3] == [0, 0, 2]


def test_the_search_finds_nearly_all_that_comparing_all_with_all_finds() -> None:
    chance = np.random.default_rng(5)
    originals = soft_scenes(chance, 1500)
    levels = chance.uniform(1, 26, (500, 1))  # up to the bound and beyond
    some = chance.permutation(np.concatenate([originals, noisy(originals[:500], chance, levels)]))
    layouts = layouts_of(some)
    wanted = {tuple(p) for p in np.argwhere(np.triu(layouts @ layouts.T >= SAME_PICTURE, 1))}
    found = {tuple(pair) for pair in same_picture_pairs(some)}
    assert 250 < len(wanted) < 500
    assert found <= wanted
    assert len(found) >= 0.99 * len(wanted)


def test_many_copies_of_one_picture_are_one_group_and_few_comparisons() -> None:
    chance = np.random.default_rng(6)
    copies = soft_scenes(chance, 1).repeat(4000, axis=0)
    some = np.concatenate([soft_scenes(chance, 50), copies])
    pairs = same_picture_pairs(some)
    assert len(pairs) < 2 * len(some)
    assert set(group_same_pictures(some)[50:]) == {50}


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 40), st.integers(0, 40))
def test_few_pictures_are_grouped_as_by_comparing_all(seed: int, alone: int, copied: int) -> None:
    chance = np.random.default_rng(seed)
    some = soft_scenes(chance, alone + copied)
    some = np.concatenate([some, noisy(some[:copied], chance, 4)])
    assert group_same_pictures(some).tolist() == linked_by_all(some).tolist()


def test_the_hash_of_a_layout_does_not_see_brightness_and_contrast() -> None:
    some = soft_scenes(np.random.default_rng(7), 20) // 4
    np.testing.assert_array_equal(hash_layouts(some), hash_layouts(some * 2 + 60))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_picture_of_one_grey_is_like_nothing(count: int) -> None:
    flat = np.full((count, THUMBNAIL_BYTES), 90, np.uint8)
    assert not layouts_of(flat).any()
    assert group_same_pictures(flat).tolist() == list(range(count))


def test_alike_embeddings_link_within_a_show_and_never_across() -> None:
    layouts = np.eye(5, 768, dtype=np.float32)
    chain = np.array([[1, 0, 0], [1, 0.2, 0], [1, 0.4, 0], [1, 0, 0], [1, 0, 0]], np.float32)
    chain /= np.linalg.norm(chain, axis=1, keepdims=True)
    assert chain[0] @ chain[2] < 0.95  # linked by the one between them alone
    group = group_near_duplicates(["a", "a", "a", "b", ""], layouts, chain)
    assert group.tolist() == [0, 0, 0, 3, 4]


def test_layouts_link_pictures_of_a_show() -> None:
    layouts = layouts_of(thumbnails([scene(1), captioned(scene(1)), scene(2)]))
    apart = np.eye(3, dtype=np.float32)  # embeddings that resemble nothing
    assert group_near_duplicates(["show"] * 3, layouts, apart).tolist() == [0, 0, 2]
