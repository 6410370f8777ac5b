"""Writes a comparison down: `comparison.html`, `.json`, `.md` and its plots as SVG.

No figure is made here; all come from `comparing.py` beside it. Called after every recipe, so that
a comparison can be looked at while it runs, and after it was stopped.
"""

from pathlib import Path
from typing import Final

from animeter.lab.comparison.entries import Report, failed, pairs, ranked
from animeter.lab.comparison.plots import comparison_plot, leak_plot
from animeter.lab.comparison.text import (
    as_markdown,
    conditions,
    seconds_text,
    size_text,
    weights_text,
)
from animeter.lab.drawings import Drawing, standalone
from animeter.lab.page import as_json, render, write_files

RESULT_FILE: Final = "comparison.json"


def write_comparison(report: Report, output: Path) -> None:
    """Write all files of a comparison.

    Args:
        report: what stands in `comparison.json`.
        output: the folder; an older comparison in it is replaced.

    Raises:
        OutputError: the folder cannot be written to.
        MissingExtraError: jinja2 or matplotlib is not installed.
    """
    drawings = {name: drawn.svg() for name, drawn in draw_plots(report).items()}
    page = render(
        "comparison.html.j2",
        drawings,
        report=report,
        conditions=conditions(report),
        ranked=ranked(report),
        pairs=pairs(report),
        failed=failed(report),
        texts={"size": size_text, "weights": weights_text, "seconds": seconds_text},
    )
    plots = {f"{name}.svg": standalone(svg) for name, svg in drawings.items()}
    files = {
        RESULT_FILE: as_json(report),
        "comparison.md": as_markdown(report),
        "comparison.html": page,
    }
    write_files(output, {**plots, **files})


def draw_plots(report: Report) -> dict[str, Drawing]:
    """Draw every plot that there is something to draw for, by name."""
    drawings = {}
    if best := ranked(report):
        drawings["comparison"] = comparison_plot(best)
    if both := pairs(report):
        drawings["leak"] = leak_plot(both)
    return drawings
