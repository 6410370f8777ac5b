"""`animeter train` and `animeter export`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from animeter.cli.extras import train_extra
from animeter.cli.table import printable

if TYPE_CHECKING:
    from animeter.lab.runs import Run


def train(
    recipe: Annotated[Path, typer.Argument(help="TOML file that describes the training.")],
    run: Annotated[
        Path | None, typer.Option(help="Folder of the run. Default: runs/ and the recipe's name.")
    ] = None,
    folds: Annotated[
        bool,
        typer.Option(
            "--folds", help="Cross-validate by franchise, train on everything, calibrate."
        ),
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="With --folds: networks trained at a time.")] = 1,
    part: Annotated[
        str, typer.Option(help="Without --folds: which network, `final` or `fold-0`...")
    ] = "final",
    threads: Annotated[
        int | None, typer.Option(min=1, help="Cores for one network. Default: all.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse to train on folds that leak into each other.")
    ] = False,
) -> None:
    """Train a model from a recipe; a run that was interrupted goes on where it was.

    Example: `animeter train recipes/default.toml --folds --jobs 2`
    """
    with train_extra():
        from animeter.lab.folds import train_folds, train_part
        from animeter.lab.runs import Run

    opened = Run.open(recipe, run or Path("runs") / recipe.stem)
    _look_for_leaks(opened, strict=strict)
    if folds:
        with _bars() as watch:
            train_folds(opened, jobs=jobs, watch=watch)
    else:
        train_part(opened, part, threads=threads)
    typer.echo(str(opened.bundle("final" if folds else part)))


def export(
    run: Annotated[Path, typer.Argument(help="Folder of a run of `animeter train`.")],
    output: Annotated[Path, typer.Argument(help="Folder of the new bundle.")],
    part: Annotated[str, typer.Option(help="Which network: `final`, or `fold-0`...")] = "final",
    int8: Annotated[bool, typer.Option("--int8", help="Quantise the network to 8 bits.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(help="A report.json of `animeter evaluate` whose figures the bundle carries."),
    ] = None,
) -> None:
    """Copy a run's bundle to a folder, with a float16 checkpoint to fine-tune from.

    Example: `animeter export runs/default my-model`
    """
    with train_extra():
        from animeter.lab.shipping import ship

    typer.echo(str(ship(run, part, output, int8=int8, report=report)))


def _look_for_leaks(run: "Run", *, strict: bool) -> None:
    """Say what would make the figures of this training too good, or refuse it."""
    from animeter.lab.leaks import check_leaks, refuse_leaks
    from animeter.lab.runs import trusted_rows

    typer.echo("animeter: looking for leaks between folds", err=True)
    leaks = check_leaks(trusted_rows(run.recipe), run.folder)
    if strict:
        refuse_leaks(leaks, run.folder)
    for sentence in (*leaks.faults(), *leaks.hints()):
        typer.echo(printable(f"animeter: {sentence}"), err=True)


@contextmanager
def _bars() -> Iterator[Callable[[Mapping[str, float]], None]]:
    """Show a bar for each network on standard error, if that is a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskID,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(
        *columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal
    ) as progress:
        tasks: dict[str, TaskID] = {}

        def watch(done: Mapping[str, float]) -> None:
            for name, share in done.items():
                if name not in tasks:
                    tasks[name] = progress.add_task(name, total=1.0)
                progress.update(tasks[name], completed=share)

        yield watch
