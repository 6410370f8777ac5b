"""A real bundle of labels that needs no training: it says which colour a picture is most of."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from animeter.domain.label_model_spec import LabelModelSpec
from animeter.inference.bundle import LabelBundle

SIZE_PX = 32
LABELS = ("red", "green", "blue")
COLOURS = {"red": (250, 10, 10), "green": (10, 250, 10), "blue": (10, 10, 250)}


def label_network(labels: int = len(LABELS), output: str = "probability") -> onnx.ModelProto:
    """Build the network: resize, mean colour, one layer and a softmax."""
    layer = np.zeros((labels, 3), dtype=np.float32)
    layer[np.arange(min(labels, 3)), np.arange(min(labels, 3))] = 10.0 / 255.0
    tensors = {"layer": layer, "size": np.array([SIZE_PX, SIZE_PX], dtype=np.int64)}
    nodes = [
        helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["float"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node(
            "Resize", ["planes", "", "", "size"], ["small"], mode="linear", antialias=1, axes=[2, 3]
        ),
        helper.make_node("GlobalAveragePool", ["small"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "layer"], ["logits"], transB=1),
        helper.make_node("Softmax", ["logits"], [output], axis=1),
        helper.make_node("LpNormalization", ["flat"], ["embedding"], axis=1, p=2),
    ]
    graph = helper.make_graph(
        nodes,
        "colours",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["n", "h", "w", 3])],
        [
            helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", labels]),
            helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", 3]),
        ],
        [numpy_helper.from_array(value, name) for name, value in tensors.items()],
    )
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(network, full_check=True)
    return network


def write_label_bundle(folder: Path, network: onnx.ModelProto, **changes: object) -> Path:
    """Write a bundle of any network, fit to run or not; `changes` replace keys of `model.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    model = network.SerializeToString()
    spec = {
        "name": "colours",
        "version": "1.0",
        "created": "2026-11-20",
        "licence": "Apache-2.0",
        "input": {"size_px": SIZE_PX},
        "embedding_dim": 3,
        "labels": list(LABELS),
        "sha256": hashlib.sha256(model).hexdigest(),
    }
    described = LabelModelSpec.model_validate(spec | changes)
    (folder / "model.onnx").write_bytes(model)
    (folder / "model.json").write_text(described.to_json(), encoding="utf-8")
    return folder


def make_label_bundle(folder: Path) -> LabelBundle:
    """Write the bundle of three colours and open it."""
    return LabelBundle.open(write_label_bundle(folder, label_network()))
