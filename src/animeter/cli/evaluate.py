"""The verb `evaluate`: how good a model is on labelled pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from animeter.cli import options

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
        Path,
        typer.Argument(
            help="A CSV file with the columns path and style, and best franchise and fold too.",
            show_default=False,
        ),
    ],
    model: options.Model = None,
    folds_run: Annotated[
        Path | None,
        typer.Option(
            help="The folder of a run of `train --folds`: each fold's pictures are judged by "
            "the model that never saw them.",
            show_default=False,
        ),
    ] = None,
    fold: Annotated[
        list[int] | None,
        typer.Option(help="Only this fold; may be given several times.", show_default=False),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder of the report and of the scores.")
    ] = Path("evaluation"),
    robustness: Annotated[
        bool,
        typer.Option(help="Score the pictures cropped, compressed, with subtitles... as well."),
    ] = True,
    pictures: Annotated[
        bool, typer.Option(help="Show the pictures of the worst mistakes in the report.")
    ] = True,
) -> None:
    """How good is a model on labelled pictures?

    Writes report.html (one file, no network needed), report.json with the same figures,
    predictions.csv with every picture, and the plots as SVG. A call that was stopped goes on
    where it stopped. Exit code: 0 all good, 1 failure, 2 wrong usage, 3 finished but some
    pictures could not be read.

    The built-in model: `animeter evaluate manifest.csv`

    Out of fold: `animeter evaluate manifest.csv --folds-run runs/default --output report`
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
    typer.echo(f"{report['pictures']['counted']:,} pictures of {report['manifest']}")
    for name, label in FIGURES.items():
        figure = report["figures"][name]
        typer.echo(f"{label:<28}{_percent(figure['value'])}   ({_interval(figure)})")
    verdicts = report["verdicts"]
    typer.echo(f"{'pictures with a verdict':<28}{_percent(verdicts['coverage'])}")
    typer.echo(f"{'right among them':<28}{_percent(verdicts['accuracy_of_decided'])}")
    if report["robustness"]:
        typer.echo(f"\n{'disturbed':<28}{'balanced':>8}   points lost: balanced, anime/cartoon")
    for row in report["robustness"]:
        label = row["name"].replace("_", " ")
        balanced = row["figures"]["balanced_accuracy"]["value"]
        lost = [row["loss"][name] for name in ("balanced_accuracy", "anime_against_cartoon")]
        typer.echo(f"{label:<28}{_percent(balanced)}   {_points(lost[0])}, {_points(lost[1])}")
    typer.echo(f"\n{output / 'report.html'}")


def _percent(value: float | None) -> str:
    return f"{'-':>8}" if value is None else f"{100 * value:6.1f} %"


def _points(loss: dict[str, float | None]) -> str:
    value = loss["value"]
    return f"{'-':>5}" if value is None else f"{round(100 * value, 1) + 0.0:+5.1f}"


def _interval(figure: dict[str, float | None]) -> str:
    low, high = figure["low"], figure["high"]
    return "-" if low is None or high is None else f"{100 * low:.1f} to {100 * high:.1f} %"
