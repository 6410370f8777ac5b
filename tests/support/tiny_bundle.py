"""A real bundle that needs no training: its anime likeness is redness, the other blueness.

Red pictures are anime, blue ones cartoon, magenta ones both, black or green ones neither, and
middling ones unsure, so that a test can say what each verdict must be.
"""

import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from animeter.domain.model_spec import ModelSpec
from animeter.inference.bundle import Bundle
from animeter.inference.golden import make_golden_pairs
from animeter.inference.session import OnnxSession

SIZE_PX = 32
EMBEDDING_DIM = 8
COLOURS = {
    "anime": (250, 10, 10),
    "cartoon": (10, 10, 250),
    "both": (250, 10, 250),
    "neither": (10, 200, 10),
    "unsure": (128, 10, 128),
}
"""A flat colour for each verdict that the tiny bundle gives."""


def tiny_network() -> onnx.ModelProto:
    """Build the network: resize, one convolution, pooling and two sigmoids."""
    rng = np.random.default_rng(0)
    kernel = rng.uniform(0.0, 0.02 / 255.0, (EMBEDDING_DIM, 3, 4, 4)).astype(np.float32)
    kernel[:3] = 0.0
    for channel in range(3):
        kernel[channel, channel] = 1.0 / 16.0 / 255.0  # the mean of one colour
    heads = np.zeros((2, EMBEDDING_DIM), dtype=np.float32)
    heads[0, 0] = heads[1, 2] = 20.0
    tensors = {
        "kernel": kernel,
        "heads": heads,
        "bias": np.full(2, -10.0, dtype=np.float32),
        "map_kernel": heads[:, :, None, None],
        "size": np.array([SIZE_PX, SIZE_PX], dtype=np.int64),
    }
    nodes = [
        helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["float"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node(
            "Resize",
            ["planes", "", "", "size"],
            ["small"],
            mode="linear",
            antialias=1,
            axes=[2, 3],
        ),
        helper.make_node("Conv", ["small", "kernel"], ["features"], strides=[4, 4]),
        helper.make_node("GlobalAveragePool", ["features"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "heads", "bias"], ["logits"], transB=1),
        helper.make_node("Sigmoid", ["logits"], ["likeness"]),
        helper.make_node("LpNormalization", ["flat"], ["embedding"], axis=1, p=2),
        helper.make_node("Conv", ["features", "map_kernel"], ["activation"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["n", "h", "w", 3])],
        [
            helper.make_tensor_value_info("likeness", TensorProto.FLOAT, ["n", 2]),
            helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", EMBEDDING_DIM]),
            helper.make_tensor_value_info("activation", TensorProto.FLOAT, ["n", 2, "y", "x"]),
        ],
        [numpy_helper.from_array(value, name) for name, value in tensors.items()],
    )
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(network, full_check=True)
    return network


def tiny_spec(model: bytes, **changes: object) -> ModelSpec:
    """Describe a network of the tiny kind; `changes` replace whole keys of `model.json`."""
    thresholds = {"low": 0.3, "high": 0.7}
    spec = {
        "name": "tiny",
        "version": "1.0",
        "created": "2026-11-20",
        "licence": "Apache-2.0",
        "input": {"size_px": SIZE_PX},
        "embedding_dim": EMBEDDING_DIM,
        "heads": [{"name": "style", "labels": ["anime", "cartoon"], "kind": "likeness"}],
        "thresholds": {"anime": thresholds, "cartoon": thresholds},
        "calibration": {
            "anime": {"temperature": 1.0, "offset": 0.0},
            "cartoon": {"temperature": 1.0, "offset": 0.0},
            "fitted_on": "nothing",
            "pictures": 0,
        },
        "sha256": hashlib.sha256(model).hexdigest(),
    }
    return ModelSpec.model_validate(spec | changes)


def write_bundle(folder: Path, network: onnx.ModelProto, **changes: object) -> Path:
    """Write a bundle of any network, fit to run or not, and give its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    model = network.SerializeToString()
    (folder / "model.onnx").write_bytes(model)
    (folder / "model.json").write_text(tiny_spec(model, **changes).to_json(), encoding="utf-8")
    return folder


def make_tiny_bundle(folder: Path) -> Bundle:
    """Write the tiny bundle, golden pairs included, and open it."""
    network = tiny_network()
    bundle = Bundle.open(write_bundle(folder, network))
    pairs = make_golden_pairs(OnnxSession(bundle).run)
    write_bundle(folder, network, golden=[pair.model_dump() for pair in pairs])
    return Bundle.open(folder)
