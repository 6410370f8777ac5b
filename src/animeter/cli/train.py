"""`animeter train` and `animeter export`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from animeter.cli.extras import needing
from animeter.cli.options import Data, Label, Settings, settings_of
from animeter.cli.table import tell

if TYPE_CHECKING:
    from animeter.lab.recipe import Recipe


def train(  # noqa: PLR0913, PLR0917  (a verb's options are its parameters)
    recipe: Annotated[Path, typer.Argument(help="TOML file that describes the training.")],
    data: Data = None,
    label: Label = None,
    settings: Settings = None,
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
    devices: Annotated[
        int,
        typer.Option(
            min=1, help="Without --folds: processes, or GPUs, of a machine that train together."
        ),
    ] = 1,
    nodes: Annotated[
        int, typer.Option(min=1, help="Without --folds: machines that train together.")
    ] = 1,
) -> None:
    """Train a model from a recipe; a run that was interrupted goes on where it was.

    Examples: `animeter train recipes/default.toml --folds --jobs 2`, or with labels of your own
    `animeter train recipes/cnn.toml --data pictures/ --part fold-0`
    """
    with needing("train"):
        from animeter.lab.distributed import Processes, is_first_process, open_run
        from animeter.lab.folds import train_folds, train_part
        from animeter.lab.recipe_variants import of_data

    processes = Processes(devices, nodes)
    if folds and processes.count > 1:
        raise typer.BadParameter(
            "--folds trains its networks side by side with --jobs; give --devices and --nodes "
            "for one network, --part fold-0 and so on"
        )
    folder = run or Path("runs") / recipe.stem
    changes = of_data(data, label) | settings_of(settings)
    opened = open_run(recipe, folder, changes)
    if is_first_process():
        look_for_leaks(opened.recipe, opened.folder, strict=strict)
    if folds:
        with _bars() as watch:
            train_folds(opened, jobs=jobs, watch=watch)
    else:
        train_part(opened, part, threads=threads, processes=processes)
    if is_first_process():
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
    with needing("train"):
        from animeter.lab.shipping import ship

    typer.echo(str(ship(run, part, output, int8=int8, report=report)))


def look_for_leaks(recipe: "Recipe", folder: Path, *, strict: bool) -> None:
    """Say what would make the figures of a recipe's trainings too good, or refuse to train.

    Args:
        recipe: names the pictures.
        folder: of the run, where what is found is kept.
        strict: whether leaks are refused.
    """
    from animeter.lab.leaks import check_leaks, refuse_leaks
    from animeter.lab.runs import trusted_rows

    tell("looking for leaks between folds")
    leaks = check_leaks(trusted_rows(recipe), folder)
    if strict:
        refuse_leaks(leaks, folder)
    for sentence in (*leaks.faults(), *leaks.hints()):
        tell(sentence)


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
