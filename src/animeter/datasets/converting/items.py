"""What a converter passes on: rows of text one after another, each with its picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from animeter.domain.results import Failure


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A row of a data set with its picture.

    Attributes:
        row: text by column, `path` among them.
        picture: its file, or its bytes where it lies in an archive.
    """

    row: dict[str, str]
    picture: Path | bytes


Found: TypeAlias = Item | Failure


class Source(Protocol):
    """A data set in some form."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns, in order; `path` is one of them."""
        ...

    def items(self) -> Iterator[Found]:
        """Give all rows in order; may be called again."""
        ...
