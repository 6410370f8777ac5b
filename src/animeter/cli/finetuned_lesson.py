"""`animeter teach --finetune`: the network trained too, and what that changed, for people."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from animeter.cli.extras import needing
from animeter.cli.progress import ProgressLine
from animeter.cli.table import percent, printable, tell

if TYPE_CHECKING:
    from animeter.datasets.labelled_pictures import LabelledPictures
    from animeter.domain.head_report import HeadReport
    from animeter.inference.classifier import Classifier
    from animeter.lab.finetuning import Finetuned
    from animeter.lab.likeness_shift import LikenessShift

_WIDTH = 16
_MANY_CHANGED = 0.1  # share of verdicts from which a user should be warned


def teach_finetuned(
    classifier: "Classifier",
    labelled: "LabelledPictures",
    name: str,
    min_pictures: int,
    run: Path | None,
    *,
    quiet: bool,
) -> "Finetuned":
    """Train a copy of the network and teach a head on it, with progress on standard error."""
    with needing("train"):
        from animeter.lab.finetuning import FinetuneOptions, finetune
    from animeter.domain.head_fitting import FitOptions
    from animeter.settings import read_settings

    settings = read_settings()
    if not quiet:
        tell(
            f"training a copy of {classifier.bundle.spec.label} takes minutes to hours; "
            "if it is interrupted, the same command goes on"
        )
    return finetune(
        classifier,
        labelled.paths,
        labelled.labels,
        name,
        run or default_run(name),
        options=FinetuneOptions(
            fit=FitOptions(min_pictures=min_pictures), threads=settings.threads, quiet=quiet
        ),
        watch=_watch(len(labelled.paths), quiet=quiet),
    )


def default_run(name: str) -> Path:
    """Return the folder of the trainings under a name, where none is given."""
    from animeter.settings import read_settings

    return read_settings().home / "runs" / name


def finetuned_lines(done: "Finetuned") -> Iterator[str]:
    """Say what training the network changed."""
    after = done.lesson.report
    yield ""
    yield (
        f"the network was trained on {after.pictures - after.judged:,} pictures, "
        f"and judged on {after.judged:,} that it never saw"
    )
    yield f"{'accuracy before':<{_WIDTH}}{_accuracy(done.before.report)}"
    yield f"{'accuracy after':<{_WIDTH}}{_accuracy(after)}"
    for place, shift in (("trained on", done.shift), ("never seen", done.held_out_shift)):
        if shift is not None:
            yield f"{'likenesses':<{_WIDTH}}{_shift(shift)} on pictures {place}"


def finetuned_dict(done: "Finetuned") -> dict[str, Any]:
    """Return the same for machines."""
    from dataclasses import asdict

    accuracy = done.before.report.accuracy
    return {
        "accuracy_before": None if accuracy is None else asdict(accuracy),
        "likenesses_moved": done.shift and asdict(done.shift),
        "likenesses_moved_held_out": done.held_out_shift and asdict(done.held_out_shift),
    }


def finetuned_notes(done: "Finetuned") -> Iterator[str]:
    """Say what a user should know before the trained copy is used, a sentence each."""
    from animeter.lab.likeness_shift import MUCH

    before, after = done.before.report.accuracy, done.lesson.report.accuracy
    if before is not None and after is not None and after.value <= before.value:
        yield "training the network did not help: without --finetune the head is as good or better"
    elif before is not None and after is not None and after.low < before.value:
        yield "the pictures are too few to say for certain that training the network helped"
    shifts = [s for s in (done.shift, done.held_out_shift) if s is not None]
    if any(s.mean > MUCH or s.verdicts_changed > _MANY_CHANGED * s.pictures for s in shifts):
        yield (
            "the likenesses moved much: do not use this model for anime or cartoon, only for its "
            "head; more pictures, and of both styles, would hold them"
        )
    if done.lesson.head.none_rule is not None:
        yield (
            "how many strangers 'none of these' catches is flattered: the network was trained on "
            "the very labels that play the strangers"
        )


def _watch(total: int, *, quiet: bool) -> Callable[[int, int], None]:
    """Return a progress line that begins anew whenever it was full."""
    line: list[ProgressLine] = []

    def watch(done: int, failed: int) -> None:
        if not line:
            line.append(ProgressLine(sys.stderr, lambda: total, wanted=not quiet))
        line[0].update(done, failed)
        if done >= total:
            line.pop().erase()

    return watch


def _accuracy(report: "HeadReport") -> str:
    accuracy = report.accuracy
    if accuracy is None:
        return "cannot be judged: no label has two pictures that differ"
    low, high = percent(accuracy.low), percent(accuracy.high)
    return printable(f"{percent(accuracy.value)}, with 95 % certainty {low} to {high}")


def _shift(shift: "LikenessShift") -> str:
    return (
        f"moved by {percent(shift.mean)} on average, {percent(shift.largest)} at most, and "
        f"{shift.verdicts_changed:,} of {shift.pictures:,} verdicts changed"
    )
