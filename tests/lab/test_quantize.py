"""The 8-bit form of a bundle."""

from pathlib import Path

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

NETWORK = {"backbone": "mobilenetv2_035", "pretrained": False, "size_px": 48}


@pytest.mark.slow
def test_bounds_are_taken_into_the_ranges_and_the_ends_stay_in_float(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    recipe = Recipe.model_validate(
        {"name": "small", "data": {"manifest": "none.csv"}, "network": NETWORK}
    )
    torch.manual_seed(0)
    weights = tmp_path / "weights.safetensors"
    state = StyleNetwork(recipe.network).state_dict()
    save_file({key: value.contiguous() for key, value in state.items()}, weights)
    bundle = Bundle.open(export_bundle(recipe, weights, tmp_path / "bundle"))
    pictures = [tmp_path / f"{number}.png" for number in range(12)]
    for number, path in enumerate(pictures):
        drawing(("anime", "cartoon", "neither")[number % 3], number).save(path)
    target = tmp_path / "eight"
    target.mkdir()
    capfd.readouterr()
    quantize_bundle(bundle, pictures, target, seed=1)
    assert capfd.readouterr() == ("", "")

    nodes = list(onnx.load(target / MODEL_FILE).graph.node)
    makers = {output: node for node in nodes for output in node.output}
    convolutions = [node for node in nodes if node.op_type == "Conv"]
    kinds = [makers[node.input[0]].op_type for node in convolutions]
    assert "DequantizeLinear" not in kinds[:3]
    assert set(kinds[3:-1]) == {"DequantizeLinear"}
    bounded = [node for node in nodes if node.op_type == "Clip"]
    assert all(makers[node.input[0]].op_type != "DequantizeLinear" for node in bounded)

    size, size_8 = ((folder / MODEL_FILE).stat().st_size for folder in (bundle.folder, target))
    assert size_8 < 0.5 * size
    exact, rounded = Classifier(bundle), Classifier(Bundle.open(target))
    for path in pictures[:3]:
        one, other = exact.classify(path), rounded.classify(path)
        assert np.hypot(one.anime - other.anime, one.cartoon - other.cartoon) < 0.05
