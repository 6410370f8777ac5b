"""The verb `data convert`: labelled pictures in the forms that other programs read."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from animeter.cli.progress import ProgressLine
from animeter.cli.table import printable, tell

if TYPE_CHECKING:
    from animeter.datasets.converting.converting import Progress
    from animeter.domain.results import Failure

_EXIT_SOME_FAILED = 3

FormName = Literal["csv", "parquet", "imagefolder", "hf-csv", "hf-jsonl", "webdataset"]


def convert(
    source: Annotated[
        Path,
        typer.Argument(
            help="A table (CSV, JSONL, Parquet), or a folder with a table, with .tar files, or "
            "with a folder for each label.",
            show_default=False,
        ),
    ],
    target: Annotated[
        Path,
        typer.Argument(
            help="A new folder; a file will do for csv and parquet.", show_default=False
        ),
    ],
    to: Annotated[FormName, typer.Option(help="The form to write.", show_default=False)],
    label: Annotated[
        str, typer.Option(help="The column whose texts become folders of an imagefolder.")
    ] = "label",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say only what failed.")] = False,
) -> None:
    """Turn a data set into another form: ImageFolder, Hugging Face, WebDataset, CSV, Parquet.

    All columns and every byte of the pictures are kept, and the way back gives the same again.
    Stopped half-way, give the same command again.

    Example: `animeter data convert manifest.csv shards --to webdataset`
    """
    from animeter.datasets.converting.converting import Form, open_source
    from animeter.datasets.converting.converting import convert as run

    progress = ProgressLine(sys.stderr, lambda: None, wanted=not quiet)

    def watch(state: "Progress", failure: "Failure | None") -> None:
        if failure is not None:
            progress.erase()
            tell(f"{failure.path}: {failure.message}")
        progress.update(state.written + state.failed, state.failed)

    done = run(open_source(source), target, Form(to), label, watch)
    progress.erase()
    if not quiet:
        failed = f"; {done.failed:,} failed" if done.failed else ""
        rows = "row" if done.written == 1 else "rows"
        typer.echo(f"{done.written:,} {rows}{failed}", err=True)
    typer.echo(printable(str(target)))
    if done.failed:
        raise typer.Exit(_EXIT_SOME_FAILED)
