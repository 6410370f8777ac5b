"""Sheets of several pictures, to test the verdict `both` and what must not become `both`.

A sheet is made of pictures of one fold, so that the model which judges it has seen none of its
parts. Sheets of one style are the control: a model that calls every collage `both` would get the
mixed ones right and these wrong.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PIL import Image

from animeter.domain.errors import AnimeterError
from animeter.lab.disturbances import WHITE, mosaic
from animeter.lab.scoring import Task
from animeter.media.images import read_image

KINDS: dict[str, tuple[str, ...]] = {
    "anime + cartoon": ("anime", "cartoon"),
    "2 anime + 2 cartoons": ("anime", "anime", "cartoon", "cartoon"),
    "2 anime": ("anime", "anime"),
    "2 cartoons": ("cartoon", "cartoon"),
    "anime + neither": ("anime", "neither"),
    "cartoon + neither": ("cartoon", "neither"),
    "2 neither": ("neither", "neither"),
}
"""What stands on a sheet of each kind; the order on the sheet is shuffled."""

MIXED_KINDS = ("anime + cartoon", "2 anime + 2 cartoons")
SHEETS_A_KIND = 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """A mosaic to be made.

    Attributes:
        kind: a key of `KINDS`.
        pictures: the files, row by row.
        columns: of the sheet.
        gap_px: white between the pictures.
    """

    kind: str
    pictures: tuple[Path, ...]
    columns: int
    gap_px: int

    @property
    def expected(self) -> tuple[bool, bool]:
        """Whether anime, and whether a cartoon, stands on it."""
        return ("anime" in KINDS[self.kind], "cartoon" in KINDS[self.kind])

    def task(self, number: int) -> Task:
        """Return the scoring task; `number` makes its key one of its own."""
        return Task(f"{self.kind} #{number}", partial(draw_sheet, self))


def plan_sheets(
    files_of_style: Mapping[str, Sequence[Path]], seed: int, sheets: int = SHEETS_A_KIND
) -> list[Sheet]:
    """Choose the pictures of every sheet, the same for the same seed.

    Args:
        files_of_style: the files to choose from, by style.
        seed: of the choice.
        sheets: of each kind; a kind whose styles are not all at hand is left out.
    """
    chance = random.Random(seed)  # noqa: S311
    planned = []
    for kind, styles in KINDS.items():
        if not all(files_of_style.get(style) for style in styles):
            continue
        for _ in range(sheets):
            pictures = [chance.choice(files_of_style[style]) for style in styles]
            chance.shuffle(pictures)
            columns = 2 if len(pictures) > 2 else chance.choice((1, 2))
            planned.append(Sheet(kind, tuple(pictures), columns, chance.choice((0, 0, 4, 10))))
    return planned


def draw_sheet(sheet: Sheet) -> Path | Image.Image:
    """Read the pictures and put them on the sheet; the path of one that cannot be read."""
    pictures = []
    for path in sheet.pictures:
        try:
            pictures.append(Image.fromarray(read_image(path).rgb))
        except AnimeterError:
            return path
    return mosaic(pictures, columns=sheet.columns, gap_px=sheet.gap_px, colour=WHITE)
