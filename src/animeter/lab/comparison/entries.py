"""What a comparison holds, in the order in which pages and plots show it.

An entry is a recipe under a split, as it stands in `comparison.json`: with its figures, or with
the error that it ended in.
"""

from typing import Any

from animeter.lab.comparison.pictures import AT_RANDOM, BY_FRANCHISE

Report = dict[str, Any]


def ranked(report: Report, split: str | None = None) -> list[Report]:
    """Return the entries with figures, by falling balanced accuracy; None is the first split."""
    split = split or next(iter(report["splits"]), "")
    entries = [one for one in report["entries"] if one["split"] == split and "worth" in one]
    return sorted(entries, key=lambda one: -one["worth"]["balanced_accuracy"]["value"])


def pairs(report: Report) -> list[tuple[Report, Report]]:
    """Return each recipe's entries by franchise and at random, where both have figures."""
    at_random = {entry["recipe"]: entry for entry in ranked(report, AT_RANDOM)}
    fair = ranked(report, BY_FRANCHISE)
    return [(one, at_random[one["recipe"]]) for one in fair if one["recipe"] in at_random]


def failed(report: Report) -> list[Report]:
    """Return the entries without figures."""
    return [entry for entry in report["entries"] if "error" in entry]
