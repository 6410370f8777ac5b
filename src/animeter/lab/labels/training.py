"""How exclusive labels are learned."""

from collections.abc import Sequence

import torch
from torch.nn import functional

from animeter.lab.network import LabelNetwork
from animeter.lab.network_training import Batch, Judged, NetworkTraining
from animeter.lab.recipe import Recipe


class LabelTraining(NetworkTraining):
    """Softmax cross-entropy on exclusive labels, cross-entropy on auxiliary heads.

    The first of a batch's classes is the number of the label.

    Args:
        recipe: optimisation and loss weights.
        labels: how many there are.
        head_sizes: number of classes of each auxiliary head.
        start: whether to load the recipe's starting weights.
        weights: of the labels in the loss; empty for equal ones.
    """

    loss_name = "label_loss"

    def __init__(
        self,
        recipe: Recipe,
        labels: int,
        head_sizes: Sequence[int],
        *,
        start: bool = True,
        weights: Sequence[float] = (),
    ) -> None:
        super().__init__(recipe, LabelNetwork(recipe.network, labels, head_sizes, start=start))
        self._weights = torch.tensor(weights) if weights else None

    def _taught(self, batch: Batch, logits: torch.Tensor) -> Judged:
        label = batch[2][:, 0]
        loss = functional.cross_entropy(
            logits.float(),
            label,
            weight=None if self._weights is None else self._weights.to(logits.device),
            label_smoothing=self._recipe.training.smoothing,
        )
        return loss, (logits.argmax(1) == label).float().mean()

    def _judged(self, batch: Batch, logits: torch.Tensor) -> Judged:
        label = batch[2][:, 0]
        return functional.cross_entropy(logits.float(), label), (
            (logits.argmax(1) == label).float().mean()
        )
