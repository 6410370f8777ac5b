"""Training as Lightning wants it: what all tasks share of a step, and the optimiser."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import lightning
import torch
from torch import nn
from torch.nn import functional
from torch.optim import lr_scheduler

from animeter.lab.labelled_pictures import UNLABELLED
from animeter.lab.network import PictureNetwork
from animeter.lab.recipe import Recipe, TrainingRecipe
from animeter.lab.training_log import HELD_OUT_ACCURACY, HELD_OUT_LOSS

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
"""As `LabelledPictures` gives it: image, likeness, classes."""

Judged = tuple[torch.Tensor, torch.Tensor]
"""A loss, and the share that is right."""


class NetworkTraining(lightning.LightningModule, ABC):
    """The loss of a task's own answers plus cross-entropy on auxiliary heads.

    Args:
        recipe: optimisation and loss weights.
        network: to train.
    """

    loss_name: ClassVar[str]

    def __init__(self, recipe: Recipe, network: PictureNetwork) -> None:
        super().__init__()
        self._recipe = recipe
        self.network = network

    @abstractmethod
    def _taught(self, batch: Batch, logits: torch.Tensor) -> Judged:
        """Return the loss to learn from."""

    @abstractmethod
    def _judged(self, batch: Batch, logits: torch.Tensor) -> Judged:
        """Return the loss to report of pictures that are not learned from."""

    def training_step(self, batch: Batch, index: int) -> torch.Tensor:
        """Return the loss of one batch and log its parts."""
        if index == 0:
            # So that a resumed run drops out what an undisturbed one does. The hook for an epoch's
            # start will not do: Lightning does not call it in the first epoch after resuming.
            torch.manual_seed(self._recipe.seed * 10_000 + self.current_epoch)
        image, _, classes = batch
        logits, auxiliary = self.network.train_logits(image)
        loss, right = self._taught(batch, logits)
        means = {self.loss_name: loss, "right": right}
        # The mean over all processes, where several train together.
        self.log_dict(means, on_epoch=True, prog_bar=True, sync_dist=True)
        loss = loss * (self._recipe.training.hold_likenesses or 1.0)
        columns = classes.unbind(1)[classes.shape[1] - len(auxiliary) :]
        for head, scores, column in zip(self._recipe.heads, auxiliary, columns, strict=True):
            if (column != UNLABELLED).any():
                part = functional.cross_entropy(
                    scores.float(), column, ignore_index=UNLABELLED, label_smoothing=head.smoothing
                )
                loss = loss + head.weight * part
                self.log(f"{head.column}_loss", part, on_epoch=True)
        return loss

    def validation_step(self, batch: Batch) -> None:
        """Log how good the averaged weights are on held-out pictures."""
        logits, _ = self.network.train_logits(batch[0])
        loss, right = self._judged(batch, logits)
        means = {HELD_OUT_LOSS: loss, HELD_OUT_ACCURACY: right}
        self.log_dict(means, on_step=False, on_epoch=True, batch_size=len(logits))

    def configure_optimizers(self) -> dict[str, object]:  # type: ignore[override]
        """Return the recipe's optimiser and its schedule over the whole run."""
        recipe = self._recipe.training
        heads = nn.ModuleList(self.network.heads)
        optimizer = _optimizer(
            [
                *_decayed(self.network.backbone, recipe.learning_rate, recipe.weight_decay),
                *_decayed(heads, recipe.head_learning_rate, recipe.weight_decay),
            ],
            recipe,
        )
        schedule = _schedule(optimizer, recipe, int(self.trainer.estimated_stepping_batches))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def _decayed(module: nn.Module, rate: float, decay: float) -> list[dict[str, Any]]:
    """Return two groups: matrices, which decay, and biases and norms, which do not."""
    trained = [p for p in module.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "lr": rate, "weight_decay": decay},
        {"params": [p for p in trained if p.ndim <= 1], "lr": rate, "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]  # none of a frozen backbone


def _optimizer(groups: list[dict[str, Any]], recipe: TrainingRecipe) -> torch.optim.Optimizer:
    if recipe.optimizer == "adamw":
        return torch.optim.AdamW(groups)
    if recipe.optimizer == "adam":
        return torch.optim.Adam(groups)
    return torch.optim.SGD(groups, momentum=recipe.momentum)


def _schedule(
    optimizer: torch.optim.Optimizer, recipe: TrainingRecipe, steps: int
) -> lr_scheduler.LRScheduler:
    if recipe.schedule == "one-cycle":
        return lr_scheduler.OneCycleLR(
            optimizer,
            max_lr=[group["lr"] for group in optimizer.param_groups],
            total_steps=steps,
            pct_start=0.15,
            cycle_momentum=recipe.optimizer != "sgd",  # whose momentum is the recipe's
        )
    if recipe.schedule == "cosine":
        return lr_scheduler.CosineAnnealingLR(optimizer, steps)
    return lr_scheduler.ConstantLR(optimizer, factor=1.0)
