"""Options that several verbs take."""

import json
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


def setting_of(text: str) -> tuple[str, Any]:
    """Read `key=value` as `--set` takes it; the value as JSON where it is any, else as text."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise typer.BadParameter(f"--set {text}: wanted KEY=VALUE, as training.batch_size=32")
    try:
        return key.strip(), json.loads(value)
    except ValueError:
        return key.strip(), value.strip()
