"""The network: a timm backbone, pooled, with the likeness head and auxiliary heads on top.

It takes pixels as the finished model does (uint8, any size) and squashes and normalises them
itself, so that training and inference cannot drift apart.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import timm
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

from animeter.domain.errors import RecipeError
from animeter.domain.model_spec import LIKENESS_LABELS
from animeter.lab.recipe import NetworkRecipe

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class Reading(NamedTuple):
    """What the network reads off a batch.

    Attributes:
        logits: [N, 2] of the likenesses.
        embedding: [N, D], of length 1.
        activation: [N, 2, h, w]; its mean over h and w, plus the head's bias, is the logit.
    """

    logits: torch.Tensor
    embedding: torch.Tensor
    activation: torch.Tensor


class StyleNetwork(nn.Module):
    """Backbone, global average pooling, heads.

    Args:
        recipe: which backbone.
        head_sizes: number of classes of each auxiliary head.
        start: whether to load the recipe's starting weights; False for a checkpoint's own.

    Raises:
        RecipeError: the backbone is unknown, or the weights do not fit it.
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(
        self, recipe: NetworkRecipe, head_sizes: Sequence[int] = (), *, start: bool = True
    ) -> None:
        super().__init__()
        self.size_px = recipe.size_px
        # timm's models have no common type that says what all of them offer.
        self.backbone: Any = _backbone(recipe, start=start)
        self.embedding_dim: int = self.backbone.num_features
        self.dropout = nn.Dropout(recipe.dropout)
        self.style = nn.Linear(self.embedding_dim, len(LIKENESS_LABELS))
        self.auxiliary = nn.ModuleList(nn.Linear(self.embedding_dim, n) for n in head_sizes)
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1) * 255.0)
        self.register_buffer("std", torch.tensor(IMAGENET_STD).view(1, 3, 1, 1) * 255.0)
        for module in _first_stages(self.backbone, recipe.frozen_stages):
            module.requires_grad_(False)
        norms = (m for m in self.backbone.modules() if isinstance(m, nn.BatchNorm2d))
        self._kept = list(norms) if recipe.keep_statistics else []
        self.train()  # Lightning takes modules as they are and does not call it
        if start and recipe.checkpoint is not None:
            self._load_whole(recipe.checkpoint, recipe.backbone)

    def train(self, mode: bool = True) -> "StyleNetwork":
        """Switch to training, but for the normalisation whose statistics are kept."""
        super().train(mode)
        for module in self._kept:
            module.eval()
        return self

    def _load_whole(self, path: Path, name: str) -> None:
        """Load all but the auxiliary heads, which belong to other labels."""
        own = {k: v for k, v in self.state_dict().items() if k.startswith("auxiliary.")}
        try:
            state = {k: v for k, v in load_file(path).items() if not k.startswith("auxiliary.")}
            self.load_state_dict(state | own)
        except (OSError, RuntimeError, SafetensorError) as error:
            raise RecipeError(
                f"{path} does not hold a network of {name!r} with its likeness head: {error}. Use "
                "the checkpoint.safetensors that `animeter export` wrote."
            ) from error

    def pixels(self, image: torch.Tensor) -> torch.Tensor:
        """Normalise uint8 [N, H, W, 3] to float [N, 3, H, W], keeping the size."""
        return (image.permute(0, 3, 1, 2).float() - self.mean) / self.std

    def squash(self, pixels: torch.Tensor) -> torch.Tensor:
        """Resize [N, 3, H, W] to the model's square, antialiased."""
        size = (self.size_px, self.size_px)
        return functional.interpolate(pixels, size, mode="bilinear", antialias=True)

    def features(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return the last feature map, [N, D, h, w]."""
        features: torch.Tensor = self.backbone.forward_features(pixels)
        return features

    def train_logits(self, image: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Return likeness logits [N, 2] and auxiliary logits of squares that are not resized."""
        pixels = self.pixels(image).contiguous(memory_format=torch.channels_last)
        pooled = self.dropout(self.features(pixels).mean((2, 3)))
        return self.style(pooled), [head(pooled) for head in self.auxiliary]

    def read(self, pixels: torch.Tensor) -> Reading:
        """Read normalised pixels [N, 3, S, S] of the model's own size."""
        features = self.features(pixels)
        pooled = features.mean((2, 3))
        activation = functional.conv2d(features, self.style.weight[:, :, None, None])
        return Reading(self.style(pooled), functional.normalize(pooled, dim=1), activation)

    def forward(self, image: torch.Tensor) -> Reading:
        """Read pictures uint8 [N, H, W, 3] of any size."""
        # Squashed before it is normalised, as the exported file does: both are linear, so the
        # order does not matter but for rounding.
        raw = image.permute(0, 3, 1, 2).float()
        return self.read((self.squash(raw) - self.mean) / self.std)


def _backbone(recipe: NetworkRecipe, *, start: bool) -> Any:
    if not timm.is_model(recipe.backbone):
        near = (
            ", ".join(timm.list_models(f"*{recipe.backbone[:6]}*")[:6]) or "see timm.list_models()"
        )
        raise RecipeError(f"timm knows no backbone {recipe.backbone!r}. Did you mean: {near}?")
    given = recipe.weights or recipe.checkpoint
    download = start and given is None and recipe.pretrained
    try:
        backbone: Any = timm.create_model(recipe.backbone, pretrained=download, num_classes=0)
    except (OSError, RuntimeError) as error:
        raise RecipeError(
            f"The pretrained weights of {recipe.backbone!r} could not be had: {error}. Without a "
            "network, set network.weights to a safetensors file, or network.pretrained = false."
        ) from error
    if start and recipe.weights is not None:
        _load(backbone, recipe.weights, recipe.backbone)
    return backbone.to(memory_format=torch.channels_last)


def _load(backbone: Any, path: Path, name: str) -> None:
    if not path.is_file():
        raise RecipeError(
            f"There are no weights at {path}. Put the file there, or leave network.weights out of "
            "the recipe to let timm download them."
        )
    try:
        backbone.load_state_dict(load_file(path))
    except (OSError, RuntimeError, SafetensorError) as error:
        raise RecipeError(f"{path} does not hold the weights of {name!r}: {error}") from error


def _first_stages(backbone: Any, count: int) -> list[nn.Module]:
    """Return the stem and the first `count` stages of a backbone that timm builds of blocks."""
    if count == 0:
        return []
    stages = getattr(backbone, "blocks", None)
    if not isinstance(stages, nn.Sequential) or not hasattr(backbone, "conv_stem"):
        raise RecipeError(
            f"network.frozen_stages is {count}, but {type(backbone).__name__} has no stages that "
            "can be frozen; use 0."
        )
    return [backbone.conv_stem, backbone.bn1, *list(stages)[:count]]
