"""What a site wants of programs: its `robots.txt`, and the headers that keep pictures from AI.

`robots.txt` is read as RFC 9309 has it: one that is not there allows everything, one that the
server cannot give for now forbids everything until it can.
"""

from collections.abc import Iterable
from typing import Final, TypeAlias
from urllib.parse import urlsplit, urlunsplit

from animeter.datasets.collecting.manners import AGENT
from animeter.domain.errors import MissingExtraError

MOST_ROBOTS_BYTES: Final = 512 * 1024
"""As much of a `robots.txt` is read, and no more: RFC 9309 asks for 500 KiB."""

# A site that keeps its pictures out of search indices does not want them in a data set either.
_REFUSING: Final = frozenset(("noai", "noimageai", "noindex", "noimageindex", "none"))
# Directives of X-Robots-Tag with a value, which looks as if they were a robot's name.
_WITH_VALUE: Final = frozenset(
    ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview")
)


class NoRules:
    """What a site allows that says nothing."""

    delay_s = 0.0

    def allows(self, url: str) -> bool:  # noqa: ARG002 - whatever it is
        """Say yes."""
        return True


class RobotsTxt:
    """What a `robots.txt` allows.

    Args:
        content: of the file, which may hold anything.

    Raises:
        MissingExtraError: the package that reads it is not installed.
    """

    def __init__(self, content: bytes) -> None:
        try:
            from protego import Protego
        except ModuleNotFoundError as error:
            raise MissingExtraError("collect", "protego") from error
        text = content[:MOST_ROBOTS_BYTES].decode("utf-8-sig", errors="replace")
        self._parsed = Protego.parse(text)

    def allows(self, url: str) -> bool:
        """Say whether the URL may be asked for."""
        return self._parsed.can_fetch(url, AGENT)

    @property
    def delay_s(self) -> float:
        """How much time the site wants between two requests; 0 if it does not say."""
        rate = self._parsed.request_rate(AGENT)
        of_rate = rate.seconds / rate.requests if rate is not None and rate.requests else 0.0
        delays = (self._parsed.crawl_delay(AGENT) or 0.0, of_rate)
        return max((delay for delay in delays if delay > 0), default=0.0)  # "nan" is not


Rules: TypeAlias = RobotsTxt | NoRules


def robots_url(url: str) -> str:
    """Return where the `robots.txt` is that speaks of a URL."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))


def refusal(robots_tags: Iterable[str], tdm_reservation: str = "") -> str | None:
    """Return the directive by which a server keeps a picture from data sets, or None.

    Args:
        robots_tags: the values of `X-Robots-Tag`, one a header.
        tdm_reservation: of the header `TDM-Reservation`, by which text and data mining is reserved.
    """
    if tdm_reservation.strip() == "1":
        return "TDM-Reservation: 1"
    for value in robots_tags:
        agent = ""
        for part in value.lower().split(","):
            name, colon, rest = part.partition(":")
            if colon and name.strip() not in _WITH_VALUE:
                agent = name.strip()
                part = rest  # noqa: PLW2901
            if part.strip() in _REFUSING and agent in ("", "*", AGENT):
                return f"X-Robots-Tag: {part.strip()}"
    return None
