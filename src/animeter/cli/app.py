"""The `animeter` program: its verbs, and what happens when one of them fails.

A verb's file imports Typer at its top and everything else inside the verb, so that
`animeter --help` stays quick.
"""

import sys
import warnings
from typing import Annotated

import typer

from animeter.cli import (
    classify,
    compare,
    data,
    evaluate,
    explain,
    heads,
    models,
    runs,
    serve,
    taxonomy,
    teach,
    train,
    tune,
    web,
)
from animeter.cli.table import tell
from animeter.domain.errors import AnimeterError

app = typer.Typer(
    name="animeter",
    help="How much does a picture look like anime, and how much like a cartoon?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)

app.command()(classify.classify)
app.command()(evaluate.evaluate)
app.command()(explain.explain)
app.command()(serve.serve)
app.command()(teach.teach)
app.command()(train.train)
app.command()(train.export)
app.command()(compare.compare)
app.command()(tune.tune)
app.add_typer(data.app, name="data")
app.add_typer(heads.app, name="heads")
app.add_typer(models.app, name="models")
app.add_typer(runs.app, name="runs")
app.add_typer(taxonomy.app, name="taxonomy")
app.add_typer(web.app, name="web")


def _show_version(asked: bool) -> None:
    if asked:
        from animeter import __version__

        typer.echo(f"animeter {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the program: 0 all good, 1 failure, 2 wrong usage, 3 finished but some files failed."""
    # What Pillow warns of comes out as that file's error or not at all.
    warnings.filterwarnings("ignore", module="PIL")
    try:
        app()
    except AnimeterError as error:
        tell(error.message)
        sys.exit(1)
