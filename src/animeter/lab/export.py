"""From trained weights to a bundle that runs anywhere.

The exported graph takes raw pixels and gives calibrated likenesses: resize, normalisation,
scaling and sigmoid are inside. Source of the antialiased resize: ONNX operator Resize,
opset 18, `antialias = 1`, the same triangle filter as Pillow's BILINEAR.
"""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from animeter.domain.calibration import Calibration, Scaling
from animeter.domain.errors import BundleError
from animeter.domain.model_spec import (
    LIKENESS_LABELS,
    CalibrationSpec,
    HeadSpec,
    InputSpec,
    ModelSpec,
    ScalingSpec,
    ThresholdSpec,
    ThresholdsSpec,
)
from animeter.inference.bundle import MODEL_FILE, SPEC_FILE, Bundle
from animeter.inference.golden import make_golden_pairs
from animeter.inference.session import OnnxSession
from animeter.lab.network import StyleNetwork
from animeter.lab.onnx_writing import check_agreement, output_width, set_constants, write_onnx
from animeter.lab.recipe import Recipe
from animeter.media.small_files import write_whole


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a model comes from, for its `model.json`; both are copied as they are."""

    training: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)


class _Exported(torch.nn.Module):
    """The network with scaling and sigmoid, as the file holds it."""

    temperature: torch.Tensor
    offset: torch.Tensor

    def __init__(self, network: StyleNetwork, scalings: Sequence[Scaling]) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("temperature", torch.tensor([s.temperature for s in scalings]))
        self.register_buffer("offset", torch.tensor([s.offset for s in scalings]))

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        reading = self.network(image)
        likeness = torch.sigmoid(reading.logits / self.temperature + self.offset)
        return likeness, reading.embedding, reading.activation


def load_network(recipe: Recipe, weights: Path) -> StyleNetwork:
    """Rebuild a trained network, without its auxiliary heads, ready to read pictures.

    Raises:
        BundleError: the weights are not those of the recipe's network.
    """
    network = StyleNetwork(recipe.network, start=False)
    fill(network, weights, recipe.network.backbone)
    return network.eval()


def fill(network: torch.nn.Module, weights: Path, backbone: str) -> None:
    """Give a network its trained weights, less those of auxiliary heads.

    Raises:
        BundleError: the weights are not those of such a network.
    """
    state = {k: v.float() for k, v in load_file(weights).items() if not k.startswith("auxiliary.")}
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise BundleError(
            f"{weights} does not fit the recipe's {backbone}: {error}. "
            "Export with the recipe that it was trained with."
        ) from error


def export_bundle(
    recipe: Recipe,
    weights: Path,
    folder: Path,
    calibration: Calibration | None = None,
    provenance: Provenance | None = None,
) -> Path:
    """Write `model.onnx` and `model.json`, and compare the file with the network.

    Args:
        recipe: that the weights were trained with.
        weights: safetensors of `train_network`.
        folder: of the bundle; made if need be, its two files are replaced.
        calibration: scalings and thresholds; none leaves the logits as they are.
        provenance: what `model.json` says of training and figures.

    Raises:
        BundleError: the weights do not fit, or the file and the network disagree.
    """
    calibration = calibration or Calibration()
    network = load_network(recipe, weights)
    exported = _Exported(network, (calibration.anime, calibration.cartoon)).eval()
    folder.mkdir(parents=True, exist_ok=True)
    write_onnx(exported, folder / MODEL_FILE, ("likeness", "embedding", "activation"))
    write_spec(folder, recipe, calibration, provenance or Provenance())
    session = OnnxSession(Bundle.open(folder), providers=["CPUExecutionProvider"])
    check_agreement(exported, network.size_px, folder, lambda images: session.run(images).likeness)
    return folder


def recalibrate_bundle(
    recipe: Recipe, folder: Path, calibration: Calibration, provenance: Provenance
) -> None:
    """Give a bundle of `export_bundle` another calibration, without exporting its network again.

    Raises:
        BundleError: the folder holds no such bundle.
    """
    scalings = (calibration.anime, calibration.cartoon)
    constants = {
        "temperature": [scaling.temperature for scaling in scalings],
        "offset": [scaling.offset for scaling in scalings],
    }
    set_constants(folder / MODEL_FILE, constants)
    write_spec(folder, recipe, calibration, provenance)


def write_spec(
    folder: Path, recipe: Recipe, calibration: Calibration, provenance: Provenance
) -> None:
    """Write the `model.json` that belongs to the `model.onnx` in a folder."""
    content = (folder / MODEL_FILE).read_bytes()
    rule = calibration.rule
    spec = ModelSpec(
        name=recipe.name,
        version=recipe.version,
        created=dt.datetime.now(tz=dt.UTC).date().isoformat(),
        licence="Apache-2.0",
        input=InputSpec(size_px=recipe.network.size_px),
        embedding_dim=output_width(content, "embedding"),
        heads=[HeadSpec(name="style", labels=list(LIKENESS_LABELS))],
        thresholds=ThresholdsSpec(
            anime=ThresholdSpec(low=rule.anime.low, high=rule.anime.high),
            cartoon=ThresholdSpec(low=rule.cartoon.low, high=rule.cartoon.high),
        ),
        calibration=CalibrationSpec(
            anime=ScalingSpec(**dataclasses.asdict(calibration.anime)),
            cartoon=ScalingSpec(**dataclasses.asdict(calibration.cartoon)),
            fitted_on=calibration.fitted_on,
            pictures=calibration.pictures,
        ),
        training=provenance.training,
        figures=provenance.figures,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    write_with_golden_pairs(folder, spec)


def write_with_golden_pairs(folder: Path, spec: ModelSpec) -> None:
    """Write a spec beside its `model.onnx`, with golden pairs of what that file says now."""
    path = folder / SPEC_FILE
    write_whole(path, spec.model_copy(update={"golden": []}).to_json())
    # The pairs are what the finished bundle says, so there must be a bundle first.
    pairs = make_golden_pairs(OnnxSession(Bundle.open(folder)).run)
    write_whole(path, spec.model_copy(update={"golden": pairs}).to_json())


def save_checkpoint(weights: Path, target: Path) -> None:
    """Write the trained weights once more in float16, to fine-tune from; heads included."""
    state = {k: v.half() if v.is_floating_point() else v for k, v in load_file(weights).items()}
    with safe_open(weights, "pt") as file:
        save_file(state, target, file.metadata())
    target.chmod(0o644)  # safetensors makes it readable for its maker alone
