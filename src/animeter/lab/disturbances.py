"""What the world does to a picture before it reaches us: crops, bars, subtitles, logos, JPEG.

Every function takes a PIL picture and gives a new one in RGB; none changes what it was given.
Strengths are parameters, so that training can draw them at random, and `ROBUSTNESS` fixes one
strength of each for the robustness table. What is left to chance (which words, which colours)
comes from `rng`; without one it is derived from the picture, so that the same picture is always
disturbed in the same way and two pictures in different ways.

This file does not know about models, labels or files.
"""

import random
import zlib
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from io import BytesIO
from typing import Literal

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

Picture = Image.Image
Colour = tuple[int, int, int]
Corner = Literal["top_left", "top_right", "bottom_left", "bottom_right"]
Sides = Literal["top_bottom", "left_right", "all"]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)

_CORNERS: tuple[Corner, ...] = ("top_left", "top_right", "bottom_left", "bottom_right")
_WORDS = (  # noqa: SIM905 - a list literal would take fifty lines
    "the you what not we go now here this never know time why come back have to see it is "
    "wait that for me all right tell her him please stop think about home again before night "
    "nothing everyone light road listen friend where always found together still promise"
).split()
_SHEET_PX = (1024, 1536)


# --- geometry and framing


def centre_crop(picture: Picture, *, share: float = 0.7) -> Picture:
    """Keep the middle of a picture: `share` of its width and of its height."""
    width, height = picture.size
    kept = (max(1, round(width * share)), max(1, round(height * share)))
    left, top = (width - kept[0]) // 2, (height - kept[1]) // 2
    return _rgb(picture).crop((left, top, left + kept[0], top + kept[1]))


def letterbox(
    picture: Picture,
    *,
    bar_share: float = 1 / 6,
    sides: Sides = "top_bottom",
    colour: Colour = BLACK,
) -> Picture:
    """Add bars outside a picture, each `bar_share` of the side it lengthens.

    The default makes a 4:3 picture of a 16:9 frame.
    """
    width, height = picture.size
    across = round(width * bar_share) if sides in ("left_right", "all") else 0
    down = round(height * bar_share) if sides in ("top_bottom", "all") else 0
    return ImageOps.expand(_rgb(picture), border=(across, down, across, down), fill=colour)


def borders(picture: Picture, *, share: float = 0.05, colour: Colour = WHITE) -> Picture:
    """Frame a picture with one colour, `share` of the shorter side wide, as printed art is."""
    width_px = max(1, round(min(picture.size) * share))
    return ImageOps.expand(_rgb(picture), border=width_px, fill=colour)


def mirror(picture: Picture) -> Picture:
    """Swap left and right."""
    return ImageOps.mirror(_rgb(picture))


def half_size(picture: Picture, *, scale: float = 0.5) -> Picture:
    """Shrink a picture (antialiased) to `scale` of its width and height."""
    width, height = picture.size
    target = (max(1, round(width * scale)), max(1, round(height * scale)))
    return _rgb(picture).resize(target, Image.Resampling.BILINEAR)


# --- colour and sharpness


def grey(picture: Picture) -> Picture:
    """Take the colour away (luma, ITU-R 601), three equal channels left."""
    return picture.convert("L").convert("RGB")


def blur(picture: Picture, *, radius_share: float = 0.008) -> Picture:
    """Blur with a Gaussian whose radius is `radius_share` of the shorter side."""
    radius_px = min(picture.size) * radius_share
    return _rgb(picture).filter(ImageFilter.GaussianBlur(radius_px))


def jpeg(picture: Picture, *, quality: int = 30) -> Picture:
    """Save as JPEG of this quality (1 to 95) and read back."""
    buffer = BytesIO()
    _rgb(picture).save(buffer, "JPEG", quality=quality)
    buffer.seek(0)
    with Image.open(buffer) as saved:
        return saved.convert("RGB")


# --- things drawn over or around


def subtitles(
    picture: Picture,
    *,
    text: str | None = None,
    lines: int = 2,
    size_share: float = 0.085,
    colour: Colour = WHITE,
    rng: random.Random | None = None,
) -> Picture:
    """Write lines of dialogue over the bottom, outlined in black, `size_share` of the height.

    Without `text`, words are drawn from `rng`.
    """
    chance = rng or _chance_of(picture)
    said = text if text is not None else "\n".join(_sentence(chance) for _ in range(lines))
    result = _copy(picture)
    width, height = result.size
    size_px = max(6, round(height * size_share))
    outline_px = max(1, size_px // 12)
    # Long lines on a narrow picture are set smaller, as a player does, not cut off.
    font = _font(_fitting_size_px(said, size_px, width * 0.94))
    band_px = min(height, (said.count("\n") + 1) * round(size_px * 1.3) + 2 * outline_px)
    letters = Image.new("L", (width, band_px), 0)
    ImageDraw.Draw(letters).multiline_text(
        (width / 2, band_px - outline_px),
        said,
        font=font,
        fill=255,
        anchor="md",
        align="center",
        spacing=outline_px,
    )
    # Growing the letters' mask costs a tenth of FreeType's stroker and looks the same.
    outline = letters.filter(ImageFilter.MaxFilter(2 * outline_px + 1))
    top = max(0, round(height * 0.97) - band_px)
    result.paste(BLACK, (0, top), outline)
    result.paste(colour, (0, top), letters)
    return result


def logo(
    picture: Picture,
    *,
    corner: Corner | None = None,
    size_share: float = 0.18,
    opacity: float = 0.85,
    rng: random.Random | None = None,
) -> Picture:
    """Put a made-up broadcaster's logo into a corner, `size_share` of the height tall."""
    chance = rng or _chance_of(picture)
    where: Corner = corner if corner is not None else chance.choice(_CORNERS)
    result = _copy(picture)
    width, height = result.size
    badge, mask = _badge(max(8, round(height * size_share)), chance)
    mask = mask.point(lambda alpha: round(alpha * opacity))
    margin_px = round(min(width, height) * 0.04)
    left = margin_px if where.endswith("left") else width - badge.width - margin_px
    top = margin_px if where.startswith("top") else height - badge.height - margin_px
    result.paste(badge, (left, top), mask)
    return result


def caption(
    picture: Picture,
    *,
    text: str | None = None,
    band_share: float = 0.16,
    above: bool = False,
    colour: Colour = WHITE,
    rng: random.Random | None = None,
) -> Picture:
    """Add a band of one colour with a sentence on it, above or below, as shared pictures have."""
    chance = rng or _chance_of(picture)
    said = text if text is not None else _sentence(chance)
    width, height = picture.size
    band_px = max(8, round(height * band_share))
    result = Image.new("RGB", (width, height + band_px), colour)
    result.paste(_rgb(picture), (0, band_px if above else 0))
    centre = (width / 2, band_px / 2 if above else height + band_px / 2)
    font = _font(_fitting_size_px(said, max(6, round(band_px * 0.6)), width * 0.94))
    ImageDraw.Draw(result).text(centre, said, font=font, fill=_ink_on(colour), anchor="mm")
    return result


def white_page(
    picture: Picture,
    *,
    share: float = 0.6,
    page_aspect: float = 1.4,
    colour: Colour = WHITE,
    rng: random.Random | None = None,
) -> Picture:
    """Show a picture inside a page with text above and below, as a screenshot of a site does.

    Args:
        picture: what stands on the page.
        share: of the page's width (or height, for a tall picture) that the picture fills.
        page_aspect: width over height of the page.
        colour: of the page.
        rng: which text, and where on the page the picture stands.
    """
    chance = rng or _chance_of(picture)
    width, height = picture.size
    page_width = round(max(width, height * page_aspect) / share)
    page = Image.new("RGB", (page_width, round(page_width / page_aspect)), colour)
    size_px = max(7, round(page_width / 45))
    margin_px = 2 * size_px
    _write_paragraphs(page, margin_px, size_px, chance, _ink_on(colour))
    free_px = (page.width - width, page.height - height)
    left = min(max(0, free_px[0]), chance.choice((margin_px, free_px[0] // 2)))
    top = round(max(0, free_px[1]) * chance.uniform(0.35, 0.65))
    gap_px = size_px // 2
    # A picture on a page has the whole column to itself or text beside it; both are common.
    column = (0, page.width) if chance.random() < 0.5 else (left - gap_px, left + width + gap_px)
    page.paste(colour, (column[0], top - gap_px, column[1], top + height + gap_px))
    page.paste(_rgb(picture), (left, top))
    return page


def mosaic(
    pictures: Sequence[Picture],
    *,
    columns: int | None = None,
    cell_px: tuple[int, int] = (224, 168),
    gap_px: int = 0,
    colour: Colour = WHITE,
) -> Picture:
    """Put pictures on one sheet, row by row; each fills its cell and loses what juts out.

    Args:
        pictures: at least one; two stand side by side, three and four in two columns.
        columns: of the sheet; the default is 1 for one picture and 2 for more.
        cell_px: width and height of a cell.
        gap_px: between cells and around the sheet.
        colour: of the gaps and of empty cells.
    """
    if not pictures:
        raise ValueError("a mosaic needs at least one picture, got none")
    across = columns if columns is not None else min(2, len(pictures))
    down = -(-len(pictures) // across)
    step = (cell_px[0] + gap_px, cell_px[1] + gap_px)
    sheet = Image.new("RGB", (across * step[0] + gap_px, down * step[1] + gap_px), colour)
    for index, picture in enumerate(pictures):
        cell = ImageOps.fit(_rgb(picture), cell_px, Image.Resampling.BILINEAR)
        row, column = divmod(index, across)
        sheet.paste(cell, (gap_px + column * step[0], gap_px + row * step[1]))
    return sheet


# --- the rows of the robustness table: the same pictures, one disturbance each, fixed strength

ROBUSTNESS: dict[str, Callable[[Picture], Picture]] = {
    "centre_crop": partial(centre_crop, share=0.7),
    "letterbox": partial(letterbox, bar_share=1 / 6),
    "subtitles": partial(subtitles, lines=2, size_share=0.085),
    "logo": partial(logo, size_share=0.18, opacity=0.85),
    "jpeg_30": partial(jpeg, quality=30),
    "half_size": partial(half_size, scale=0.5),
    "grey": grey,
    "mirror": mirror,
    "white_page": partial(white_page, share=0.6, page_aspect=1.4),
}


# --- pieces


def _rgb(picture: Picture) -> Picture:
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _copy(picture: Picture) -> Picture:
    return picture.copy() if picture.mode == "RGB" else picture.convert("RGB")


def _chance_of(picture: Picture) -> random.Random:
    """A generator seeded by what is in the picture (an 8x8 thumbnail and the size)."""
    thumbnail = _rgb(picture).resize((8, 8), Image.Resampling.NEAREST)
    return random.Random(zlib.crc32(thumbnail.tobytes() + repr(picture.size).encode()))  # noqa: S311


@lru_cache(maxsize=128)
def _font(size_px: int) -> Font:
    return ImageFont.load_default(size_px)


def _fitting_size_px(text: str, size_px: int, room_px: float) -> int:
    widest = max(_font(size_px).getlength(line) for line in text.split("\n"))
    return size_px if widest <= room_px else max(6, int(size_px * room_px / widest))


def _ink_on(colour: Colour) -> Colour:
    """Near-black on a light colour, near-white on a dark one."""
    return (30, 30, 30) if sum(colour) > 380 else (235, 235, 235)


def _sentence(chance: random.Random) -> str:
    words = chance.choices(_WORDS, k=chance.randint(4, 8))
    return " ".join(words).capitalize() + chance.choice((".", "!", "?", "..."))


def _badge(height_px: int, chance: random.Random) -> tuple[Picture, Picture]:
    """A logo and its mask: letters on a coloured plate or disc, or letters alone."""
    letters = "".join(chance.choices("ABCDEFHKMNPRSTVX", k=chance.randint(1, 4)))
    font = _font(max(6, round(height_px * 0.62)))
    width_px = max(height_px, round(font.getlength(letters) + height_px * 0.5))
    tint = tuple(chance.randint(0, 255) for _ in range(3))
    plate: Colour = (tint[0], tint[1], tint[2])
    shape = chance.choice(("plate", "disc", "letters"))
    mask = Image.new("L", (width_px, height_px), 0)
    badge = Image.new("RGB", (width_px, height_px), WHITE if shape == "letters" else plate)
    middle = (width_px / 2, height_px / 2)
    if shape == "letters":
        ImageDraw.Draw(mask).text(middle, letters, font=font, fill=255, anchor="mm")
        return badge, mask
    box = (0, 0, width_px - 1, height_px - 1)
    radius_px = height_px / 2 if shape == "disc" else height_px / 6
    ImageDraw.Draw(mask).rounded_rectangle(box, radius_px, fill=255)
    ImageDraw.Draw(badge).text(middle, letters, font=font, fill=_ink_on(plate), anchor="mm")
    return badge, mask


@lru_cache(maxsize=32)  # one for each size in use, 1.5 MB each
def _text_sheet(size_px: int) -> Picture:
    """A mask full of lines of text, to cut pages from: setting type anew is slow."""
    chance = random.Random(size_px)  # noqa: S311
    sheet = Image.new("L", _SHEET_PX, 0)
    draw = ImageDraw.Draw(sheet)
    for top in range(0, _SHEET_PX[1], round(size_px * 1.5)):
        line = " ".join(chance.choices(_WORDS, k=2 * _SHEET_PX[0] // (5 * size_px) + 8))
        draw.text((0, top), line, font=_font(size_px), fill=255)
    return sheet


def _write_paragraphs(
    page: Picture, margin_px: int, size_px: int, chance: random.Random, ink: Colour
) -> None:
    """Fill a page with text: a headline, then paragraphs that end short."""
    headline = _sentence(chance)
    big = _font(_fitting_size_px(headline, 2 * size_px, page.width - 2 * margin_px))
    ImageDraw.Draw(page).text((margin_px, margin_px // 2), headline, font=big, fill=ink)
    sheet = _text_sheet(min(size_px, 24))
    line_px = round(min(size_px, 24) * 1.5)
    top = margin_px // 2 + 3 * size_px
    while top < page.height - margin_px:
        lines = chance.randint(2, 6)
        start = chance.randrange(sheet.height // line_px - lines) * line_px
        width_px = max(1, min(sheet.width, page.width - 2 * margin_px))
        text = sheet.crop((0, start, width_px, start + lines * line_px))
        last = round(width_px * chance.uniform(0.3, 0.9))
        text.paste(0, (last, (lines - 1) * line_px, width_px, lines * line_px))
        page.paste(ink, (margin_px, top), text)
        top += round((lines + 0.7) * line_px)
