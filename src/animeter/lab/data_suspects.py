"""Labels that somebody should look at again, because a model does not believe them.

Three ways: the likenesses of a model doubt a style; a head that is taught on the other pictures,
over a model's embedding, doubts any other label; and networks of a cross-validation doubt what
they never saw.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np

from animeter.datasets.checking.copies import Copies
from animeter.datasets.checking.entries import Entry
from animeter.datasets.checking.findings import FEW_PICTURES, Case
from animeter.domain.head_fitting import FitOptions, fit_head
from animeter.domain.head_report import report_of
from animeter.domain.taught_head import HeadIdentity
from animeter.domain.verdict import STYLES
from animeter.inference.bundle import find_bundle
from animeter.inference.classifier import Classifier
from animeter.inference.heads import embedding_model
from animeter.lab.evaluation import Watch
from animeter.lab.heads.picture_embeddings import embeddings_of
from animeter.lab.label_suspects import doubted_labels, find_suspects, three_classes
from animeter.lab.labels.predictions import holds_label_predictions, read_label_predictions
from animeter.lab.out_of_fold import read_predictions
from animeter.lab.scoring import Task, likeness_of, score

DOUBTED: Final = 0.05
"""A style is doubted where the likenesses leave it less than this."""

_FEWEST_LABELS: Final = 2


def doubted_styles(
    entries: Sequence[Entry], model: str | Path | None, ledger: Path, watch: Watch
) -> list[Case]:
    """Find styles that a model's likenesses leave next to nothing, the least believed first.

    Args:
        entries: the pictures; those without a style are not asked about.
        model: a model's name or a bundle's folder; None is the built-in one.
        ledger: JSONL file that keeps the scores for the next call.
        watch: told of the progress.

    Raises:
        BundleError: the model cannot be used.
    """
    asked = [entry for entry in entries if entry.label in STYLES]
    bundle = find_bundle(model)
    names = sha256("\n".join(entry.name for entry in asked).encode()).hexdigest()
    watch.expect(len(asked))
    watch.begin("asking the model")
    scores = score(
        Classifier(bundle),
        [Task(entry.name, lambda path=entry.path: path) for entry in asked],  # type: ignore[misc]
        ledger,
        {"model_sha256": bundle.spec.sha256, "pictures": names},
        watch.advance,
    )
    likeness = likeness_of(scores)
    readable = np.flatnonzero(np.isfinite(likeness).all(axis=1))
    style = np.array([STYLES.index(entry.label) for entry in asked], dtype=np.int64)
    left = three_classes(likeness[readable])[np.arange(len(readable)), style[readable]]
    return [
        Case(
            (asked[i].name,),
            f"labelled {asked[i].label}: anime {likeness[i, 0]:.0%}, cartoon {likeness[i, 1]:.0%}",
        )
        for i in (int(readable[place]) for place in np.argsort(left) if left[place] < DOUBTED)
    ]


def doubted_by_teaching(
    entries: Sequence[Entry], copies: Copies, model: str | Path | None, folder: Path, watch: Watch
) -> list[Case]:
    """Find labels that heads taught on the other pictures doubt; labels of any kind.

    Args:
        entries: the pictures; those without a label, or of a label with next to no pictures, are
            not asked about.
        copies: which are judged together.
        model: whose embedding the heads read; None is the built-in one.
        folder: keeps the embeddings for the next call.
        watch: told of the progress.

    Raises:
        BundleError: the model cannot be used.
    """
    pictures = Counter(entry.label for entry in entries if entry.label)
    asked = [i for i, entry in enumerate(entries) if pictures[entry.label] >= FEW_PICTURES]
    if len({entries[i].label for i in asked}) < _FEWEST_LABELS:
        return []
    bundle = find_bundle(model)
    watch.expect(len(asked))
    watch.begin("asking the model")
    table = embeddings_of(bundle, [entries[i] for i in asked], folder, watch.advance)
    readable = np.flatnonzero(np.isfinite(table).all(axis=1))
    known = [asked[i] for i in readable]
    labels = [entries[i].label for i in known]
    if len(set(labels)) < _FEWEST_LABELS or min(Counter(labels).values()) < _FEWEST_LABELS:
        return []
    groups, today = copies.picture[known], dt.datetime.now(tz=dt.UTC).date()
    fit = fit_head(
        HeadIdentity("check", embedding_model(bundle), today.isoformat()),
        table[readable],
        labels,
        groups,
        options=FitOptions(learn_none=False),
    )
    return [
        Case(
            (entries[known[suspect.index]].name,),
            f"{suspect.label} {suspect.own_share:.0%}, but {suspect.likelier} "
            f"{suspect.likelier_share:.0%}",
        )
        for suspect in report_of(fit, groups).suspects
    ]


def doubted_out_of_fold(files: Sequence[Path]) -> list[Case]:
    """Find labels that networks which never saw them doubt, by confident learning.

    Args:
        files: `out_of_fold.csv` of a run's folds, of styles or of labels.

    Raises:
        FileMissingError: there is no such file.
        ManifestError: a file is of another form.
    """
    if not all(holds_label_predictions(path) for path in files):
        return [
            Case(
                (suspect.name,),
                f"labelled {suspect.style}: anime {suspect.anime:.0%}, "
                f"cartoon {suspect.cartoon:.0%}",
            )
            for suspect in find_suspects(read_predictions(files))
        ]
    said = read_label_predictions(files)
    return [
        Case(
            (said.names[i],),
            f"{said.labels[said.truth[i]]} {confidence:.0%}, but {said.labels[said.answer[i]]} "
            f"{said.probability[i].max():.0%}",
        )
        for i, confidence in doubted_labels(said.truth, said.probability)
    ]
