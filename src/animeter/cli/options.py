"""Options that several verbs take."""

from typing import Annotated

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
