"""The verbs `taxonomy show`, `taxonomy set` and `taxonomy check`."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from animeter.cli.table import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animeter.domain.taxonomy import Series, Taxonomy

app = typer.Typer(
    help="The tree of labels: which series stands under which style, which character under which "
    "series, and what is known of them.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


class Style(StrEnum):
    """What a series can stand under."""

    ANIME = "anime"
    CARTOON = "cartoon"
    BORDERLINE = "borderline"


class Demographic(StrEnum):
    """Whom the magazine of a series is for."""

    SHOUNEN = "shounen"
    SHOUJO = "shoujo"
    SEINEN = "seinen"
    JOSEI = "josei"
    KODOMO = "kodomo"


@app.command("show")
def show(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="A series, by any of its spellings, or a character.",
            show_default=False,
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Print the whole tree as YAML, in a file's form.")
    ] = False,
) -> None:
    """Show the tree, or what it knows of one series or character.

    Demographics are looked up here, never seen in a picture: a series that is not listed has none.

    Example: `animeter taxonomy show "Demon Slayer"`
    """
    from animeter.domain.errors import TaxonomyError
    from animeter.inference.taxonomy_file import load_taxonomy, taxonomy_text
    from animeter.settings import read_settings

    settings = read_settings()
    taxonomy = load_taxonomy(settings)
    if everything:
        typer.echo(taxonomy_text(taxonomy), nl=False)
    elif name is None:
        for line in _outline(taxonomy):
            typer.echo(printable(line))
        typer.echo(f"your own part of the tree: {settings.taxonomy_file}", err=True)
    else:
        facts = list(_facts(taxonomy, name))
        if not facts:
            raise TaxonomyError(
                f"The tree holds no series or character called {name!r}. Add it: "
                f'animeter taxonomy set "{name}" --style anime'
            )
        for key, value in facts:
            typer.echo(printable(f"{key:<13}{value}"))


@app.command("set")
def set_one(
    series: Annotated[
        str, typer.Argument(metavar="SERIES", help="Its name, new or known.", show_default=False)
    ],
    style: Annotated[
        Style | None,
        typer.Option(help="What it stands under; needed for a new one.", show_default=False),
    ] = None,
    demographic: Annotated[
        Demographic | None,
        typer.Option(help="Whom its magazine is for.", show_default=False),
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(help="Another spelling; may be given several times.", show_default=False),
    ] = None,
    character: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[:TYPE]",
            help="A character under it, with its type (male, female, nonhuman) if known; may be "
            "given several times.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Add a series to your part of the tree, or say more about one.

    Example: `animeter taxonomy set "Princess Jellyfish" --style anime --demographic josei`

    A character: `animeter taxonomy set Naruto --character hinata:female`
    """
    from animeter.domain.taxonomy import Character
    from animeter.inference.taxonomy_file import set_series

    named = [one.partition(":") for one in character or []]
    path = set_series(
        series,
        branch=style,
        demographic=demographic or "",
        also=tuple(also or ()),
        characters=tuple(Character(name, kind) for name, _, kind in named),
    )
    typer.echo(str(path), err=True)
    show(series)


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="A YAML file.", show_default=False)],
) -> None:
    """Check a file of your own, and that it fits the tree inside the package.

    Example: `animeter taxonomy check taxonomy.yaml`
    """
    from animeter.inference.taxonomy_file import BUILTIN_FILE, read_taxonomy

    own = read_taxonomy(file)
    read_taxonomy(BUILTIN_FILE).extended_by(own)
    typer.echo(f"all well: series {len(own.series)}, characters {len(own.characters)}")


def _outline(taxonomy: "Taxonomy") -> "Iterator[str]":
    branch = ""
    for one in sorted(taxonomy.series.values(), key=lambda s: list(Style).index(Style(s.branch))):
        if one.branch != branch:
            branch = one.branch
            yield branch
        known = ", ".join(part for part in (one.demographic, one.type) if part)
        people = f": {', '.join(one.characters)}" if one.characters else ""
        yield f"  {one.name}{f' ({known})' if known else ''}{people}"


def _facts(taxonomy: "Taxonomy", name: str) -> "Iterator[tuple[str, str]]":
    series = taxonomy.find_series(name)
    if series is not None:
        yield from _series_facts(series)
    character = taxonomy.characters.get(name)
    if character is not None:
        yield "character", name
        yield "in", ", ".join(taxonomy.series_with(name))
        yield "type", character.type or "unknown"


def _series_facts(series: "Series") -> "Iterator[tuple[str, str]]":
    yield "series", series.name
    yield "style", series.branch
    yield "demographic", series.demographic or "unknown, or none"
    if series.type:
        yield "type", series.type
    if series.also:
        yield "also", ", ".join(series.also)
    if series.characters:
        yield "characters", ", ".join(series.characters)
