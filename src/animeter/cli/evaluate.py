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
LABEL_FIGURES = {
    "accuracy": "accuracy",
    "top_5": "among the likeliest 5",
    "balanced_accuracy": "balanced accuracy",
    "macro_f1": "macro F1",
    "calibration_error": "calibration error",
}
PAIRS_SHOWN = 5


def evaluate(  # noqa: PLR0913, PLR0917  (a verb's options are its parameters)
    data: Annotated[
        Path,
        typer.Argument(
            help="A CSV file with the columns path and style, and best franchise and fold too; "
            "or labelled pictures of any kind: a CSV file with --label or --head, or a folder "
            "whose folders are labels.",
            show_default=False,
        ),
    ],
    label: Annotated[
        str | None,
        typer.Option(
            help="The CSV file's column that holds the label. Unless given, it is the one of the "
            "head's name.",
            show_default=False,
        ),
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(
            help="The taught head that tells labels, its name or its folder.", show_default=False
        ),
    ] = None,
    model: options.Model = None,
    folds_run: Annotated[
        Path | None,
        typer.Option(
            help="The folder of a run of `train --folds`: each fold's pictures are judged by "
            "the model that never saw them.",
            show_default=False,
        ),
    ] = None,
    predictions: Annotated[
        Path | None,
        typer.Option(
            help="A CSV file of what another program said: path, fold (may be empty), label, and "
            "a column for each label's probability.",
            show_default=False,
        ),
    ] = None,
    fold: Annotated[
        list[int] | None,
        typer.Option(help="Only this fold; may be given several times.", show_default=False),
    ] = None,
    more_labels: Annotated[
        Path | None,
        typer.Option(
            help="A CSV file of what the first one does not say of its pictures: path, and "
            "content (drawn, photo, logo, grid) or type. Photos and logos filed under a show are "
            "not counted (likenesses alone).",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Folder of the report and of the scores. Default: report/ in the run's folder, "
            "or evaluation/.",
            show_default=False,
        ),
    ] = None,
    robustness: Annotated[
        bool,
        typer.Option(
            help="Score the pictures cropped, compressed, with subtitles... as well (likenesses "
            "alone)."
        ),
    ] = True,
    pictures: Annotated[
        bool, typer.Option(help="Show the pictures of the worst mistakes in the report.")
    ] = True,
) -> None:
    """How good is a model, or a head, on labelled pictures?

    Of likenesses, or of any set of labels where --label, --head, --predictions, a folder, or a
    model or run of labels asks for it. Writes report.html (one file, no network needed),
    report.json with the same figures, predictions.csv with every picture, and the plots as SVG
    (of labels as PNG too). A call that was stopped goes on where it stopped. Exit code: 0 all
    good, 1 failure, 2 wrong usage, 3 finished but some pictures could not be read.

    The built-in model: `animeter evaluate manifest.csv`

    Out of fold: `animeter evaluate manifest.csv --folds-run runs/default`

    A head: `animeter evaluate manifest.csv --label series --head series`

    A folder with a folder for each label: `animeter evaluate photos/ --head my-heroes`
    """
    from animeter.lab.evaluating import Request, evaluate_manifest
    from animeter.lab.labels.evaluating import LabelRequest, evaluate_labels, is_about_labels

    _check_usage(model, head, folds_run, predictions)
    output = output or (folds_run / "report" if folds_run else Path("evaluation"))
    folds = tuple(fold or ())
    labels = LabelRequest(data, label, model, head, folds_run, predictions, folds, pictures)
    with _progress_bar() as progress:
        if is_about_labels(labels):
            if more_labels is not None:
                raise typer.BadParameter("--more-labels is for likenesses alone")
            report = evaluate_labels(labels, output, _Bar(progress))
        else:
            request = Request(data, model, folds_run, folds, more_labels, robustness, pictures)
            report = evaluate_manifest(request, output, _Bar(progress))
    if "pairs" in report:
        _print_labels(report)
    else:
        _print(report)
        _tell_uncalibrated(report)
    typer.echo(f"\n{output / 'report.html'}")
    if report["failures"]:
        raise typer.Exit(3)


def _check_usage(
    model: str | None, head: str | None, folds_run: Path | None, predictions: Path | None
) -> None:
    asked = model is not None or head is not None
    if sum((asked, folds_run is not None, predictions is not None)) > 1:
        raise typer.BadParameter("give --model/--head, --folds-run or --predictions, not both")


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


def _print(report: dict[str, Any]) -> None:
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


def _tell_uncalibrated(report: dict[str, Any]) -> None:
    from animeter.domain.calibration import UNCALIBRATED

    raw = [model["judge"] for model in report["models"] if model["fitted_on"] == UNCALIBRATED]
    if raw:
        typer.echo(
            f"animeter: {', '.join(raw)}: not calibrated, so likenesses and verdicts are raw. "
            "`animeter train RECIPE --folds` calibrates a run once all of its networks are done.",
            err=True,
        )


def _print_labels(report: dict[str, Any]) -> None:
    pictures = report["pictures"]
    typer.echo(
        f"{pictures['counted']:,} pictures of {report['data']}, {pictures['labels']:,} labels"
    )
    for name, label in LABEL_FIGURES.items():
        if name in report["figures"]:
            figure = report["figures"][name]
            typer.echo(f"{label:<28}{_percent(figure['value'])}   ({_interval(figure)})")
    if report["pairs"]:
        typer.echo("\nmost often confused")
    for pair in report["pairs"][:PAIRS_SHOWN]:
        times = f"{pair['pictures']:,} ({100 * pair['share']:.0f} %)"
        typer.echo(f"{times:>14}  {pair['truth']} taken for {pair['answer']}")
    left_out = sum(report["others"]["pictures"].values())
    if left_out and not report["others"]["are"]:
        typer.echo(f"{left_out:,} pictures have labels that the model does not know", err=True)


def _percent(value: float | None) -> str:
    return f"{'-':>8}" if value is None else f"{100 * value:6.1f} %"


def _points(loss: dict[str, float | None]) -> str:
    value = loss["value"]
    return f"{'-':>5}" if value is None else f"{round(100 * value, 1) + 0.0:+5.1f}"


def _interval(figure: dict[str, float | None]) -> str:
    low, high = figure["low"], figure["high"]
    return "-" if low is None or high is None else f"{100 * low:.1f} to {100 * high:.1f} %"
