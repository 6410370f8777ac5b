"""Where in the tree of labels a picture stands: an answer as deep as can be told, and in words."""

from dataclasses import dataclass
from typing import Any, Final

from animeter.domain.verdict import Verdict

LEVELS: Final = ("style", "series", "character")
"""The depths of the tree, from the top."""


@dataclass(frozen=True, slots=True)
class Step:
    """One label on the way down the tree.

    Attributes:
        level: one of `LEVELS`.
        label: at that level.
        score: its probability in [0, 1].
        sure: whether it is named without a word of doubt.
    """

    level: str
    label: str
    score: float
    sure: bool

    def to_dict(self) -> dict[str, str | float | bool]:
        """Return the JSON shape."""
        score = round(self.score, 6)
        return {"level": self.level, "label": self.label, "score": score, "sure": self.sure}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the tree a picture stands, as deep as that can be told.

    Attributes:
        verdict: the model's verdict on the two likenesses.
        steps: from the top; empty where not even a style can be told.
        asked: the levels that could have been answered, given the heads that were read.
        type: of the character, from the tree or, failing that, the head `type`; empty if unknown.
        demographic: of the series, from the tree; empty if unknown.
    """

    verdict: Verdict
    steps: tuple[Step, ...]
    asked: tuple[str, ...]
    type: str = ""
    demographic: str = ""

    @property
    def words(self) -> str:
        """The answer in words, such as "anime, probably Naruto, character unknown"."""
        if self.verdict is Verdict.NEITHER:
            return "neither anime nor cartoon"
        named = {step.level: step for step in self.steps}
        parts = ["anime and cartoon"] if self.verdict is Verdict.BOTH else []
        for level in self.asked:
            step = named.get(level)
            if step is None:
                parts.append(f"{level} unknown")
            elif level != "style" or not parts:
                parts.append(step.label if step.sure else f"probably {step.label}")
        return ", ".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON shape."""
        return {
            "words": self.words,
            "steps": [step.to_dict() for step in self.steps],
            "type": self.type or None,
            "demographic": self.demographic or None,
        }
