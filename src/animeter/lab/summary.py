"""From scores to the figures of a report: everything in `report.json` is made here.

The result is plain JSON values (dicts, lists, numbers, None), with shares in [0, 1]. Figures that
carry an interval are `{"value", "low", "high"}`; the interval is a 95 % bootstrap by franchise.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

import animeter
from animeter.datasets.manifest import NOT_DRAWN, ManifestRow
from animeter.domain import metrics
from animeter.domain.verdict import STYLES, Verdict, forced_style
from animeter.lab.curves import coverage, number_or_none, reliability, thinned
from animeter.lab.evaluation import Evaluation, Scored
from animeter.lab.mosaics import KINDS
from animeter.lab.page import time_made
from animeter.lab.scoring import PROBABILITY_FLOOR, Score, likeness_of, verdict_shares
from animeter.lab.tallies import Tallies, draw_franchises

FORMAT_VERSION = 1
DRAWS = 1000
SEED = 0
MISTAKES_SHOWN = 12
SMALLEST_GROUP = 10
"""Groups with fewer pictures are put together: their figures would be noise with a name."""
FEWEST_FRANCHISES = 5

LIKENESSES = ("anime", "cartoon")
Report = dict[str, Any]


def summarise(evaluation: Evaluation, manifest: str) -> Report:
    """Make all figures of an evaluation.

    Args:
        evaluation: what the models said.
        manifest: the name the report gives to the manifest.
    """
    counted = evaluation.counted
    likeness, style = counted.likeness, styles_of(counted.rows)
    tallies = _tallies(counted)
    draws = draw_franchises(len(tallies.sums), DRAWS, SEED)
    return {
        "format_version": FORMAT_VERSION,
        "animeter": animeter.__version__,
        "made": time_made(),
        "mode": "out_of_fold" if evaluation.out_of_fold else "one_model",
        "manifest": manifest,
        "models": [asdict(model) for model in evaluation.models],
        "pictures": _pictures(evaluation),
        "bootstrap": {"draws": DRAWS, "seed": SEED, "level": 0.95, "resampled": "franchise"},
        "figures": {name: made.to_dict() for name, made in tallies.figures(draws).items()},
        "confusion": {"labels": list(STYLES), "counts": tallies.confusion.tolist()},
        "roc": {name: _roc(likeness, style, column) for column, name in enumerate(LIKENESSES)},
        "calibration": {
            name: reliability(likeness[:, column], style == column)
            for column, name in enumerate(LIKENESSES)
        },
        "verdicts": _verdicts(counted, style),
        "coverage": coverage(confidence_of(likeness), forced_style(likeness) == style),
        "groups": _groups(counted),
        "robustness": _robustness(evaluation, counted),
        "mosaics": _mosaics(evaluation),
        "borderline": _by_series(evaluation.borderline),
        "mistakes": _mistakes(counted, style),
        "left_out": _left_out(evaluation),
        "failures": [
            {"path": row.name, "error": entry.error}
            for row, entry in zip(evaluation.scored.rows, evaluation.scored.scores, strict=True)
            if entry.error is not None
        ],
    }


def styles_of(rows: Sequence[ManifestRow]) -> NDArray[np.int64]:
    """Return the index into `STYLES` of every row."""
    return np.array([STYLES.index(row.style) for row in rows], dtype=np.int64)


def confidence_of(likeness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how sure the less certain of the two likenesses is, in [0.5, 1].

    It is what the thresholds of a verdict look at: one likeness in doubt leaves all in doubt.
    """
    result: NDArray[np.float64] = np.maximum(likeness, 1.0 - likeness).min(axis=1)
    return result


def _tallies(part: Scored, by_picture: bool = False) -> Tallies:
    names = [row.name if by_picture else row.franchise for row in part.rows]
    franchise = np.array(names, dtype=np.str_)
    return Tallies.of(part.likeness, styles_of(part.rows), franchise)


def _pictures(evaluation: Evaluation) -> Report:
    rows = evaluation.counted.rows
    return {
        "counted": len(rows),
        "franchises": len({row.franchise for row in rows}),
        "by_style": {style: sum(row.style == style for row in rows) for style in STYLES},
        "left_out": len(_not_drawn(evaluation).rows),
        "borderline": len(evaluation.borderline.rows),
        "failed": sum(entry.error is not None for entry in evaluation.scored.scores),
    }


def _roc(likeness: NDArray[np.float64], style: NDArray[np.int64], column: int) -> Report | None:
    truth = (style == column).astype(np.int64)
    if truth.all() or not truth.any():
        return None
    curve = metrics.roc_curve(likeness[:, column], truth)
    kept = thinned(len(curve.threshold))
    return {
        "auc": metrics.roc_auc(likeness[:, column], truth),
        "false_positive_rate": curve.false_positive_rate[kept].tolist(),
        "true_positive_rate": curve.true_positive_rate[kept].tolist(),
    }


def _verdicts(counted: Scored, style: NDArray[np.int64]) -> Report:
    """Verdict shares by true style, and how good the verdicts are where one is given."""
    verdicts = np.array([entry.verdict for entry in counted.scores], dtype=np.str_)
    truth = np.array(STYLES, dtype=np.str_)[style]
    decided = verdicts != Verdict.UNSURE.value
    right = verdicts == truth
    table = {
        name: {
            word.value: int(((truth == name) & (verdicts == word.value)).sum()) for word in Verdict
        }
        for name in STYLES
    }
    return {
        "counts": table,
        "coverage": number_or_none(_mean(decided)),
        "accuracy_of_decided": number_or_none(_mean(right[decided])),
        "accuracy_if_forced": number_or_none(_mean(forced_style(counted.likeness) == style)),
    }


def _groups(counted: Scored) -> dict[str, list[Report]]:
    """The same figures for parts of the pictures, smallest accuracy first."""
    named = counted.keep(lambda row: bool(row.series))
    return {
        "fold": _grouped(counted, lambda row: "" if row.fold is None else f"fold {row.fold}"),
        "kind": _grouped(counted, lambda row: row.kind or "kind not given"),
        "type": _grouped(counted, lambda row: row.type or "not looked at"),
        "source": _grouped(counted, lambda row: row.source or "source not given"),
        "franchise": _grouped(named, lambda row: row.franchise),
    }


def _grouped(part: Scored, key: Callable[[ManifestRow], str]) -> list[Report]:
    groups: dict[str, list[int]] = {}
    for index, row in enumerate(part.rows):
        groups.setdefault(key(row), []).append(index)
    small = [name for name, members in groups.items() if len(members) < SMALLEST_GROUP]
    rest = [index for name in small for index in groups.pop(name)]
    made = [_group(name, part, members) for name, members in groups.items() if name]
    made.sort(key=lambda group: (group["accuracy"]["value"], group["name"]))
    if rest:
        label = f"{len(small)} with fewer than {SMALLEST_GROUP} pictures"
        made.append(_group(label, part, rest) | {"gathered": len(small)})
    return made


def _group(name: str, part: Scored, members: list[int]) -> Report:
    chosen = Scored([part.rows[i] for i in members], [part.scores[i] for i in members])
    franchises = {row.franchise for row in chosen.rows}
    # Of a handful of franchises no draw can say how others would do: single pictures are drawn.
    by_picture = len(franchises) < FEWEST_FRANCHISES
    tallies = _tallies(chosen, by_picture)
    figures = tallies.figures(draw_franchises(len(tallies.sums), DRAWS, SEED))
    mean = chosen.likeness.mean(axis=0)
    return {
        "name": name,
        "pictures": len(members),
        "franchises": len(franchises),
        "gathered": 0,
        "by_style": {style: sum(row.style == style for row in chosen.rows) for style in STYLES},
        "accuracy": figures["accuracy"].to_dict(),
        "anime_against_cartoon": figures["anime_against_cartoon"].to_dict(),
        "resampled": "picture" if by_picture else "franchise",
        "anime": float(mean[0]),
        "cartoon": float(mean[1]),
    }


def _robustness(evaluation: Evaluation, counted: Scored) -> list[Report]:
    """One row a disturbance: figures, and the loss against the same pictures undisturbed."""
    undisturbed = {id(row): entry for row, entry in zip(counted.rows, counted.scores, strict=True)}
    table = []
    for name, part in evaluation.disturbed.items():
        both = part.keep(lambda row: id(row) in undisturbed)
        same = Scored(both.rows, [undisturbed[id(row)] for row in both.rows])
        ours, theirs = _tallies(both), _tallies(same)
        draws = draw_franchises(len(ours.sums), DRAWS, SEED)
        shares = verdict_shares(both.scores)
        table.append(
            {
                "name": name,
                "pictures": len(both.rows),
                "figures": {key: made.to_dict() for key, made in ours.figures(draws).items()},
                "loss": {key: made.to_dict() for key, made in ours.losses(theirs, draws).items()},
                "unsure": shares.get(Verdict.UNSURE.value),
            }
        )
    return table


def _mistakes(counted: Scored, style: NDArray[np.int64]) -> list[Report]:
    """For each way to be wrong, the pictures that the model was surest about."""
    likeness = counted.likeness
    decided = forced_style(likeness)
    target = np.stack([style == column for column in range(len(LIKENESSES))], axis=1)
    said_of_truth = np.where(target, likeness, 1.0 - likeness)
    loss = -np.log(np.maximum(said_of_truth, PROBABILITY_FLOOR)).sum(axis=1)
    table = []
    for truth, wrong in permutations(range(len(STYLES)), 2):
        inside = np.flatnonzero((style == truth) & (decided == wrong))
        worst = inside[np.argsort(-loss[inside], kind="stable")][:MISTAKES_SHOWN]
        pictures = [
            {
                "path": counted.rows[index].name,
                "series": counted.rows[index].series,
                "anime": float(likeness[index, 0]),
                "cartoon": float(likeness[index, 1]),
            }
            for index in worst
        ]
        table.append(
            {
                "truth": STYLES[truth],
                "decided": STYLES[wrong],
                "pictures": int(inside.size),
                "worst": pictures,
            }
        )
    return table


def _mosaics(evaluation: Evaluation) -> list[Report]:
    table = []
    for kind in KINDS:
        pairs = [(sheet, entry) for sheet, entry in evaluation.sheets if sheet.kind == kind]
        if not pairs:
            continue
        scores = [entry for _, entry in pairs]
        likeness = likeness_of(scores)
        expected = pairs[0][0].expected
        right = ((likeness >= 0.5) == np.array(expected)).all(axis=1)
        word = {(True, True): "both", (True, False): "anime", (False, True): "cartoon"}.get(
            expected, "neither"
        )
        table.append(
            {
                "kind": kind,
                "sheets": len(pairs),
                "expected": word,
                "right_if_forced": float(right.mean()),
                "verdicts": verdict_shares(scores),
                "anime": float(likeness[:, 0].mean()),
                "cartoon": float(likeness[:, 1].mean()),
            }
        )
    return table


def _by_series(part: Scored) -> list[Report]:
    groups: dict[str, list[int]] = {}
    readable = part.keep(lambda _row: True)
    for index, row in enumerate(readable.rows):
        groups.setdefault(row.series or row.franchise or "no series", []).append(index)
    likeness = readable.likeness
    table = [
        {
            "name": name,
            "pictures": len(members),
            "anime": float(likeness[members, 0].mean()),
            "cartoon": float(likeness[members, 1].mean()),
        }
        for name, members in groups.items()
    ]
    return sorted(table, key=lambda group: (-int(group["pictures"]), str(group["name"])))


def _not_drawn(evaluation: Evaluation) -> Scored:
    return evaluation.scored.keep(lambda row: not row.is_drawn_as_labelled)


def _left_out(evaluation: Evaluation) -> list[Report]:
    """What the model says of pictures that do not count: they should be neither, mostly."""
    scores: dict[str, list[Score]] = {content: [] for content in sorted(NOT_DRAWN)}
    part = _not_drawn(evaluation)
    for row, entry in zip(part.rows, part.scores, strict=True):
        scores[row.content].append(entry)
    return [
        {"content": content, "pictures": len(entries), "verdicts": verdict_shares(entries)}
        for content, entries in scores.items()
        if entries
    ]


def _mean(values: NDArray[Any]) -> float:
    return float(values.mean()) if values.size else float("nan")
