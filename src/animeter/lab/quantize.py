"""An 8-bit form of a bundle: a quarter of the size, and faster where a processor has 8-bit sums.

Static quantisation: the ranges of activations are measured on training pictures, weights are
quantised channel by channel. The resize and the normalisation before the first convolution, and
the heads after the last, stay in float: there is nothing to be won and precision to be lost.
"""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

from animeter.inference.bundle import MODEL_FILE, Bundle
from animeter.inference.network import INPUT
from animeter.lab.export import write_with_golden_pairs
from animeter.lab.runs import Run, trusted_rows
from animeter.media.images import read_image

CALIBRATION_PICTURES = 256


class _Pictures(CalibrationDataReader):  # type: ignore[misc]
    """Feeds training pictures to the library, one at a time."""

    def __init__(self, paths: list[Path], size_px: int) -> None:
        self._images = self._read(paths, size_px)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        image = next(self._images, None)
        return None if image is None else {INPUT: image}

    @staticmethod
    def _read(paths: list[Path], size_px: int) -> Iterator[NDArray[np.uint8]]:
        for path in paths:
            yield read_image(path, shrink_to_px=size_px).rgb[None]


def quantize_bundle(bundle: Bundle, run_folder: Path, target: Path) -> None:
    """Write the 8-bit form of a run's bundle to another folder, `model.json` included."""
    run = Run.reopen(run_folder)
    rows = trusted_rows(run.recipe)
    chance = random.Random(run.recipe.seed)  # noqa: S311
    chosen = chance.sample(rows, min(CALIBRATION_PICTURES, len(rows)))
    source, made = bundle.folder / MODEL_FILE, target / MODEL_FILE
    quantize_static(
        source,
        made,
        _Pictures([row.path for row in chosen], bundle.spec.input.size_px),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv", "Add"],
        nodes_to_exclude=_float_nodes(onnx.load(source)),
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.Entropy,
    )
    spec = bundle.spec.model_copy(
        update={
            "version": f"{bundle.spec.version}-int8",
            "sha256": hashlib.sha256(made.read_bytes()).hexdigest(),
        }
    )
    write_with_golden_pairs(target, spec)


def _float_nodes(model: onnx.ModelProto) -> list[str]:
    """Return the names of nodes that stay in float: what is not between pixels and feature map."""
    nodes = list(model.graph.node)
    makers = {output: node for node in nodes for output in node.output}
    last = makers["activation"]
    while last.op_type != "Conv":  # put back onto the page that a picture was found on
        last = makers[last.input[0]]
    first = next(number for number, node in enumerate(nodes) if node.op_type == "Conv")
    return [node.name for node in (*nodes[:first], *nodes[nodes.index(last) :])]
