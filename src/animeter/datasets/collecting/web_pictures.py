"""Pictures at URLs, whoever named these: a list, a booru, a search engine."""

from collections.abc import Container, Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from animeter.datasets.collecting.collector import Collected, Found
from animeter.datasets.collecting.visiting import Visited, Visitor, Wanted
from animeter.domain.errors import AnimeterError
from animeter.domain.results import Failure

WEB_COLUMNS: Final = ("url", "page", "licence")
"""Where the bytes came from after all redirects; the page that shows the picture; its licence."""


def collect_urls(
    visitor: Visitor, wanted: Iterable[Wanted | Failure], done: Container[str]
) -> Iterator[Found]:
    """Visit the URLs that were not visited before, and give the pictures there.

    Failures among what is wanted pass through, in the order in which all of it comes.
    """
    failures: list[Failure] = []
    asked: set[str] = set()

    def new() -> Iterator[Wanted]:
        for one in wanted:
            if isinstance(one, Failure):
                failures.append(one)
            elif one.url not in done and one.url not in asked:
                asked.add(one.url)
                yield one

    for visited in visitor.visit(new()):
        yield from failures
        failures.clear()
        yield _found(visited)
    yield from failures


def _found(visited: Visited) -> Found:
    wanted, answer = visited.wanted, visited.answer
    if isinstance(answer, AnimeterError):
        return Failure.from_error(wanted.url, answer)
    facts = {"url": answer.url, "licence": answer.licence}
    facts |= {column: text for column, text in wanted.facts.items() if text}
    return Collected(wanted.url, answer.content, wanted.name or _name(wanted.url), facts)


def _name(url: str) -> str:
    """Return what a URL calls its picture, without a suffix."""
    return PurePosixPath(unquote(urlsplit(url).path)).stem
