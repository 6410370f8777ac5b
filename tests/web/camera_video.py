"""A film for Chromium's fake camera, made of our own drawings: anime, then a landscape."""

from io import BytesIO
from pathlib import Path

from PIL import Image

EXAMPLES = Path(__file__).parents[2] / "examples"
FRAMES_PER_S = 30  # what Chromium plays a file of JPEGs with


def write_film(
    path: Path, names: tuple[str, ...], seconds_each: float, size: tuple[int, int]
) -> Path:
    """Write a film of the drawings, each slowly moving: JPEGs one behind the other (MJPEG).

    Chromium plays it in a loop with `--use-file-for-fake-video-capture`.

    Args:
        path: where to; its name must end in `.mjpeg`.
        names: drawings in `examples/`, without `.png`.
        seconds_each: how long each is seen.
        size: width and height in pixels, both even.
    """
    width_px, height_px = size
    frames = round(seconds_each * FRAMES_PER_S)
    with path.open("wb") as film:
        for name in names:
            drawing = Image.open(EXAMPLES / f"{name}.png").convert("RGB")
            for frame in range(frames):
                # A hand that trembles: no two frames are the same, so nothing is to be had twice.
                shift = 12 * frame // frames
                box = (
                    shift,
                    shift // 2,
                    drawing.width - 12 + shift,
                    drawing.height - 6 + shift // 2,
                )
                seen = drawing.resize((width_px, height_px), Image.Resampling.BILINEAR, box=box)
                jpeg = BytesIO()
                seen.save(jpeg, "JPEG", quality=85)
                film.write(jpeg.getvalue())
    return path


def camera_flags(film: Path) -> tuple[str, ...]:
    """The flags that make Chromium take the film for its camera, and allow it to every page."""
    return (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
