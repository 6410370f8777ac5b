"""The verb `data label`: people label pictures in the browser, and it says how far they agree."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from animeter.cli import options
from animeter.cli.extras import needing
from animeter.cli.table import column_lines, printable, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from animeter.datasets.marks import Mark

_HEADING = ("mark", "people", "pictures", "same", "kappa")


def label(  # noqa: PLR0913, PLR0917  (a verb's options are its parameters)
    source: Annotated[
        Path, typer.Argument(help="A folder of pictures, or a manifest whose labels to correct.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Where what people say is kept: labels.csv in the folder, or NAME.labels.csv "
            "beside the manifest, unless given.",
            show_default=False,
        ),
    ] = None,
    mark: Annotated[
        list[str] | None,
        typer.Option(
            "--mark",
            help="What to ask: style, type, has_text, has_logo, empty; a flag of your own such as "
            "blurred; or a choice such as mood=happy,sad. May be given several times; the first "
            "five unless given.",
            show_default=False,
        ),
    ] = None,
    opinions: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="How many people look at each picture; all unless given.",
            show_default=False,
        ),
    ] = None,
    host: Annotated[
        str,
        typer.Option(help="Address to listen on; 0.0.0.0 lets others in, who need the link's key."),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", "-p", min=0, max=65535, help="0 takes any that is free.")
    ] = 8000,
    model: options.Model = None,
    write: Annotated[
        Path | None,
        typer.Option(
            "--write",
            help="Serve nothing: write a manifest of what most people said to this new file.",
            show_default=False,
        ),
    ] = None,
    agreement: Annotated[
        bool,
        typer.Option("--agreement", help="Serve nothing: print how far people agree."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the agreement as JSON.")] = False,
) -> None:
    """Label pictures, or correct a manifest, by keyboard in the browser; several people at once.

    What the model is least sure of comes first. Each answer is on the disk as soon as it is given,
    with who gave it and when; nobody's answers change anybody else's. How it works:
    docs/labelling.md.

    Alone: `animeter data label pictures/`

    How far do we agree: `animeter data label pictures/ --agreement`

    A manifest of it: `animeter data label pictures/ --write manifest.csv`
    """
    from animeter.datasets.marks import parse_marks
    from animeter.datasets.to_label import default_log

    if write and agreement:
        raise typer.BadParameter("--write and --agreement do different things; give one of them")
    marks = parse_marks(mark or ())
    log = output or default_log(source)
    if agreement:
        _print_agreement(log, marks, as_json)
    elif write:
        _write_manifest(source, log, write, marks)
    else:
        _serve(source, log, marks, opinions, (host, port, model))


def _serve(
    source: Path,
    log: Path,
    marks: "Sequence[Mark]",
    opinions: int | None,
    where: tuple[str, int, str | None],
) -> None:
    with needing("serve"):
        from animeter.server.label_key import label_key
        from animeter.server.labelling import Labelling
        from animeter.server.options import ServeOptions
        from animeter.server.security import LOOPBACK
        from animeter.server.serving import Running, serve
    from animeter.datasets.labelling import LabelLog
    from animeter.datasets.to_label import pictures_to_label
    from animeter.settings import read_settings

    settings = read_settings()
    host, port, model = where
    pictures = pictures_to_label(source, log, marks)
    key = settings.api_key if host in LOOPBACK else label_key(settings)
    serve_options = ServeOptions(threads=settings.threads, api_key=key)
    kept = LabelLog(log, marks)
    count = "1 picture" if len(pictures) == 1 else f"{len(pictures):,} pictures"
    tell(f"{count} to label; answers are kept in {log}")
    try:
        serve(
            Running(model, host, port), serve_options, Labelling(source, pictures, kept, opinions)
        )
    finally:
        kept.close()


def _write_manifest(source: Path, log: Path, output: Path, marks: "Sequence[Mark]") -> None:
    from animeter.datasets.labelling import read_opinions
    from animeter.datasets.records import write_records
    from animeter.datasets.to_label import settle
    from animeter.domain.errors import OutputError

    if output.exists():
        raise OutputError(f"{output} is there already, and was not touched. Give a new file.")
    settled = settle(source, log, output, marks, read_opinions(log))
    write_records(settled.records, output)
    typer.echo(printable(str(output)))
    for name in settled.disputed:
        tell(f"disputed: {name}")
    rows, disputed = len(settled.records.rows), len(settled.disputed)
    tell(f"{rows:,} rows, {disputed:,} pictures disputed")
    if settled.disputed:
        raise typer.Exit(3)


def _print_agreement(log: Path, marks: "Sequence[Mark]", as_json: bool) -> None:
    from animeter.datasets.labelling import read_opinions

    found = read_opinions(log).to_dict(marks)
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for person in found["people"]:
        typer.echo(printable(f"{person['who']}: done with {person['done']:,}"), err=True)
    if not found["agreement"]:
        tell("no two people have looked at the same picture yet")
        return
    for line in column_lines([_HEADING, *map(_row, found["agreement"])]):
        typer.echo(line)


def _row(one: dict[str, Any]) -> list[str]:
    kappa = "-" if one["kappa"] is None else f"{one['kappa']:.2f}"
    same = f"{one['same'] / one['pictures']:.0%}"
    return [one["mark"], f"{one['first']}, {one['second']}", str(one["pictures"]), same, kappa]
