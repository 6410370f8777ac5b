"""The verb `tune`: many trainings of a recipe's variants, and the best of them as a recipe."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from animeter.cli.extras import needing
from animeter.cli.options import Data, Label, Settings, settings_of
from animeter.cli.table import tell
from animeter.cli.train import look_for_leaks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animeter.lab.tuning.search_space import Search
    from animeter.lab.tuning.tuning import TrialEnd, Tuned


def tune(  # noqa: PLR0913, PLR0917  (a verb's options are its parameters)
    search: Annotated[Path, typer.Argument(help="TOML file that says what is tried, and how.")],
    data: Data = None,
    label: Label = None,
    settings: Settings = None,
    run: Annotated[
        Path | None, typer.Option(help="Folder of the study. Default: runs/ and the search's name.")
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option(help="URL of an Optuna storage, for many machines. Default: a file in --run."),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Trials trained at a time.")] = 1,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Cores for one trial. Default: its share of all.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse to tune on folds that leak into each other.")
    ] = False,
) -> None:
    """Try settings of a recipe, each by a real training; a study that was interrupted goes on.

    The best one is written as a recipe, and judged by pictures that had no part in choosing it.

    Example: `animeter tune recipes/search/dense-grid.toml --jobs 2`
    """
    with needing("tune"):
        from animeter.lab.recipe_variants import of_data
        from animeter.lab.tuning.search_space import read_search
        from animeter.lab.tuning.tuning import tune as train_trials

    folder = run or Path("runs") / search.stem
    changes = of_data(data, label) | settings_of(settings)
    asked, recipe = read_search(search, changes)
    look_for_leaks(recipe, folder, strict=strict)
    tell(f"{asked.planned} trials of {asked.recipe.name}")

    def say(end: "TrialEnd") -> None:
        tell(_how(end, asked))

    tuned = train_trials(
        search,
        folder,
        settings=changes,
        storage=storage,
        jobs=jobs,
        threads=threads,
        watch=say,
    )
    for sentence in _outcome(tuned, asked):
        tell(sentence)
    if tuned.best_recipe is not None:
        typer.echo(str(tuned.best_recipe))
    if tuned.failed:
        raise typer.Exit(3)


def _how(end: "TrialEnd", asked: "Search") -> str:
    """Say how a trial ended, and how far the study is."""
    if end.failure is not None:
        how = f"failed: {end.failure}"
    elif end.score is None:
        how = "given up, its loss is no number"
    else:
        how = f"{asked.score} {asked.text_of(end.score)}{', pruned' if end.pruned else ''}"
    best = f"; best so far: trial {end.best[0]}, {asked.text_of(end.best[1])}" if end.best else ""
    return f"trial {end.number}: {how} ({end.finished} of {end.planned} done{best})"


def _outcome(tuned: "Tuned", asked: "Search") -> "Iterator[str]":
    if tuned.score is None:
        yield "no trial was trained to its end, so there is no best one"
    else:
        chosen = asked.text_of(tuned.score)
        yield f"best {asked.score} {chosen} on fold {asked.folds.choose}, which chose it"
    if tuned.reported is not None and tuned.reported.held_out_accuracy is not None:
        names = ", ".join(map(str, asked.folds.report))
        yield (
            f"its recipe, trained without fold {names}, has accuracy "
            f"{tuned.reported.held_out_accuracy:.1%}, loss {tuned.reported.held_out_loss:.4f} there"
        )
    if tuned.elsewhere:
        yield (
            f"{tuned.elsewhere} trials are still at work in other processes; the last one to end "
            "writes the report"
        )
    if tuned.page is not None:
        yield f"the report is {tuned.page}"
    if tuned.failed:
        yield f"{tuned.failed} trials failed; the same command tries again what is missing"
