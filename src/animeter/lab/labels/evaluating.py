"""From labelled pictures and whoever names them to a written report on any set of labels.

Predictions come from a judge that is asked now, from the folds of a run, or from a file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from animeter.domain.errors import ManifestError
from animeter.lab.evaluation import Watch
from animeter.lab.labels.data import (
    UNNAMED,
    LabelledPicture,
    known_to,
    read_label_data,
    read_pictures,
    units_of,
)
from animeter.lab.labels.judges import find_judge, label_model_folder, score_labels
from animeter.lab.labels.predictions import LabelPredictions, read_label_predictions
from animeter.lab.labels.report import write_label_report
from animeter.lab.labels.runs import holds_labels, read_judged_run
from animeter.lab.labels.summary import LabelEvaluation, Report, summarise_labels
from animeter.lab.page import make_folder
from animeter.lab.training_log import EpochFigures, read_log


@dataclass(frozen=True, slots=True)
class LabelRequest:
    """What is to be evaluated.

    Attributes:
        data: a folder whose folders are labels, or a manifest.
        label: the manifest's column; None for the name of the head, or what a file says.
        model: a model's name or a bundle's folder; None is the built-in model.
        head: the taught head that names labels, its name or folder; None asks the model itself.
        folds_run: the folder of a run whose folds were judged already; in the model's place.
        predictions: a file of predictions, in the model's place.
        folds: only the pictures of these folds; empty means all.
        pictures: whether the page shows pictures.
    """

    data: Path
    label: str | None = None
    model: str | Path | None = None
    head: str | Path | None = None
    folds_run: Path | None = None
    predictions: Path | None = None
    folds: tuple[int, ...] = ()
    pictures: bool = True


def is_about_labels(request: LabelRequest) -> bool:
    """Say whether labels are asked for; if not, the likenesses of a manifest's styles are."""
    run = request.folds_run
    return (
        request.data.is_dir()
        or any(part is not None for part in (request.label, request.head, request.predictions))
        or (run is not None and holds_labels(run))
        or label_model_folder(request.model) is not None
    )


def evaluate_labels(request: LabelRequest, output: Path, watch: Watch | None = None) -> Report:
    """Score, summarise and write the report; what an interrupted call has scored is reused.

    Args:
        request: what is to be evaluated.
        output: the folder of scores and report.
        watch: told of the progress.

    Returns:
        What stands in `report.json`.

    Raises:
        OutputError: the output cannot be written.
        MissingExtraError: a package of the extra `evaluate` is not installed.
        AnimeterError: as `gather_predictions`.
    """
    make_folder(output / "scores")
    evaluation = gather_predictions(request, output / "scores" / "labels.jsonl", watch)
    summary = summarise_labels(evaluation)
    write_label_report(evaluation, summary, output, request.pictures)
    return summary


def gather_predictions(
    request: LabelRequest, ledger: Path, watch: Watch | None = None
) -> LabelEvaluation:
    """Ask who is to judge, or read what was said before.

    Args:
        request: what is to be evaluated.
        ledger: keeps what a judge says, and what it said before.
        watch: told of the progress.

    Raises:
        FileMissingError: the data or the predictions are not there.
        ManifestError: they cannot be used, or the model knows none of the labels.
        RecipeError: the run's folds were not judged.
        BundleError: a model cannot be used.
        HeadError: a head cannot be used.
    """
    if request.folds_run is not None:
        run = read_judged_run(request.folds_run)
        said = _predicted(request, run.predictions)
        column = request.label or run.column or UNNAMED
        return replace(said, column=column, judges=run.judges, learning=run.learning)
    if request.predictions is not None:
        return _predicted(request, read_label_predictions([request.predictions]))
    return _judged(request, ledger, watch)


def _judged(request: LabelRequest, ledger: Path, watch: Watch | None) -> LabelEvaluation:
    """Ask a judge now."""
    judge = find_judge(request.model, request.head)
    column = request.label
    if column is None and not request.data.is_dir():
        column = judge.facts["head"] or None
    data = read_label_data(request.data, column).within(request.folds)
    known = known_to(judge.labels, judge.rest, data)
    if watch is not None:
        watch.expect(len(known.pictures))
        watch.begin(data.column)
    advance = None if watch is None else watch.advance
    scores = score_labels(judge, known.pictures, ledger, advance)
    read = np.array([score.error is None for score in scores], dtype=np.bool_)
    if not read.any():
        raise ManifestError(
            f"None of the {len(scores)} labelled pictures of {data.name} can be read, the first "
            f"is {scores[0].key}: {scores[0].error}."
        )
    pictures = [one for one, kept in zip(known.pictures, read, strict=True) if kept]
    resampled, units = units_of(pictures)
    return LabelEvaluation(
        data=data.name,
        column=data.column,
        predictions=LabelPredictions(
            names=tuple(one.name for one in pictures),
            truth=known.truth[read],
            labels=judge.labels,
            probability=np.array([score.said for score in scores if score.error is None]),
        ),
        paths={one.name: one.path for one in pictures},
        units=units,
        resampled=resampled,
        out_of_fold=False,
        judges=[judge.facts],
        unlabelled=data.unlabelled,
        others=known.others,
        others_are=known.others_are,
        failures=[(score.key, score.error) for score in scores if score.error is not None],
        learning=_learning_of(judge.folder),
    )


def _predicted(request: LabelRequest, said: LabelPredictions) -> LabelEvaluation:
    """Take what was said before, and find the pictures."""
    predictions = _within(said, request.folds)
    by_name = {one.name: one for one in read_pictures(request.data)}
    found = [by_name.get(name) for name in predictions.names]
    if not any(found):
        raise ManifestError(
            f"None of the predictions, such as that of {predictions.names[0]}, is of a picture of "
            f"{request.data}. Give the manifest or folder whose pictures they are of."
        )
    labels = [predictions.labels[number] for number in predictions.truth]
    resampled, units = units_of(
        [
            LabelledPicture(Path(name), name, label, franchise=one.franchise if one else "")
            for name, label, one in zip(predictions.names, labels, found, strict=True)
        ]
    )
    return LabelEvaluation(
        data=request.data.resolve().name,
        column=request.label or UNNAMED,
        predictions=predictions,
        paths={name: one.path for name, one in by_name.items()},
        units=units,
        resampled=resampled,
        out_of_fold=predictions.fold is not None,
    )


def _within(predictions: LabelPredictions, folds: Sequence[int]) -> LabelPredictions:
    if not folds:
        return predictions
    fold = predictions.fold
    kept = np.zeros(len(predictions.names), bool) if fold is None else np.isin(fold, folds)
    if not kept.any():
        raise ManifestError(f"No prediction is of the folds {', '.join(map(str, folds))}.")
    return predictions.only(kept)


def _learning_of(bundle: Path) -> Mapping[str, Sequence[EpochFigures]]:
    """Return how the training went whose folder a bundle lies in, if it does."""
    return {bundle.parent.name: read_log(bundle.parent)}
