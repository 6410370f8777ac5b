"""What every verb of `data collect` does with its collector: run it, and say how it went."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from animeter.cli.progress import ProgressLine
from animeter.cli.table import tell

if TYPE_CHECKING:
    from animeter.datasets.collecting.collector import Collector
    from animeter.datasets.collecting.running import Collection, Tally
    from animeter.domain.results import Failure

MIN_SIDE_PX = 64
"""The smallest pictures that are kept unless told otherwise: icons and thumbnails are smaller."""

_EXIT_SOME_FAILED, _EXIT_STOPPED = 3, 130

Output = Annotated[
    Path,
    typer.Option(
        "--output", "-o", help="Folder for the pictures and their manifest.csv.", show_default=False
    ),
]
Labels = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="COLUMN=TEXT",
        help="Fill a column of the manifest for all of these pictures, as in `--set style=anime`. "
        "Repeat for more.",
        show_default=False,
    ),
]
MinSide = Annotated[
    int, typer.Option(min=1, help="Pass over pictures whose shorter side has fewer pixels.")
]
RetryFailed = Annotated[
    bool, typer.Option("--retry-failed", help="Try again what failed in an earlier run.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but what failed.")]


def collection(
    output: Path, labels: list[str] | None, min_side_px: int, *, retry_failed: bool
) -> "Collection":
    """Put the options that all collectors share into one value."""
    from animeter.datasets.collecting.running import Collection

    columns = {}
    for label in labels or ():
        column, equals, text = label.partition("=")
        if not equals or not column.strip():
            raise typer.BadParameter(
                f"got {label!r}; wanted a column and its text, as in style=anime",
                param_hint="--set",
            )
        columns[column.strip()] = text.strip()
    return Collection(output, columns, min_side_px, retry_failed=retry_failed)


def run_collector(collection: "Collection", collector: "Collector", *, quiet: bool) -> None:
    """Run a collector, print where its manifest is, and leave with the exit code it earned."""
    from animeter.datasets.collecting.running import MANIFEST, Tally, collect_into

    progress = ProgressLine(sys.stderr, lambda: None, wanted=not quiet)
    last = Tally()

    def watch(tally: "Tally", failure: "Failure | None") -> None:
        nonlocal last
        last = tally
        if failure is not None:
            progress.erase()
            tell(f"{failure.path}: {failure.message}")
        progress.update(tally.done, tally.failed)

    stopped = False
    try:
        last = collect_into(collection, collector, watch)
    except KeyboardInterrupt:
        stopped = True
    progress.erase()
    if stopped:
        tell("stopped. The same command goes on where this one was.")
    if stopped or not quiet:
        typer.echo(tally_text(last), err=True)
    if stopped:
        raise typer.Exit(_EXIT_STOPPED)
    typer.echo(str(collection.folder / MANIFEST))
    if last.failed:
        raise typer.Exit(_EXIT_SOME_FAILED)


def tally_text(tally: "Tally") -> str:
    """Say what a run did: `12 new pictures; 3 were there already; 1 failed`."""
    parts = [f"{tally.kept:,} new picture{'' if tally.kept == 1 else 's'}"]
    if tally.duplicates:
        verb = "was" if tally.duplicates == 1 else "were"
        parts.append(f"{tally.duplicates:,} {verb} there already")
    if tally.failed:
        parts.append(f"{tally.failed:,} failed")
    return "; ".join(parts)
