"""Labelled pictures as torch wants them: a dataset of views and a sampler that draws them.

What is drawn, and how it is changed, follows from (seed, epoch, position) alone, so a run that
was killed and resumed sees the same pictures as one that was not. This file does not know about
networks.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from PIL import Image
from torch.utils.data import Dataset, Sampler

from animeter.datasets.manifest import ManifestRow
from animeter.domain.errors import AnimeterError, ManifestError
from animeter.domain.model_spec import LIKENESS_LABELS
from animeter.lab.augment import augmented, collage
from animeter.lab.recipe import AugmentRecipe, HeadRecipe, Recipe
from animeter.media.images import read_image

UNLABELLED = -1
"""The class number of a row that has no label, or too rare a one; the loss passes over it."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One picture to be shown once.

    Attributes:
        index: of the row.
        partner: of the row to share a sheet with, None for most.
        seed: of the changes made to it.
        size_px: side of the square.
    """

    index: int
    partner: int | None
    seed: int
    size_px: int


def likeness_target(row: ManifestRow) -> list[float]:
    """Return the two likenesses that a row's style stands for."""
    return [float(row.style == label) for label in LIKENESS_LABELS]


def head_labels(rows: Sequence[ManifestRow], head: HeadRecipe) -> list[str]:
    """Return an auxiliary head's labels, sorted: those with enough pictures."""
    counts = Counter(str(getattr(row, head.column)) for row in rows)
    return sorted(label for label, n in counts.items() if label and n >= head.min_pictures)


def kind_of(row: ManifestRow) -> str:
    """Return what a row's picture is to be told from: its label, or its style without one."""
    return row.label or row.style


def balancing_weights(rows: Sequence[ManifestRow], kinds: Sequence[str]) -> list[float]:
    """Return a weight a kind, so that all kinds weigh the same together and a picture 1 on average.

    A kind without a picture weighs nothing.
    """
    counts = Counter(kind_of(row) for row in rows)
    present = sum(counts[kind] > 0 for kind in kinds)
    return [len(rows) / (present * counts[kind]) if counts[kind] else 0.0 for kind in kinds]


Example = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
"""(image uint8 [S, S, 3], likeness float [2], classes long [heads])."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What numbers stand for a row's labels.

    Attributes:
        names: of the columns: the exclusive labels of the task, if it has such, then the
            auxiliary heads.
        numbers: for each of them, the number of each label.
    """

    names: tuple[str, ...]
    numbers: tuple[dict[str, int], ...]

    @classmethod
    def of(
        cls,
        heads: Sequence[HeadRecipe],
        head_labels: Sequence[Sequence[str]],
        task_labels: Sequence[str] = (),
    ) -> "Columns":
        """Number the labels of some auxiliary heads, and those of the task before them."""
        own = [("label", task_labels)] if task_labels else []
        named = [*own, *zip((head.column for head in heads), head_labels, strict=True)]
        return cls(
            names=tuple(name for name, _ in named),
            numbers=tuple({label: i for i, label in enumerate(labels)} for _, labels in named),
        )

    def classes(self, row: ManifestRow) -> list[int]:
        """Return a row's number in each column."""
        return [
            numbers.get(getattr(row, name), UNLABELLED)
            for name, numbers in zip(self.names, self.numbers, strict=True)
        ]


class AugmentedPictures(Dataset[Example]):
    """Labelled pictures, changed as a recipe wants it.

    Args:
        rows: what to show.
        augment: how pictures are changed.
        heads: auxiliary heads.
        labels: of each head, in order.
        task_labels: exclusive labels of the task, whose numbers come first among the classes.
    """

    def __init__(
        self,
        rows: Sequence[ManifestRow],
        augment: AugmentRecipe,
        heads: Sequence[HeadRecipe],
        labels: Sequence[Sequence[str]],
        task_labels: Sequence[str] = (),
    ) -> None:
        self._rows = rows
        self._augment = augment
        self._columns = Columns.of(heads, labels, task_labels)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, draw: Draw) -> Example:
        chance = random.Random(draw.seed)  # noqa: S311 - augmentation, not secrets
        view = self._view(draw.index, draw.size_px, chance)
        likeness = np.array(likeness_target(self._rows[draw.index]), dtype=np.float32)
        classes = self._columns.classes(self._rows[draw.index])
        if draw.partner is not None:
            view = collage(view, self._view(draw.partner, draw.size_px, chance), chance)
            likeness = np.maximum(likeness, likeness_target(self._rows[draw.partner]))
            classes = [UNLABELLED] * len(classes)
        return (
            torch.from_numpy(np.array(view)),
            torch.from_numpy(likeness.astype(np.float32)),
            torch.tensor(classes, dtype=torch.long),
        )

    def _view(self, index: int, size_px: int, chance: random.Random) -> Image.Image:
        return augmented(_read(self._rows[index]), size_px, self._augment, chance)


class HeldOutPictures(Dataset[Example]):
    """Labelled pictures as they are, squashed to a square.

    Args:
        rows: what to show.
        columns: of the task; no auxiliary heads.
        size_px: side of the square.
    """

    def __init__(self, rows: Sequence[ManifestRow], columns: Columns, size_px: int) -> None:
        self._rows = rows
        self._columns = columns
        self._size = (size_px, size_px)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> Example:
        row = self._rows[index]
        view = _read(row).resize(self._size, Image.Resampling.BILINEAR)
        return (
            torch.from_numpy(np.array(view)),
            torch.tensor(likeness_target(row)),
            torch.tensor(self._columns.classes(row), dtype=torch.long),
        )


def _read(row: ManifestRow) -> Image.Image:
    try:
        return Image.fromarray(read_image(row.path).rgb)
    except AnimeterError as error:
        raise ManifestError(
            f"{row.name} is to be trained on and cannot be read: {error.message} Mend it or take "
            "it out of the pictures, and give the same command again: finished epochs are kept."
        ) from error


class Draws(Sampler[Draw]):
    """Which pictures an epoch shows, in which order.

    Lightning calls `set_epoch` before each epoch.

    Args:
        rows: the dataset's rows.
        recipe: sampling, sizes, share of collages and seed.
    """

    def __init__(self, rows: Sequence[ManifestRow], recipe: Recipe) -> None:
        self._rows = rows
        self._recipe = recipe
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch that the next iteration draws, counted from 0."""
        self._epoch = epoch

    def __len__(self) -> int:
        return self._recipe.data.pictures_per_epoch or len(self._rows)

    def __iter__(self) -> Iterator[Draw]:
        chance = np.random.default_rng([self._recipe.seed, self._epoch])
        size_px = self._recipe.training.size_px_at(self._epoch)
        indices = self._indices(chance)
        partners = chance.choice(len(self._rows), size=len(indices), p=self._weights)
        # A sheet of two pictures has two likenesses, but no one label.
        share = 0.0 if self._recipe.task == "labels" else self._recipe.augment.collage
        paired = chance.random(len(indices)) < share
        seeds = chance.integers(2**62, size=len(indices))
        for index, partner, pair, seed in zip(indices, partners, paired, seeds, strict=True):
            yield Draw(int(index), int(partner) if pair else None, int(seed), size_px)

    @cached_property
    def _weights(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        counts = Counter(row.franchise for row in self._rows)
        power = self._recipe.data.franchise_power
        weights = np.array([counts[row.franchise] ** -power for row in self._rows])
        # What is neither has a franchise a picture; styles keep the shares that they have, unless
        # all are to have the same.
        kinds = np.array([kind_of(row) for row in self._rows])
        for kind in np.unique(kinds):
            chosen = kinds == kind
            share = 1.0 if self._recipe.data.balance == "sampling" else chosen.sum()
            weights[chosen] *= share / weights[chosen].sum()
        return np.asarray(weights / weights.sum(), dtype=np.float64)

    def _indices(self, chance: np.random.Generator) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        data = self._recipe.data
        alike = data.franchise_power == 0.0 and data.balance != "sampling"
        if alike and len(self) == len(self._rows):
            return chance.permutation(len(self._rows))
        # Systematic sampling: each row appears floor or ceil of its expected count, so that
        # an epoch is less a matter of luck than independent draws would make it.
        steps = (chance.random() + np.arange(len(self))) / len(self)
        order = chance.permutation(len(self._rows))
        cumulative = np.cumsum(self._weights[order])
        drawn = order[np.minimum(np.searchsorted(cumulative, steps), len(order) - 1)]
        return chance.permutation(drawn)
