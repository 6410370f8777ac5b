"""The verbs `heads list`, `show`, `remove`, `export` and `import`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from animeter.cli.table import percent, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animeter.domain.taught_head import TaughtHead

app = typer.Typer(
    help="The heads at hand: those that come with animeter and those you taught.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

Head = Annotated[
    str,
    typer.Argument(metavar="HEAD", help="A head's name, or its folder or ZIP.", show_default=False),
]
NewName = Annotated[
    str | None,
    typer.Option("--as", help="Give it another name.", show_default=False),
]
Replace = Annotated[bool, typer.Option("--replace", help="Write over a head that is there.")]


@app.command("list")
def list_all() -> None:
    """List the heads that come with animeter and your own.

    Example: `animeter heads list`
    """
    from animeter.inference.heads import list_heads
    from animeter.settings import read_settings

    broken = 0
    for listed in list_heads():
        if listed.head is None:
            broken += 1
            typer.echo(printable(f"{listed.name:<20} broken: {listed.problem}"))
            continue
        head = listed.head
        origin = "built in" if listed.builtin else str(listed.folder)
        accuracy = _accuracy(head) or "-"
        line = f"{head.name:<20} {len(head.labels):>5} labels  {accuracy:>7}  {head.created}"
        typer.echo(printable(f"{line}  {head.model.label:<22}  {origin}"))
    typer.echo(f"your own heads go into {read_settings().heads_folder}", err=True)
    if broken:
        raise typer.Exit(3)


@app.command("show")
def show(
    head: Head,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of head.json.")] = False,
) -> None:
    """Show a head's labels, the model it reads, and how good it is.

    Example: `animeter heads show my-heroes`
    """
    from animeter.inference.head_file import read_head, read_spec_text
    from animeter.inference.heads import find_head_folder

    folder = find_head_folder(head)
    found = read_head(folder)
    if as_json:
        typer.echo(read_spec_text(folder), nl=False)
        return
    for name, value in _facts(found, folder):
        typer.echo(printable(f"{name:<16}{value}"))


@app.command("remove")
def remove(
    head: Annotated[str, typer.Argument(metavar="HEAD", help="One of your own heads.")],
) -> None:
    """Remove one of your own heads.

    Example: `animeter heads remove my-heroes`
    """
    from animeter.inference.heads import remove_head

    typer.echo(printable(f"removed {remove_head(head)}"), err=True)


@app.command("export")
def export(
    head: Head,
    folder: Annotated[
        Path, typer.Argument(help="The folder to write, or a ZIP.", show_default=False)
    ],
    new_name: NewName = None,
    replace: Replace = False,
) -> None:
    """Copy a head to a folder or a ZIP, to give it to others or to keep it with your work.

    Example: `animeter heads export my-heroes my-heroes.zip`
    """
    from animeter.inference.heads import copy_head

    typer.echo(printable(str(copy_head(head, folder, name=new_name, replace=replace))))


@app.command("import")
def import_head(
    folder: Annotated[Path, typer.Argument(help="A head's folder or ZIP.", show_default=False)],
    new_name: NewName = None,
    replace: Replace = False,
) -> None:
    """Take a head that the page or somebody else made among your own.

    Example: `animeter heads import downloads/my-heroes.zip`
    """
    from animeter.inference.heads import copy_head

    typer.echo(printable(str(copy_head(folder, None, name=new_name, replace=replace))))


def _facts(head: "TaughtHead", folder: Path) -> "Iterator[tuple[str, str]]":
    yield "head", head.name
    yield "created", head.created
    yield "folder", str(folder)
    yield "reads", f"the embedding of {head.model.label} ({head.model.sha256[:12]})"
    yield "labels", f"{len(head.labels)}"
    counts = head.training.get("pictures")
    for label in head.labels:
        count = counts.get(label) if isinstance(counts, dict) else None
        yield "", label if count is None else f"{label} ({count} pictures)"
    rule = head.none_rule
    if rule is None:
        yield "none of these", "never said"
    else:
        yield (
            "none of these",
            _none_of_these(rule.unknown_caught, 1 - rule.known_kept),
        )
    yield from (("figures", line) for line in _lines(head.figures))
    others = {key: value for key, value in head.training.items() if key != "pictures"}
    yield from (("training", line) for line in _lines(others))


def _none_of_these(caught: float, refused: float) -> str:
    return (
        f"said of {percent(caught)} of pictures of labels it was not taught, "
        f"and of {percent(refused)} of its own"
    )


def _accuracy(head: "TaughtHead") -> str | None:
    figures = head.figures
    accuracy = figures.get("accuracy") or figures.get("top_1")  # as the heads that ship call it
    value = accuracy.get("value") if isinstance(accuracy, dict) else None
    return percent(value) if isinstance(value, float) else None


def _lines(free: Any, prefix: str = "") -> "Iterator[str]":
    """Flatten a free part of the description: `{"a": {"b": 0.5}}` is `a.b: 0.5`."""
    for key, value in free.items():
        if isinstance(value, dict):
            yield from _lines(value, f"{prefix}{key}.")
        elif value is not None:
            text = f"{value:.4g}" if isinstance(value, float) else str(value)
            yield f"{prefix}{key}: {text}"
