"""What a classification gives back: the one JSON shape of the command line, server and page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from animeter.domain.errors import AnimeterError
from animeter.domain.place import Place
from animeter.domain.verdict import Verdict

LIKENESS_DIGITS = 6
"""Digits of a likeness in JSON: float32 holds no more."""


@dataclass(frozen=True, slots=True)
class ScoredLabel:
    """A label that a head knows, and how likely it is.

    Attributes:
        label: of the head, or `none of these`.
        score: calibrated probability in [0, 1].
    """

    label: str
    score: float

    def to_dict(self) -> dict[str, str | float]:
        """Return the JSON shape, the score rounded to six digits."""
        return {"label": self.label, "score": round(self.score, LIKENESS_DIGITS)}


@dataclass(frozen=True, slots=True)
class Classification:
    """What a model says of one picture: its likenesses, and what the heads asked for say.

    Attributes:
        path: the file's path as it was given; None for bytes, arrays and images.
        anime: anime likeness in [0, 1].
        cartoon: cartoon likeness in [0, 1]; independent of `anime`.
        verdict: the word that follows from both by the model's thresholds.
        model: name and version of the model that looked.
        width_px: width of the picture as a viewer shows it (after EXIF orientation).
        height_px: height of the same.
        heads: by the name of each head that was asked for, its likeliest labels, best first.
        place: where in the tree of labels the picture stands; None unless a head that speaks of
            the tree (`series`, `character`, `type`) was asked for.
    """

    path: str | None
    anime: float
    cartoon: float
    verdict: Verdict
    model: str
    width_px: int
    height_px: int
    heads: Mapping[str, tuple[ScoredLabel, ...]] = field(default_factory=dict)
    place: Place | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON shape, likenesses rounded; `heads` and `place` only if asked for."""
        row: dict[str, Any] = {
            "path": self.path,
            "verdict": self.verdict.value,
            "anime": round(self.anime, LIKENESS_DIGITS),
            "cartoon": round(self.cartoon, LIKENESS_DIGITS),
            "model": self.model,
            "width_px": self.width_px,
            "height_px": self.height_px,
        }
        if self.heads:
            row["heads"] = {name: [s.to_dict() for s in best] for name, best in self.heads.items()}
        if self.place is not None:
            row["place"] = self.place.to_dict()
        return row


@dataclass(frozen=True, slots=True)
class Failure:
    """A picture that could not be classified, in place of its classification.

    Attributes:
        path: the file's path as it was given; None for bytes, arrays and images.
        error: the stable code of the error, such as `unreadable_image`.
        message: one sentence for people.
    """

    path: str | None
    error: str
    message: str

    @classmethod
    def from_error(cls, path: str | None, error: AnimeterError) -> "Failure":
        """Record an error against the picture it belongs to."""
        return cls(path=path, error=error.code, message=error.message)

    def to_dict(self) -> dict[str, str | dict[str, str] | None]:
        """Return the JSON shape: the path, and the error's code and message."""
        return {"path": self.path, "error": {"code": self.error, "message": self.message}}


Result: TypeAlias = Classification | Failure
