"""The networks: a backbone, pooled, with a task's own layer and auxiliary heads on top.

They take pixels as the finished model does (uint8, any size) and squash and normalise them
themselves, so that training and inference cannot drift apart.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

from animeter.domain.errors import RecipeError
from animeter.domain.model_spec import LIKENESS_LABELS
from animeter.lab.backbone import (
    ACTIVATIONS,
    check_levels,
    features_and_levels,
    first_stages,
    make_backbone,
)
from animeter.lab.halves import whole_or_half
from animeter.lab.picture_on_page import cut_out, find_picture, put_back
from animeter.lab.recipe import DENSE, NetworkRecipe

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

LEVEL_LENGTH = 0.5
"""Of a level's part of the embedding, beside 1 for what the likenesses are read off."""


class Reading(NamedTuple):
    """What the likeness network reads off a batch.

    Attributes:
        logits: [N, 2] of the likenesses.
        embedding: [N, D], of length 1.
        activation: [N, 2, h, w]; its mean over h and w, plus the head's bias, is the logit, but
            where halves are asked too (`halves`) or a picture was found on a page
            (`picture_on_page`). 1x1 where layers between the feature map and the head hide which
            place said what.
    """

    logits: torch.Tensor
    embedding: torch.Tensor
    activation: torch.Tensor


class PictureNetwork(nn.Module, ABC):
    """What all networks are made of, but for the layers that answer.

    A network adds its own `answering` layer and the auxiliary heads, then calls `_begin`.

    Args:
        recipe: which backbone, and which layers behind it.
        start: whether to load the recipe's starting weights; False for a checkpoint's own.

    Raises:
        RecipeError: the backbone is unknown, or the weights do not fit it.
    """

    mean: torch.Tensor
    std: torch.Tensor
    auxiliary: nn.ModuleList

    def __init__(self, recipe: NetworkRecipe, *, start: bool) -> None:
        super().__init__()
        self.size_px = recipe.size_px
        self._flat = recipe.reads_one_size
        self.backbone: Any = make_backbone(recipe, start=start)
        self.dropout = nn.Dropout(recipe.dropout)
        self.hidden = self._hidden_layers(recipe)
        self.embedding_dim: int = recipe.hidden[-1] if recipe.hidden else self._pooled_dim()

    @property
    @abstractmethod
    def answering(self) -> nn.Linear:
        """The layer that answers what the task asks."""

    @property
    def heads(self) -> list[nn.Module]:
        """All layers that begin from chance: the hidden ones, the answering one, the auxiliary."""
        return [*self.hidden, self.answering, *self.auxiliary]

    def train(self, mode: bool = True) -> "PictureNetwork":
        """Switch to training, but for what is frozen and normalisation that is kept."""
        super().train(mode)
        for module in self._kept:
            module.eval()
        return self

    def pixels(self, image: torch.Tensor) -> torch.Tensor:
        """Normalise uint8 [N, H, W, 3] to float [N, 3, H, W], keeping the size."""
        return (image.permute(0, 3, 1, 2).float() - self.mean) / self.std

    def squash(self, pixels: torch.Tensor) -> torch.Tensor:
        """Resize [N, 3, H, W] to the model's square, antialiased."""
        size = (self.size_px, self.size_px)
        return functional.interpolate(pixels, size, mode="bilinear", antialias=True)

    def squashed(self, image: torch.Tensor) -> torch.Tensor:
        """Turn pictures uint8 [N, H, W, 3] of any size into normalised pixels [N, 3, S, S]."""
        # Squashed before it is normalised, as the exported file does: both are linear, so the
        # order does not matter but for rounding.
        raw = image.permute(0, 3, 1, 2).float()
        return (self.squash(raw) - self.mean) / self.std

    def features(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return the last feature map, [N, C, h, w]."""
        features: torch.Tensor = self.backbone.forward_features(pixels)
        return features

    def embed(self, features: torch.Tensor) -> torch.Tensor:
        """Return what the answering layer reads, [N, D]."""
        pooled = features.flatten(1) if self._flat else features.mean((2, 3))
        embedding: torch.Tensor = self.hidden(pooled)
        return embedding

    def train_logits(self, image: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Return the task's logits and the auxiliary ones, of squares that are not resized."""
        pixels = self.pixels(image).contiguous(memory_format=torch.channels_last)
        embedding = self.dropout(self.embed(self.features(pixels)))
        return self.answering(embedding), [head(embedding) for head in self.auxiliary]

    def _hidden_layers(self, recipe: NetworkRecipe) -> nn.Sequential:
        layers: list[nn.Module] = []
        before = self._pooled_dim() if recipe.hidden else 0
        for number, width in enumerate(recipe.hidden):
            if number > 0 or recipe.backbone != DENSE:  # pixels are not dropped
                layers.append(nn.Dropout(recipe.dropout))
            layers += [nn.Linear(before, width), ACTIVATIONS[recipe.activation]()]
            before = width
        return nn.Sequential(*layers)

    def _pooled_dim(self) -> int:
        channels: int = self.backbone.num_features
        if not self._flat:
            return channels
        with torch.no_grad():
            one = torch.zeros(1, 3, self.size_px, self.size_px)
            features: torch.Tensor = self.backbone.eval().forward_features(one)
        return features.numel()

    def _begin(self, recipe: NetworkRecipe, head_sizes: Sequence[int], *, start: bool) -> None:
        """Add what all networks end with, freeze what stays, and load a whole checkpoint."""
        self.auxiliary = nn.ModuleList(nn.Linear(self.embedding_dim, n) for n in head_sizes)
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1) * 255.0)
        self.register_buffer("std", torch.tensor(IMAGENET_STD).view(1, 3, 1, 1) * 255.0)
        frozen = [self.backbone] if recipe.frozen else []
        for module in [*frozen, *first_stages(self.backbone, recipe.frozen_stages)]:
            module.requires_grad_(False)
        norms = [m for m in self.backbone.modules() if isinstance(m, nn.BatchNorm2d)]
        self._kept: list[nn.Module] = frozen + (norms if recipe.keep_statistics else [])
        self.train()  # Lightning takes modules as they are and does not call it
        if start and recipe.checkpoint is not None:
            self._load_whole(recipe.checkpoint, recipe.backbone)

    def _load_whole(self, path: Path, name: str) -> None:
        """Load all that the task shares with the checkpoint's."""
        own = {k: v for k, v in self.state_dict().items() if not self._is_shared(k)}
        try:
            state = {k: v for k, v in load_file(path).items() if self._is_shared(k)}
            self.load_state_dict(state | own)
        except (OSError, RuntimeError, SafetensorError) as error:
            raise RecipeError(
                f"{path} does not hold a network of {name!r} with its likeness head: {error}. Use "
                "the checkpoint.safetensors that `animeter export` wrote."
            ) from error

    @abstractmethod
    def _is_shared(self, key: str) -> bool:
        """Say whether a tensor means the same in every checkpoint of this recipe's backbone."""


class StyleNetwork(PictureNetwork):
    """The network of two independent likenesses.

    Args:
        recipe: which backbone.
        head_sizes: number of classes of each auxiliary head.
        start: whether to load the recipe's starting weights; False for a checkpoint's own.

    Raises:
        RecipeError: the backbone is unknown, or the weights do not fit it.
    """

    def __init__(
        self, recipe: NetworkRecipe, head_sizes: Sequence[int] = (), *, start: bool = True
    ) -> None:
        super().__init__(recipe, start=start)
        check_levels(self.backbone, recipe.embedding_levels)
        self._levels = recipe.embedding_levels
        self._ask_halves = recipe.ask_halves
        self._find_picture = recipe.find_picture
        self.style = nn.Linear(self.embedding_dim, len(LIKENESS_LABELS))
        self._begin(recipe, head_sizes, start=start)

    @property
    def answering(self) -> nn.Linear:
        """The likeness head."""
        return self.style

    def train_logits(self, image: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Return the likenesses' logits and the auxiliary ones, of squares that are not resized."""
        if not self._ask_halves:
            return super().train_logits(image)
        pixels = self.pixels(image).contiguous(memory_format=torch.channels_last)
        # Whole channels, as are dropped of an embedding.
        features = functional.dropout2d(self.features(pixels), self.dropout.p, self.training)
        logits = self._of_halves(self._activation(features).float())
        return logits, [head(self.embed(features)) for head in self.auxiliary]

    def read(self, pixels: torch.Tensor) -> Reading:
        """Read normalised pixels [N, 3, S, S] of the model's own size."""
        features, levels = features_and_levels(self.backbone, pixels, self._levels)
        embedding = self.embed(features)
        logits = self.style(embedding)
        if self._flat or len(self.hidden):
            activation = (logits - self.style.bias)[:, :, None, None]
        else:
            activation = self._activation(features)
        if self._ask_halves:
            logits = self._of_halves(activation)
        return Reading(logits, _joined(embedding, levels), activation)

    def forward(self, image: torch.Tensor) -> Reading:
        """Read pictures uint8 [N, H, W, 3] of any size."""
        if not self._find_picture:
            return self.read(self.squashed(image))
        square = self.squash(image.permute(0, 3, 1, 2).float())
        box = find_picture(square)
        reading = self.read((cut_out(square, box) - self.mean) / self.std)
        return reading._replace(activation=put_back(reading.activation, box))

    def _activation(self, features: torch.Tensor) -> torch.Tensor:
        """Return what each place of the last feature map says of the likenesses, [N, 2, h, w]."""
        return functional.conv2d(features, self.style.weight[:, :, None, None])

    def _of_halves(self, activation: torch.Tensor) -> torch.Tensor:
        return whole_or_half(activation) + self.style.bias

    def _is_shared(self, key: str) -> bool:
        # Auxiliary heads belong to other labels.
        return not key.startswith("auxiliary.")


class LabelNetwork(PictureNetwork):
    """The network of exclusive labels.

    Args:
        recipe: which backbone, and which layers behind it.
        labels: how many there are.
        head_sizes: number of classes of each auxiliary head.
        start: whether to load the recipe's starting weights; False for a checkpoint's own.

    Raises:
        RecipeError: the backbone is unknown, or the weights do not fit it.
    """

    def __init__(
        self,
        recipe: NetworkRecipe,
        labels: int,
        head_sizes: Sequence[int] = (),
        *,
        start: bool = True,
    ) -> None:
        super().__init__(recipe, start=start)
        self.label = nn.Linear(self.embedding_dim, labels)
        self._begin(recipe, head_sizes, start=start)

    @property
    def answering(self) -> nn.Linear:
        """The layer with one logit a label."""
        return self.label

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits [N, K] and embedding [N, D] of pictures uint8 [N, H, W, 3] of any size."""
        embedding = self.embed(self.features(self.squashed(image)))
        return self.label(embedding), functional.normalize(embedding, dim=1)

    def _is_shared(self, key: str) -> bool:
        return key.startswith("backbone.")


def _joined(embedding: torch.Tensor, levels: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return vectors [N, D] of length 1 that hold the embedding and the mean of each level.

    Each part is brought to a length first: a level's numbers are of another size.
    """
    parts = [functional.normalize(embedding, dim=1)]
    parts += [LEVEL_LENGTH * functional.normalize(level.mean((2, 3)), dim=1) for level in levels]
    return functional.normalize(torch.cat(parts, dim=1), dim=1)
