"""Runs a bundle's network: raw pixels in, likenesses, embeddings and activation maps out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animeter.inference.bundle import MODEL_FILE, Bundle
from animeter.inference.network import Form, Network

_LIKENESSES = 2


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the network says of N images.

    Attributes:
        likeness: float32 [N, 2], anime and cartoon likeness in [0, 1].
        embedding: float32 [N, D], L2-normalised.
        activation: float32 [N, 2, h, w], class activation maps of both likenesses.
    """

    likeness: NDArray[np.float32]
    embedding: NDArray[np.float32]
    activation: NDArray[np.float32]


class OnnxSession:
    """A bundle's loaded network; safe to run from several threads.

    Args:
        bundle: what to run.
        providers: as `Network` takes them.

    Attributes:
        provider: the execution provider in use.
        provider_note: why it is not a faster one that seems to be at hand; None when all is well.

    Raises:
        BundleError: the network cannot be loaded or is not of the agreed form.
        SettingError: a provider was asked for that is not there or does not start.
    """

    def __init__(self, bundle: Bundle, providers: Sequence[str] | None = None) -> None:
        self._forms: dict[str, Form] = {
            "likeness": (None, _LIKENESSES),
            "embedding": (None, bundle.spec.embedding_dim),
            "activation": (None, _LIKENESSES, None, None),
        }
        origin = str(bundle.folder / MODEL_FILE)
        self._network = Network(bundle.read_model(), origin, self._forms, providers)
        self.provider = self._network.provider
        self.provider_note = self._network.provider_note

    def run(self, batch: NDArray[np.uint8]) -> Outputs:
        """Run the network on raw pixels.

        Args:
            batch: uint8 RGB [N, H, W, 3], any height and width, N at least 1.

        Raises:
            ValueError: the array is of another form.
            BundleError: the network failed, or gave something that is not a likeness.
        """
        outputs = Outputs(*self._network.run(batch, tuple(self._forms)))
        self._check(outputs, len(batch))
        return outputs

    def _check(self, outputs: Outputs, images: int) -> None:
        likeness = outputs.likeness
        if likeness.shape != (images, _LIKENESSES):
            self._network.refuse(
                f"it gave likenesses of shape {likeness.shape} for {images} images"
            )
        if outputs.embedding.shape != (images, self._forms["embedding"][1]):
            self._network.refuse(f"it gave embeddings of shape {outputs.embedding.shape}")
        # Written so that NaN fails too.
        if not bool(np.all((likeness >= 0.0) & (likeness <= 1.0))):
            self._network.refuse("it gave a likeness outside 0 to 1")
