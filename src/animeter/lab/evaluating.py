"""From a manifest and a model to a written report: what `animeter evaluate` calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from animeter.datasets.checking.looks import FILE as LOOKS_FILE
from animeter.datasets.manifest import ManifestRow, read_manifest
from animeter.lab.evaluation import Evaluation, Judge, Watch, evaluate, folds_of, judges_of_folds
from animeter.lab.page import make_folder
from animeter.lab.report import write_report
from animeter.lab.shortcuts import check_shortcuts
from animeter.lab.summary import Report, styles_of, summarise


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be evaluated.

    Attributes:
        manifest: the CSV file.
        model: a model's name or a bundle's folder; None is the built-in model.
        folds_run: a run's folder with a bundle for each fold; they take the model's place.
        folds: judge only the pictures of these folds; empty means all.
        more_labels: what the manifest does not say of its pictures, as `read_manifest` takes it.
        robustness: whether to score the disturbed pictures too.
        pictures: whether the page shows the pictures of its mistakes.
    """

    manifest: Path
    model: str | Path | None = None
    folds_run: Path | None = None
    folds: tuple[int, ...] = ()
    more_labels: Path | None = None
    robustness: bool = True
    pictures: bool = True


def evaluate_manifest(request: Request, output: Path, watch: Watch | None = None) -> Report:
    """Score, summarise and write the report; what an interrupted call has scored is reused.

    Args:
        request: what is to be evaluated.
        output: the folder of scores and report.
        watch: told of the progress.

    Returns:
        What stands in `report.json`.

    Raises:
        ManifestError: the manifest cannot be used, or has no picture for a judge.
        RecipeError: a fold's bundle is missing.
        BundleError: a bundle cannot be used.
        OutputError: the output cannot be written.
        MissingExtraError: a package of the extra `evaluate` is not installed.
    """
    make_folder(output / "scores")
    rows = _within(read_manifest(request.manifest, request.more_labels), request.folds)
    judges = _judges(request, rows)
    evaluation = evaluate(rows, judges, output, request.robustness, watch)
    summary = summarise(evaluation, request.manifest.name)
    summary["more_labels"] = request.more_labels and request.more_labels.name
    summary["shortcuts"] = _shortcuts(evaluation, output)
    write_report(evaluation, summary, output, request.pictures)
    return summary


def _judges(request: Request, rows: Sequence[ManifestRow]) -> list[Judge]:
    if request.folds_run is None:
        return [Judge("model", request.model)]
    return judges_of_folds(request.folds_run, folds_of(rows))


def _within(rows: list[ManifestRow], folds: tuple[int, ...]) -> list[ManifestRow]:
    """Keep the pictures of some folds, and those that are in none (borderline)."""
    return [row for row in rows if not folds or row.fold is None or row.fold in folds]


def _shortcuts(evaluation: Evaluation, output: Path) -> Report | None:
    counted = evaluation.counted
    return check_shortcuts(counted, styles_of(counted.rows), output / "scores" / LOOKS_FILE)
