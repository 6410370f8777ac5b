"""Weights outside the file are found wherever a graph can hide them."""

from contextlib import suppress

import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from animeter.domain.errors import BundleError
from animeter.inference.onnx_wire import check_self_contained
from tests.support.tiny_bundle import tiny_network


def outside_tensor() -> TensorProto:
    tensor = TensorProto(name="secret", data_type=TensorProto.UINT8, dims=[16])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    return tensor


def in_initializer(network: onnx.ModelProto) -> None:
    network.graph.initializer.append(outside_tensor())


def in_constant(network: onnx.ModelProto) -> None:
    network.graph.node.append(helper.make_node("Constant", [], ["c"], value=outside_tensor()))


def in_branch(network: onnx.ModelProto) -> None:
    branch = helper.make_graph([], "branch", [], [], [outside_tensor()])
    network.graph.node.append(
        helper.make_node("If", ["c"], ["d"], then_branch=branch, else_branch=branch)
    )


def in_sparse_tensor(network: onnx.ModelProto) -> None:
    network.graph.sparse_initializer.add().values.CopyFrom(outside_tensor())


def in_function(network: onnx.ModelProto) -> None:
    function = network.functions.add(name="f", domain="mine")
    function.node.append(helper.make_node("Constant", [], ["c"], value=outside_tensor()))


@pytest.mark.parametrize(
    "hide", [in_initializer, in_constant, in_branch, in_sparse_tensor, in_function]
)
def test_outside_weights_are_found(hide: object) -> None:
    network = tiny_network()
    check_self_contained(network.SerializeToString(), "model.onnx")
    hide(network)  # type: ignore[operator]
    with pytest.raises(BundleError, match="in other files"):
        check_self_contained(network.SerializeToString(), "model.onnx")


@given(st.binary(max_size=200))
def test_any_bytes_pass_or_are_refused(junk: bytes) -> None:
    with suppress(BundleError):  # and nothing else
        check_self_contained(junk, "junk")


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_damaged_network_passes_or_is_refused(where: int, value: int) -> None:
    model = bytearray(tiny_network().SerializeToString())
    model[where % len(model)] = value
    with suppress(BundleError):  # and nothing else
        check_self_contained(bytes(model), "model.onnx")
