"""Backbones: what turns pixels into a last feature map, timm's and a few of our own.

Each has `num_features` and `forward_features`, which gives [N, num_features, h, w]. What stands
behind a backbone's last feature map in timm is not used, so that any size of picture will do.
"""

import itertools
from pathlib import Path
from typing import Any, Final

import timm
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from animeter.domain.errors import RecipeError
from animeter.lab.recipe import CNN, DENSE, RESNET50V2_STAGE3, NetworkRecipe
from animeter.lab.resnet50v2 import ResNet50V2Stage3
from animeter.lab.strided_depthwise import keep_strided_depthwise_in_float32

ACTIVATIONS: Final[dict[str, type[nn.Module]]] = {
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "elu": nn.ELU,
    "gelu": nn.GELU,
}

_BEHIND_FEATURES: Final = ("pre_logits", "head", "classifier", "classif", "fc")
"""What timm calls the layers behind the last feature map, where they are dropped or passed over."""


class Pixels(nn.Module):
    """The backbone that is none."""

    num_features = 3

    def forward_features(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return the pixels."""
        return pixels


class Convolutions(nn.Module):
    """3x3 convolutions, each followed by its activation and a pooling that halves the side."""

    def __init__(self, recipe: NetworkRecipe) -> None:
        super().__init__()
        widths = [3, *recipe.channels]
        self.num_features = widths[-1]
        layers: list[nn.Module] = []
        for before, after in itertools.pairwise(widths):
            convolution = nn.Conv2d(before, after, 3, padding=1)
            layers += [convolution, ACTIVATIONS[recipe.activation](), nn.MaxPool2d(2)]
        self.layers = nn.Sequential(*layers)

    def forward_features(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return the last feature map."""
        features: torch.Tensor = self.layers(pixels)
        return features


def make_backbone(recipe: NetworkRecipe, *, start: bool) -> Any:
    """Make a backbone.

    Args:
        recipe: which one.
        start: whether to load the recipe's starting weights; False for a checkpoint's own.

    Returns:
        It; timm's models have no common type that says what all of them offer.

    Raises:
        RecipeError: the backbone is unknown, or its weights cannot be had or do not fit it.
    """
    backbone = _untrained(recipe, start=start)
    if isinstance(getattr(backbone, "pre_logits", None), nn.Module):
        backbone.pre_logits = nn.Identity()  # a hundred million weights of a VGG, for one size
    if start and recipe.weights is not None:
        _load(backbone, recipe.weights, recipe.backbone)
    keep_strided_depthwise_in_float32(backbone)
    return backbone.to(memory_format=torch.channels_last)


def first_stages(backbone: Any, count: int) -> list[nn.Module]:
    """Return the stem and the first `count` stages of a backbone that timm builds of blocks.

    Raises:
        RecipeError: it is not built of blocks.
    """
    if count == 0:
        return []
    stages = getattr(backbone, "blocks", None)
    if not isinstance(stages, nn.Sequential) or not hasattr(backbone, "conv_stem"):
        raise RecipeError(
            f"network.frozen_stages is {count}, but {type(backbone).__name__} has no stages that "
            "can be frozen; use 0, or network.frozen for the whole backbone."
        )
    return [backbone.conv_stem, backbone.bn1, *list(stages)[:count]]


def features_and_levels(
    backbone: Any, pixels: torch.Tensor, levels: int
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Return the last feature map, and so many last levels: [N, C, h, w] each, coarsest last."""
    if levels == 0:
        return backbone.forward_features(pixels), []
    features, below = backbone.forward_intermediates(pixels, indices=levels)
    return features, below


def check_levels(backbone: Any, levels: int) -> None:
    """Refuse a number of levels that a backbone does not have.

    Raises:
        RecipeError: it has fewer, or tells none apart.
    """
    info = getattr(backbone, "feature_info", None)
    has = len(info) if info and hasattr(backbone, "forward_intermediates") else 0
    if levels > has:
        raise RecipeError(
            f"network.embedding_levels is {levels}, but {type(backbone).__name__} tells "
            f"{has or 'no'} levels apart. Use {has} at most."
        )


def _untrained(recipe: NetworkRecipe, *, start: bool) -> Any:
    """Make a backbone with weights from chance, or with those that timm downloads."""
    if recipe.backbone == DENSE:
        return Pixels()
    if recipe.backbone == CNN:
        return Convolutions(recipe)
    if recipe.backbone == RESNET50V2_STAGE3:
        return ResNet50V2Stage3()
    if not timm.is_model(recipe.backbone):
        near = (
            ", ".join(timm.list_models(f"*{recipe.backbone[:6]}*")[:6]) or "see timm.list_models()"
        )
        raise RecipeError(f"timm knows no backbone {recipe.backbone!r}. Did you mean: {near}?")
    download = start and recipe.starts_from_timm
    try:
        return timm.create_model(recipe.backbone, pretrained=download, num_classes=0)
    except (OSError, RuntimeError) as error:
        raise RecipeError(
            f"The pretrained weights of {recipe.backbone!r} could not be had: "
            f"{str(error).rstrip('.')}. Without a network, set network.weights to a safetensors "
            "file, or network.pretrained = false to start from chance."
        ) from error


def _load(backbone: Any, path: Path, name: str) -> None:
    if not path.is_file():
        raise RecipeError(
            f"There are no weights at {path}. Put the file there, or leave network.weights out of "
            "the recipe to let timm download them."
        )
    own = set(backbone.state_dict())
    try:
        state = {
            key: value
            for key, value in load_file(path).items()
            if key in own or key.split(".")[0] not in _BEHIND_FEATURES
        }
        backbone.load_state_dict(state)
    except (OSError, RuntimeError, SafetensorError) as error:
        raise RecipeError(f"{path} does not hold the weights of {name!r}: {error}") from error
