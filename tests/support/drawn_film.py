"""Draws small films: scenes with lines and flat colours, written by PyAV in any codec."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Pixels = NDArray[np.uint8]

WIDTH_PX, HEIGHT_PX = 320, 180
FRAMES_PER_S = 12


def scene(seed: int, width_px: int = WIDTH_PX, height_px: int = HEIGHT_PX) -> Pixels:
    """Draw a picture with outlines, different for every seed."""
    random = np.random.default_rng(seed)
    ground = tuple(int(level) for level in random.integers(40, 256, 3))
    picture = Image.new("RGB", (width_px, height_px), ground)
    draw = ImageDraw.Draw(picture)
    for _ in range(14):
        left, top = int(random.integers(0, width_px)), int(random.integers(0, height_px))
        box = (left, top, left + int(random.integers(20, 90)), top + int(random.integers(20, 90)))
        colour = tuple(int(level) for level in random.integers(0, 256, 3))
        (draw.ellipse if random.random() < 0.5 else draw.rectangle)(
            box, fill=colour, outline="black", width=2
        )
    return np.asarray(picture)


def plain(colour: str, width_px: int = WIDTH_PX, height_px: int = HEIGHT_PX) -> Pixels:
    """Draw a picture of one colour."""
    return np.asarray(Image.new("RGB", (width_px, height_px), colour))


def credits_page(lines: int = 6) -> Pixels:
    """Draw names in white on black."""
    picture = Image.new("RGB", (WIDTH_PX, HEIGHT_PX))
    draw = ImageDraw.Draw(picture)
    for line in range(lines):
        draw.text((70, 15 + line * 26), "Key Animation  Anna Li", font=ImageFont.load_default(18))
    return np.asarray(picture)


def held(picture: Pixels, seconds: float) -> Iterator[Pixels]:
    """Show a picture for some time."""
    for _ in range(round(seconds * FRAMES_PER_S)):
        yield picture


def cut_together(*pictures: Pixels, seconds: float = 1.0) -> Iterator[Pixels]:
    """Show pictures one after another."""
    for picture in pictures:
        yield from held(picture, seconds)


def write_film(
    path: Path,
    frames: Iterable[Pixels],
    codec: str = "libx264",
    *,
    options: Mapping[str, str] | None = None,
    rotation: int = 0,
    pixel_aspect: Fraction | None = None,
    matrix: int | None = None,
) -> Path:
    """Write a film; its container is told by the path's suffix.

    Args:
        path: of the file.
        frames: uint8 [H, W, 3] RGB, all of one even size.
        codec: FFmpeg's name of an encoder.
        options: of the encoder.
        rotation: degrees against the clock by which players turn the film.
        pixel_aspect: width of a pixel over its height.
        matrix: number of the colour matrix to use and to state.
    """
    import av

    with av.open(str(path), "w") as container:
        stream = None
        for frame in frames:
            if stream is None:
                stream = container.add_stream(codec, rate=FRAMES_PER_S, options=dict(options or {}))
                stream.height, stream.width = frame.shape[:2]
                stream.pix_fmt = "yuv420p"
                if rotation:
                    stream.set_display_rotation(rotation)
                if pixel_aspect:
                    stream.codec_context.sample_aspect_ratio = pixel_aspect
                if matrix:
                    stream.codec_context.colorspace = matrix
            coded = av.VideoFrame.from_ndarray(frame, format="rgb24")
            coded = coded.reformat(format="yuv420p", dst_colorspace=matrix)
            container.mux(stream.encode(coded))
        assert stream is not None, "a film needs a frame"
        container.mux(stream.encode(None))
    return path
