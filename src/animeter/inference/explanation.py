"""Why a picture got its likenesses: where the network saw what speaks for each.

The maps are the network's own last sums, so an explanation costs no second run and no gradients.
A place's value is in logits, and the mean over the places that the network asks together, plus a
constant of the model, is theirs. Where it found a picture on a page, the rest of the page is at 0.
Heat is therefore the same in every picture: a picture without a trace of anime stays cold, instead
of having its least cold corner painted red.
"""

import io
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from animeter.domain.model_spec import LIKENESS_LABELS
from animeter.domain.results import Classification
from animeter.media.images import DEFAULT_LIMITS, Picture, read_image
from animeter.media.limits import Limits

FULL_HEAT_LOGITS: Final = 8.0
"""From here on a place is as hot as can be: about where the most telling places of drawings are."""

OVERLAY_LONGEST_PX: Final = 1024
VALUE_DIGITS: Final = 5
"""Digits of activations and embeddings in JSON: beyond what float32 nets repeat elsewhere."""

# Heat, colour and how much of the picture it covers: from nothing over amber to a deep red.
_STOPS: Final = (0.0, 0.25, 0.6, 1.0)
_RED: Final = (255.0, 255.0, 250.0, 190.0)
_GREEN: Final = (225.0, 200.0, 120.0, 20.0)
_BLUE: Final = (120.0, 60.0, 20.0, 40.0)
_COVER: Final = (0.0, 0.30, 0.55, 0.75)
# What is not hot is drawn paler and greyer, so that no colour of the picture passes for heat.
_PALE: Final = 0.35
_GREY: Final = 0.75


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """A classification, and where in the picture it came from.

    Attributes:
        classification: what the picture is called.
        activation: float32 [2, h, w], anime then cartoon, in logits; above zero speaks for the
            likeness. It covers the whole picture, however few places it has.
        embedding: float32 [D], L2-normalised.
    """

    classification: Classification
    activation: NDArray[np.float32]
    embedding: NDArray[np.float32]

    @property
    def stronger(self) -> str:
        """The name of the larger likeness, `anime` where they are equal."""
        anime, cartoon = self.classification.anime, self.classification.cartoon
        return LIKENESS_LABELS[1] if cartoon > anime else LIKENESS_LABELS[0]

    def heat(self, likeness: str | None = None) -> NDArray[np.float32]:
        """Give one likeness's map as float32 [h, w] in [0, 1]; 0 is nothing, or speaks against it.

        Args:
            likeness: `anime` or `cartoon`; the stronger one unless given.

        Raises:
            ValueError: there is no such likeness.
        """
        likeness = likeness or self.stronger
        if likeness not in LIKENESS_LABELS:
            raise ValueError(f"got {likeness!r}; a likeness is one of {', '.join(LIKENESS_LABELS)}")
        activation = self.activation[LIKENESS_LABELS.index(likeness)]
        return np.asarray(np.clip(activation / FULL_HEAT_LOGITS, 0.0, 1.0), dtype=np.float32)

    def overlay(
        self, picture: Picture, likeness: str | None = None, limits: Limits = DEFAULT_LIMITS
    ) -> bytes:
        """Draw the heat on the picture.

        Args:
            picture: the one that was explained.
            likeness: `anime` or `cartoon`; the stronger one unless given.
            limits: what the picture may cost.

        Returns:
            A PNG of the picture's proportions, its longer side at most 1024 px.

        Raises:
            ImageError: the picture cannot be read.
            ValueError: there is no such likeness.
        """
        heat = self.heat(likeness)
        size = _drawn_size(self.classification.width_px, self.classification.height_px)
        # A square first: a large JPEG is then shrunk while it is decoded.
        square = read_image(picture, limits, shrink_to_px=max(size)).rgb
        shown = PillowImage.fromarray(square).resize(size, PillowImage.Resampling.BILINEAR)
        pixels = _painted(np.asarray(shown, dtype=np.float32), _spread(heat, size))
        output = io.BytesIO()
        PillowImage.fromarray(pixels).save(output, "PNG")
        return output.getvalue()

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON shape: the classification, both maps row by row, and the embedding."""
        _, rows, columns = self.activation.shape
        maps = {
            name: np.round(self.activation[number].astype(np.float64), VALUE_DIGITS).tolist()
            for number, name in enumerate(LIKENESS_LABELS)
        }
        return {
            "classification": self.classification.to_dict(),
            "activation": {"rows": rows, "columns": columns, **maps},
            "embedding": np.round(self.embedding.astype(np.float64), VALUE_DIGITS).tolist(),
        }


def _drawn_size(width_px: int, height_px: int) -> tuple[int, int]:
    scale = min(1.0, OVERLAY_LONGEST_PX / max(width_px, height_px))
    return max(1, round(width_px * scale)), max(1, round(height_px * scale))


def _spread(heat: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Stretch a map over a picture of a size (width, height), smoothly."""
    spread = PillowImage.fromarray(heat).resize(size, PillowImage.Resampling.BICUBIC)
    return np.clip(np.asarray(spread, dtype=np.float32), 0.0, 1.0)


def _painted(pixels: NDArray[np.float32], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    grey = pixels.mean(axis=2, keepdims=True)
    muted = pixels + _GREY * (grey - pixels)
    muted += _PALE * (255.0 - muted)
    colour = np.stack([np.interp(heat, _STOPS, band) for band in (_RED, _GREEN, _BLUE)], axis=2)
    cover = np.interp(heat, _STOPS, _COVER)[..., None]
    # The hotter, the more of the picture's own lines show through unmuted.
    ground = muted + heat[..., None] * (pixels - muted)
    return np.asarray(np.clip(ground + cover * (colour - ground), 0.0, 255.0), dtype=np.uint8)
