"""From pictures to a report of what is wrong with them: what `animeter data check` calls.

OUTPUT/report.html     the page, with the pictures
OUTPUT/report.json     the same findings, all of them
OUTPUT/looks.sqlite    what was seen of the pictures, and beside it what the model said: a check
                       that was stopped goes on from there
"""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from animeter import __version__
from animeter.datasets.checking.cleaning import Removed, clean
from animeter.datasets.checking.copies import Copies, find_copies
from animeter.datasets.checking.entries import Columns, Entry, entries_of, records_of
from animeter.datasets.checking.findings import KINDS, Case, Finding, findings_of
from animeter.datasets.checking.leaks import find_leaks, part_name
from animeter.datasets.checking.looks import FILE, Look, look_at_all
from animeter.datasets.checking.shortcuts import Shortcut, find_shortcuts
from animeter.datasets.records import Records, escaped, moved, write_records
from animeter.domain.errors import ManifestError, OutputError
from animeter.domain.verdict import STYLES
from animeter.lab.data_suspects import doubted_by_teaching, doubted_out_of_fold, doubted_styles
from animeter.lab.evaluation import Watch
from animeter.lab.out_of_fold import FILE as OUT_OF_FOLD_FILE
from animeter.lab.out_of_fold import fold_files
from animeter.lab.page import as_json, render, thumbnails, time_made, write_files

Report = dict[str, Any]

CASES_SHOWN = 24
PICTURES_A_CASE = 6
REMOVED_FILE = "removed.csv"


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be checked.

    Attributes:
        source: a manifest, or a folder of pictures.
        columns: which columns mean what; those that are not named are found by their names.
        model: a model's name or a bundle's folder; None is the built-in one.
        ask_model: whether the model is asked about the labels at all.
        folds_run: a run of `train --folds` whose networks are asked as well.
        pictures: whether the page shows pictures.
        cleaned: where a manifest without the certain flaws is to be written; None for nowhere.
    """

    source: Path
    columns: Columns = field(default_factory=Columns)
    model: str | Path | None = None
    ask_model: bool = True
    folds_run: Path | None = None
    pictures: bool = True
    cleaned: Path | None = None


@dataclass(frozen=True, slots=True)
class _Material:
    """The pictures, and all that was seen of them."""

    records: Records
    columns: Columns
    entries: list[Entry]
    looks: list[Look]
    copies: Copies


def check_data(request: Request, output: Path, watch: Watch) -> Report:
    """Look at pictures and write down what is wrong with them.

    Args:
        request: what is to be checked.
        output: the folder of the report; what an interrupted check saw is in it, and reused.
        watch: told of the progress.

    Returns:
        What stands in `report.json`.

    Raises:
        FileMissingError: there is nothing at that place.
        ManifestError: it is neither a manifest nor a folder with pictures, or lacks a column.
        BundleError: the model cannot be used.
        OutputError: a file cannot be written, or would overwrite the manifest that was checked.
        MissingExtraError: a package of the extra `train` or `evaluate` is not installed.
    """
    _refuse_overwriting(request)
    material = _look(request, output, watch)
    entries, looks = material.entries, material.looks
    watch.begin("comparing")
    leaks = find_leaks(entries, looks, material.copies)
    found = findings_of(entries, looks, material.copies, leaks, material.records.left_out)
    found += _suspects(request, material, output, watch)
    found.sort(key=lambda finding: list(KINDS).index(finding.kind))
    report = _report(request, material, found, _shortcuts(material, leaks.shortcut))
    if request.cleaned is not None:
        report["cleaned"] = _write_cleaned(material, request.cleaned)
    write_files(output, {"report.json": as_json(report), "report.html": _page(report, material)})
    return report


def _look(request: Request, output: Path, watch: Watch) -> _Material:
    records = records_of(request.source)
    columns = request.columns.found_in(records.columns)
    entries = entries_of(records, columns)
    watch.expect(len(entries))
    watch.begin("looking at pictures")
    done = 0

    def advance(now: int, _: int) -> None:
        nonlocal done
        watch.advance(now - done)
        done = now

    looks = look_at_all([entry.path for entry in entries], output / FILE, advance)
    return _Material(records, columns, entries, looks, find_copies(looks))


def _suspects(request: Request, material: _Material, output: Path, watch: Watch) -> list[Finding]:
    cases: dict[str, list[Case]] = {}
    labels = {entry.label for entry in material.entries} - {""}
    if request.ask_model and labels:
        if labels <= set(STYLES):
            ledger = output / "model.jsonl"
            found = doubted_styles(material.entries, request.model, ledger, watch)
        else:
            folder = output / "embeddings"
            found = doubted_by_teaching(
                material.entries, material.copies, request.model, folder, watch
            )
        cases["suspect_by_model"] = found
    if request.folds_run is not None:
        cases["suspect_by_folds"] = doubted_out_of_fold(_files_of(request.folds_run))
    return [Finding(kind, tuple(found)) for kind, found in cases.items() if found]


def _files_of(run: Path) -> list[Path]:
    files = fold_files(run)
    if not files:
        raise ManifestError(
            f"{run} holds no fold-*/{OUT_OF_FOLD_FILE}. Give the folder of a run of "
            "`animeter train --folds` that has finished a fold."
        )
    return files


def _shortcuts(material: _Material, together: Shortcut | None) -> list[Shortcut]:
    if together is None:
        return []
    labelled = [i for i, entry in enumerate(material.entries) if entry.label]
    alone = find_shortcuts(
        [material.looks[i] for i in labelled],
        [material.entries[i].label for i in labelled],
        [material.entries[i].group or str(material.copies.picture[i]) for i in labelled],
    )
    return [together, *alone]


def _report(
    request: Request,
    material: _Material,
    found: Sequence[Finding],
    shortcuts: Sequence[Shortcut],
) -> Report:
    entries = material.entries
    counts = Counter((entry.label, entry.part) for entry in entries)
    parts = sorted({entry.part for entry in entries})
    labels = Counter(entry.label for entry in entries)
    return {
        "source": escaped(request.source.name),
        "made": time_made(),
        "animeter": __version__,
        "columns": asdict(material.columns),
        "pictures": len(entries) + len(material.records.left_out),
        "readable": sum(not look.error for look in material.looks),
        "must_look": sum(KINDS[one.kind].must_look for one in found),
        "findings": [finding.to_dict() for finding in found],
        "parts": [part_name(part) if part else "no part" for part in parts],
        "labels": [
            {
                "label": label or "no label",
                "pictures": pictures,
                "by_part": [counts[label, part] for part in parts],
            }
            for label, pictures in labels.most_common()
        ],
        "shortcuts": [asdict(one) | {"too_easy": one.is_too_easy} for one in shortcuts],
    }


def _page(report: Report, material: _Material) -> str:
    shown = [
        name
        for finding in report["findings"]
        for case in finding["cases"][:CASES_SHOWN]
        for name in case["pictures"][:PICTURES_A_CASE]
    ]
    paths = {entry.name: entry.path for entry in material.entries}
    about = {entry.name: entry for entry in material.entries}
    return render(
        "check.html.j2",
        {},
        report=report,
        about={name: about[name] for name in shown if name in about},
        thumbnails=thumbnails(paths, [name for name in shown if name in paths]),
        shown=CASES_SHOWN,
        shown_a_case=PICTURES_A_CASE,
    )


def _refuse_overwriting(request: Request) -> None:
    cleaned = request.cleaned
    if cleaned is not None and cleaned.exists() and cleaned.samefile(request.source):
        raise OutputError(
            f"{cleaned} is the manifest that is checked; it stays as it is. Name another file."
        )


def _write_cleaned(material: _Material, path: Path) -> Report:
    kept, removed = clean(material.records, material.entries, material.looks, material.copies)
    write_records(moved(kept, path.parent), path)
    beside = path.with_name(f"{path.stem}.{REMOVED_FILE}")
    write_files(path.parent, {beside.name: _removed_csv(removed)})
    reasons = Counter(one.reason for one in removed)
    return {"rows": len(kept.rows), "removed": dict(reasons), "file": path.name}


def _removed_csv(removed: Sequence[Removed]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("path", "reason", "kept"))
    writer.writerows((one.name, one.reason, one.kept) for one in removed)
    return text.getvalue()
