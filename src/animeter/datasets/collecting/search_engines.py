"""Search engines for pictures: from a query to the addresses of pictures, by kept packages.

`ddgs` asks DuckDuckGo and Bing itself; of `icrawler` only the knowledge is used of which pages of
Google and Baidu to ask for, and how to read them. None of the four offers this as a service for
programs, so their pages change without notice: an engine that finds nothing is worth a try with
another, and with newer versions of these packages.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from animeter.datasets.collecting.visiting import Wanted
from animeter.domain.errors import MissingExtraError, UnreachableUrlError

# From the URL of a page of results to what stands there.
ReadPage: TypeAlias = Callable[[str], bytes]
Search: TypeAlias = Callable[[str, int, ReadPage, float], Iterator[Wanted]]


def _ddgs(engine: str) -> Search:
    def search(query: str, limit: int, read_page: ReadPage, delay_s: float) -> Iterator[Wanted]:
        del read_page  # the package asks by itself
        try:
            from ddgs import DDGS
            from ddgs.exceptions import DDGSException
        except ModuleNotFoundError as error:
            raise MissingExtraError("collect", "ddgs") from error
        seen: set[str] = set()
        page = 0
        with DDGS(timeout=30) as asked:
            while len(seen) < limit:
                if page:
                    time.sleep(delay_s)
                page += 1
                try:
                    results = asked.images(
                        query, backend=engine, page=page, max_results=None, safesearch="on"
                    )
                except DDGSException as error:
                    if seen:  # that was the last page
                        return
                    raise _nothing(engine, str(error)) from error
                new = [one for one in results if _is_new(one.get("image"), seen)]
                if not new:
                    return
                for one in new:
                    facts = {
                        "page": str(one.get("url") or ""),
                        "title": str(one.get("title") or ""),
                    }
                    yield Wanted(str(one["image"]), facts=facts)

    return search


def _icrawler(engine: str) -> Search:
    def search(query: str, limit: int, read_page: ReadPage, delay_s: float) -> Iterator[Wanted]:
        del delay_s  # whoever reads the pages keeps to it
        feeder, parser = _icrawler_parts(engine)
        pages: SimpleQueue[str] = SimpleQueue()
        feeder.out_queue = pages
        feeder.feed(quote(query) if engine == "baidu" else query, 0, limit)
        seen: set[str] = set()
        while len(seen) < limit and not pages.empty():
            response = SimpleNamespace(content=read_page(pages.get()))
            found = [task.get("file_url") for task in parser.parse(response) or ()]
            new = [url for url in found if _is_new(url, seen)]
            if not new:
                break
            yield from map(Wanted, new)
        if not seen:
            raise _nothing(engine, "no picture on its page")

    return search


ENGINES: Final[Mapping[str, Search]] = {
    "bing": _ddgs("bing"),
    "duckduckgo": _ddgs("duckduckgo"),
    "google": _icrawler("google"),
    "baidu": _icrawler("baidu"),
}


def _icrawler_parts(engine: str) -> tuple[Any, Any]:
    try:
        from icrawler.builtin import baidu, google
    except ModuleNotFoundError as error:
        raise MissingExtraError("collect", "icrawler") from error
    logging.getLogger("icrawler").setLevel(logging.CRITICAL)
    parts = {
        "google": (google.GoogleFeeder, google.GoogleParser),
        "baidu": (baidu.BaiduFeeder, baidu.BaiduParser),
    }
    feeder, parser = parts[engine]
    return feeder(1, None, None), parser(1, None, None)


def _is_new(url: object, seen: set[str]) -> bool:
    """Say whether something is a URL that was not met before; it was from now on."""
    if not isinstance(url, str) or not url or url in seen:
        return False
    seen.add(url)
    return True


def _nothing(engine: str, reason: str) -> UnreachableUrlError:
    return UnreachableUrlError(
        f"{engine} found nothing ({reason}). Try other words, another --engine, or "
        "pip install --upgrade ddgs icrawler: engines change their pages without notice"
    )
