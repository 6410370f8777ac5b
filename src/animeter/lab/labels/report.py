"""Writes an evaluation of labels down: `report.html`, `report.json`, `predictions.csv`, `plots/`.

Every plot stands there as SVG and, in light and dark, as PNG; so does a grid of pictures with their
answers. No figure is made here; all come from `lab/labels/summary.py`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from animeter.lab.drawings import Drawing, standalone
from animeter.lab.labels import plots as label_plots
from animeter.lab.labels.plots import MOST_IN_MATRIX, Tile
from animeter.lab.labels.predictions import write_label_predictions
from animeter.lab.labels.summary import LabelEvaluation, Report
from animeter.lab.page import as_data_uri, as_json, render, thumbnail, write_files
from animeter.lab.plots import coverage_plot

TILES = 24
GALLERIES = ("mistakes", "sample")
"""Parts of `report.json` whose pictures are shown."""


def write_label_report(
    evaluation: LabelEvaluation, summary: Report, output: Path, pictures: bool = True
) -> Path:
    """Write all files of a report and return the page's path.

    Args:
        evaluation: what was said.
        summary: what `summarise_labels` made of it.
        output: the folder; it is made, and an older report in it is replaced.
        pictures: whether the page shows pictures, or only their names.

    Raises:
        OutputError: the folder cannot be written to.
        MissingExtraError: jinja2 or matplotlib is not installed.
    """
    drawings = draw_plots(summary)
    drawn = {name: drawing.svg() for name, drawing in drawings.items()}
    shown = _read_shown(evaluation, summary) if pictures else {}
    grids = _grids(summary, shown)
    files: dict[str, str | bytes] = {
        f"plots/{name}.svg": standalone(svg) for name, svg in drawn.items()
    }
    for name, drawing in (drawings | grids).items():
        files[f"plots/{name}.png"] = drawing.png("light")
        files[f"plots/{name}-dark.png"] = drawing.png("dark")
    files["report.json"] = as_json(summary)
    files["report.html"] = render(
        "label_report.html.j2",
        drawn,
        report=summary,
        matrix=len(matrix_shown(summary["confusion"])["labels"]),
        thumbnails={name: as_data_uri(picture) for name, picture in shown.items()},
    )
    write_label_predictions(evaluation.predictions, output / "predictions.csv")
    write_files(output, files)
    return output / "report.html"


def draw_plots(summary: Report) -> dict[str, Drawing]:
    """Return every plot that there is something to draw for, by name."""
    drawings = {
        "confusion": label_plots.matrix_plot(matrix_shown(summary["confusion"])),
        "labels": label_plots.label_bars(summary["labels"]),
        "reliability": label_plots.answer_reliability_plot(summary["calibration"]),
        "coverage": coverage_plot(summary["coverage"]),
    }
    if len(summary["top"]) > 2:
        drawings["top"] = label_plots.top_plot(summary["top"])
    if summary["learning"]:
        drawings["learning_loss"] = label_plots.learning_loss_plot(summary["learning"])
        drawings["learning_accuracy"] = label_plots.learning_accuracy_plot(summary["learning"])
    return drawings


def matrix_shown(confusion: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a confusion matrix that is drawn: the labels with the most mistakes."""
    counts = np.array(confusion["counts"])
    if len(counts) <= MOST_IN_MATRIX:
        return dict(confusion)
    wrong = counts.sum(axis=0) + counts.sum(axis=1) - 2 * np.diagonal(counts)
    kept = np.sort(np.argsort(-wrong, kind="stable")[:MOST_IN_MATRIX])
    return {
        "labels": [confusion["labels"][number] for number in kept],
        "counts": counts[np.ix_(kept, kept)].tolist(),
    }


def _read_shown(evaluation: LabelEvaluation, summary: Report) -> dict[str, Image.Image]:
    names = dict.fromkeys(part["path"] for key in GALLERIES for part in summary[key])
    read = {name: thumbnail(path) for name in names if (path := evaluation.paths.get(name))}
    return {name: picture for name, picture in read.items() if picture is not None}


def _grids(summary: Report, shown: Mapping[str, Image.Image]) -> dict[str, Drawing]:
    grids = {}
    for key in GALLERIES:
        tiles = _tiles(summary[key], shown)
        if tiles:
            grids[key] = label_plots.picture_grid(tiles)
    return grids


def _tiles(parts: Sequence[Report], shown: Mapping[str, Image.Image]) -> list[Tile]:
    found = [part for part in parts if part["path"] in shown][:TILES]
    return [
        Tile(shown[part["path"]], part["truth"], part["answer"], part["probability"])
        for part in found
    ]
