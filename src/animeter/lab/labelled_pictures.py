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


Example = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


class LabelledPictures(Dataset[Example]):
    """Views of labelled pictures.

    An item is (image uint8 [S, S, 3], likeness float [2], classes long [heads]).

    Args:
        rows: what to show.
        augment: how pictures are changed.
        heads: auxiliary heads.
        labels: of each head, in order.
    """

    def __init__(
        self,
        rows: Sequence[ManifestRow],
        augment: AugmentRecipe,
        heads: Sequence[HeadRecipe],
        labels: Sequence[Sequence[str]],
    ) -> None:
        self._rows = rows
        self._augment = augment
        self._columns = [head.column for head in heads]
        self._numbers = [{label: i for i, label in enumerate(names)} for names in labels]

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, draw: Draw) -> Example:
        chance = random.Random(draw.seed)  # noqa: S311 - augmentation, not secrets
        view = self._view(draw.index, draw.size_px, chance)
        likeness = np.array(likeness_target(self._rows[draw.index]), dtype=np.float32)
        classes = self._classes(self._rows[draw.index])
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
        rgb = read_image(self._rows[index].path).rgb
        return augmented(Image.fromarray(rgb), size_px, self._augment, chance)

    def _classes(self, row: ManifestRow) -> list[int]:
        return [
            numbers.get(getattr(row, column), UNLABELLED)
            for column, numbers in zip(self._columns, self._numbers, strict=True)
        ]


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
        paired = chance.random(len(indices)) < self._recipe.augment.collage
        seeds = chance.integers(2**62, size=len(indices))
        for index, partner, pair, seed in zip(indices, partners, paired, seeds, strict=True):
            yield Draw(int(index), int(partner) if pair else None, int(seed), size_px)

    @cached_property
    def _weights(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        counts = Counter(row.franchise for row in self._rows)
        power = self._recipe.data.franchise_power
        weights = np.array([counts[row.franchise] ** -power for row in self._rows])
        # What is neither has a franchise a picture; styles keep the shares that they have.
        styles = np.array([row.style for row in self._rows])
        for style in np.unique(styles):
            chosen = styles == style
            weights[chosen] *= chosen.sum() / weights[chosen].sum()
        return np.asarray(weights / weights.sum(), dtype=np.float64)

    def _indices(self, chance: np.random.Generator) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        if self._recipe.data.franchise_power == 0.0 and len(self) == len(self._rows):
            return chance.permutation(len(self._rows))
        # Systematic sampling: each row appears floor or ceil of its expected count, so that
        # an epoch is less a matter of luck than independent draws would make it.
        steps = (chance.random() + np.arange(len(self))) / len(self)
        order = chance.permutation(len(self._rows))
        cumulative = np.cumsum(self._weights[order])
        drawn = order[np.minimum(np.searchsorted(cumulative, steps), len(order) - 1)]
        return chance.permutation(drawn)
