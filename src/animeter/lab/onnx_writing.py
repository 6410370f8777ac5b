"""Writing networks as ONNX files that take raw pixels of any size, and say nothing of their maker.

What is written is compared with the network that it was made from.

Source of the antialiased resize inside them: ONNX operator Resize, opset 18, `antialias = 1`, the
same triangle filter as Pillow's BILINEAR.
"""

import contextlib
import io
import itertools
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from animeter.domain.errors import BundleError
from animeter.media.small_files import write_whole

OPSET: Final = 18
"""The first with an antialiased Resize."""

TOLERANCE: Final = 1e-4
"""Between torch and ONNX Runtime, in probabilities."""


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
    with quietly():
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


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Keep a library's steps, which it prints on stdout, and its advice to its maker to itself."""
    before = logging.root.manager.disable
    logging.disable(max(before, logging.WARNING))
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def set_constants(path: Path, values: Mapping[str, Sequence[float]]) -> None:
    """Give constants of a file that `write_onnx` wrote other values of the same shape.

    A killed call leaves the old file or the new one.

    Args:
        path: of the file.
        values: by the name of the buffer that the constant was in the network.

    Raises:
        BundleError: the file has no such constant.
    """
    model = onnx.load(path)
    constants = {constant.name: constant for constant in model.graph.initializer}
    for name, value in values.items():
        array = np.array(value, dtype=np.float32)
        if name not in constants or tuple(constants[name].dims) != array.shape:
            raise BundleError(
                f"{path} has no constant {name!r} of shape {array.shape}: it is not what training "
                "writes. Remove its folder, and train to have it written again."
            )
        constants[name].CopyFrom(numpy_helper.from_array(array, name))
    write_whole(path, model.SerializeToString())


def output_width(content: bytes, name: str) -> int:
    """Return the second dimension of an output of an ONNX file."""
    outputs = {value.name: value for value in onnx.load_from_string(content).graph.output}
    return int(outputs[name].type.tensor_type.shape.dim[1].dim_value)


def check_agreement(
    network: torch.nn.Module,
    size_px: int,
    folder: Path,
    answers: Callable[[NDArray[np.uint8]], NDArray[np.floating[Any]]],
) -> None:
    """Compare what a file says of noise, in several sizes and on pages, with what its network does.

    Args:
        network: in evaluation mode; its first output is what is compared.
        size_px: that it looks at.
        folder: of the file, for the message.
        answers: of the file, to images uint8 [N, H, W, 3].

    Raises:
        BundleError: they disagree.
    """
    for images in (*_noise(size_px), _noise_on_a_page()):
        with torch.no_grad():
            wanted = network(images)[0].numpy()
        worst = float(np.abs(answers(images.numpy()) - wanted).max())
        if worst > TOLERANCE:
            _, height, width, _ = images.shape
            raise BundleError(
                f"{folder} and the network it was made from disagree by {worst:.2g} at "
                f"{width}x{height} px; at most {TOLERANCE} is allowed. Do not ship this file."
            )


def _noise(size_px: int) -> Iterator[torch.Tensor]:
    """Give uint8 [2, H, W, 3] of several sizes."""
    chance = torch.Generator().manual_seed(0)
    for height, width in ((169, 300), (212, 180), (size_px, size_px), (720, 1280)):
        yield torch.randint(0, 256, (2, height, width, 3), generator=chance, dtype=torch.uint8)


def _noise_on_a_page() -> torch.Tensor:
    """Give uint8 [2, H, W, 3] with noise inside a wide white margin, and on black beside it."""
    chance = torch.Generator().manual_seed(1)
    pages = torch.tensor([255, 0], dtype=torch.uint8)[:, None, None, None].repeat(1, 300, 400, 3)
    noise = torch.randint(32, 224, (2, 150, 200, 3), generator=chance, dtype=torch.uint8)
    pages[:, 60:210, 80:280] = noise
    return pages


def _forget_maker(model: onnx.ModelProto) -> None:
    """Drop what the exporter notes about source files: paths of the machine that ran it."""
    model.ClearField("metadata_props")
    for function in model.functions:
        function.ClearField("metadata_props")
    _forget_maker_of(model.graph)


def _forget_maker_of(graph: onnx.GraphProto) -> None:
    graph.ClearField("metadata_props")
    values = (graph.value_info, graph.initializer, graph.input, graph.output)
    for item in (*graph.node, *itertools.chain(*values)):
        item.ClearField("metadata_props")
        item.ClearField("doc_string")
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:  # a branch of an If
                _forget_maker_of(attribute.g)
