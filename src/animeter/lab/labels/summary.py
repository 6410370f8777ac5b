"""From predictions under labels to the figures of their report: all of `report.json`.

The result is plain JSON values, with shares in [0, 1]. Figures that carry an interval are
`{"value", "low", "high"}`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import animeter
from animeter.domain.head_report import share_with_interval
from animeter.domain.label_metrics import (
    PerLabel,
    likeness_of_labels,
    per_label,
    rank_of_truth,
    worst_pairs,
)
from animeter.domain.metrics import confusion_matrix
from animeter.lab.curves import coverage, number_or_none, reliability
from animeter.lab.labels.figures import DRAWS, SEED, label_figures
from animeter.lab.labels.order import order_by_likeness
from animeter.lab.labels.predictions import LabelPredictions
from animeter.lab.page import time_made
from animeter.lab.training_log import EpochFigures

FORMAT_VERSION = 1
MOST_TOP = 10
PAIRS_SHOWN = 30
MISTAKES_SHOWN = 36
SAMPLE_SHOWN = 36

Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LabelEvaluation:
    """Predictions, and what is known of how they came about.

    Attributes:
        data: the name of the folder or manifest.
        column: what the labels are called.
        predictions: of the pictures that count.
        paths: where their files are, by name; a name may lack.
        units: [N] what intervals are drawn by.
        resampled: what `units` are: `franchise` or `picture`.
        out_of_fold: whether each picture was judged by a model that never saw its fold.
        judges: facts about who judged.
        unlabelled: how many pictures had no label.
        others: how many pictures each label has that the model does not know.
        others_are: the answer that is right for those; empty where they were left out.
        failures: name and error code of pictures that could not be read.
        learning: epochs of the trainings behind it, by the name of each.
    """

    data: str
    column: str
    predictions: LabelPredictions
    paths: Mapping[str, Path]
    units: NDArray[np.str_]
    resampled: str
    out_of_fold: bool
    judges: Sequence[Mapping[str, Any]] = ()
    unlabelled: int = 0
    others: Mapping[str, int] = field(default_factory=dict)
    others_are: str = ""
    failures: Sequence[tuple[str, str]] = ()
    learning: Mapping[str, Sequence[EpochFigures]] = field(default_factory=dict)


def summarise_labels(evaluation: LabelEvaluation) -> Report:
    """Make all figures of an evaluation under labels."""
    predictions = evaluation.predictions
    truth, answer, labels = predictions.truth, predictions.answer, predictions.labels
    right = truth == answer
    confidence = np.clip(predictions.probability.max(axis=1), 0.0, 1.0)
    confusion = confusion_matrix(truth, answer, len(labels))
    figures = label_figures(predictions, evaluation.units)
    return {
        "format_version": FORMAT_VERSION,
        "kind": "labels",
        "animeter": animeter.__version__,
        "made": time_made(),
        "mode": "out_of_fold" if evaluation.out_of_fold else "one_model",
        "data": evaluation.data,
        "label": evaluation.column,
        "judges": [dict(judge) for judge in evaluation.judges],
        "pictures": {
            "counted": len(truth),
            "labels": len(np.unique(truth)),
            "answers": len(labels),
            "unlabelled": evaluation.unlabelled,
            "failed": len(evaluation.failures),
        },
        "others": {"are": evaluation.others_are, "pictures": dict(evaluation.others)},
        "bootstrap": {
            "draws": DRAWS,
            "seed": SEED,
            "level": 0.95,
            "resampled": evaluation.resampled,
        },
        "figures": {name: figure.to_dict() for name, figure in figures.items()},
        "chance": float(np.bincount(truth).max() / len(truth)),
        "top": _top(predictions),
        "labels": _labels(labels, confusion),
        "confusion": _confusion(predictions, confusion),
        "pairs": _pairs(labels, confusion),
        "calibration": reliability(confidence, right),
        "coverage": coverage(confidence, right),
        "folds": _folds(predictions, right),
        "mistakes": _mistakes(predictions, right),
        "sample": _sample(predictions),
        "learning": {
            name: [asdict(epoch) for epoch in epochs]
            for name, epochs in evaluation.learning.items()
            if epochs
        },
        "failures": [{"path": name, "error": code} for name, code in evaluation.failures],
    }


def _top(predictions: LabelPredictions) -> list[Report]:
    """Return the share of pictures whose label is among the k likeliest, for k from 1."""
    rank = rank_of_truth(predictions.probability, predictions.truth)
    most = min(MOST_TOP, len(predictions.labels))
    return [{"k": k, "share": float(np.mean(rank < k))} for k in range(1, most + 1)]


def _labels(labels: Sequence[str], confusion: NDArray[np.int64]) -> list[Report]:
    """Return each label that occurs or was answered, the worst F1 first."""
    table: PerLabel = per_label(confusion)
    rows = []
    for number, label in enumerate(labels):
        support, answered = int(table.support[number]), int(table.answered[number])
        if not support and not answered:
            continue
        hits = np.arange(support) < confusion[number, number]
        interval = share_with_interval(hits, np.arange(support)) if support else None
        wrong = Counter({i: int(n) for i, n in enumerate(confusion[number]) if n and i != number})
        taken_for = wrong.most_common(1)
        rows.append(
            {
                "label": label,
                "pictures": support,
                "answered": answered,
                "precision": number_or_none(float(table.precision[number])),
                "recall": {"value": None, "low": None, "high": None}
                if interval is None
                else asdict(interval),
                "f1": number_or_none(float(table.f1[number])),
                "taken_for": labels[taken_for[0][0]] if taken_for else None,
                "taken_for_pictures": taken_for[0][1] if taken_for else 0,
            }
        )
    return sorted(rows, key=_worst_first)


def _worst_first(row: Report) -> tuple[float, str]:
    # A label without pictures has no F1: it stands at the end.
    return (2.0 if row["f1"] is None else row["f1"], row["label"])


def _confusion(predictions: LabelPredictions, confusion: NDArray[np.int64]) -> Report:
    """Return the matrix of the labels that occur or were answered, alike ones side by side."""
    used = np.flatnonzero(confusion.sum(axis=0) + confusion.sum(axis=1))
    alike = likeness_of_labels(predictions.probability, predictions.truth)
    order = used[order_by_likeness(alike[np.ix_(used, used)])]
    return {
        "labels": [predictions.labels[number] for number in order],
        "counts": confusion[np.ix_(order, order)].tolist(),
    }


def _pairs(labels: Sequence[str], confusion: NDArray[np.int64]) -> list[Report]:
    support = confusion.sum(axis=1)
    return [
        {
            "truth": labels[pair.truth],
            "answer": labels[pair.answer],
            "pictures": pair.pictures,
            "share": float(pair.pictures / support[pair.truth]),
            "back": int(confusion[pair.answer, pair.truth]),
        }
        for pair in worst_pairs(confusion)[:PAIRS_SHOWN]
    ]


def _folds(predictions: LabelPredictions, right: NDArray[np.bool_]) -> list[Report]:
    if predictions.fold is None:
        return []
    return [
        {
            "fold": int(fold),
            "pictures": int(np.sum(predictions.fold == fold)),
            "accuracy": float(np.mean(right[predictions.fold == fold])),
        }
        for fold in np.unique(predictions.fold)
    ]


def _mistakes(predictions: LabelPredictions, right: NDArray[np.bool_]) -> list[Report]:
    """Return the wrong answers that were given with the most confidence."""
    wrong = np.flatnonzero(~right)
    confidence = predictions.probability.max(axis=1)
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")][:MISTAKES_SHOWN]
    return [_shown(predictions, int(index)) for index in worst]


def _sample(predictions: LabelPredictions) -> list[Report]:
    """Return pictures drawn by chance."""
    chosen = np.random.default_rng(SEED).permutation(len(predictions.names))[:SAMPLE_SHOWN]
    return [_shown(predictions, int(index)) for index in chosen]


def _shown(predictions: LabelPredictions, index: int) -> Report:
    truth, said = int(predictions.truth[index]), predictions.probability[index]
    answer = int(said.argmax())
    return {
        "path": predictions.names[index],
        "truth": predictions.labels[truth],
        "answer": predictions.labels[answer],
        "right": truth == answer,
        "probability": float(said[answer]),
        "probability_of_truth": float(said[truth]),
    }
