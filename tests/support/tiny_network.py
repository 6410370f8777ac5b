"""A whole tiny network with made weights, to train further."""

from pathlib import Path

import torch
from safetensors.torch import save_file

from animeter.lab.network import StyleNetwork
from animeter.lab.recipe import NetworkRecipe
from tests.support.tiny_recipe import BACKBONE


def write_checkpoint(path: Path) -> Path:
    """Write the weights of a tiny network, likeness head and one auxiliary head included."""
    torch.manual_seed(3)
    recipe = NetworkRecipe(backbone=BACKBONE, pretrained=False, size_px=48)
    network = StyleNetwork(recipe, [7])
    with torch.no_grad():
        network.style.weight.mul_(20.0)  # likenesses that differ between pictures
    state = {key: value.contiguous() for key, value in network.state_dict().items()}
    save_file(state, path)
    return path
