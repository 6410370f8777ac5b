"""How teaching a head went, in words and figures for people."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from animeter.cli.table import fitted, percent, printable

if TYPE_CHECKING:
    from animeter.domain.head_report import HeadReport, LabelFigures
    from animeter.inference.teaching import Lesson

_LABELS_SHOWN: Final = 20
_SHOWN: Final = 10
_PAIRS_SHOWN: Final = 5
_LABEL_WIDTH: Final = 28
_FEW_PICTURES: Final = 5


def lesson_lines(lesson: "Lesson") -> Iterator[str]:
    """Say what was taught, how good it is, what it mixes up and which labels to look at."""
    report, head = lesson.report, lesson.head
    yield f"{head.name}: {len(head.labels)} labels from {report.pictures:,} pictures"
    yield ""
    yield from _figures(report)
    yield ""
    yield f"{'label':<{_LABEL_WIDTH}}{'pictures':>10}{'right':>10}"
    shown = _worst_first(report.labels) if len(report.labels) > _LABELS_SHOWN else report.labels
    for label in shown[:_LABELS_SHOWN]:
        right = "-" if label.right is None else percent(label.right)
        name = fitted(printable(label.label), _LABEL_WIDTH)
        yield f"{name}{label.pictures:>10,}{right:>10}"
    if len(shown) > _LABELS_SHOWN:
        yield f"... and {len(shown) - _LABELS_SHOWN} labels that do better"
    if report.confusions:
        yield ""
        yield "taken for another"
        for mixed in report.confusions[:_PAIRS_SHOWN]:
            pair = printable(f"{mixed.label} for {mixed.taken_for}")
            yield f"  {_pictures(mixed.pictures)} of {pair} ({percent(mixed.share)})"
        yield from _more(len(report.confusions) - _PAIRS_SHOWN, "pairs")
    if report.suspects:
        yield ""
        yield "perhaps mislabelled: look at them"
        for doubt in report.suspects[:_SHOWN]:
            file = printable(lesson.names[doubt.index])
            share = percent(doubt.likelier_share)
            yield f"  {file} looks like {printable(doubt.likelier)} ({share})"
        yield from _more(len(report.suspects) - _SHOWN, "pictures")


def lesson_dict(lesson: "Lesson") -> dict[str, Any]:
    """Return the same for machines."""
    from dataclasses import asdict

    report = asdict(lesson.report)
    for doubt in report["suspects"]:
        doubt["picture"] = lesson.names[doubt.pop("index")]
    return {
        "name": lesson.head.name,
        "model": lesson.head.model.label,
        **report,
        "repeated": lesson.repeated,
        "alike": lesson.alike,
        "strangers": lesson.strangers,
        "known_before": lesson.known_before,
        "failures": [failure.to_dict() for failure in lesson.failures],
    }


def notes(lesson: "Lesson") -> Iterator[str]:
    """Say what was left out or needs a look, a sentence each."""
    for failure in lesson.failures[:_SHOWN]:
        yield f"left out: {failure.message}"
    if len(lesson.failures) > _SHOWN:
        yield f"left out: {len(lesson.failures) - _SHOWN} more pictures that cannot be read"
    if lesson.repeated:
        yield f"{_pictures(lesson.repeated)} left out: the same file is there under the same label"
    if lesson.alike:
        yield f"{_pictures(lesson.alike)} with near-duplicates, kept on one side when judging"
    few = [label.label for label in lesson.report.labels if label.pictures < _FEW_PICTURES]
    if few:
        yield f"fewer than {_FEW_PICTURES} pictures of {_named(few)}: more would help"
    unjudged = [label.label for label in lesson.report.labels if not label.judged]
    if unjudged:
        yield (
            f"all pictures of {_named(unjudged)} are nearly the same, so how well they are told "
            "cannot be judged: add pictures from other scenes"
        )
    if lesson.head.none_rule is None:
        yield "the head cannot say 'none of these': there was nothing to learn it from"


def _figures(report: "HeadReport") -> Iterator[str]:
    accuracy = report.accuracy
    if accuracy is None:
        yield "accuracy        cannot be judged: no label has two pictures that differ"
    else:
        low, high = percent(accuracy.low), percent(accuracy.high)
        yield f"accuracy        {percent(accuracy.value)}, with 95 % certainty {low} to {high}"
        yield f"                on {_pictures(report.judged)}, held out in turn"
    if report.top_5 is not None:
        yield f"top 5           {percent(report.top_5)}"
    if report.known_kept is not None and report.unknown_caught is not None:
        yield (
            f"none of these   said of {percent(report.unknown_caught)} of pictures of labels it "
            "was not taught,"
        )
        yield f"                and of {percent(1 - report.known_kept)} of its own"


def _worst_first(labels: "Sequence[LabelFigures]") -> "Sequence[LabelFigures]":
    return sorted(labels, key=lambda figures: 2.0 if figures.right is None else figures.right)


def _more(count: int, noun: str) -> Iterator[str]:
    if count > 0:
        yield f"  ... and {count} more {noun} (--json tells all)"


def _pictures(count: int) -> str:
    return f"{count:,} picture" if count == 1 else f"{count:,} pictures"


def _named(labels: Sequence[str]) -> str:
    shown = ", ".join(printable(label) for label in labels[:_SHOWN])
    return shown if len(labels) <= _SHOWN else f"{shown} and {len(labels) - _SHOWN} more"
