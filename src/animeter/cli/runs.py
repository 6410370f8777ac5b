"""The verbs `runs list`, `runs show` and `runs compare`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from animeter.cli.table import column_lines, printable, tell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from animeter.lab.run_summary import RunSummary

app = typer.Typer(
    help="The runs of `animeter train`: list them, show one, set several side by side.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

Folder = Annotated[Path, typer.Argument(help="A run's folder.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]

_FIGURES = {
    "anime_against_cartoon": "anime against cartoon",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "calibration_error": "calibration error",
    "calibration_error_anime": "calibration error, anime",
    "calibration_error_cartoon": "calibration error, cartoon",
}
_LISTED = ("anime_against_cartoon", "accuracy", "balanced_accuracy")


@app.command("list")
def list_runs(
    folder: Annotated[Path, typer.Argument(help="Where the runs are.")] = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """List runs, how far they are, and how good on shows that they never saw.

    Example: `animeter runs list`
    """
    from animeter.domain.errors import RecipeError
    from animeter.lab.run_summary import find_runs, read_run

    found = []
    broken = 0
    for path in find_runs(folder):
        try:
            found.append(read_run(path))
        except RecipeError as error:
            broken += 1
            tell(error.message)
    if as_json:
        typer.echo(json.dumps([run.to_dict() for run in found], indent=2))
    else:
        rows = [
            [run.folder.name, run.label, _parts(run), _hours(run), *_scores(run)] for run in found
        ]
        heading = ["anime/cartoon", "accuracy", "balanced"]
        _print_table(["run", "model", "networks", "trained", *heading], rows)
    if not found and not broken:
        tell(f"there are no runs in {folder}")
    if broken:
        raise typer.Exit(3)


@app.command("show")
def show_run(run: Folder, as_json: AsJson = False) -> None:
    """Show a run: its recipe, how it was begun, how far each network is, and its figures.

    Example: `animeter runs show runs/default`
    """
    from animeter.lab.run_summary import read_run

    summary = read_run(run)
    if as_json:
        typer.echo(json.dumps(summary.to_dict(), indent=2))
        return
    for name, value in _facts(summary):
        typer.echo(printable(f"{name:<28}{value}"))


@app.command("compare")
def compare_runs(
    runs: Annotated[list[Path], typer.Argument(help="Folders of two runs or more.")],
    as_json: AsJson = False,
) -> None:
    """Set runs side by side: the settings that differ, and the figures.

    Example: `animeter runs compare runs/default runs/longer`
    """
    from animeter.lab.run_summary import differing_settings, read_run

    if len(runs) < 2:
        raise typer.BadParameter("name two runs or more; `animeter runs show` shows one")
    summaries = [read_run(run) for run in runs]
    differing = differing_settings(summaries)
    if as_json:
        content = {"differing": differing, "runs": [run.to_dict() for run in summaries]}
        typer.echo(json.dumps(content, indent=2))
        return
    rows = [[key, *map(_text, values)] for key, values in differing.items()]
    rows += [["networks", *map(_parts, summaries)], ["trained", *map(_hours, summaries)]]
    rows += [[name, *values] for name, values in _figure_rows(summaries)]
    _print_table(["", *(str(run) for run in runs)], rows)


def _facts(run: "RunSummary") -> "Iterator[tuple[str, str]]":
    yield "run", str(run.folder)
    yield "model", run.label
    for key, value in run.settings.items():
        yield key, _text(value)
    for key, value in run.record.items():
        if isinstance(value, dict):
            yield key, ", ".join(f"{name} {text}" for name, text in value.items())
        else:
            yield key, " ".join(value) if isinstance(value, list) else _text(value)
    for name, part in run.parts.items():
        yield name, f"{part.done:.0%} of the training, {part.seconds / 60:.0f} minutes"
    if run.model_bytes is not None:
        yield "size of a network", f"{run.model_bytes / 1e6:.1f} MB"
    for name, values in _figure_rows([run]):
        yield name, values[0]


def _figure_rows(runs: "Sequence[RunSummary]") -> "Iterator[tuple[str, list[str]]]":
    judged = [
        f"{run.figures.pictures:,}, {run.figures.folds} folds" if run.figures else "-"
        for run in runs
    ]
    yield "judged out of fold", judged
    for key, name in _FIGURES.items():
        values = [getattr(run.figures, key, None) for run in runs]
        if any(value is not None for value in values):
            yield name, ["-" if value is None else f"{value:.1%}" for value in values]


def _parts(run: "RunSummary") -> str:
    done = sum(part.done == 1.0 for part in run.parts.values())
    return f"{done} of {len(run.parts)}"


def _hours(run: "RunSummary") -> str:
    return f"{run.seconds / 3600:.1f} h"


def _scores(run: "RunSummary") -> list[str]:
    if run.figures is None:
        return ["-"] * len(_LISTED)
    shares = (getattr(run.figures, key, None) for key in _LISTED)
    return ["-" if share is None else f"{share:.1%}" for share in shares]


def _text(value: Any) -> str:
    return "none" if value is None or value == [] else str(value)


def _print_table(heading: list[str], rows: list[list[str]]) -> None:
    for line in column_lines([heading, *rows]):
        typer.echo(line)
