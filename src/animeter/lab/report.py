"""Writes an evaluation down: `report.html`, `report.json`, `predictions.csv` and `plots/*.svg`.

The page is one file that needs no network: plots are inline SVG, pictures are small data URIs.
No figure is made here; all come from `lab/summary.py`.
"""

import csv
import json
from base64 import b64encode
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from PIL import Image

from animeter.datasets.manifest import ManifestRow
from animeter.domain.errors import AnimeterError, MissingExtraError, OutputError
from animeter.domain.verdict import STYLES, forced_style
from animeter.lab import plots
from animeter.lab.evaluation import Evaluation, Scored, counts
from animeter.lab.scoring import logits_of
from animeter.lab.summary import Report
from animeter.media.images import read_image
from animeter.media.small_files import write_whole

THUMBNAIL_PX = (200, 132)
DASH, MINUS = "\N{EN DASH}", "\N{MINUS SIGN}"
PERCENT = "\N{NO-BREAK SPACE}%"
COLUMNS = (
    "path",
    "style",
    "series",
    "franchise",
    "fold",
    "kind",
    "source",
    "content",
    "counted",
    "anime",
    "cartoon",
    "verdict",
    "decision",
    "right",
    "anime_logit",
    "cartoon_logit",
    "error",
)
"""Of `predictions.csv`. Logits are those behind the likenesses, after the calibration."""


def write_report(
    evaluation: Evaluation, summary: Report, output: Path, pictures: bool = True
) -> Path:
    """Write all files of a report and return the page's path.

    Args:
        evaluation: what the models said.
        summary: what `summarise` made of it.
        output: the folder; it is made, and an older report in it is replaced.
        pictures: whether the page shows the pictures of its mistakes, or only their names.

    Raises:
        OutputError: the folder cannot be written to.
        MissingExtraError: jinja2 or matplotlib is not installed.
    """
    drawings = draw_plots(summary)
    thumbnails = thumbnails_of(evaluation, summary) if pictures else {}
    page = render_page(summary, drawings, thumbnails)
    try:
        for name, drawing in drawings.items():
            write_whole(output / "plots" / f"{name}.svg", plots.standalone(drawing))
        write_whole(output / "predictions.csv", predictions_csv(evaluation))
        write_whole(output / "report.json", _json(summary))
        write_whole(output / "report.html", page)
    except OSError as error:
        raise OutputError(
            f"The report cannot be written to {output}: {error}. "
            "Name a folder that can be written to with --output."
        ) from error
    return output / "report.html"


def draw_plots(summary: Report) -> dict[str, str]:
    """Draw every plot that there is something to draw for; SVG by name."""
    drawings = {
        "confusion": plots.confusion_plot(summary["confusion"]),
        "roc": plots.roc_plot(summary["roc"]),
        "reliability": plots.reliability_plot(summary["calibration"]),
        "coverage": plots.coverage_plot(summary["coverage"], summary["verdicts"]),
        "verdicts": plots.verdict_plot(summary["verdicts"]),
    }
    if summary["robustness"]:
        drawings["robustness"] = plots.robustness_plot(summary["robustness"])
    if summary["mosaics"]:
        drawings["mosaics"] = plots.mosaic_plot(summary["mosaics"])
    if any(not group["gathered"] for group in summary["groups"]["franchise"]):
        drawings["franchises"] = plots.franchise_histogram(summary["groups"]["franchise"])
        drawings["worst_franchises"] = plots.franchise_bars(summary["groups"]["franchise"])
    return drawings


def thumbnails_of(evaluation: Evaluation, summary: Report) -> dict[str, str]:
    """Make the data URIs of the pictures that the page shows, by name."""
    paths = {row.name: row.path for row in evaluation.scored.rows}
    shown = [picture["path"] for cell in summary["mistakes"] for picture in cell["worst"]]
    return {name: uri for name in shown if (uri := _thumbnail(paths[name])) is not None}


def render_page(summary: Report, drawings: dict[str, str], thumbnails: dict[str, str]) -> str:
    """Fill the page's template."""
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
    environment.filters.update(percent=percent, interval=interval, points=points, words=_words)
    template = environment.get_template("report.html.j2")
    return template.render(
        report=summary,
        plots={name: Markup(svg) for name, svg in drawings.items()},  # noqa: S704 - ours
        thumbnails=thumbnails,
        palette=plots.PALETTE,
    )


def predictions_csv(evaluation: Evaluation) -> str:
    """Return one line a picture, those that do not count and the borderline ones included."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for part in (evaluation.scored, evaluation.borderline):
        writer.writerows(_prediction_rows(part))
    return text.getvalue()


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


def _words(name: str) -> str:
    return name.replace("_", " ")


def _prediction_rows(part: Scored) -> list[list[Any]]:
    likeness = part.likeness
    logits = logits_of(likeness)
    decisions = [STYLES[number] for number in forced_style(likeness)] if len(likeness) else []
    rows = []
    for index, (row, entry) in enumerate(zip(part.rows, part.scores, strict=True)):
        labels = _labels(row)
        if entry.error is not None:
            rows.append([*labels, "", "", "", "", "", "", "", entry.error])
            continue
        decision = decisions[index]
        right = "" if row.style not in STYLES else int(decision == row.style)
        said = [f"{entry.anime:.9g}", f"{entry.cartoon:.9g}", entry.verdict, decision, right]
        rows.append([*labels, *said, *(f"{logit:.6f}" for logit in logits[index]), ""])
    return rows


def _labels(row: ManifestRow) -> list[Any]:
    fold = "" if row.fold is None else row.fold
    names = [row.name, row.style, row.series, row.franchise, fold, row.kind, row.source]
    return [*names, row.content, int(counts(row))]


def _thumbnail(path: Path) -> str | None:
    try:
        picture = Image.fromarray(read_image(path).rgb)
    except AnimeterError:
        return None
    picture.thumbnail(THUMBNAIL_PX, Image.Resampling.BILINEAR)
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=72)
    return "data:image/jpeg;base64," + b64encode(buffer.getvalue()).decode()


def _json(summary: Report) -> str:
    # NaN is not JSON: a figure that is none must have become null before it comes here.
    return json.dumps(summary, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
