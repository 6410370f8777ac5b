"""What is known of a head's quality: accuracy with an interval, confusions, doubtful labels.

Everything comes from pictures that were held out. The interval counts groups of near-duplicates
rather than pictures, since ten frames of one shot are no ten pieces of evidence.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from animeter.domain.head_fitting import Fit
from animeter.domain.metrics import balanced_accuracy, expected_calibration_error

Integers = NDArray[np.int64]

_Z95: Final = 1.959963984540054  # of the normal distribution, for 95 %
_TOP: Final = 5


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval, all in [0, 1]."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """How one label does.

    Attributes:
        label: its name.
        pictures: how many taught it.
        judged: how many of them were judged by a layer that had not seen them.
        right: share of those that got this label; None if none was judged.
    """

    label: str
    pictures: int
    judged: int
    right: float | None


@dataclass(frozen=True, slots=True)
class Confusion:
    """Pictures of one label that were taken for another.

    Attributes:
        label: the true one.
        taken_for: the answer.
        pictures: how many.
        share: of the true label's judged pictures.
    """

    label: str
    taken_for: str
    pictures: int
    share: float


@dataclass(frozen=True, slots=True)
class Suspect:
    """A picture whose label is doubted: a reason to look, not a proof.

    Attributes:
        index: its number among the pictures.
        label: the label it was given.
        likelier: the label that fits better.
        own_share: what its own label got of the calibrated shares.
        likelier_share: what the other one got.
    """

    index: int
    label: str
    likelier: str
    own_share: float
    likelier_share: float


@dataclass(frozen=True, slots=True)
class HeadReport:
    """The figures of a head.

    Attributes:
        pictures: how many were taught with.
        judged: how many were judged while held out.
        accuracy: share of judged pictures whose likeliest label is right; None if none was judged.
        balanced_accuracy: the same, averaged over labels.
        top_5: share whose label is among the five likeliest; None with five labels or fewer.
        calibration_error: of the likeliest label's share.
        labels: each label's figures.
        confusions: most pictures first.
        suspects: most doubtful first.
        known_kept: share of held-out pictures that "none of these" lets pass; None without a rule.
        unknown_caught: share of pictures of left-out labels that it catches.
    """

    pictures: int
    judged: int
    accuracy: Share | None
    balanced_accuracy: float | None
    top_5: float | None
    calibration_error: float | None
    labels: tuple[LabelFigures, ...]
    confusions: tuple[Confusion, ...]
    suspects: tuple[Suspect, ...]
    known_kept: float | None
    unknown_caught: float | None

    def figures(self) -> dict[str, Any]:
        """Return what a head carries of them in its `head.json`."""
        accuracy = self.accuracy
        return {
            "measured_on": f"{self.judged} of its {self.pictures} pictures, held out in turn",
            "accuracy": None
            if accuracy is None
            else {"value": accuracy.value, "low": accuracy.low, "high": accuracy.high},
            "balanced_accuracy": self.balanced_accuracy,
            "top_5": self.top_5,
            "calibration_error": self.calibration_error,
        }


def report_of(fit: Fit, groups: Integers) -> HeadReport:
    """Work out the figures of a head that was just taught.

    Args:
        fit: what teaching gave.
        groups: [N] numbers, equal for near-duplicates.
    """
    judged = fit.fold >= 0
    targets, shares = fit.targets[judged], fit.held_out_shares[judged]
    answers = shares.argmax(axis=1)
    right = answers == targets
    rule = fit.head.none_rule
    any_judged = bool(judged.any())
    top = np.argsort(-shares, axis=1)[:, :_TOP]
    return HeadReport(
        pictures=len(fit.targets),
        judged=int(judged.sum()),
        accuracy=share_with_interval(right, groups[judged]) if any_judged else None,
        balanced_accuracy=balanced_accuracy(targets, answers) if any_judged else None,
        top_5=float(np.mean((top == targets[:, None]).any(axis=1)))
        if any_judged and len(fit.head.labels) > _TOP
        else None,
        calibration_error=expected_calibration_error(shares.max(axis=1), right)
        if any_judged
        else None,
        labels=tuple(_labels(fit, targets, right)),
        confusions=tuple(_confusions(fit.head.labels, targets, answers)),
        suspects=tuple(_suspects(fit.head.labels, np.flatnonzero(judged), targets, shares)),
        known_kept=None if rule is None else rule.known_kept,
        unknown_caught=None if rule is None else rule.unknown_caught,
    )


def share_with_interval(right: NDArray[np.bool_], groups: Integers) -> Share:
    """Return the share of right answers and its 95 % interval.

    Source: Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference",
    with the number of groups for the number of trials.

    Args:
        right: [N], at least one.
        groups: [N], equal for answers that are no evidence of their own.
    """
    value, trials = float(np.mean(right)), len(np.unique(groups))
    spread = _Z95**2 / trials
    middle = (value + spread / 2) / (1 + spread)
    reach = _Z95 / (1 + spread) * np.sqrt(value * (1 - value) / trials + spread / (4 * trials))
    return Share(value, max(0.0, float(middle - reach)), min(1.0, float(middle + reach)))


def _labels(fit: Fit, targets: Integers, right: NDArray[np.bool_]) -> list[LabelFigures]:
    figures = []
    for number, label in enumerate(fit.head.labels):
        of_label = right[targets == number]
        figures.append(
            LabelFigures(
                label=label,
                pictures=int(np.sum(fit.targets == number)),
                judged=len(of_label),
                right=float(np.mean(of_label)) if len(of_label) else None,
            )
        )
    return figures


def _confusions(labels: tuple[str, ...], targets: Integers, answers: Integers) -> list[Confusion]:
    wrong = answers != targets
    pairs, counts = np.unique(
        np.stack([targets[wrong], answers[wrong]], axis=1), axis=0, return_counts=True
    )
    of_label = np.bincount(targets, minlength=len(labels))
    order = np.argsort(-counts, kind="stable")
    return [
        Confusion(
            label=labels[pairs[i, 0]],
            taken_for=labels[pairs[i, 1]],
            pictures=int(counts[i]),
            share=float(counts[i] / of_label[pairs[i, 0]]),
        )
        for i in order
    ]


def _suspects(
    labels: tuple[str, ...], numbers: Integers, targets: Integers, shares: NDArray[np.float64]
) -> list[Suspect]:
    """Find labels that layers which never saw the picture do not believe.

    Source: Northcutt, Jiang, Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset
    Labels": a picture is counted for another label if that one's share reaches what the label's
    own pictures have on average.
    """
    own = shares[np.arange(len(targets)), targets]
    usual = np.full(len(labels), np.inf)
    for number in np.unique(targets):
        usual[number] = own[targets == number].mean()
    reached = np.where(shares >= usual, shares, -1.0)
    reached[np.arange(len(targets)), targets] = -1.0
    likelier = reached.argmax(axis=1)
    best = reached[np.arange(len(targets)), likelier]
    doubted = np.flatnonzero((best > own) & (best > 0.0))
    order = doubted[np.argsort(own[doubted] - best[doubted], kind="stable")]
    return [
        Suspect(
            index=int(numbers[i]),
            label=labels[targets[i]],
            likelier=labels[likelier[i]],
            own_share=float(own[i]),
            likelier_share=float(best[i]),
        )
        for i in order
    ]
