"""The verbs `data collect urls`, `booru` and `web`: pictures from other people's servers."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from animeter.cli.collection import (
    MIN_SIDE_PX,
    Labels,
    MinSide,
    Output,
    Quiet,
    RetryFailed,
    collection,
    run_collector,
)

if TYPE_CHECKING:
    from animeter.datasets.collecting.manners import Manners

# Ports that web servers use; others need --allow-private.
_PORTS = (80, 443, 8080, 8443)
_DELAY_S = 1.0

Delay = Annotated[float, typer.Option(min=0.0, help="Seconds between two requests to one host.")]
Contact = Annotated[
    str,
    typer.Option(
        help="An e-mail address or URL that tells the servers' owners who is asking.",
        show_default=False,
    ),
]
IgnoreRobots = Annotated[
    bool,
    typer.Option(
        "--ignore-robots", help="Do not ask for robots.txt: for servers that are your own."
    ),
]
AllowPrivate = Annotated[
    bool,
    typer.Option(
        "--allow-private", help="Also fetch from private networks, this machine, and any port."
    ),
]


class BooruDialect(StrEnum):
    """The names of `DIALECTS`."""

    DANBOORU = "danbooru"
    MOEBOORU = "moebooru"
    GELBOORU = "gelbooru"


class SearchEngine(StrEnum):
    """The names of `ENGINES`."""

    BING = "bing"
    GOOGLE = "google"
    DUCKDUCKGO = "duckduckgo"
    BAIDU = "baidu"


def collect_urls(  # noqa: PLR0913, PLR0917  (a verb's options are its parameters)
    url_list: Annotated[
        Path,
        typer.Argument(
            metavar="LIST", help="A text file with a URL a line, or a CSV with a column `url`."
        ),
    ],
    output: Output,
    labels: Labels = None,
    min_side: MinSide = MIN_SIDE_PX,
    delay: Delay = _DELAY_S,
    contact: Contact = "",
    ignore_robots: IgnoreRobots = False,
    allow_private: AllowPrivate = False,
    retry_failed: RetryFailed = False,
    quiet: Quiet = False,
) -> None:
    """Fetch the pictures of a list; a CSV's other columns go into the manifest.

    Example: `animeter data collect urls urls.txt -o pictures --contact me@example.org`
    """
    from animeter.datasets.collecting.url_list import UrlListCollector

    into = collection(output, labels, min_side, retry_failed=retry_failed)
    manners = _manners(delay, contact, ignore_robots=ignore_robots, allow_private=allow_private)
    run_collector(into, UrlListCollector(url_list, manners), quiet=quiet)


def collect_booru(  # noqa: PLR0913, PLR0917  (a verb's options are its parameters)
    url: Annotated[str, typer.Argument(help="The board's address.")],
    output: Output,
    tags: Annotated[
        str, typer.Option(help="What to search for, as the board's own search takes it.")
    ] = "",
    dialect: Annotated[
        BooruDialect, typer.Option(help="How the board is asked.")
    ] = BooruDialect.DANBOORU,
    limit: Annotated[int, typer.Option(min=1, help="How many posts to look at.")] = 200,
    labels: Labels = None,
    min_side: MinSide = MIN_SIDE_PX,
    delay: Delay = _DELAY_S,
    contact: Contact = "",
    ignore_robots: IgnoreRobots = False,
    allow_private: AllowPrivate = False,
    retry_failed: RetryFailed = False,
    quiet: Quiet = False,
) -> None:
    """Fetch pictures with tags from a picture board: only those that it rates fit for everybody.

    Example: `animeter data collect booru https://safebooru.donmai.us --tags landscape -o pictures`
    """
    from animeter.datasets.collecting.booru import BooruCollector

    into = collection(output, labels, min_side, retry_failed=retry_failed)
    manners = _manners(delay, contact, ignore_robots=ignore_robots, allow_private=allow_private)
    run_collector(into, BooruCollector(url, tags, dialect.value, limit, manners), quiet=quiet)


def collect_web(  # noqa: PLR0913, PLR0917  (a verb's options are its parameters)
    query: Annotated[str, typer.Argument(help="What to search for.")],
    output: Output,
    engine: Annotated[SearchEngine, typer.Option(help="Where to search.")] = SearchEngine.BING,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many results to look at.")] = 100,
    labels: Labels = None,
    min_side: MinSide = MIN_SIDE_PX,
    delay: Delay = _DELAY_S,
    contact: Contact = "",
    ignore_robots: IgnoreRobots = False,
    allow_private: AllowPrivate = False,
    retry_failed: RetryFailed = False,
    quiet: Quiet = False,
) -> None:
    """Fetch what a search engine finds; the manifest says on which page each picture stands.

    Example: `animeter data collect web "bleach anime screenshot" --set series=Bleach -o pictures`
    """
    from animeter.datasets.collecting.web_search import WebSearchCollector

    into = collection(output, labels, min_side, retry_failed=retry_failed)
    manners = _manners(delay, contact, ignore_robots=ignore_robots, allow_private=allow_private)
    run_collector(into, WebSearchCollector(query, engine.value, limit, manners), quiet=quiet)


def _manners(
    delay_s: float, contact: str, *, ignore_robots: bool, allow_private: bool
) -> "Manners":
    from animeter.datasets.collecting.manners import Manners
    from animeter.media.urls import Network

    if allow_private:
        network = Network(is_allowed=lambda _: True, ports=frozenset(range(1, 65536)))
    else:
        network = Network(ports=frozenset(_PORTS))
    try:
        return Manners(delay_s, contact=contact, robots=not ignore_robots, network=network)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
