"""Changing training pictures, so that the net cannot learn shortcuts.

The pieces are those of `disturbances`, with random strengths. All randomness comes from the
generator that is passed in: the same picture, recipe and seed give the same pixels. The crop is
squashed to a square exactly as inference squashes the whole picture.
"""

import random

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from animeter.lab import disturbances
from animeter.lab.recipe import AugmentRecipe

_BILINEAR = Image.Resampling.BILINEAR
_MAX_STRETCH = 4 / 3  # of a crop's aspect ratio against the picture's own
_PAGE_KEPT = 0.7
"""Least share of a page that a crop keeps: what stands on it must not be lost."""


def augmented(
    picture: Image.Image, size_px: int, recipe: AugmentRecipe, chance: random.Random
) -> Image.Image:
    """Return one random view of a picture, RGB, `size_px` square."""
    for_whole = _overlaid(picture, recipe, chance)
    smallest = recipe.crop_min
    if chance.random() < recipe.page:
        for_whole, smallest = _page(for_whole, chance), max(smallest, _PAGE_KEPT)
    view = _crop(for_whole, size_px, smallest, chance)
    if chance.random() < 0.5:
        view = ImageOps.mirror(view)
    return _changed_pixels(view, recipe, chance)


def collage(first: Image.Image, second: Image.Image, chance: random.Random) -> Image.Image:
    """Put two square views of one size on a sheet of that size, each half as wide or high."""
    size_px = first.width
    sheet = Image.new("RGB", first.size, disturbances.WHITE)
    gap_px = chance.choice((0, 0, 1, 3))
    # 0.35 to 0.65: neither picture becomes so small that its label would be a guess.
    cut_px = round(size_px * chance.uniform(0.35, 0.65))
    across = chance.random() < 0.65
    sizes = (cut_px - gap_px, size_px - cut_px)
    for picture, length_px, at_px in ((first, sizes[0], 0), (second, sizes[1], cut_px)):
        box = (length_px, size_px) if across else (size_px, length_px)
        part = (
            picture.resize(box, _BILINEAR)
            if chance.random() < 0.5
            else ImageOps.fit(picture, box, _BILINEAR)
        )
        sheet.paste(part, (at_px, 0) if across else (0, at_px))
    return sheet


def _overlaid(picture: Image.Image, recipe: AugmentRecipe, chance: random.Random) -> Image.Image:
    """Apply what is added to whole pictures: things written over them, frames."""
    if chance.random() < recipe.overlay:
        picture = _overlay(picture, chance)
    if chance.random() < recipe.frame:
        picture = _frame(picture, chance)
    return picture


def _page(picture: Image.Image, chance: random.Random) -> Image.Image:
    page = (244, 244, 244) if chance.random() < 0.3 else disturbances.WHITE
    return disturbances.white_page(
        picture,
        share=chance.uniform(0.45, 0.9),
        page_aspect=chance.uniform(0.7, 1.8),
        colour=(24, 26, 32) if chance.random() < 0.2 else page,
        rng=chance,
    )


def _overlay(picture: Image.Image, chance: random.Random) -> Image.Image:
    kind = chance.random()
    if kind < 0.45:
        return disturbances.subtitles(
            picture,
            lines=chance.choice((1, 2)),
            size_share=chance.uniform(0.05, 0.11),
            colour=chance.choice((disturbances.WHITE, (255, 235, 80))),
            rng=chance,
        )
    if kind < 0.8:
        return disturbances.logo(
            picture,
            size_share=chance.uniform(0.08, 0.28),
            opacity=chance.uniform(0.5, 1.0),
            rng=chance,
        )
    return disturbances.caption(
        picture,
        band_share=chance.uniform(0.1, 0.22),
        above=chance.random() < 0.4,
        colour=chance.choice((disturbances.WHITE, disturbances.BLACK)),
        rng=chance,
    )


def _frame(picture: Image.Image, chance: random.Random) -> Image.Image:
    tint = (chance.randrange(256), chance.randrange(256), chance.randrange(256))
    colour = chance.choice((disturbances.BLACK, disturbances.WHITE, disturbances.BLACK, tint))
    if chance.random() < 0.4:
        return disturbances.borders(picture, share=chance.uniform(0.02, 0.15), colour=colour)
    return disturbances.letterbox(
        picture,
        bar_share=chance.uniform(0.04, 0.3),
        sides=chance.choice(("top_bottom", "left_right", "all")),
        colour=colour,
    )


def _crop(
    picture: Image.Image, size_px: int, smallest: float, chance: random.Random
) -> Image.Image:
    """Cut a random part and squash it; its aspect ratio strays around the picture's own."""
    area = chance.uniform(smallest, 1.0)
    stretch = _MAX_STRETCH ** chance.uniform(-1.0, 1.0)
    width = min(1.0, (area * stretch) ** 0.5) * picture.width
    height = min(1.0, (area / stretch) ** 0.5) * picture.height
    left = chance.uniform(0.0, picture.width - width)
    top = chance.uniform(0.0, picture.height - height)
    box = (left, top, left + width, top + height)
    return picture.resize((size_px, size_px), _BILINEAR, box=box, reducing_gap=3.0)


def _changed_pixels(view: Image.Image, recipe: AugmentRecipe, chance: random.Random) -> Image.Image:
    """Apply what a screen, a codec or a printer does to colours and sharpness."""
    if chance.random() < recipe.shrink:
        small_px = max(16, round(view.width * chance.uniform(0.35, 0.8)))
        view = view.resize((small_px, small_px), _BILINEAR).resize(view.size, _BILINEAR)
    if chance.random() < recipe.colour:
        view = ImageEnhance.Brightness(view).enhance(chance.uniform(0.45, 1.4))
        view = ImageEnhance.Contrast(view).enhance(chance.uniform(0.6, 1.35))
        view = ImageEnhance.Color(view).enhance(chance.uniform(0.5, 1.5))
    if chance.random() < recipe.fade:
        fog = Image.new("RGB", view.size, (chance.randrange(256),) * 3)
        view = Image.blend(view, fog, chance.uniform(0.15, 0.5))
    if chance.random() < recipe.grey:
        view = disturbances.grey(view)
    if chance.random() < recipe.blur:
        view = view.filter(ImageFilter.GaussianBlur(view.width * chance.uniform(0.003, 0.012)))
    if chance.random() < recipe.jpeg:
        view = disturbances.jpeg(view, quality=chance.randint(30, 95))
    return view
