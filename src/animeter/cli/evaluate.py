"""The verb `evaluate`: how good a model is on labelled pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.progress import Progress

FIGURES = {
    "anime_against_cartoon": "anime against cartoon",
    "balanced_accuracy": "balanced accuracy",
    "accuracy": "accuracy, 3 classes",
    "calibration_error_anime": "calibration error, anime",
    "calibration_error_cartoon": "calibration error, cartoon",
}


def evaluate(
    manifest: Annotated[
        Path, typer.Argument(help="CSV with the columns path, style, and best franchise and fold.")
    ],
    model: Annotated[
        str | None, typer.Option(help="A model's name or folder. Default: the built-in one.")
    ] = None,
    folds_run: Annotated[
        Path | None,
        typer.Option(help="A run of `train --folds`: each fold is judged by its own model."),
    ] = None,
    fold: Annotated[
        list[int] | None, typer.Option(help="Only this fold; may be given several times.")
    ] = None,
    output: Annotated[Path, typer.Option(help="Folder of the report.")] = Path("evaluation"),
    robustness: Annotated[
        bool, typer.Option(help="Score the pictures cropped, compressed, captioned... too.")
    ] = True,
    pictures: Annotated[
        bool, typer.Option(help="Show the pictures of the worst mistakes in the report.")
    ] = True,
) -> None:
    """Score a model over labelled pictures and write a report.

    The report is one HTML file, with the same figures as JSON and every picture as CSV beside
    it. A call that was interrupted goes on where it stopped.

    Example: `animeter evaluate manifest.csv --folds-run runs/default --output report`
    """
    from animeter.lab.evaluating import Request, evaluate_manifest

    if model is not None and folds_run is not None:
        raise typer.BadParameter("give --model or --folds-run, not both")
    request = Request(manifest, model, folds_run, tuple(fold or ()), robustness, pictures)
    with _progress_bar() as progress:
        report = evaluate_manifest(request, output, _Bar(progress))
    _print(report, output)
    if report["failures"]:
        raise typer.Exit(3)


class _Bar:
    """Shows an evaluation's progress on a rich bar."""

    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self._task = progress.add_task("evaluate", total=None)

    def expect(self, pictures: int) -> None:
        self._progress.update(self._task, total=pictures)

    def begin(self, stage: str) -> None:
        self._progress.update(self._task, description=stage)

    def advance(self, pictures: int) -> None:
        self._progress.advance(self._task, pictures)


def _progress_bar() -> "Progress":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )


def _print(report: dict[str, Any], output: Path) -> None:
    for name, label in FIGURES.items():
        figure = report["figures"][name]
        typer.echo(f"{label:<28}{_percent(figure['value'])}  ({_interval(figure)})")
    verdicts = report["verdicts"]
    decided, right = verdicts["coverage"], verdicts["accuracy_of_decided"]
    typer.echo(f"{'right when a verdict is given':<28} {_percent(right)} of {_percent(decided)}")
    for row in report["robustness"]:
        label = row["name"].replace("_", " ")
        balanced = row["figures"]["balanced_accuracy"]["value"]
        lost = [
            row["loss"][name]["value"] for name in ("anime_against_cartoon", "balanced_accuracy")
        ]
        points = ", ".join("-" if loss is None else f"{100 * loss:+.1f}" for loss in lost)
        typer.echo(f"{label:<28}{_percent(balanced)}  points lost: {points}")
    typer.echo(f"report: {output / 'report.html'}")


def _percent(value: float | None) -> str:
    return "     -" if value is None else f"{100 * value:5.1f} %"


def _interval(figure: dict[str, float | None]) -> str:
    low, high = figure["low"], figure["high"]
    return "-" if low is None or high is None else f"{100 * low:.1f} to {100 * high:.1f} %"
