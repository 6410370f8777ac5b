"""The verb `teach`: labels of your own, in seconds."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from animeter.cli import options
from animeter.cli.finetuned_lesson import (
    default_run,
    finetuned_dict,
    finetuned_lines,
    finetuned_notes,
    teach_finetuned,
)
from animeter.cli.lesson import lesson_dict, lesson_lines, notes
from animeter.cli.progress import ProgressLine
from animeter.cli.table import printable, tell

if TYPE_CHECKING:
    from animeter.datasets.labelled_pictures import LabelledPictures
    from animeter.inference.classifier import Classifier
    from animeter.inference.teaching import Lesson
    from animeter.lab.finetuning import Finetuned


def teach(  # noqa: PLR0913, PLR0917  (a verb's options are its parameters)
    source: Annotated[
        Path,
        typer.Argument(
            help="A folder with a folder of pictures for each label, or a CSV file with the "
            "columns path and --label.",
            show_default=False,
        ),
    ],
    name: Annotated[str, typer.Option("--name", "-n", help="What to call the head.")],
    label: Annotated[
        str | None,
        typer.Option(help="The CSV file's column that holds the label.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Keep the head in this folder; among your own heads unless given.",
            show_default=False,
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Write over a head that is there.")
    ] = False,
    model: options.Model = None,
    min_pictures: Annotated[
        int,
        typer.Option(
            min=1, help="Fewest pictures of a label; with 1, what has one alone is not judged."
        ),
    ] = 2,
    cache: Annotated[
        bool, typer.Option("--cache/--no-cache", help="Remember embeddings for the next time.")
    ] = True,
    finetune: Annotated[
        bool,
        typer.Option(
            "--finetune",
            help="Train a copy of the network too, and keep it as a model of that name; needs the "
            "extra 'train', and minutes to hours.",
        ),
    ] = False,
    run: Annotated[
        Path | None,
        typer.Option(
            help="With --finetune: keep the training in this folder; among your own runs, and "
            "removed in the end, unless given.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes.")] = False,
) -> None:
    """Teach labels of your own from a few pictures of each: characters, shows, anything drawn.

    Five pictures a label are useful, twenty are good. A folder called "none of these" holds
    pictures that the head shall turn away. Exit code: 0 all good, 1 failure, 2 wrong usage,
    3 taught, but some pictures could not be read.

    Folders as labels: `animeter teach heroes/ --name my-heroes`

    A column of a CSV file: `animeter teach pictures.csv --label character --name my-heroes`

    Then ask it: `animeter classify pictures/ --head my-heroes`

    The network too: `animeter teach heroes/ --name my-heroes --finetune`
    """
    # Before numpy comes in: its threads spin while they wait for each other, which on a busy
    # machine makes a head's second of arithmetic ten.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

    from animeter.datasets.labelled_pictures import read_labelled_pictures
    from animeter.inference.classifier import load
    from animeter.inference.head_file import check_free
    from animeter.inference.heads import check_name, save_head, user_folder
    from animeter.inference.kept_models import check_model_free, keep_model

    if run is not None and not finetune:
        raise typer.BadParameter("--run goes with --finetune, and --finetune was not given.")
    # Before the work: what cannot be kept need not be taught.
    check_name(name)
    check_free(output or user_folder(name), replace=replace)
    if finetune:
        check_model_free(name, replace=replace)
    labelled = read_labelled_pictures(source, label)
    classifier = load(model)
    trained = (
        teach_finetuned(classifier, labelled, name, min_pictures, run, quiet=quiet)
        if finetune
        else None
    )
    lesson = (
        trained.lesson
        if trained
        else _teach(classifier, labelled, name, min_pictures, cache=cache, quiet=quiet)
    )
    places = [keep_model(trained.bundle.folder, name, replace=replace)] if trained else []
    places.append(save_head(lesson.head, output, replace=replace))
    if trained and run is None:
        shutil.rmtree(default_run(name), ignore_errors=True)
    _print(lesson, trained, as_json=as_json)
    if not quiet:
        more_notes = finetuned_notes(trained) if trained else ()
        for note in (*_left_out(labelled), *notes(lesson), *more_notes):
            tell(note)
        asked = name if output is None else str(output)
        chosen = f"--model {name} --head {asked}" if trained else f"--head {asked}"
        kept = " and ".join(str(place) for place in places)
        typer.echo(
            printable(f"kept in {kept}; ask it with: animeter classify PICTURES {chosen}"), err=True
        )
    if lesson.failures:
        raise typer.Exit(3)


def _print(lesson: "Lesson", trained: "Finetuned | None", *, as_json: bool) -> None:
    if as_json:
        more = {"finetuned": finetuned_dict(trained)} if trained else {}
        typer.echo(json.dumps(lesson_dict(lesson) | more, indent=2))
        return
    for line in (*lesson_lines(lesson), *(finetuned_lines(trained) if trained else ())):
        typer.echo(line)


def _teach(
    classifier: "Classifier",
    labelled: "LabelledPictures",
    name: str,
    min_pictures: int,
    *,
    cache: bool,
    quiet: bool,
) -> "Lesson":
    from animeter.domain.head_fitting import FitOptions
    from animeter.inference.embedding_cache import EmbeddingCache
    from animeter.inference.heads import embedding_model
    from animeter.inference.teaching import teach as teach_head
    from animeter.settings import read_settings

    model = embedding_model(classifier.bundle)
    progress = ProgressLine(sys.stderr, lambda: len(labelled.paths), wanted=not quiet)
    memory = EmbeddingCache.of_user(model, read_settings()) if cache else None
    with memory or EmbeddingCache(model, None) as known:
        lesson = teach_head(
            classifier,
            labelled.paths,
            labelled.labels,
            name,
            cache=known,
            options=FitOptions(min_pictures=min_pictures),
            watch=progress.update,
        )
    progress.erase()
    if known.problem is not None and not quiet:
        tell(f"embeddings are not remembered: {known.problem}")
    if lesson.known_before and not quiet:
        tell(f"{lesson.known_before:,} of {len(labelled.paths):,} pictures were embedded before")
    return lesson


def _left_out(labelled: "LabelledPictures") -> "list[str]":
    found = []
    if labelled.unlabelled:
        found.append(f"{labelled.unlabelled:,} pictures without a label left out")
    if labelled.empty:
        found.append(f"no pictures in {', '.join(labelled.empty)}: left out")
    return found
