"""Collects from boorus: picture boards that give posts with tags as JSON, in one of three dialects.

Only what a board rates as fit for everybody is taken, whatever the tags ask for.
"""

import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, islice
from typing import Any, Final
from urllib.parse import urlencode, urljoin

from animeter.datasets.collecting.collector import Found
from animeter.datasets.collecting.manners import Manners
from animeter.datasets.collecting.visiting import Visitor, Wanted
from animeter.datasets.collecting.web_pictures import WEB_COLUMNS, collect_urls
from animeter.domain.errors import UnreachableUrlError
from animeter.domain.results import Failure

_POSTS_A_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of board is asked, and how it answers.

    Attributes:
        posts: the path of its list of posts.
        query: parameters that never change.
        page: the parameter that numbers pages.
        first_page: the number of the first.
        post: the path of the page that shows a post, with its number in it.
        tags: the field with a post's tags.
        safe: ratings of what is fit for everybody.
    """

    posts: str
    page: str
    first_page: int
    post: str
    tags: str
    safe: frozenset[str]
    query: tuple[tuple[str, str], ...] = ()

    def page_url(self, site: str, tags: str, page: int) -> str:
        """Return the URL of one page of posts."""
        asked = (
            *self.query,
            ("tags", tags),
            ("limit", str(_POSTS_A_PAGE)),
            (self.page, str(page)),
        )
        return f"{urljoin(site, self.posts)}?{urlencode(asked)}"


DIALECTS: Final[Mapping[str, Dialect]] = {
    "danbooru": Dialect(
        posts="posts.json",
        page="page",
        first_page=1,
        post="posts/{}",
        tags="tag_string",
        safe=frozenset(("g",)),
    ),
    "moebooru": Dialect(
        posts="post.json",
        page="page",
        first_page=1,
        post="post/show/{}",
        tags="tags",
        safe=frozenset(("s",)),
    ),
    "gelbooru": Dialect(
        posts="index.php",
        page="pid",
        first_page=0,
        post="index.php?page=post&s=view&id={}",
        tags="tags",
        safe=frozenset(("general", "safe")),
        query=(("page", "dapi"), ("s", "post"), ("q", "index"), ("json", "1")),
    ),
}


class BooruCollector:
    """The pictures of a board that bear some tags.

    Args:
        site: the board's address.
        tags: as the board's own search takes them, with spaces between.
        dialect: a name of `DIALECTS`.
        limit: how many posts to look at, newest first.
        manners: towards its servers.
    """

    name = "booru"
    columns = (*WEB_COLUMNS, "tags", "artist_page")

    def __init__(self, site: str, tags: str, dialect: str, limit: int, manners: Manners) -> None:
        self._site = site if site.endswith("/") else f"{site}/"
        self._tags = tags
        self._dialect = DIALECTS[dialect]
        self._limit = limit
        self._visitor = Visitor(manners)

    def collect(self, done: Container[str]) -> Iterator[Found]:
        """Give the pictures as they come."""
        posts = islice(self._posts(), self._limit)
        yield from collect_urls(self._visitor, map(self._wanted, posts), done)

    def _posts(self) -> Iterator[Mapping[str, Any]]:
        seen: set[str] = set()
        for page in count(self._dialect.first_page):
            url = self._dialect.page_url(self._site, self._tags, page)
            posts = _parsed(self._visitor.read_page(url).content, url)
            new = [post for post in posts if str(post.get("id")) not in seen]
            yield from new
            seen.update(str(post.get("id")) for post in new)
            if not new:  # also of a board that gives its first page again and again
                return

    def _wanted(self, post: Mapping[str, Any]) -> Wanted | Failure:
        page = urljoin(self._site, self._dialect.post.format(post.get("id")))
        if str(post.get("rating", "")).lower() not in self._dialect.safe:
            return Failure(
                page, "not_for_everybody", "the board does not rate it fit for everybody"
            )
        file_url = post.get("file_url")
        if not isinstance(file_url, str) or not file_url:
            return Failure(page, UnreachableUrlError.code, "the board gives no URL of its picture")
        return Wanted(
            urljoin(page, file_url),
            name=str(post.get("id", "")),
            facts={
                "page": page,
                "tags": _text(post.get(self._dialect.tags)),
                "artist_page": _text(post.get("source")),
            },
        )


def _parsed(content: bytes, url: str) -> list[Mapping[str, Any]]:
    """Read a list of posts, which some boards wrap into an object.

    Raises:
        UnreachableUrlError: it is none.
    """
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreachableUrlError(
            f"{url} gives no JSON ({error}); is it a board of that dialect? Choose another with "
            "--dialect"
        ) from error
    if isinstance(answer, dict):
        answer = answer.get("post") or answer.get("posts") or []
    if not isinstance(answer, list):
        raise UnreachableUrlError(f"{url} gives JSON, but no list of posts")
    return [post for post in answer if isinstance(post, dict)]


def _text(value: object) -> str:
    """Return a field of a post on one line, whatever it is."""
    return " ".join(str(value).split()) if isinstance(value, str | int) else ""
