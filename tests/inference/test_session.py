"""Only a network of the agreed form is run, and what it runs on is named."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from animeter.domain.errors import BundleError, SettingError
from animeter.inference.bundle import Bundle, find_bundle
from animeter.inference.network import available_providers
from animeter.inference.session import OnnxSession
from tests.support.tiny_bundle import COLOURS, EMBEDDING_DIM, tiny_network, write_bundle


def flat(colour: tuple[int, int, int], height_px: int = 20, width_px: int = 30) -> np.ndarray:
    return np.full((1, height_px, width_px, 3), colour, dtype=np.uint8)


def test_outputs_have_the_agreed_shapes(bundle: Bundle) -> None:
    batch = np.concatenate([flat(COLOURS["anime"]), flat(COLOURS["cartoon"])])
    outputs = OnnxSession(bundle).run(batch)
    assert outputs.likeness.shape == (2, 2)
    assert outputs.embedding.shape == (2, EMBEDDING_DIM)
    assert outputs.activation.shape[:2] == (2, 2)
    np.testing.assert_allclose(np.linalg.norm(outputs.embedding, axis=1), 1.0, rtol=1e-5)
    np.testing.assert_allclose(outputs.likeness, [[1, 0], [0, 1]], atol=0.01)


def test_a_picture_is_read_alike_whatever_stands_beside_it() -> None:
    session = OnnxSession(find_bundle())
    page = np.full((90, 160, 3), 255, dtype=np.uint8)
    page[30:60, 40:90] = np.random.default_rng(0).integers(0, 256, (30, 50, 3), dtype=np.uint8)
    # One of them is cut out of its page, which takes another way through the network.
    batch = np.stack([np.roll(page, 40, axis=1), np.full_like(page, 90), page])
    together = session.run(batch)
    for row, picture in enumerate(batch):
        alone = session.run(picture[None])
        np.testing.assert_array_equal(together.likeness[row], alone.likeness[0])
        np.testing.assert_array_equal(together.embedding[row], alone.embedding[0])
        np.testing.assert_array_equal(together.activation[row], alone.activation[0])


@pytest.mark.parametrize(("height_px", "width_px"), [(1, 1), (32, 32), (7, 301), (700, 40)])
def test_images_of_any_size_are_taken(bundle: Bundle, height_px: int, width_px: int) -> None:
    outputs = OnnxSession(bundle).run(flat(COLOURS["both"], height_px, width_px))
    assert (outputs.likeness > 0.99).all()


@pytest.mark.parametrize(
    "batch",
    [
        np.zeros((1, 8, 8, 3), dtype=np.float32),
        np.zeros((8, 8, 3), dtype=np.uint8),
        np.zeros((1, 3, 8, 8), dtype=np.uint8),
        np.zeros((0, 8, 8, 3), dtype=np.uint8),
    ],
)
def test_arrays_of_another_form_are_refused(bundle: Bundle, batch: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"wanted uint8 \[N, H, W, 3\]"):
        OnnxSession(bundle).run(batch)


def test_the_provider_in_use_is_named(bundle: Bundle) -> None:
    session = OnnxSession(bundle, providers=["cpu"])
    assert session.provider == "CPUExecutionProvider"
    assert OnnxSession(bundle).provider in available_providers()


def test_a_provider_that_is_not_there_is_an_error(bundle: Bundle) -> None:
    with pytest.raises(SettingError, match="'warp' is not in this ONNX Runtime"):
        OnnxSession(bundle, providers=["warp"])


def rename_input(network: onnx.ModelProto) -> None:
    network.graph.input[0].name = "pixels"
    network.graph.node[0].input[0] = "pixels"


def take_floats(network: onnx.ModelProto) -> None:
    network.graph.input[0].type.tensor_type.elem_type = TensorProto.FLOAT


def fix_batch(network: onnx.ModelProto) -> None:
    network.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 4


def drop_activation(network: onnx.ModelProto) -> None:
    del network.graph.output[2]


def three_likenesses(network: onnx.ModelProto) -> None:
    for tensor, shape in (("heads", [3, EMBEDDING_DIM]), ("bias", [3])):
        found = next(t for t in network.graph.initializer if t.name == tensor)
        found.CopyFrom(
            helper.make_tensor(tensor, TensorProto.FLOAT, shape, np.zeros(shape).ravel())
        )
    network.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 3


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (rename_input, "wanted one called 'image'"),
        (take_floats, "wanted uint8"),
        (fix_batch, "is fixed to"),
        (drop_activation, "no output 'activation'"),
        (three_likenesses, "'likeness' is tensor"),
    ],
)
def test_networks_of_another_form_are_refused(
    tmp_path: Path, spoil: Callable[[onnx.ModelProto], None], complaint: str
) -> None:
    network = tiny_network()
    spoil(network)
    bundle = Bundle.open(write_bundle(tmp_path / "spoilt", network))
    with pytest.raises(BundleError, match=complaint):
        OnnxSession(bundle)


def test_a_wrong_embedding_length_is_refused(tmp_path: Path) -> None:
    bundle = Bundle.open(write_bundle(tmp_path / "wrong", tiny_network(), embedding_dim=9))
    with pytest.raises(BundleError, match="'embedding' is tensor"):
        OnnxSession(bundle)


def test_what_is_no_network_is_refused(tmp_path: Path) -> None:
    empty = onnx.ModelProto(ir_version=9)
    bundle = Bundle.open(write_bundle(tmp_path / "empty", empty))
    with pytest.raises(BundleError, match="cannot load"):
        OnnxSession(bundle)


def test_likenesses_that_are_none_are_refused(tmp_path: Path) -> None:
    network = tiny_network()
    sigmoid = next(node for node in network.graph.node if node.op_type == "Sigmoid")
    sigmoid.op_type = "Exp"
    bundle = Bundle.open(write_bundle(tmp_path / "exp", network))
    with pytest.raises(BundleError, match="outside 0 to 1"):
        OnnxSession(bundle).run(flat(COLOURS["anime"]))
