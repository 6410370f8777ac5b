"""Before a training: whether the folds of its manifest leak into each other.

What a leak is stands in `datasets/checking/leaks.py`; `animeter data check` finds the same.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from animeter.datasets.checking.entries import Entry
from animeter.datasets.checking.leaks import Leaks, find_leaks
from animeter.datasets.checking.looks import FILE, look_at_all
from animeter.datasets.checking.shortcuts import Shortcut
from animeter.datasets.manifest import ManifestRow
from animeter.domain.errors import AnimeterError
from animeter.media.small_files import write_whole

REPORT_FILE: Final = "leaks.json"


class LeakError(AnimeterError):
    """The folds leak, and whoever trains wanted none of that."""

    code = "leaky_folds"


def refuse_leaks(leaks: Leaks, folder: Path) -> None:
    """Refuse folds that leak.

    Args:
        leaks: what was found.
        folder: where `check_leaks` keeps it, for the message.

    Raises:
        LeakError: there is at least one fault.
    """
    if faults := leaks.faults():
        raise LeakError(
            f"The folds leak: {'; '.join(faults)}. {folder / REPORT_FILE} lists all of it. Put "
            "such pictures into one fold or take them out, or train without --strict."
        )


def check_leaks(rows: Sequence[ManifestRow], folder: Path) -> Leaks:
    """Look for leaks between folds.

    Args:
        rows: the pictures; those without a fold do not count.
        folder: where the findings are kept for the next call on the same rows.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    entries = [Entry.of_row(row) for row in rows if row.fold is not None]
    asked = hashlib.sha256("\n".join(map(str, entries)).encode()).hexdigest()
    kept = folder / REPORT_FILE
    if kept.exists():
        record = json.loads(kept.read_text(encoding="utf-8"))
        if record["asked"] == asked:
            return _from_json(record["leaks"])
    looks = look_at_all([entry.path for entry in entries], folder / FILE)
    leaks = find_leaks(entries, looks)
    write_whole(kept, json.dumps({"asked": asked, "leaks": asdict(leaks)}, indent=1) + "\n")
    return leaks


def _from_json(record: dict[str, Any]) -> Leaks:
    shortcut = record.pop("shortcut")
    lists = {key: _tuples(value) for key, value in record.items()}
    return Leaks(**lists, shortcut=shortcut and Shortcut(**shortcut))


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value
