"""The 8-bit form of a bundle."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from safetensors.torch import save_file

from animeter.inference.bundle import MODEL_FILE, Bundle
from animeter.inference.classifier import Classifier
from animeter.lab.export import export_bundle
from animeter.lab.network import StyleNetwork
from animeter.lab.quantize import quantize_bundle
from animeter.lab.recipe import Recipe
from tests.support.tiny_recipe import drawing

pytestmark = pytest.mark.slow


def draw_pictures(folder: Path) -> list[Path]:
    pictures = [folder / f"{number}.png" for number in range(12)]
    for number, path in enumerate(pictures):
        drawing(("anime", "cartoon", "neither")[number % 3], number).save(path)
    return pictures


def untrained(folder: Path, **network: Any) -> Bundle:
    tables = {"name": "small", "data": {"manifest": "none.csv"}, "network": network}
    recipe = Recipe.model_validate(tables)
    torch.manual_seed(0)
    state = StyleNetwork(recipe.network).state_dict()
    weights = folder / "weights.safetensors"
    save_file({key: value.contiguous() for key, value in state.items()}, weights)
    return Bundle.open(export_bundle(recipe, weights, folder / "bundle"))


def what_feeds(model: Path, op_type: str) -> list[str]:
    """Return what makes the first input of each such node, in the order of the nodes."""
    nodes = list(onnx.load(model).graph.node)
    makers = {output: node for node in nodes for output in node.output}
    return [makers[node.input[0]].op_type for node in nodes if node.op_type == op_type]


def test_bounds_are_taken_into_the_ranges_and_the_ends_stay_in_float(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bundle = untrained(tmp_path, backbone="mobilenetv2_035", pretrained=False, size_px=48)
    pictures = draw_pictures(tmp_path)
    target = tmp_path / "eight"
    target.mkdir()
    capfd.readouterr()
    quantize_bundle(bundle, pictures, target, seed=1)
    assert capfd.readouterr() == ("", "")

    kinds = what_feeds(target / MODEL_FILE, "Conv")
    assert "DequantizeLinear" not in kinds[:3]
    assert set(kinds[3:-1]) == {"DequantizeLinear"}
    assert "DequantizeLinear" not in what_feeds(target / MODEL_FILE, "Clip")

    size, size_8 = ((folder / MODEL_FILE).stat().st_size for folder in (bundle.folder, target))
    assert size_8 < 0.5 * size
    exact, rounded = Classifier(bundle), Classifier(Bundle.open(target))
    for path in pictures[:3]:
        one, other = exact.classify(path), rounded.classify(path)
        assert np.hypot(one.anime - other.anime, one.cartoon - other.cartoon) < 0.05


def test_a_network_of_few_convolutions_is_in_8_bits_too(tmp_path: Path) -> None:
    bundle = untrained(tmp_path, backbone="cnn", pretrained=False, size_px=48)
    target = tmp_path / "eight"
    target.mkdir()
    quantize_bundle(bundle, draw_pictures(tmp_path), target, seed=1)
    first, *body, _ = what_feeds(target / MODEL_FILE, "Conv")
    assert (first, body) == ("Div", ["DequantizeLinear"] * 2)
    assert what_feeds(bundle.folder / MODEL_FILE, "Relu").count("Conv") == 3
    assert "DequantizeLinear" not in what_feeds(target / MODEL_FILE, "Relu")
