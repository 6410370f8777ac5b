"""The verb `web export`: the page and the model as files for any host."""

from pathlib import Path
from typing import Annotated

import typer

from animeter.cli import options
from animeter.cli.table import printable, tell

app = typer.Typer(
    help="The page without a server: static files that any host can serve.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


@app.command("export")
def export_page(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="A new or empty folder, or one of an earlier export.", dir_okay=True
        ),
    ],
    model: options.Model = None,
) -> None:
    """Write the page with its model to a folder: upload that to any host, and it is an app.

    The model runs in the visitor's browser, offline after the first visit; no picture is sent
    anywhere. Over plain http, browsers allow neither the camera nor offline use, this computer's
    own addresses excepted: use a host with https.

    Example: `animeter web export site/ && python -m http.server --directory site 8000`
    """
    from animeter.inference.bundle import find_bundle
    from animeter.server.site import export_site

    bundle = find_bundle(model)
    size_bytes = export_site(folder, bundle)
    typer.echo(printable(str(folder)))
    tell(f"{bundle.spec.label} and its page, {size_bytes / 1e6:.1f} MB")
