"""The verb `explain`: where in a picture the answer came from."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from animeter.cli import options
from animeter.domain.errors import OutputError


class Likeness(StrEnum):
    """Which of the two likenesses is drawn."""

    ANIME = "anime"
    CARTOON = "cartoon"


def explain(
    picture: Annotated[str, typer.Argument(help="A picture.", show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Where the picture with the heat drawn on it goes, as PNG; - for standard output.",
            show_default=False,
        ),
    ] = None,
    likeness: Annotated[
        Likeness | None,
        typer.Option(
            help="Whose heat is drawn; that of the larger likeness unless given.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print the numbers: both maps in logits, and the embedding."),
    ] = False,
    model: options.Model = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an --output that exists.")
    ] = False,
) -> None:
    """Where in a picture did the answer come from?

    Draws a map of heat on the picture: the redder a place, the more it speaks for the likeness.
    What is pale says nothing, or speaks against it.

    Example: `animeter explain frame.png --output why.png`

    Only cartoon: `animeter explain frame.png --likeness cartoon --output why.png`

    As numbers: `animeter explain frame.png --json > why.json`
    """
    import json

    from animeter.cli.table import percent, printable
    from animeter.inference.classifier import load

    if output is None and not as_json:
        raise typer.BadParameter("say where the drawing goes with --output FILE, or give --json")
    to_stdout = output == Path("-")
    if to_stdout and as_json:
        raise typer.BadParameter("--json and --output - would both go to standard output")
    if output is not None and not to_stdout and output.exists() and not force:
        raise OutputError(f"{output} is there already: name another --output, or give --force")
    explanation = load(model).explain(picture)
    drawn = None if likeness is None else likeness.value
    if output is not None:
        _write(explanation.overlay(picture, drawn), None if to_stdout else output)
    if as_json:
        typer.echo(json.dumps(explanation.to_dict(), ensure_ascii=False))
        return
    result = explanation.classification
    shown = f"{result.verdict.value}: anime {percent(result.anime)}, cartoon "
    shown += f"{percent(result.cartoon)}; {drawn or explanation.stronger} drawn in {output}"
    typer.echo(printable(shown), err=True)


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        typer.get_binary_stream("stdout").write(content)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise OutputError(
            f"cannot write {output}: {error.strerror or error}. Name another place with --output."
        ) from error
