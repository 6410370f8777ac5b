"""The loss and the optimiser, as Lightning wants them."""

from collections.abc import Sequence
from typing import Any

import lightning
import torch
from torch import nn
from torch.nn import functional

from animeter.lab.labelled_pictures import UNLABELLED
from animeter.lab.network import StyleNetwork
from animeter.lab.recipe import Recipe

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


class StyleTraining(lightning.LightningModule):
    """Binary cross-entropy on two independent likenesses, cross-entropy on auxiliary heads.

    Where the recipe holds the likenesses, their targets are what the starting network says of the
    same views: Li and Hoiem 2016, "Learning without Forgetting".

    Args:
        recipe: optimisation and loss weights.
        head_sizes: number of classes of each auxiliary head.
        start: whether to load the recipe's starting weights.
    """

    def __init__(self, recipe: Recipe, head_sizes: Sequence[int], *, start: bool = True) -> None:
        super().__init__()
        self._recipe = recipe
        self.network = StyleNetwork(recipe.network, head_sizes, start=start)
        # In a tuple, so that it is no part of what is trained, averaged and saved.
        self._before: tuple[StyleNetwork, ...] = (
            (StyleNetwork(recipe.network).eval().requires_grad_(False),)
            if recipe.training.hold_likenesses
            else ()
        )

    def training_step(self, batch: Batch, index: int) -> torch.Tensor:
        """Return the loss of one batch and log its parts."""
        if index == 0:
            # So that a resumed run drops out what an undisturbed one does. The hook for an epoch's
            # start will not do: Lightning does not call it in the first epoch after resuming.
            torch.manual_seed(self._recipe.seed * 10_000 + self.current_epoch)
        image, likeness, classes = batch
        logits, auxiliary = self.network.train_logits(image)
        targets = self._targets(image, likeness)
        loss = functional.binary_cross_entropy_with_logits(logits.float(), targets)
        right = ((logits > 0) == (targets > 0.5)).float().mean()
        self.log_dict({"likeness_loss": loss, "right": right}, on_epoch=True, prog_bar=True)
        loss = loss * (self._recipe.training.hold_likenesses or 1.0)
        for number, (head, scores) in enumerate(zip(self._recipe.heads, auxiliary, strict=True)):
            column = classes[:, number]
            if (column != UNLABELLED).any():
                part = functional.cross_entropy(
                    scores.float(), column, ignore_index=UNLABELLED, label_smoothing=head.smoothing
                )
                loss = loss + head.weight * part
                self.log(f"{head.column}_loss", part, on_epoch=True)
        return loss

    def _targets(self, image: torch.Tensor, likeness: torch.Tensor) -> torch.Tensor:
        if not self._before:
            smoothing = self._recipe.training.smoothing
            return likeness * (1 - 2 * smoothing) + smoothing
        (before,) = self._before
        with torch.no_grad():
            logits = before.to(self.device).train_logits(image)[0]
        return torch.sigmoid(logits.float())

    def configure_optimizers(self) -> dict[str, object]:  # type: ignore[override]
        """Return AdamW and one cycle of the learning rate over the whole run."""
        recipe = self._recipe.training
        heads: list[nn.Module] = [self.network.style, *self.network.auxiliary]
        groups = [
            *_decayed(self.network.backbone, recipe.learning_rate, recipe.weight_decay),
            *_decayed(nn.ModuleList(heads), recipe.head_learning_rate, recipe.weight_decay),
        ]
        optimizer = torch.optim.AdamW(groups)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer,
            max_lr=[group["lr"] for group in groups],
            total_steps=int(self.trainer.estimated_stepping_batches),
            pct_start=0.15,
        )
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def _decayed(module: nn.Module, rate: float, decay: float) -> list[dict[str, Any]]:
    """Return two groups: matrices, which decay, and biases and norms, which do not."""
    trained = [p for p in module.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.ndim > 1], "lr": rate, "weight_decay": decay},
        {"params": [p for p in trained if p.ndim <= 1], "lr": rate, "weight_decay": 0.0},
    ]
