"""Writing networks as ONNX files that take raw pixels of any size, and say nothing of their maker.

Source of the antialiased resize inside them: ONNX operator Resize, opset 18, `antialias = 1`, the
same triangle filter as Pillow's BILINEAR.
"""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import onnx
import torch

from animeter.domain.errors import BundleError

OPSET: Final = 18
"""The first with an antialiased Resize."""


def write_onnx(network: torch.nn.Module, path: Path, outputs: Sequence[str]) -> None:
    """Write a network that takes uint8 [N, H, W, 3].

    Args:
        network: to write, in evaluation mode.
        path: of the file.
        outputs: their names, in order.

    Raises:
        BundleError: torch could not export it.
    """
    example = torch.zeros(2, 144, 256, 3, dtype=torch.uint8)
    free = {
        0: torch.export.Dim("N", min=1),
        1: torch.export.Dim("H", min=1, max=1 << 16),
        2: torch.export.Dim("W", min=1, max=1 << 16),
    }
    # The exporter reports each of its steps on stdout, whatever its verbosity.
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            network,
            (example,),
            dynamo=True,
            verbose=False,
            dynamic_shapes={"image": free},
            input_names=["image"],
            output_names=list(outputs),
            opset_version=OPSET,
        )
    if program is None:
        raise BundleError(f"torch did not export a program to {path}; nothing was written.")
    model = program.model_proto
    _forget_maker(model)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def output_width(content: bytes, name: str) -> int:
    """Return the second dimension of an output of an ONNX file."""
    outputs = {value.name: value for value in onnx.load_from_string(content).graph.output}
    return int(outputs[name].type.tensor_type.shape.dim[1].dim_value)


def test_images(size_px: int) -> Iterator[torch.Tensor]:
    """Give noise, uint8 [2, H, W, 3] of several sizes, to compare a file with its network on."""
    chance = torch.Generator().manual_seed(0)
    for height, width in ((169, 300), (212, 180), (size_px, size_px), (720, 1280)):
        yield torch.randint(0, 256, (2, height, width, 3), generator=chance, dtype=torch.uint8)


def _forget_maker(model: onnx.ModelProto) -> None:
    """Drop what the exporter notes about source files: paths of the machine that ran it."""
    model.ClearField("metadata_props")
    for part in (model.graph.node, model.graph.value_info, model.graph.initializer):
        for item in part:
            item.ClearField("metadata_props")
            item.ClearField("doc_string")
    for value in (*model.graph.input, *model.graph.output):
        value.ClearField("metadata_props")
    model.graph.ClearField("metadata_props")
