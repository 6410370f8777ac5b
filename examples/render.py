"""Draw each example SVG as the PNG beside it.

Needs three packages that Animeter itself does not:

    pip install resvg_py imagequant pyoxipng
    python examples/render.py                # all of them
    python examples/render.py anime-face     # one of them

A picture whose colours all fit stays lossless. One that would be heavier than
`HEAVY_BYTES` gets 256 colours, dithered as strongly as its size allows, because
undithered bands would make a gradient look painted.
"""

import io
import sys
from pathlib import Path

import imagequant
import oxipng
import resvg_py
from PIL import Image

FOLDER = Path(__file__).parent
HEAVY_BYTES = 120_000
LIMIT_BYTES = 150_000
DITHERING_LEVELS = (1.0, 0.75, 0.5, 0.25, 0.0)


def draw(svg: Path) -> Image.Image:
    """The SVG as an RGB picture, one pixel a unit of its view box.

    Fonts of this machine are left out, so that every machine draws the same.
    """
    png = resvg_py.svg_to_bytes(svg_string=svg.read_text("utf-8"), skip_system_fonts=True)
    return Image.open(io.BytesIO(bytes(png))).convert("RGB")


def pack(picture: Image.Image) -> bytes:
    """The picture as the bytes of a PNG file lighter than `LIMIT_BYTES`.

    Raises:
        ValueError: not even 256 undithered colours make it light enough.
    """
    packed = _png(picture)
    if len(packed) <= HEAVY_BYTES:
        return packed
    for level in DITHERING_LEVELS:
        few = imagequant.quantize_pil_image(
            picture.convert("RGBA"), dithering_level=level, max_colors=256
        )
        packed = _png(few)
        if len(packed) < LIMIT_BYTES:
            return packed
    raise ValueError(
        f"got {len(packed)} bytes with 256 colours, wanted less than {LIMIT_BYTES}: "
        "draw with less noise or on a smaller sheet"
    )


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return oxipng.optimize_from_memory(buffer.getvalue(), level=4)


def main(names: list[str]) -> None:
    """Draw the examples of these names; without names, all."""
    sources = [FOLDER / f"{name}.svg" for name in names] or sorted(FOLDER.glob("*.svg"))
    for svg in sources:
        packed = pack(draw(svg))
        svg.with_suffix(".png").write_bytes(packed)
        print(f"{svg.stem}.png  {len(packed) / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
