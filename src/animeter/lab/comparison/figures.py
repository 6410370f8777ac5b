"""What a compared network is worth and what it costs: all figures of one row of a comparison.

Worth is what the exported file said of pictures held out of its training, before any calibration;
cost is counted in the file and timed on this machine. A figure with an interval is
`{"value", "low", "high"}`; the interval is a 95 % bootstrap by franchise.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from animeter.domain import metrics
from animeter.domain.verdict import forced_style
from animeter.inference.bundle import MODEL_FILE, Bundle, LabelBundle, is_label_bundle
from animeter.inference.classifier import Classifier
from animeter.inference.label_classifier import LabelClassifier
from animeter.lab import out_of_fold
from animeter.lab.labels.predictions import holds_label_predictions, read_label_predictions
from animeter.lab.progress import read_progress
from animeter.lab.scoring import PROBABILITY_FLOOR

_WARM_UP = 8
_FLOATS = {onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.DOUBLE}


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of N held-out pictures.

    Attributes:
        names: the manifest's paths.
        truth: int [N], number of the label.
        decided: int [N], number of the label decided for.
        loss: mean cross-entropy in nats: of the label, or of both likenesses.
        calibration_error: expected, of the label decided for, or the mean of both likenesses'.
    """

    names: Sequence[str]
    truth: NDArray[np.int64]
    decided: NDArray[np.int64]
    loss: float
    calibration_error: float


def read_judged(files: Sequence[Path]) -> Judged:
    """Read what the networks of several folds said, each of the fold that it never saw.

    Raises:
        ManifestError: a file does not hold that.
    """
    if holds_label_predictions(files[0]):
        return _judged_labels(files)
    return _judged_likenesses(files)


def worth(judged: Judged, franchise_of: Mapping[str, str]) -> dict[str, Any]:
    """Return the figures of what was said.

    Args:
        judged: what was said.
        franchise_of: the franchise of every picture.
    """
    truth, decided = judged.truth, judged.decided
    groups = np.array([franchise_of[name] for name in judged.names], dtype=np.str_)

    def figure(statistic: Callable[..., float]) -> dict[str, float]:
        ends = metrics.bootstrap_interval(lambda i: statistic(truth[i], decided[i]), groups)
        return {"value": statistic(truth, decided), "low": ends.low, "high": ends.high}

    return {
        "pictures": len(truth),
        "franchises": len(set(groups)),
        "accuracy": figure(metrics.accuracy),
        "balanced_accuracy": figure(metrics.balanced_accuracy),
        "loss": judged.loss,
        "calibration_error": judged.calibration_error,
        # What saying the commonest label of these pictures, whatever is shown, would reach.
        "commonest": float(np.bincount(truth).max() / len(truth)),
        "labels": len(np.unique(truth)),
    }


def cost(parts: Sequence[Path], pictures: Sequence[Path]) -> dict[str, Any]:
    """Return what a network costs.

    Args:
        parts: the folders of a recipe's networks, one a fold.
        pictures: to time an answer with.
    """
    model = parts[0] / "bundle" / MODEL_FILE
    return {
        "parameters": parameters_in(model),
        "model_bytes": model.stat().st_size,
        "training_s": float(np.mean([read_progress(part).seconds for part in parts])),
        "pictures_per_s": pictures_per_s(model.parent, pictures),
    }


def parameters_in(model: Path) -> int:
    """Count the weights in an ONNX file: all floating-point numbers that its graph starts with."""
    graph = onnx.load(model, load_external_data=False).graph
    return sum(math.prod(part.dims) for part in graph.initializer if part.data_type in _FLOATS)


def pictures_per_s(folder: Path, pictures: Sequence[Path]) -> float:
    """Time how many picture files a bundle answers for in a second, decoding included."""
    classifier: Classifier | LabelClassifier
    if is_label_bundle(folder):
        classifier = LabelClassifier(LabelBundle.open(folder))
    else:
        classifier = Classifier(Bundle.open(folder))
    for _ in classifier.classify_many(pictures[:_WARM_UP]):
        pass
    began_s = time.perf_counter()
    answers = sum(1 for _ in classifier.classify_many(pictures))
    return answers / (time.perf_counter() - began_s)


def _judged_likenesses(files: Sequence[Path]) -> Judged:
    said = out_of_fold.read_predictions(files)
    likeness = 1.0 / (1.0 + np.exp(-said.logits))
    likeness = np.clip(likeness, PROBABILITY_FLOOR, 1.0 - PROBABILITY_FLOOR)
    truth = said.truth
    loss = -(truth * np.log(likeness) + (1.0 - truth) * np.log1p(-likeness)).mean()
    errors = [metrics.expected_calibration_error(likeness[:, i], truth[:, i]) for i in range(2)]
    return Judged(
        names=said.names,
        truth=said.style,
        decided=forced_style(likeness),
        loss=float(loss),
        calibration_error=float(np.mean(errors)),
    )


def _judged_labels(files: Sequence[Path]) -> Judged:
    said = read_label_predictions(files)
    decided, right = said.answer, said.probability[np.arange(len(said.truth)), said.truth]
    return Judged(
        names=said.names,
        truth=said.truth,
        decided=decided,
        loss=float(-np.log(np.clip(right, PROBABILITY_FLOOR, 1.0)).mean()),
        calibration_error=metrics.expected_calibration_error(
            np.clip(said.probability.max(axis=1), 0.0, 1.0), decided == said.truth
        ),
    )
