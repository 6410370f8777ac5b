"""Teaching the heads that ship with the built-in model, and judging them honestly.

The network was trained on these very pictures, so heads cannot be judged on its embedding: it
knows the pictures by heart. Each picture is judged on the embedding of the fold's network that
never saw its franchise, by a head that was taught on that network's embedding of other pictures.
For `series` and `character` that is a lower bound: the network that ships has seen the shows, and
tells them apart better than one that has not. The heads that ship are taught on the shipped
network's embedding of everything, with the regularisation and calibration found this way.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from animeter.datasets.checking.looks import FILE as LOOKS_FILE
from animeter.datasets.checking.looks import look_at_all
from animeter.datasets.checking.near_duplicates import (
    group_near_duplicates,
    layouts_of,
    thumbnails_of,
)
from animeter.datasets.manifest import ManifestRow, read_manifest
from animeter.domain.answer_scaling import AnswerScaling, fit_answer_scaling
from animeter.domain.calibration import apply_scalings
from animeter.domain.errors import TeachingError
from animeter.domain.linear_discriminant import fit_discriminants
from animeter.domain.taught_head import TaughtHead
from animeter.domain.taxonomy import BRANCHES, Taxonomy
from animeter.domain.temperature import mean_loss
from animeter.inference.bundle import Bundle, find_bundle
from animeter.inference.head_file import write_head
from animeter.inference.heads import embedding_model
from animeter.inference.taxonomy_file import BUILTIN_FILE, read_taxonomy
from animeter.lab.heads.figures import head_figures
from animeter.lab.heads.hierarchy_figures import InTree, hierarchy_part
from animeter.lab.heads.picture_embeddings import embeddings_of
from animeter.lab.heads.tasks import (
    MIN_OF_CHARACTER,
    MIN_OF_SERIES,
    Task,
    deal_parts,
    head_tasks,
    pictures_for_heads,
    series_of,
)
from animeter.lab.out_of_fold import FILE, calibrate_without, read_predictions
from animeter.lab.runs import Run, fold_name, folds_of

Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]
Integers = NDArray[np.int64]

SHRINKAGES: Final = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Regularisations that are tried."""

_IN_HEAD: Final = ("top_1", "top_5", "balanced")  # figures that the head's own file tells
_HOW: Final = {
    True: "on pictures that neither head nor network saw, of shows the network never saw: "
    "a lower bound for this head",
    False: "on franchises that neither head nor network saw",
}


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """The pictures that heads are taught with, as every network of a run sees them.

    Attributes:
        rows: [N].
        series: [N] by its first spelling, empty for none.
        judge: int [N], the fold whose network judges the picture: its own, or the first one for a
            picture of no fold, which no network was trained on.
        group: int [N], near-duplicates have one number.
        part: int [N], within-show split.
        by_fold: the embeddings [N, D] of each fold's network.
        shipped: the embedding [N, D] of the network that ships.
    """

    rows: Sequence[ManifestRow]
    series: Sequence[str]
    judge: Integers
    group: Integers
    part: Integers
    by_fold: Mapping[int, Floats32]
    shipped: Floats32


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What held-out layers said of a task's pictures.

    Attributes:
        shares: [M, L], calibrated by pictures of the other folds.
        shrinkage: that held-out pictures like best.
        scaling: that all held-out pictures ask for.
    """

    shares: Floats
    shrinkage: float
    scaling: AnswerScaling


def gather(
    run: Run,
    model: str | None,
    work: Path,
    say: Callable[[str], None],
) -> Pictures:
    """Embed the pictures of a run's manifest with each of its networks; goes on after a kill.

    Args:
        run: a finished run with folds.
        model: the model to teach for, as `find_bundle` takes it.
        work: folder for embeddings.
        say: told what is being done.
    """
    data = run.recipe.data
    rows = pictures_for_heads(read_manifest(data.source, data.more_labels))
    folds = folds_of(rows)
    bundles = {fold: Bundle.open(run.bundle(fold_name(fold))) for fold in folds}
    tables = {}
    for name, bundle in [*bundles.items(), (-1, find_bundle(model))]:
        say(f"embedding {len(rows):,} pictures with {_part(name)}")
        tables[name] = embeddings_of(bundle, rows, work, _silent)
    say("looking for near-duplicates")
    looks = look_at_all([row.path for row in rows], work / LOOKS_FILE)
    readable = np.all([np.isfinite(t).all(axis=1) for t in tables.values()], axis=0)
    kept = np.flatnonzero(readable & np.array([not look.error for look in looks]))
    layouts = layouts_of(thumbnails_of([looks[i] for i in kept]))
    rows = [rows[i] for i in kept]
    tables = {name: table[kept] for name, table in tables.items()}
    shipped = tables.pop(-1)
    judge = np.array([folds[0] if row.fold is None else row.fold for row in rows])
    unseen = np.stack([tables[fold][i] for i, fold in enumerate(judge)])
    taxonomy = read_taxonomy(BUILTIN_FILE)
    series = [series_of(row, taxonomy) for row in rows]
    group = group_near_duplicates(series, layouts, unseen)
    return Pictures(rows, series, judge, group, deal_parts(group, series), tables, shipped)


def build_heads(
    run: Run,
    model: str | None,
    work: Path,
    heads: Path,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Teach all heads that ship, write them, and return every figure.

    Args:
        run: a finished run with folds.
        model: the model to teach for, as `find_bundle` takes it.
        work: folder that keeps embeddings between calls.
        heads: folder for the heads, one folder each; heads of the same names are replaced.
        say: told what is being done.

    Raises:
        TeachingError: there are too few labelled pictures.
    """
    bundle = find_bundle(model)
    pictures = gather(run, model, work, say)
    taxonomy = read_taxonomy(BUILTIN_FILE)
    report: dict[str, Any] = {"model": bundle.spec.label, "model_sha256": bundle.spec.sha256}
    judged: dict[str, tuple[Task, Judged]] = {}
    tasks = head_tasks(pictures.rows, taxonomy)
    missing = {"series", "character", "type"} - {task.name for task in tasks}
    if missing:
        raise TeachingError(
            f"The manifest {run.recipe.data.source} has too little to teach {sorted(missing)}: "
            f"wanted a series with {MIN_OF_SERIES} pictures, a character with {MIN_OF_CHARACTER}, "
            "and pictures of each type. Label more pictures."
        )
    for task in tasks:
        head, said = teach_and_judge(pictures, task, bundle, say)
        judged[task.name] = (task, said)
        rows = [pictures.rows[i] for i in task.members]
        units = (
            pictures.group[task.members].tolist()
            if task.within_shows
            else [row.franchise for row in rows]
        )
        figures = head_figures(task, said.shares, [row.style for row in rows], units)
        report[task.name] = {"shrinkage": said.shrinkage, **figures}
        short: dict[str, Any] = {key: figures[key] for key in _IN_HEAD if key in figures}
        short["measured"] = _HOW[task.within_shows]
        write_head(
            dataclasses.replace(head, figures=short),
            heads / task.name,
            replace=True,
        )
    report["type"]["in_known_shows"] = _in_known_shows(pictures, judged["type"][0])
    report["type"]["never_taught"] = _answers_to_never_taught(pictures, *judged["type"])
    report["hierarchy"] = _hierarchy(run, pictures, taxonomy, judged)
    report["size_bytes"] = sum(
        file.stat().st_size for name in judged for file in (heads / name).iterdir()
    )
    return report


def teach_and_judge(
    pictures: Pictures, task: Task, bundle: Bundle, say: Callable[[str], None]
) -> tuple[TaughtHead, Judged]:
    """Judge a task by held-out layers, and teach the head that ships."""
    say(f"{task.name}: judging {len(task.targets):,} pictures of {len(task.labels)} labels")
    judged = judge(pictures, task)
    features = pictures.shipped[task.members]
    (layer,) = fit_discriminants(
        features, task.targets, len(task.labels), [judged.shrinkage], task.weights
    )
    scale = np.float32(judged.scaling.scale)
    bias = layer.bias * scale
    bias[-1] += np.float32(judged.scaling.offset)
    head = TaughtHead(
        name=task.name,
        labels=task.labels,
        model=embedding_model(bundle),
        weights=layer.weights * scale,
        bias=bias,
        none_rule=None,
        created=dt.datetime.now(tz=dt.UTC).date().isoformat(),
        training={
            "method": "linear discriminant analysis",
            "pictures": len(task.targets),
            "shrinkage": judged.shrinkage,
            "calibrated_on": "pictures that neither head nor network saw",
        },
    )
    return head, judged


def judge(pictures: Pictures, task: Task) -> Judged:
    """Let held-out layers judge every picture of a task."""
    fold = pictures.judge[task.members]
    logits = np.empty((len(SHRINKAGES), len(task.targets), len(task.labels)), np.float32)
    for network, held_out, taught in _rounds(pictures, task):
        unknown = np.setdiff1d(task.targets, task.targets[taught])
        if len(unknown):
            raise TeachingError(
                f"The label {task.labels[unknown[0]]!r} of {task.name!r} has nothing left to be "
                "taught with once some of its pictures are held out: they are all of one franchise "
                "or near-duplicates. Add others of it."
            )
        features = pictures.by_fold[network][task.members]
        layers = fit_discriminants(
            features[taught],
            task.targets[taught],
            len(task.labels),
            SHRINKAGES,
            task.weights[taught],
        )
        for row, layer in enumerate(layers):
            logits[row, held_out] = layer.logits(features[held_out])
    shares = np.empty(logits.shape[1:])
    for one in np.unique(fold):
        inside = fold == one
        row, scaling = _best(logits[:, ~inside], task.targets[~inside], task.has_other)
        shares[inside] = scaling.shares(logits[row, inside])
    row, scaling = _best(logits, task.targets, task.has_other)
    return Judged(shares, SHRINKAGES[row], scaling)


def _in_known_shows(pictures: Pictures, task: Task) -> dict[str, Any]:
    """Judge a head that holds out franchises on other pictures of shows it was taught on."""
    known = dataclasses.replace(task, within_shows=True)
    styles = [pictures.rows[i].style for i in task.members]
    units = pictures.group[task.members].tolist()
    figures = head_figures(known, judge(pictures, known).shares, styles, units)
    return {key: figures[key] for key in ("top_1", "balanced")}


def _answers_to_never_taught(pictures: Pictures, task: Task, judged: Judged) -> dict[str, Any]:
    """Tell what the head answers for pictures of several types, and of none."""
    kinds = np.array([row.type for row in pictures.rows])
    has_fold = np.array([row.fold is not None for row in pictures.rows])
    asked = np.flatnonzero(np.isin(kinds, ("mixed", "none")) & has_fold)
    shares = np.empty((len(asked), len(task.labels)))
    for network in np.unique(pictures.judge[asked]):
        taught = pictures.judge[task.members] != network
        table = pictures.by_fold[int(network)]
        (layer,) = fit_discriminants(
            table[task.members[taught]],
            task.targets[taught],
            len(task.labels),
            [judged.shrinkage],
            task.weights[taught],
        )
        inside = pictures.judge[asked] == network
        shares[inside] = judged.scaling.shares(layer.logits(table[asked[inside]]))
    answers: dict[str, Any] = {}
    for kind in np.unique(kinds[asked]):
        of_kind = shares[kinds[asked] == kind]
        counts = np.bincount(of_kind.argmax(axis=1), minlength=len(task.labels)).tolist()
        answers[str(kind)] = {
            "pictures": len(of_kind),
            "answered": dict(zip(task.labels, counts, strict=True)),
            "mean_score_of_the_answer": float(of_kind.max(axis=1).mean()),
        }
    return answers


def _hierarchy(
    run: Run,
    pictures: Pictures,
    taxonomy: Taxonomy,
    judged: Mapping[str, tuple[Task, Judged]],
) -> dict[str, Any]:
    """Put likenesses, series and characters of the same held-out pictures together."""
    folds = np.unique(pictures.judge).tolist()
    predictions = read_predictions([run.part(fold_name(fold)) / FILE for fold in folds])
    place = {name: row for row, name in enumerate(predictions.names)}
    calibrations = {fold: calibrate_without(predictions, fold) for fold in folds}
    scores = {name: _scores_by_picture(*judged[name]) for name in ("series", "character")}
    trees = []
    for number, row in enumerate(pictures.rows):
        if row.style not in BRANCHES[:2] or row.name not in place:
            continue
        calibration = calibrations[int(pictures.judge[number])]
        likeness = apply_scalings(
            predictions.logits[[place[row.name]]], (calibration.anime, calibration.cartoon)
        )[0]
        truth = {"style": row.style, "series": pictures.series[number], "character": row.character}
        trees.append(
            InTree(
                truth={
                    level: label
                    for level, label in truth.items()
                    if level == "style" or label in judged[level][0].labels
                },
                anime=float(likeness[0]),
                cartoon=float(likeness[1]),
                rule=calibration.rule,
                series=scores["series"][number],
                character=scores["character"].get(number, {}),
            )
        )
    return hierarchy_part(trees, taxonomy)


def _scores_by_picture(task: Task, judged: Judged) -> dict[int, dict[str, float]]:
    return {
        int(number): dict(zip(task.labels, shares, strict=True))
        for number, shares in zip(task.members, judged.shares.tolist(), strict=True)
    }


def _rounds(pictures: Pictures, task: Task) -> Iterator[tuple[int, Integers, Integers]]:
    """Yield a network's fold, the pictures it may judge, and those it may be taught on."""
    fold, part = pictures.judge[task.members], pictures.part[task.members]
    for network in np.unique(fold):
        if not task.within_shows:
            yield int(network), np.flatnonzero(fold == network), np.flatnonzero(fold != network)
            continue
        for one in np.unique(part):
            held_out = np.flatnonzero((fold == network) & (part == one))
            yield int(network), held_out, np.flatnonzero(part != one)


def _best(logits: Floats32, targets: Integers, has_other: bool) -> tuple[int, AnswerScaling]:
    scalings = [fit_answer_scaling(one, targets, moves_last=has_other) for one in logits]
    losses = [
        mean_loss(np.log(np.maximum(scaling.shares(one), 1e-12)), targets)
        for scaling, one in zip(scalings, logits, strict=True)
    ]
    row = int(np.argmin(losses))
    return row, scalings[row]


def _part(fold: int) -> str:
    return "the model that ships" if fold < 0 else f"the network that never saw fold {fold}"


def _silent(_: int) -> None:
    pass
