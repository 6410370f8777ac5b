"""From trained weights of a label task to a bundle that runs anywhere.

The exported graph takes raw pixels and gives calibrated probabilities: resize, normalisation,
temperature and softmax are inside.
"""

import datetime as dt
import hashlib
import json
from pathlib import Path

import torch
from safetensors import safe_open

from animeter.domain.errors import BundleError
from animeter.domain.label_model_spec import LabelModelSpec, TemperatureSpec
from animeter.domain.model_spec import InputSpec
from animeter.inference.bundle import MODEL_FILE, SPEC_FILE, LabelBundle
from animeter.inference.label_classifier import OUTPUTS, LabelClassifier
from animeter.lab.export import Provenance, fill
from animeter.lab.network import LabelNetwork
from animeter.lab.onnx_writing import check_agreement, output_width, set_constants, write_onnx
from animeter.lab.recipe import Recipe
from animeter.lab.training import LABELS_KEY
from animeter.media.small_files import write_whole


class _Exported(torch.nn.Module):
    """The network with temperature and softmax, as the file holds it."""

    temperature: torch.Tensor

    def __init__(self, network: LabelNetwork, temperature: float) -> None:
        super().__init__()
        self.network = network
        # A list of one: the exporter would drop the division by a bare 1, and with it the constant.
        self.register_buffer("temperature", torch.tensor([temperature]))

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logits, embedding = self.network(image)
        return torch.softmax(logits / self.temperature, 1), embedding


def labels_of_weights(weights: Path) -> list[str]:
    """Return the exclusive labels of trained weights, in the order of the logits.

    Raises:
        BundleError: they are not of a label task.
    """
    with safe_open(weights, "pt") as file:
        metadata = file.metadata() or {}
    if LABELS_KEY not in metadata:
        raise BundleError(
            f"{weights} does not say which labels it was trained on. Use the weights of a run "
            'whose recipe has task = "labels".'
        )
    labels: list[str] = json.loads(metadata[LABELS_KEY])
    return labels


def load_label_network(recipe: Recipe, weights: Path) -> LabelNetwork:
    """Rebuild a trained network, without its auxiliary heads, ready to read pictures.

    Raises:
        BundleError: the weights are not those of the recipe's network.
    """
    network = LabelNetwork(recipe.network, len(labels_of_weights(weights)), start=False)
    fill(network, weights, recipe.network.backbone)
    return network.eval()


def export_label_bundle(
    recipe: Recipe,
    weights: Path,
    folder: Path,
    calibration: TemperatureSpec | None = None,
    provenance: Provenance | None = None,
) -> Path:
    """Write `model.onnx` and `model.json`, and compare the file with the network.

    Args:
        recipe: that the weights were trained with.
        weights: safetensors of `train_network`.
        folder: of the bundle; made if need be, its two files are replaced.
        calibration: the temperature; none leaves the logits as they are.
        provenance: what `model.json` says of training and figures.

    Raises:
        BundleError: the weights do not fit, or the file and the network disagree.
    """
    calibration = calibration or TemperatureSpec()
    provenance = provenance or Provenance()
    network = load_label_network(recipe, weights)
    exported = _Exported(network, calibration.temperature).eval()
    folder.mkdir(parents=True, exist_ok=True)
    write_onnx(exported, folder / MODEL_FILE, OUTPUTS)
    _write_spec(recipe, weights, folder, calibration, provenance)
    classifier = LabelClassifier(LabelBundle.open(folder), providers=["CPUExecutionProvider"])
    check_agreement(exported, network.size_px, folder, classifier.probabilities)
    return folder


def recalibrate_label_bundle(
    recipe: Recipe,
    weights: Path,
    folder: Path,
    calibration: TemperatureSpec,
    provenance: Provenance,
) -> None:
    """Give a bundle of `export_label_bundle` another calibration, without exporting it again.

    Raises:
        BundleError: the folder holds no such bundle.
    """
    set_constants(folder / MODEL_FILE, {"temperature": [calibration.temperature]})
    _write_spec(recipe, weights, folder, calibration, provenance)


def _write_spec(
    recipe: Recipe,
    weights: Path,
    folder: Path,
    calibration: TemperatureSpec,
    provenance: Provenance,
) -> None:
    content = (folder / MODEL_FILE).read_bytes()
    spec = LabelModelSpec(
        name=recipe.name,
        version=recipe.version,
        created=dt.datetime.now(tz=dt.UTC).date().isoformat(),
        licence="Apache-2.0",
        input=InputSpec(size_px=recipe.network.size_px),
        embedding_dim=output_width(content, "embedding"),
        labels=labels_of_weights(weights),
        calibration=calibration,
        training=provenance.training,
        figures=provenance.figures,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    write_whole(folder / SPEC_FILE, spec.to_json())
