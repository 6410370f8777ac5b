"""A comparison in words: its tables as Markdown, and what has to be known to read them."""

from collections.abc import Sequence

from animeter.lab.comparison.entries import Report, failed, pairs, ranked
from animeter.lab.page import interval, percent, points

_MOST_LABELS = 6  # that a sentence names
_HEADING = (
    "recipe",
    "starts from",
    "accuracy",
    "balanced accuracy (95 %)",
    "loss",
    "calibration error",
    "weights",
    "file",
    "training",
    "pictures a second",
)
_LEAK_HEADING = ("recipe", "split by franchise (95 %)", "dealt at random (95 %)", "points more")


def as_markdown(report: Report) -> str:
    """Return all tables of a comparison, with what has to be known to read them."""
    parts = [figures_section(report)]
    if both := leak_section(report):
        parts += ["## What a random split reports", both]
    if wrong := failed(report):
        listed = "\n".join(f"- `{one['recipe']}` ({one['split']}): {one['error']}" for one in wrong)
        parts += ["## What did not finish", listed]
    return "\n\n".join(parts) + "\n"


def figures_section(report: Report, images: str = "") -> str:
    """Return the conditions, and the figures of every recipe that has any.

    Args:
        report: what stands in `comparison.json`.
        images: the folder of the plots, with its slash; empty for this one.
    """
    parts = [conditions(report)]
    if best := ranked(report):
        parts += [
            _table(_HEADING, [_row(entry) for entry in best], texts=2),
            f"![Every figure of every recipe]({images}comparison.svg)",
            _legend(report, best[0]),
        ]
    return "\n\n".join(parts)


def leak_section(report: Report, images: str = "") -> str:
    """Return what a random split adds to each recipe; empty where none has figures of both."""
    both = pairs(report)
    if not both:
        return ""
    parts = [
        _leak_sentence(report),
        _table(_LEAK_HEADING, [_leak_row(*pair) for pair in both]),
        f"![Balanced accuracy under both splits]({images}leak.svg)",
    ]
    return "\n\n".join(parts)


def conditions(report: Report) -> str:
    """Say in a sentence under which conditions all recipes were compared."""
    labels = report["labels"]
    named = ", ".join(f"{count:,} {label}" for label, count in labels.items())
    told = named if len(labels) <= _MOST_LABELS else f"{len(labels)} labels of {report['label']}"
    held_out = ", ".join(str(fold) for fold in report["folds"])
    folds = next(iter(report["splits"].values()))["folds"]
    chosen = "".join(f", {column} {value}" for column, value in report["only"].items())
    changed = "".join(f", {key} = {value}" for key, value in report["settings"].items())
    epochs = f"{report['epochs']} epoch{'' if report['epochs'] == 1 else 's'}"
    return (
        f"{report['pictures']:,} pictures of {report['data']}{chosen} ({told}); fold {held_out} of "
        f"{folds} held out; {epochs} each{changed}. Trained and timed on "
        f"{report['machine']['cores']} cores ({report['machine']['processor']}) with animeter "
        f"{report['animeter']}, {report['made']}."
    )


def size_text(entry: Report) -> str:
    """Write how large a network's file is."""
    return f"{entry['cost']['model_bytes'] / 1e6:,.1f} MB"


def weights_text(entry: Report) -> str:
    """Write how many weights a network has."""
    return f"{entry['cost']['parameters'] / 1e6:,.2f} M"


def seconds_text(entry: Report) -> str:
    """Write how long a network took to train."""
    seconds = entry["cost"]["training_s"]
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def _legend(report: Report, entry: Report) -> str:
    told = (
        "Loss (cross-entropy in nats) and calibration error are means of both likenesses"
        if report["task"] == "likeness"
        else "Loss is the cross-entropy in nats, calibration error that of the label decided for"
    )
    return (
        "Accuracy: share of held-out pictures that are right. Balanced: mean of the labels' own "
        f"shares, with a bootstrap interval by franchise. {told}, before any "
        "calibration. Pictures a second: from file to answer, decoding included. Always saying the "
        "commonest label of these pictures would be right for "
        f"{percent(entry['worth']['commonest'])}."
    )


def _leak_sentence(report: Report) -> str:
    sentences = [
        f"Dealt {'at random' if split == 'random' else 'by franchise'}, "
        f"{figures['held_out_of_known_franchises']:,} of {figures['held_out']:,} held-out pictures "
        "are of franchises that were trained on."
        for split, figures in report["splits"].items()
    ]
    return " ".join(
        ["The same pictures and recipes; only the dealing into folds differs.", *sentences]
    )


def _row(entry: Report) -> list[str]:
    worth = entry["worth"]
    balanced = worth["balanced_accuracy"]
    return [
        f"`{entry['recipe']}`",
        entry["starts_from"],
        percent(worth["accuracy"]["value"]),
        f"{percent(balanced['value'])} ({interval(balanced)})",
        f"{worth['loss']:.3f}",
        percent(worth["calibration_error"]),
        weights_text(entry),
        size_text(entry),
        seconds_text(entry),
        f"{entry['cost']['pictures_per_s']:,.0f}",
    ]


def _leak_row(fair: Report, at_random: Report) -> list[str]:
    figures = [entry["worth"]["balanced_accuracy"] for entry in (fair, at_random)]
    texts = [f"{percent(figure['value'])} ({interval(figure)})" for figure in figures]
    return [f"`{fair['recipe']}`", *texts, points(figures[1]["value"] - figures[0]["value"])]


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 1) -> str:
    """Write a table whose first columns are texts and all others numbers."""
    rule = ["---"] * texts + ["---:"] * (len(heading) - texts)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heading, rule, *rows))
