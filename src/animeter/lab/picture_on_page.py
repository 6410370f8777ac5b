"""Finds the picture on a page of one colour, so that a screenshot is judged by what it shows.

A picture that stands among text and blank paper is small in the network's square, smaller than
what it learned from. Here it is found and cut out of the square, without a network: the page's
colour is what the corners share, text is thin enough to be passed over, and the picture is the
rectangle that has most of the rest inside. Where nothing of the kind is found, or the picture takes
most of the page as it is, the whole square is kept.

Everything is arithmetic on whole batches, so that it is exported with the network and is the same
in Python, in a browser and on a phone. Between "found" and "not found" the answer moves smoothly:
a pixel more or less does not make it jump. Source of the rectangle of the largest sum: Bentley
1984, "Programming Pearls: algorithm design techniques"; here all rectangles are tried at once.
"""

from typing import Final

import torch
from torch.nn import functional

_WHOLE: Final = (0.0, 1.0, 0.0, 1.0)

_CELLS: Final = 24
"""A side of the grid that rectangles are sought on."""

_CORNER: Final = 1 / 64
"""Side of the corners whose colour is the page's; within the margins of any page."""

_COLOUR: Final = (16.0, 32.0)
"""Levels of 255: up to the first a pixel is of the page's colour, from the second on it is not."""

_REACH: Final = 3 / 224
"""What is within this share of the side of blank paper is thin: a letter, or a line."""

_BLANK: Final = 0.3
"""Share of ink below which a part of the page is not worth taking into the rectangle."""

_FILLED: Final = (0.55, 0.65)
_HOLDS: Final = (0.87, 0.93)
_ACROSS: Final = (0.15, 0.19)
_OF_PAGE: Final = (0.4, 0.5)
"""Each from where the rectangle is not believed to where it is, or the other way round: the share
of it that is ink, its share of all ink, its shorter side as a share of the page's, its own share of
the page."""


def find_picture(square: torch.Tensor) -> torch.Tensor:
    """Return where on each square the picture stands.

    Args:
        square: [N, 3, S, S], levels 0 to 255.

    Returns:
        [N, 4]: top, bottom, left and right as shares of the side; 0, 1, 0, 1 for all of it.
    """
    side = square.shape[-1]
    ink, is_page = _ink(square)
    spans = _spans().to(square)
    lengths = spans.sum(1)
    inside = spans @ ink @ spans.T
    everything = ink.sum((1, 2)).clamp(min=1.0)
    holds = _ramp(inside / everything[:, None, None], _HOLDS)
    # Worth more than its blank parts cost, of those alone that leave little out: a part of a
    # figure may be worth as much as all of it, and which of the two wins would be luck.
    worth = (inside - _BLANK * lengths[:, None] * lengths) * holds
    best = worth.flatten(1).argmax(1)
    down, across = spans[best // len(spans)], spans[best % len(spans)]
    high, wide = down.sum(1), across.sum(1)
    held = (ink * down[:, :, None] * across[:, None]).sum((1, 2))
    trust = (
        is_page
        * _ramp(held / (high * wide), _FILLED)
        * _ramp(held / everything, _HOLDS)
        * _ramp(torch.minimum(high, wide) / _CELLS, _ACROSS)
        * (1 - _ramp(high * wide / _CELLS**2, _OF_PAGE))
    )
    rows = (ink * across[:, None]).sum(2) * high[:, None] / held.clamp(min=1.0)[:, None]
    columns = (ink * down[:, :, None]).sum(1) * wide[:, None] / held.clamp(min=1.0)[:, None]
    # What was passed over as thin is as wide on the picture's own edges.
    thin = _reach_px(side) / side
    box = torch.stack([*_ends(rows, down, thin), *_ends(columns, across, thin)], dim=1)
    whole = torch.tensor(_WHOLE).to(square)
    return whole + (box.clamp(0.0, 1.0) - whole) * trust[:, None]


def cut_out(square: torch.Tensor, box: torch.Tensor) -> torch.Tensor:
    """Return what stands in boxes, stretched over squares of the same size, [N, 3, S, S]."""
    if torch.compiler.is_exporting():
        # Most pictures stand on no page, and reading a square anew is a third of a look.
        found = (box != torch.tensor(_WHOLE).to(box)).any()
        cut: torch.Tensor = torch.cond(found, _stretched, _unchanged, (square, box))
        return cut
    return _stretched(square, box)


def _stretched(square: torch.Tensor, box: torch.Tensor) -> torch.Tensor:
    top, bottom, left, right = box.unbind(1)
    places = _centres(square.shape[-1]).to(square)
    rows = top[:, None] + (bottom - top)[:, None] * places
    columns = left[:, None] + (right - left)[:, None] * places
    return _sampled(square, rows, columns, "border")


def _unchanged(square: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
    return square.contiguous().clone()


def put_back(maps: torch.Tensor, box: torch.Tensor) -> torch.Tensor:
    """Return maps of what stands in boxes as maps of the whole; 0 where nothing was looked at.

    Args:
        maps: [N, K, h, w].
        box: as `find_picture` gives it.
    """
    top, bottom, left, right = box.unbind(1)
    down, across = (_centres(side).to(maps) for side in maps.shape[-2:])
    rows = (down - top[:, None]) / (bottom - top)[:, None]
    columns = (across - left[:, None]) / (right - left)[:, None]
    return _sampled(maps, rows, columns, "zeros")


def _ink(square: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return how much of each cell is no page, [N, cells, cells], and whether there is a page."""
    side = square.shape[-1]
    edge = max(1, round(side * _CORNER))
    corners = torch.stack(
        [
            square[..., rows, columns].mean((2, 3))
            for rows in (slice(edge), slice(-edge, None))
            for columns in (slice(edge), slice(-edge, None))
        ]
    )
    # The middle of the two between the lightest and the darkest: one odd corner has no say.
    colour = (corners.sum(0) - corners.amax(0) - corners.amin(0)) / 2
    off = (corners - colour).abs().amax(2)
    is_page = 1 - _ramp(off.topk(2, dim=0).values[1], _COLOUR)  # three of four are alike
    blank = 1 - _ramp((square - colour[:, :, None, None]).abs().amax(1, keepdim=True), _COLOUR)
    reach_px = _reach_px(side)
    blank = functional.max_pool2d(blank, 2 * reach_px + 1, stride=1, padding=reach_px)
    shares = _cell_shares(side).to(square)
    return shares @ (1 - blank[:, 0]) @ shares.T, is_page


def _ends(ink: torch.Tensor, span: torch.Tensor, thin: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Return where a span of cells begins and ends, to a part of a cell, as shares of the side.

    Args:
        ink: [N, cells], of each row or column, where 1 is as much as on average within.
        span: [N, cells], 1 within.
        thin: to go further on both ends.
    """
    cells = torch.arange(_CELLS).to(ink)
    last = (span * cells).amax(1)
    first = last + 1 - span.sum(1)

    def at(cell: torch.Tensor) -> torch.Tensor:
        return (ink.clamp(max=1.0) * (cells == cell[:, None])).sum(1)

    # The picture covers a part of the cells on both sides of each end.
    begin = (first + 1 - at(first) - at(first - 1)) / _CELLS - thin
    end = (last + at(last) + at(last + 1)) / _CELLS + thin
    return begin, end


def _sampled(
    maps: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor, beyond: str
) -> torch.Tensor:
    """Read maps [N, K, H, W] at rows [N, h] and columns [N, w], shares of their sides."""
    down, across = rows.shape[1], columns.shape[1]
    grid = torch.stack(
        [
            (2 * columns - 1)[:, None, :].expand(-1, down, -1),
            (2 * rows - 1)[:, :, None].expand(-1, -1, across),
        ],
        dim=-1,
    )
    read: torch.Tensor = functional.grid_sample(maps, grid, "bilinear", beyond, align_corners=False)
    return read


def _spans() -> torch.Tensor:
    """Return all runs of cells, [runs, cells], 1 within."""
    cells = torch.arange(_CELLS)
    first, last = torch.triu_indices(_CELLS, _CELLS)[..., None]
    within: torch.Tensor = (cells >= first) & (cells <= last)
    return within.float()


def _cell_shares(side: int) -> torch.Tensor:
    """Return the share of each cell that each pixel of a side covers, [cells, side]."""
    pixels, width = torch.arange(side), side / _CELLS
    begin = (torch.arange(_CELLS) * width)[:, None]
    covered = (pixels + 1).clamp(max=begin + width) - torch.maximum(pixels.float(), begin)
    return covered.clamp(min=0) / width


def _centres(count: int) -> torch.Tensor:
    return (torch.arange(count) + 0.5) / count


def _reach_px(side: int) -> int:
    return max(1, round(side * _REACH))


def _ramp(value: torch.Tensor, ends: tuple[float, float]) -> torch.Tensor:
    low, high = ends
    return ((value - low) / (high - low)).clamp(0.0, 1.0)
