"""Constants of a written file take other values, and nothing else of it changes."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from animeter.domain.errors import BundleError
from animeter.lab.onnx_writing import set_constants


def _doubling(folder: Path) -> Path:
    """Write a network that doubles two numbers."""
    shape = ("x", TensorProto.FLOAT, [2]), ("y", TensorProto.FLOAT, [2])
    x, y = (helper.make_tensor_value_info(*one) for one in shape)
    factor = numpy_helper.from_array(np.array([2, 2], dtype=np.float32), "factor")
    node = helper.make_node("Mul", ["x", "factor"], ["y"])
    graph = helper.make_graph([node], "doubling", [x], [y], [factor])
    path = folder / "model.onnx"
    opset = [helper.make_opsetid("", 18)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), path)
    return path


def test_the_file_reckons_with_the_new_values(tmp_path: Path) -> None:
    path = _doubling(tmp_path)
    set_constants(path, {"factor": [3.0, -1.0]})
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (answer,) = session.run(None, {"x": np.array([5, 7], dtype=np.float32)})
    assert answer.tolist() == [15, -7]


@pytest.mark.parametrize("values", [{"other": [1.0, 1.0]}, {"factor": [1.0]}])
def test_a_file_without_such_a_constant_stays_as_it_is(
    tmp_path: Path, values: dict[str, list[float]]
) -> None:
    path = _doubling(tmp_path)
    before = path.read_bytes()
    with pytest.raises(BundleError, match="has no constant"):
        set_constants(path, values)
    assert path.read_bytes() == before
