"""How two independent likenesses are learned."""

from collections.abc import Sequence

import torch
from torch.nn import functional

from animeter.domain.verdict import STYLES
from animeter.lab.network import StyleNetwork
from animeter.lab.network_training import Batch, Judged, NetworkTraining
from animeter.lab.recipe import Recipe


class StyleTraining(NetworkTraining):
    """Binary cross-entropy on two independent likenesses, cross-entropy on auxiliary heads.

    Where the recipe holds the likenesses, their targets are what the starting network says of the
    same views: Li and Hoiem 2016, "Learning without Forgetting".

    Args:
        recipe: optimisation and loss weights.
        head_sizes: number of classes of each auxiliary head.
        start: whether to load the recipe's starting weights.
        weights: of the styles in the loss, in the order of `STYLES`; empty for equal ones.
    """

    loss_name = "likeness_loss"

    def __init__(
        self,
        recipe: Recipe,
        head_sizes: Sequence[int],
        *,
        start: bool = True,
        weights: Sequence[float] = (),
    ) -> None:
        super().__init__(recipe, StyleNetwork(recipe.network, head_sizes, start=start))
        # In a tuple, so that it is no part of what is trained, averaged and saved.
        self._before: tuple[StyleNetwork, ...] = (
            (StyleNetwork(recipe.network).eval().requires_grad_(False),)
            if recipe.training.hold_likenesses
            else ()
        )
        self._weights = dict(zip(STYLES, weights, strict=True)) if weights else {}

    def _taught(self, batch: Batch, logits: torch.Tensor) -> Judged:
        image, likeness, _ = batch
        targets = self._targets(image, likeness)
        loss = self._loss(logits.float(), targets, likeness)
        return loss, ((logits > 0) == (targets > 0.5)).float().mean()

    def _judged(self, batch: Batch, logits: torch.Tensor) -> Judged:
        likeness = batch[1]
        loss = functional.binary_cross_entropy_with_logits(logits.float(), likeness)
        return loss, ((logits > 0) == (likeness > 0.5)).float().mean()

    def _loss(
        self, logits: torch.Tensor, targets: torch.Tensor, likeness: torch.Tensor
    ) -> torch.Tensor:
        if not self._weights:
            return functional.binary_cross_entropy_with_logits(logits, targets)
        each = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        named = torch.tensor([self._weights["anime"], self._weights["cartoon"]]).to(likeness)
        styles = likeness.sum(1)  # two on a sheet of both, whose weight is the mean
        weight = torch.where(
            styles > 0, (likeness * named).sum(1) / styles.clamp(min=1), self._weights["neither"]
        )
        return (each.mean(1) * weight).sum() / weight.sum()

    def _targets(self, image: torch.Tensor, likeness: torch.Tensor) -> torch.Tensor:
        if not self._before:
            smoothing = self._recipe.training.smoothing
            return likeness * (1 - 2 * smoothing) + smoothing
        (before,) = self._before
        with torch.no_grad():
            logits = before.to(self.device).train_logits(image)[0]
        return torch.sigmoid(logits.float())
