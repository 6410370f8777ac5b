"""What a collector is: the one protocol that every source of pictures is plugged in by.

A collector finds pictures and says where each came from. It writes nothing and remembers nothing:
`collecting/running.py` keeps the pictures, their manifest and what was passed over, and tells the
collector of a later run what it need not look at again.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from animeter.domain.results import Failure


@dataclass(frozen=True, slots=True, eq=False)
class Collected:
    """A picture that was found.

    Attributes:
        source: names the picture for ever: its URL, `shows.zip!/bleach/12.jpg`, `film.mkv#12.48`.
            A later run that meets the same source passes it over.
        content: the bytes of the encoded picture, which are kept as they are.
        name: what to call its file, as far as a file can be called so; folders stand before
            slashes. Whatever is hostile in it is taken out later.
        facts: what else is known, by columns of the manifest; only `Collector.columns` are there.
    """

    source: str
    content: bytes
    name: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finished:
    """All pictures of a container (an archive, a film) have been given.

    Attributes:
        source: names the container; a later run that finds it done does not open it.
        message: how it went, for people.
    """

    source: str
    message: str = "all of its pictures were looked at"


# A failure's path is the source that it speaks of.
Found: TypeAlias = Collected | Finished | Failure


class Collector(Protocol):
    """A source of pictures."""

    @property
    def name(self) -> str:
        """What the manifest calls this collector: `urls`, `archive`, `video`."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """The manifest's columns that it fills beside those that every picture has."""
        ...

    def collect(self, done: Container[str]) -> Iterator[Found]:
        """Give the pictures one after another, and a failure in the place of what gave none.

        Args:
            done: the sources that are not to be looked at again. Ask it before fetching or
                decoding anything; it grows while the run goes on.

        Raises:
            AnimeterError: the run cannot go on at all.
        """
        ...
