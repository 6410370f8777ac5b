"""A page of the lab: a template filled with figures, plots and small pictures, all in one file.

`templates/page.html.j2` has what pages share, `templates/parts.html.j2` pieces that they are put
together from.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from animeter.domain.errors import AnimeterError, MissingExtraError, OutputError
from animeter.lab.drawings import PALETTE
from animeter.media.images import read_image
from animeter.media.small_files import write_whole

THUMBNAIL_PX = (200, 132)
DASH, MINUS = "\N{EN DASH}", "\N{MINUS SIGN}"
PERCENT = "\N{NO-BREAK SPACE}%"


def time_made() -> str:
    """Return what a report says of when it was made: now."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def render(template: str, plots: Mapping[str, str], **values: Any) -> str:
    """Fill a template of `templates/`.

    Args:
        template: its file's name.
        plots: its plots by name, each as `Drawing.svg` gives it.
        values: whatever else it speaks of.

    Raises:
        MissingExtraError: jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
        from markupsafe import Markup
    except ImportError as error:
        raise MissingExtraError("evaluate", "jinja2") from error
    environment = Environment(
        loader=PackageLoader("animeter.lab", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(percent=percent, interval=interval, points=points, words=words)
    ours = {name: Markup(svg) for name, svg in plots.items()}  # noqa: S704 - we drew them
    return environment.get_template(template).render(plots=ours, palette=PALETTE, **values)


def make_folder(folder: Path) -> None:
    """Make a folder of a report: what cannot be written is known before hours of scoring.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The folder {folder} cannot be made: {error}. Name another one with --output."
        ) from error


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write the files of a report by their names in a folder, each whole; older ones are replaced.

    Raises:
        OutputError: the folder cannot be written to.
    """
    try:
        for name, content in files.items():
            write_whole(folder / name, content)
    except OSError as error:
        raise OutputError(
            f"The report cannot be written to {folder}: {error}. "
            "Name a folder that can be written to with --output."
        ) from error


def thumbnails(paths: Mapping[str, Path], names: Iterable[str]) -> dict[str, str]:
    """Make data URIs of pictures, by name; those that cannot be read are left out."""
    found = {name: thumbnail(paths[name]) for name in dict.fromkeys(names)}
    return {name: as_data_uri(picture) for name, picture in found.items() if picture is not None}


def thumbnail(path: Path) -> Image.Image | None:
    """Read a picture at the size in which pages show it; None if it cannot be read."""
    try:
        picture = Image.fromarray(read_image(path).rgb)
    except AnimeterError:
        return None
    picture.thumbnail(THUMBNAIL_PX, Image.Resampling.BILINEAR)
    return picture


def percent(value: float | None, digits: int = 1) -> str:
    """Write a share as per cent, or a dash."""
    return DASH if value is None else f"{100 * value:.{digits}f}{PERCENT}"


def interval(figure: dict[str, float | None], digits: int = 1) -> str:
    """Write the two ends of a figure's interval."""
    low, high = figure["low"], figure["high"]
    if low is None or high is None:
        return DASH
    return f"{100 * low:.{digits}f} to {100 * high:.{digits}f}{PERCENT}"


def points(value: float | None, digits: int = 1) -> str:
    """Write a difference of shares in points, always signed."""
    if value is None:
        return DASH
    # Adding zero turns the minus of a rounded-away loss into a plus.
    return f"{round(100 * value, digits) + 0.0:+.{digits}f}".replace("-", MINUS)


def words(name: str) -> str:
    """Write the name of a figure as words."""
    return name.replace("_", " ")


def as_json(report: Mapping[str, Any]) -> str:
    """Write figures as JSON, a value a line."""
    # NaN is not JSON: a figure that is none must have become null before it comes here.
    return json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def as_data_uri(picture: Image.Image) -> str:
    """Return a picture as a page holds it within itself: a JPEG, as a data URI."""
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=72)
    return "data:image/jpeg;base64," + b64encode(buffer.getvalue()).decode()
