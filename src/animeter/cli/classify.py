"""The verb `classify`: pictures in, verdicts out."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from animeter.cli import options


class OutputFormat(StrEnum):
    """How rows are written."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class SortBy(StrEnum):
    """What `--sort-into` does with a picture."""

    COPY = "copy"
    LINK = "link"
    MOVE = "move"


def classify(  # noqa: PLR0913, PLR0917  (a verb's options are its parameters)
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATHS",
            help="Pictures, folders, patterns in quotes, or - for a list or a picture on "
            "standard input.",
            show_default=False,
        ),
    ],
    output_format: Annotated[
        OutputFormat | None,
        typer.Option(
            "--format",
            "-f",
            help="How rows are written. Without it the name of --output decides, else table.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Write rows here. A file that is there becomes NAME~, unless it is resumed.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            help="Skip what this earlier output holds. The same file as --output is appended to, "
            "and need not exist yet.",
            show_default=False,
        ),
    ] = None,
    recursive: Annotated[
        bool, typer.Option("--recursive/--no-recursive", help="Enter folders inside folders.")
    ] = True,
    sort_into: Annotated[
        Path | None,
        typer.Option(
            help="Sort pictures into anime/, cartoon/, both/, neither/ and unsure/ in this "
            "folder; a name that is taken gets a number.",
            show_default=False,
        ),
    ] = None,
    sort_by: Annotated[
        SortBy | None,
        typer.Option(help="What --sort-into does; copy unless given.", show_default=False),
    ] = None,
    model: options.Model = None,
    head: Annotated[
        list[str] | None,
        typer.Option(
            "--head",
            "-H",
            help="Also ask this head: a name of `animeter heads list`, or a head's folder. "
            "May be given again.",
            show_default=False,
        ),
    ] = None,
    top_k: Annotated[
        int, typer.Option(min=1, help="Labels of each head in JSON; tables show the best one.")
    ] = 5,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Threads; one a core unless given.", show_default=False),
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Pictures under way at once, the most that a kill can cost; 16 a worker unless "
            "given.",
            show_default=False,
        ),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress and no summary.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Name the model and what it runs on.")
    ] = False,
) -> None:
    """How much do pictures look like anime, and how much like a cartoon?

    Rows go to standard output, progress and messages to standard error. Exit code: 0 all good,
    1 failure, 2 wrong usage, 3 finished but some pictures failed, 130 stopped by Ctrl-C.

    One picture, by its name: `animeter classify frame.png`

    A folder and the folders in it, to a file; the same again goes on after a stop or a crash:
    `animeter classify pictures/ --output rows.jsonl --resume rows.jsonl`

    A pattern, in quotes: `animeter classify "pictures/**/*.png" --format csv > rows.csv`

    A list on standard input: `find . -name "*.webp" | animeter classify - --format jsonl`

    A picture on standard input: `curl -s https://example.org/frame.png | animeter classify -`

    What heads say too, built in or your own: `animeter classify pictures/ --head my-heroes`

    Copies in anime/, cartoon/, both/...: `animeter classify pictures/ --sort-into sorted/`
    """
    from animeter.cli.batch import Batch, run_batch

    if sort_by is not None and sort_into is None:
        raise typer.BadParameter("--sort-by needs --sort-into, the folder to sort into")
    if output_format is OutputFormat.PARQUET and output is None:
        raise typer.BadParameter("Parquet is not written to standard output: add --output FILE")
    batch = Batch(
        paths=tuple(paths),
        file_format=None if output_format is None else output_format.value,
        output=output,
        resume=resume,
        recursive=recursive,
        sort_into=sort_into,
        sort_by=(sort_by or SortBy.COPY).value,
        model=model,
        heads=tuple(dict.fromkeys(head or ())),
        top_k=top_k,
        workers=workers,
        batch_size=batch_size,
        quiet=quiet,
        verbose=verbose,
    )
    raise typer.Exit(run_batch(batch))
