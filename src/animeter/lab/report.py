"""Writes an evaluation down: `report.html`, `report.json`, `predictions.csv` and `plots/*.svg`.

The page is one file that needs no network: plots are inline SVG, pictures are small data URIs.
No figure is made here; all come from `lab/summary.py`.
"""

import csv
from io import StringIO
from pathlib import Path
from typing import Any

from animeter.datasets.manifest import ManifestRow
from animeter.domain.verdict import STYLES, forced_style
from animeter.lab import plots
from animeter.lab.drawings import Drawing, standalone
from animeter.lab.evaluation import Evaluation, Scored
from animeter.lab.page import as_json, render, thumbnails, write_files
from animeter.lab.scoring import logits_of
from animeter.lab.summary import Report

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
    drawn = {name: drawing.svg() for name, drawing in draw_plots(summary).items()}
    shown = _shown(evaluation, summary) if pictures else {}
    page = render("report.html.j2", drawn, report=summary, thumbnails=shown)
    files = {f"plots/{name}.svg": standalone(svg) for name, svg in drawn.items()}
    write_files(
        output,
        files
        | {
            "predictions.csv": predictions_csv(evaluation),
            "report.json": as_json(summary),
            "report.html": page,
        },
    )
    return output / "report.html"


def draw_plots(summary: Report) -> dict[str, Drawing]:
    """Return every plot that there is something to draw for, by name."""
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


def _shown(evaluation: Evaluation, summary: Report) -> dict[str, str]:
    paths = {row.name: row.path for row in evaluation.scored.rows}
    worst = (picture["path"] for cell in summary["mistakes"] for picture in cell["worst"])
    return thumbnails(paths, worst)


def predictions_csv(evaluation: Evaluation) -> str:
    """Return one line a picture, those that do not count and the borderline ones included."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for part in (evaluation.scored, evaluation.borderline):
        writer.writerows(_prediction_rows(part))
    return text.getvalue()


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
    return [*names, row.content, int(row.is_counted)]
