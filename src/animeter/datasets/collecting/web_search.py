"""Collects what a search engine finds for a query."""

from collections.abc import Container, Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from animeter.datasets.collecting.collector import Found
from animeter.datasets.collecting.manners import Manners
from animeter.datasets.collecting.search_engines import ENGINES
from animeter.datasets.collecting.visiting import Visitor
from animeter.datasets.collecting.web_pictures import WEB_COLUMNS, collect_urls

_LEAST_PAGE_DELAY_S: Final = 2.0


class WebSearchCollector:
    """The pictures that an engine finds, wherever these are.

    Args:
        query: what to search for.
        engine: a name of `ENGINES`.
        limit: how many results to look at.
        manners: towards the servers.
    """

    name = "web"
    columns = (*WEB_COLUMNS, "query", "engine", "title")

    def __init__(self, query: str, engine: str, limit: int, manners: Manners) -> None:
        self._query = query
        self._engine = engine
        self._limit = limit
        self._delay_s = max(manners.delay_s, _LEAST_PAGE_DELAY_S)
        self._visitor = Visitor(manners)

    def collect(self, done: Container[str]) -> Iterator[Found]:
        """Give the pictures as they come."""
        search = ENGINES[self._engine]
        results = search(self._query, self._limit, self._read_page, self._delay_s)
        facts = {"query": self._query, "engine": self._engine}
        wanted = (
            replace(one, facts={**one.facts, **facts}) for one in islice(results, self._limit)
        )
        yield from collect_urls(self._visitor, wanted, done)

    def _read_page(self, url: str) -> bytes:
        return self._visitor.read_page(url).content
