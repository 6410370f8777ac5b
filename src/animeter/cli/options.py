"""Options that several verbs take."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        help="A model's name or its bundle's folder; the built-in one unless given.",
        show_default=False,
    ),
]

Data = Annotated[
    Path | None,
    typer.Option(
        help="A manifest (CSV), or a folder whose folders are labels, in place of the recipe's "
        "own.",
        show_default=False,
    ),
]

Label = Annotated[
    str | None,
    typer.Option(
        help="The manifest's column of exclusive labels to tell, in place of the recipe's own.",
        show_default=False,
    ),
]

Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="A setting in place of the recipe's own, such as `training.epochs=3`; may be "
        "given several times.",
        show_default=False,
    ),
]


def settings_of(texts: list[str] | None) -> dict[str, Any]:
    """Read what `--set` was given, each `key=value`; a value as JSON where it is any, else as text.

    Raises:
        typer.BadParameter: one has no key.
    """
    return dict(map(_setting, texts or ()))


def _setting(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise typer.BadParameter(f"--set {text}: wanted KEY=VALUE, as training.batch_size=32")
    try:
        return key.strip(), json.loads(value)
    except ValueError:
        return key.strip(), value.strip()
