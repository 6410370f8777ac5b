"""What a classification gives back: the one JSON shape of the command line, server and page."""

from dataclasses import dataclass
from typing import TypeAlias

from animeter.domain.errors import AnimeterError
from animeter.domain.verdict import Verdict

LIKENESS_DIGITS = 6
"""Digits of a likeness in JSON: float32 holds no more."""


@dataclass(frozen=True, slots=True)
class Classification:
    """The likenesses of one picture.

    Attributes:
        path: the file's path as it was given; None for bytes, arrays and images.
        anime: anime likeness in [0, 1].
        cartoon: cartoon likeness in [0, 1]; independent of `anime`.
        verdict: the word that follows from both by the model's thresholds.
        model: name and version of the model that looked.
        width_px: width of the picture as a viewer shows it (after EXIF orientation).
        height_px: height of the same.
    """

    path: str | None
    anime: float
    cartoon: float
    verdict: Verdict
    model: str
    width_px: int
    height_px: int

    def to_dict(self) -> dict[str, str | float | int | None]:
        """Return the JSON shape, likenesses rounded to six digits."""
        return {
            "path": self.path,
            "verdict": self.verdict.value,
            "anime": round(self.anime, LIKENESS_DIGITS),
            "cartoon": round(self.cartoon, LIKENESS_DIGITS),
            "model": self.model,
            "width_px": self.width_px,
            "height_px": self.height_px,
        }


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
