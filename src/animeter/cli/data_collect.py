"""The verbs `data collect ...`: pictures from folders, archives, lists, boorus and the web."""

from pathlib import Path
from typing import Annotated

import typer

from animeter.cli import collect_video, collect_web
from animeter.cli.collection import (
    MIN_SIDE_PX,
    Labels,
    MinSide,
    Output,
    Quiet,
    RetryFailed,
    collection,
    run_collector,
)

app = typer.Typer(
    help="Collect pictures into a folder with a manifest that says where each came from.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

app.command("video")(collect_video.collect_video)
app.command("web")(collect_web.collect_web)
app.command("urls")(collect_web.collect_urls)
app.command("booru")(collect_web.collect_booru)


@app.command("folder")
def collect_folder(
    places: Annotated[list[Path], typer.Argument(help="Folders of pictures, or pictures.")],
    output: Output,
    labels: Labels = None,
    min_side: MinSide = MIN_SIDE_PX,
    retry_failed: RetryFailed = False,
    quiet: Quiet = False,
) -> None:
    """Copy pictures that lie on this machine; the column `folder` says which one each was in.

    Example: `animeter data collect folder ~/Pictures/anime -o pictures --set style=anime`
    """
    from animeter.datasets.collecting.folder import FolderCollector

    into = collection(output, labels, min_side, retry_failed=retry_failed)
    run_collector(into, FolderCollector(places, into.limits), quiet=quiet)


@app.command("archive")
def collect_archive(
    archives: Annotated[list[Path], typer.Argument(help="ZIP, CBZ or TAR files.")],
    output: Output,
    labels: Labels = None,
    min_side: MinSide = MIN_SIDE_PX,
    retry_failed: RetryFailed = False,
    quiet: Quiet = False,
) -> None:
    """Take pictures out of archives; the column `folder` says which one each was in.

    Example: `animeter data collect archive frames.zip comics.cbz shows.tar.gz -o pictures`
    """
    from animeter.datasets.collecting.archive import ArchiveCollector

    into = collection(output, labels, min_side, retry_failed=retry_failed)
    run_collector(into, ArchiveCollector(archives, into.limits), quiet=quiet)
