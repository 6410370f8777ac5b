"""Random views: always the right form, always the same for the same seed, never always the same."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from animeter.lab.augment import augmented, collage
from animeter.lab.recipe import AugmentRecipe
from tests.support.tiny_recipe import drawing

EVERYTHING = AugmentRecipe(
    **dict.fromkeys(
        ("colour", "fade", "grey", "blur", "jpeg", "shrink", "frame", "overlay", "page"), 1.0
    )
)
NOTHING = AugmentRecipe(
    crop_min=1.0,
    **dict.fromkeys(
        ("colour", "fade", "grey", "blur", "jpeg", "shrink", "frame", "overlay", "page"), 0.0
    ),
)


@settings(max_examples=30)
@given(
    width=st.integers(1, 400),
    height=st.integers(1, 400),
    seed=st.integers(0, 1000),
    size_px=st.sampled_from((32, 48)),
)
@pytest.mark.slow
def test_a_view_is_a_square_of_the_size_asked_for(
    width: int, height: int, seed: int, size_px: int
) -> None:
    picture = Image.new("RGB", (width, height), (200, 30, 90))
    view = augmented(picture, size_px, EVERYTHING, random.Random(seed))
    assert (view.mode, view.size) == ("RGB", (size_px, size_px))


def test_a_seed_gives_one_view_and_another_seed_another() -> None:
    picture = drawing("anime", 1)
    views = [
        np.array(augmented(picture, 32, EVERYTHING, random.Random(seed))) for seed in (5, 5, 6)
    ]
    assert np.array_equal(views[0], views[1])
    assert not np.array_equal(views[0], views[2])


def test_without_changes_a_view_is_the_whole_picture_squashed_perhaps_mirrored() -> None:
    picture = drawing("cartoon", 2)
    whole = picture.resize((32, 32), Image.Resampling.BILINEAR)
    for seed in range(6):
        # A crop of the whole area may still be stretched, which cuts a side; unstretched is near.
        view = augmented(picture, 32, NOTHING, random.Random(seed))
        likeness = max(
            np.corrcoef(np.array(view).ravel(), np.array(other).ravel())[0, 1]
            for other in (whole, whole.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
        )
        assert likeness > 0.55


@pytest.mark.parametrize("seed", range(8))
def test_a_collage_shows_both_pictures_at_a_third_each_at_least(seed: int) -> None:
    red, blue = (Image.new("RGB", (60, 60), colour) for colour in ((255, 0, 0), (0, 0, 255)))
    sheet = np.array(collage(red, blue, random.Random(seed)))
    assert sheet.shape == (60, 60, 3)
    for channel, other in ((0, 2), (2, 0)):
        share = np.mean((sheet[..., channel] > 200) & (sheet[..., other] < 50))
        assert share > 0.28


def test_a_crop_of_a_page_keeps_what_stands_on_it() -> None:
    """A page whose picture was cut off would teach that text is anime."""
    recipe = NOTHING.model_copy(update={"page": 1.0, "crop_min": 0.05})
    red = Image.new("RGB", (320, 180), (255, 0, 0))
    for seed in range(40):
        view = np.array(augmented(red, 64, recipe, random.Random(seed))).astype(int)
        share = np.mean((view[..., 0] > 180) & (view[..., 1:].max(axis=-1) < 80))
        assert share > 0.1, seed
