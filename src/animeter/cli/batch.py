"""Runs `animeter classify` over whatever was named, from the first picture to the summary."""

import os
import shlex
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from animeter.cli.inputs import STDIN, count_pictures, name_pictures
from animeter.cli.progress import ProgressLine, duration_text, rate_text
from animeter.cli.table import TableWriter, tell
from animeter.domain.errors import FileMissingError, OutputError

if TYPE_CHECKING:
    from animeter.domain.results import Classification
    from animeter.inference.classifier import Classifier
    from animeter.inference.resume import EarlierRun
    from animeter.inference.sorting import Sorter
    from animeter.inference.writers import RowWriter

_FORMAT_OF_SUFFIX: Final = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
}
_EXIT_GOOD, _EXIT_FAILURE, _EXIT_SOME_FAILED, _EXIT_STOPPED = 0, 1, 3, 130


@dataclass(frozen=True, slots=True)
class Batch:
    """What the user asked for; the fields are the options of `animeter classify`."""

    paths: tuple[str, ...]
    file_format: str | None
    output: Path | None
    resume: Path | None
    recursive: bool
    sort_into: Path | None
    sort_by: str
    model: str | None
    heads: tuple[str, ...]
    top_k: int
    workers: int | None
    batch_size: int | None
    quiet: bool
    verbose: bool

    @property
    def continues_output(self) -> bool:
        """Whether rows go behind those of the earlier run, in the same file."""
        if self.output is None or self.resume is None:
            return False
        return self.output.resolve() == self.resume.resolve()


@dataclass
class Tally:
    """What a run has done so far.

    Attributes:
        verdicts: how many pictures got each verdict.
        failed: how many could not be classified.
        skipped: how many an earlier run had done.
        started_s: when it began, on the monotonic clock.
    """

    verdicts: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    skipped: int = 0
    started_s: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> int:
        """How many pictures have a row from this run."""
        return self.verdicts.total() + self.failed


def run_batch(batch: Batch) -> int:
    """Classify what was named, write the rows, and give the exit code.

    Raises:
        AnimeterError: the run cannot begin or go on; rows written so far are good.
    """
    from animeter.inference.classifier import load
    from animeter.inference.resume import cut_torn_end

    earlier = _earlier_run(batch)
    file_format = _choose_format(batch, earlier)
    classifier = load(batch.model).with_heads(batch.heads, top_k=batch.top_k)
    _refuse_other_heads(batch, earlier, classifier.head_names)
    if not batch.quiet:
        _announce(classifier, batch)
    sorter = _sorter(batch, earlier)
    if batch.continues_output and batch.output is not None:
        cut_torn_end(batch.output, earlier)
    tally = Tally()
    stopped = False
    with _open_writer(batch, file_format, classifier.head_names) as writer:
        try:
            _classify_all(batch, classifier, earlier, (writer, sorter), tally)
        except KeyboardInterrupt:
            stopped = True
        except BrokenPipeError:
            # Whoever read our output has seen enough. Python would complain when it closes it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return _EXIT_FAILURE
    _report(batch, tally, stopped=stopped)
    if stopped:
        return _EXIT_STOPPED
    return _EXIT_SOME_FAILED if tally.failed else _EXIT_GOOD


def _classify_all(
    batch: Batch,
    classifier: "Classifier",
    earlier: "EarlierRun",
    sinks: "tuple[RowWriter, Sorter | None]",
    tally: Tally,
) -> None:
    from animeter.domain.results import Failure
    from animeter.inference.rows import with_path

    writer, sorter = sinks
    names = name_pictures(batch.paths, batch.recursive, sys.stdin.buffer, batch.sort_into)
    progress = _progress_line(batch)
    stream = classifier.classify_many(
        _not_yet_done(names, earlier, tally),
        batch_size=batch.batch_size,
        workers=batch.workers,
    )
    with closing(stream):
        for found in stream:
            result = found if found.path is not None else with_path(found, STDIN)
            if sys.stdout.isatty():
                progress.erase()
            writer.write(result)
            if isinstance(result, Failure):
                tally.failed += 1
            else:
                tally.verdicts[result.verdict.value] += 1
                # After its row, so that a picture that was moved away is never without one.
                if sorter is not None:
                    _sort(sorter, result)
            progress.update(tally.done + tally.skipped, tally.failed)
    progress.erase()


def _sorter(batch: Batch, earlier: "EarlierRun") -> "Sorter | None":
    from animeter.inference.sorting import SortAction, Sorter

    if batch.sort_into is None:
        return None
    sorter = Sorter(batch.sort_into, SortAction(batch.sort_by))
    if earlier.last is not None:
        path, verdict = earlier.last
        sorter.sort_again(Path(path), verdict)
    return sorter


def _sort(sorter: "Sorter", result: "Classification") -> None:
    if result.path is None or result.path == STDIN:
        tell("a picture from standard input is not sorted")
        return
    try:
        sorter.sort(Path(result.path), result.verdict)
    except FileMissingError as error:  # named twice and moved once, say; no reason to stop
        tell(error.message)


def _not_yet_done(
    names: Iterator[str | bytes], earlier: "EarlierRun", tally: Tally
) -> Iterator[str | bytes]:
    for name in names:
        if isinstance(name, str) and name in earlier.paths:
            tally.skipped += 1
        else:
            yield name


def _earlier_run(batch: Batch) -> "EarlierRun":
    from animeter.inference.resume import EarlierRun, read_earlier_run

    if batch.resume is None:
        return EarlierRun()
    earlier = read_earlier_run(batch.resume)
    if earlier.file_format is None and not batch.continues_output and not batch.resume.exists():
        raise OutputError(
            f"There is no earlier output {batch.resume} to resume. Name the file that --output "
            "wrote, or give the same file as --output to begin it."
        )
    if batch.output is None and not batch.quiet:
        tell(f"new rows go to standard output; add --output {batch.resume} to append them there")
    return earlier


def _choose_format(batch: Batch, earlier: "EarlierRun") -> str:
    chosen = batch.file_format
    if batch.continues_output and earlier.file_format is not None:
        if chosen not in (None, earlier.file_format):
            raise typer.BadParameter(
                f"{batch.output} holds {earlier.file_format} rows, to which {chosen} rows cannot "
                "be appended: leave out --format, or give another --output"
            )
        return earlier.file_format
    if chosen is None and batch.output is not None:
        chosen = _FORMAT_OF_SUFFIX.get(batch.output.suffix.lower())
    if chosen in (None, "table") and batch.output is not None:
        raise typer.BadParameter(
            f"cannot tell which rows to write to {batch.output}: add --format jsonl, csv or "
            "parquet (a table is for reading, and goes to standard output)"
        )
    return chosen or "table"


def _refuse_other_heads(batch: Batch, earlier: "EarlierRun", heads: tuple[str, ...]) -> None:
    if batch.continues_output and earlier.heads is not None and earlier.heads != heads:
        was, wanted = (
            " ".join(f"--head {h}" for h in hs) or "no --head" for hs in (earlier.heads, heads)
        )
        raise OutputError(
            f"{batch.output} was written with {was}, and is now asked for with {wanted}: its rows "
            "would not have the same columns. Ask for the same heads in the same order, or give "
            "another --output."
        )


def _open_writer(
    batch: Batch, file_format: str, heads: tuple[str, ...]
) -> "AbstractContextManager[RowWriter]":
    from animeter.inference.rows import columns_of
    from animeter.inference.writers import CsvWriter, JsonlWriter, OutputFile

    columns = columns_of(heads)
    if batch.output is not None:
        return OutputFile(batch.output, file_format, append=batch.continues_output, columns=columns)
    if file_format == "jsonl":
        return nullcontext(JsonlWriter(sys.stdout.buffer, owned=False))
    if file_format == "csv":
        return nullcontext(CsvWriter(sys.stdout.buffer, owned=False, columns=columns))
    from rich.console import Console

    return nullcontext(TableWriter(Console(highlight=False), heads))


def _progress_line(batch: Batch) -> ProgressLine:
    return ProgressLine(
        sys.stderr,
        lambda: count_pictures(batch.paths, batch.recursive, batch.sort_into),
        wanted=not batch.quiet,
    )


def _announce(classifier: "Classifier", batch: Batch) -> None:
    if batch.verbose:
        tell(
            f"{classifier.bundle.spec.label} from {classifier.bundle.folder} "
            f"on {classifier.provider}, {batch.workers or classifier.workers} workers"
        )
    if classifier.provider_note is not None:
        tell(classifier.provider_note)


def _report(batch: Batch, tally: Tally, *, stopped: bool) -> None:
    if stopped:
        # Not by `tell`: what is to be typed again must stand there as it was typed.
        typer.echo(f"animeter: stopped. {_how_to_resume(batch)}", err=True)
    elif batch.quiet:
        return
    typer.echo(summary_text(tally), err=True)


def summary_text(tally: Tally) -> str:
    """Say what a run did: `4 pictures in 0.2 s (18 a second): 2 anime, 1 both; 1 failed`."""
    if not tally.done and not tally.skipped:
        return "no pictures found"
    from animeter.domain.verdict import Verdict

    elapsed_s = time.monotonic() - tally.started_s
    noun = "picture" if tally.done == 1 else "pictures"
    text = f"{tally.done:,} {noun} in {duration_text(elapsed_s)}"
    if tally.done:
        text += f" ({rate_text(tally.done / max(elapsed_s, 1e-9))})"
    counts = ", ".join(
        f"{tally.verdicts[v.value]:,} {v}" for v in Verdict if tally.verdicts[v.value]
    )
    if counts:
        text += f": {counts}"
    if tally.failed:
        text += f"; {tally.failed:,} failed"
    if tally.skipped:
        text += f"; {tally.skipped:,} were done before"
    return text


def _how_to_resume(batch: Batch) -> str:
    if batch.output is None:
        return "Rows went to standard output; with --output FILE a run can be resumed."
    arguments = sys.argv[1:]
    if batch.resume is None:
        arguments = [*arguments, "--resume", str(batch.output)]
    return f"Go on with: animeter {shlex.join(arguments)}"
