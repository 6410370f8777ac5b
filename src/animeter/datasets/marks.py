"""What people are asked about a picture: marks, each with the answers that it can take."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from animeter.datasets.manifest import FILED_STYLES
from animeter.datasets.records import PATH
from animeter.domain.errors import SettingError

YES, NO = "yes", "no"
DONE: Final = "done"
"""Stands among a person's marks on a picture once that person has dealt with all of it."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_VALUE: Final = re.compile(r"\w[\w .'/-]{0,39}")
_MOST_VALUES: Final = 9
_TAKEN: Final = frozenset({PATH, DONE})


@dataclass(frozen=True, slots=True)
class Mark:
    """One question about a picture.

    Attributes:
        name: what its column in a manifest is called.
        values: the answers. `yes` and `no` make it a flag: a picture that a person is done with
            and has not flagged is a no.
    """

    name: str
    values: tuple[str, ...] = (YES, NO)

    @property
    def is_flag(self) -> bool:
        """Whether it is there or not, and nothing else."""
        return self.values == (YES, NO)

    def answer(self, said: Mapping[str, str]) -> str:
        """Return what a person's marks on a picture answer; empty where that is not known."""
        value = said.get(self.name, "")
        return NO if not value and self.is_flag and said.get(DONE) == YES else value


MARKS: Final = (
    Mark("style", FILED_STYLES),
    Mark("type", ("male", "female", "nonhuman", "mixed", "none")),
    Mark("has_text"),
    Mark("has_logo"),
    Mark("empty"),
)
"""What is asked unless something else is asked for."""


def parse_marks(asked: Sequence[str]) -> tuple[Mark, ...]:
    """Return the marks that some words ask for; all of `MARKS` for no words.

    Args:
        asked: `style`, the name of one of `MARKS`; `mood=happy,sad`, a choice of one's own; or
            `blurred`, a flag of one's own.

    Raises:
        SettingError: a word cannot be used; says why.
    """
    marks = tuple(map(_parsed, asked)) or MARKS
    names = [mark.name for mark in marks]
    if len(set(names)) != len(names):
        raise SettingError(f"a mark is asked for twice: {', '.join(names)}. Name each once.")
    return marks


def _parsed(word: str) -> Mark:
    name, has_values, listed = (part.strip() for part in word.partition("="))
    if not _NAME.fullmatch(name) or name in _TAKEN:
        raise SettingError(
            f"{word!r} cannot be a mark: wanted a name of small letters, digits and _, other than "
            f"{' and '.join(sorted(_TAKEN))}, such as blurred or mood=happy,sad."
        )
    if not has_values:
        return next((mark for mark in MARKS if mark.name == name), Mark(name))
    values = tuple(value.strip() for value in listed.split(","))
    fit = all(map(_VALUE.fullmatch, values)) and len(set(values)) == len(values)
    if not fit or not 2 <= len(values) <= _MOST_VALUES:
        raise SettingError(
            f"{word!r} cannot be a mark: wanted 2 to {_MOST_VALUES} different answers behind the "
            "=, separated by commas, such as mood=happy,sad."
        )
    return Mark(name, values)
