"""An 8-bit form of a bundle: a third of the size, and faster where the processor sums in 8 bits.

Static quantisation: the ranges of activations are measured on training pictures, weights are
quantised channel by channel. The first few convolutions and what is before them, and the heads
after the last, stay in float: there is little to be won and precision to be lost. A bound such as
ReLU6 is taken into the range of the convolution before it; left as a step of its own, eight bits
would be spent on values that it cuts off.
"""

import hashlib
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

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
from animeter.lab.onnx_writing import quietly
from animeter.media.images import read_image

CALIBRATION_PICTURES: Final = 256

_QUANTISED: Final = ["Conv", "Add", "Clip", "Relu"]

_FLOAT_CONVOLUTIONS: Final = 3
"""The first block of a MobileNet: its few channels differ most in range, and it is no large share
of the work. See docs/experiments.md. Of a network of few convolutions it would be a large share, so
no more than a quarter stays."""

_RANGES: Final = {"CalibMovingAverage": True, "CalibMovingAverageConstant": 0.02}
"""A layer's range is the average of each picture's extremes, not the extreme of all."""


class _Pictures(CalibrationDataReader):  # type: ignore[misc]
    """Feeds training pictures to the library, one at a time."""

    def __init__(self, paths: Sequence[Path], size_px: int) -> None:
        self._images = self._read(paths, size_px)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        image = next(self._images, None)
        return None if image is None else {INPUT: image}

    @staticmethod
    def _read(paths: Sequence[Path], size_px: int) -> Iterator[NDArray[np.uint8]]:
        for path in paths:
            yield read_image(path, shrink_to_px=size_px).rgb[None]


def quantize_bundle(bundle: Bundle, pictures: Sequence[Path], target: Path, *, seed: int) -> None:
    """Write the 8-bit form of a bundle to another folder, `model.json` included.

    Args:
        bundle: in float32.
        pictures: that its network was trained on; some are drawn to measure ranges.
        target: a folder that is there.
        seed: of the draw.
    """
    chance = random.Random(seed)  # noqa: S311
    chosen = chance.sample(list(pictures), min(CALIBRATION_PICTURES, len(pictures)))
    source, made = bundle.folder / MODEL_FILE, target / MODEL_FILE
    with quietly():
        quantize_static(
            source,
            made,
            _Pictures(chosen, bundle.spec.input.size_px),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=_QUANTISED,
            nodes_to_exclude=_float_nodes(onnx.load(source)),
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            extra_options=_RANGES,
        )
    spec = bundle.spec.model_copy(
        update={
            "version": f"{bundle.spec.version}-int8",
            "sha256": hashlib.sha256(made.read_bytes()).hexdigest(),
        }
    )
    write_with_golden_pairs(target, spec)


def _float_nodes(model: onnx.ModelProto) -> list[str]:
    """Return the names of nodes that stay in float, at both ends of the network."""
    nodes = list(model.graph.node)
    makers = {output: node for node in nodes for output in node.output}
    last = makers["activation"]
    while last.op_type != "Conv":  # put back onto the page that a picture was found on
        last = makers[last.input[0]]
    convolutions = [number for number, node in enumerate(nodes) if node.op_type == "Conv"]
    first = convolutions[min(_FLOAT_CONVOLUTIONS, len(convolutions) // 4)]
    return [node.name for node in (*nodes[:first], *nodes[nodes.index(last) :])]
