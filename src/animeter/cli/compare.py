"""The verb `compare`: which recipe is worth what it costs, on the same pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from animeter.cli.extras import needing
from animeter.cli.options import settings_of
from animeter.cli.table import column_lines, tell

if TYPE_CHECKING:
    from animeter.lab.comparison.entries import Report

_HEADING = (
    "recipe",
    "split",
    "accuracy",
    "balanced",
    "loss",
    "calibration",
    "weights",
    "file",
    "training",
    "pictures/s",
)


def compare(  # noqa: PLR0913, PLR0917  (a verb's options are its parameters)
    data: Annotated[
        Path,
        typer.Argument(
            help="A manifest (CSV), or a folder whose folders are labels.", show_default=False
        ),
    ],
    recipes: Annotated[
        str,
        typer.Option(
            help="Recipes, with commas between: files, or names of files in recipes/.",
            show_default=False,
        ),
    ],
    label: Annotated[
        str | None,
        typer.Option(
            help="The manifest's column of labels to tell. Default: anime and cartoon likeness.",
            show_default=False,
        ),
    ] = None,
    split: Annotated[
        list[str],
        typer.Option(
            help="`franchise` holds whole shows out, `random` deals pictures at random, which "
            "flatters; give both to see by how much."
        ),
    ] = ["franchise"],  # noqa: B006 - Typer copies it
    fold: Annotated[
        list[int], typer.Option(help="Fold to hold out; may be given several times.")
    ] = [0],  # noqa: B006 - Typer copies it
    pictures: Annotated[
        int | None,
        typer.Option(min=10, help="Use so many of the pictures. Default: all.", show_default=False),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="COLUMN=VALUE that a manifest's pictures must have; may be given several times.",
            show_default=False,
        ),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Of every recipe.")] = 6,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="A setting of every recipe, such as `network.pretrained=false`; may be given "
            "several times.",
            show_default=False,
        ),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Cores for a training. Default: all.")
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder of the trainings and the comparison.")
    ] = Path("comparison"),
) -> None:
    """Which recipe is worth what it costs?

    Trains every recipe on the same pictures, with the same folds and epochs, one after another,
    and writes one table and one chart: comparison.html (one file, no network needed), .json, .md
    and .svg. A call that was stopped goes on where it stopped; a recipe that fails does not stop
    the others, and is tried again by the next call. Exit code: 0 all good, 1 failure, 2 wrong
    usage, 3 finished but some recipes failed.

    Example: `animeter compare manifest.csv --recipes dense,cnn,mobilenetv2 --pictures 2000`
    """
    with needing("train"):
        from animeter.lab.comparison.comparing import compare as compare_recipes
        from animeter.lab.comparison.pictures import SPLITS
        from animeter.lab.comparison.training import Request

    for name in split:
        if name not in SPLITS:
            raise typer.BadParameter(f"--split {name}: there are {' and '.join(SPLITS)}")
    if label is not None and data.is_dir():
        raise typer.BadParameter("of a folder, the folders are the labels; leave --label out")
    request = Request(
        data=data,
        recipes=tuple(_recipe(name.strip()) for name in recipes.split(",") if name.strip()),
        label=label,
        splits=tuple(dict.fromkeys(split)),
        folds=tuple(dict.fromkeys(fold)),
        pictures=pictures,
        only=dict(_column(text) for text in only or ()),
        epochs=epochs,
        settings=settings_of(settings),
        threads=threads,
    )
    report = compare_recipes(request, output, tell)
    _print(report)
    typer.echo(f"\n{output / 'comparison.html'}")
    wrong = sum("error" in entry for entry in report["entries"])
    if wrong:
        raise typer.Exit(1 if wrong == len(report["entries"]) else 3)


def _recipe(name: str) -> Path:
    path = Path(name)
    return path if path.suffix == ".toml" else Path("recipes") / f"{name}.toml"


def _column(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals or not column:
        raise typer.BadParameter(f"--only {text}: wanted COLUMN=VALUE, as source=mine")
    return column, value


def _print(report: "Report") -> None:
    from animeter.lab.comparison.entries import failed, ranked
    from animeter.lab.comparison.text import seconds_text, size_text, weights_text

    rows = [
        [
            entry["recipe"],
            entry["split"],
            f"{entry['worth']['accuracy']['value']:.1%}",
            f"{entry['worth']['balanced_accuracy']['value']:.1%}",
            f"{entry['worth']['loss']:.3f}",
            f"{entry['worth']['calibration_error']:.1%}",
            weights_text(entry),
            size_text(entry),
            seconds_text(entry),
            f"{entry['cost']['pictures_per_s']:,.0f}",
        ]
        for split in report["splits"]
        for entry in ranked(report, split)
    ]
    rows += [
        [entry["recipe"], entry["split"], "failed", *[""] * (len(_HEADING) - 3)]
        for entry in failed(report)
    ]
    for line in column_lines([_HEADING, *rows]):
        typer.echo(line)
