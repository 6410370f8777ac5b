"""Embeddings without pictures: unit vectors around a direction for each label."""

import numpy as np
from numpy.typing import NDArray

from animeter.domain.taught_head import EmbeddingModel, HeadIdentity

DIM = 24
IDENTITY = HeadIdentity("clusters", EmbeddingModel("tiny 1.0", "ab" * 32, DIM), "2026-11-20")


def clusters(
    labels: int, pictures: int, spread: float, seed: int = 0
) -> tuple[NDArray[np.float32], list[str]]:
    """Return [labels * pictures, DIM] unit vectors and their labels `label 0`, `label 1`..."""
    rng = np.random.default_rng(seed)
    middles = np.linalg.qr(rng.normal(size=(DIM, DIM)))[0][:labels]
    number = np.repeat(np.arange(labels), pictures)
    table = middles[number] + spread * rng.normal(size=(len(number), DIM))
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    return table.astype(np.float32), [f"label {n}" for n in number]
