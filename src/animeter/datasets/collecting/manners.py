"""How collecting behaves towards other people's servers, and who it says that it is."""

from dataclasses import dataclass, field
from typing import Final

from animeter import __version__
from animeter.media.limits import Limits
from animeter.media.urls import Network

AGENT: Final = "animeter"
"""The name that `robots.txt` and `X-Robots-Tag` may speak to."""


@dataclass(frozen=True, slots=True)
class Manners:
    """What is asked of others, and how often.

    Attributes:
        delay_s: time between the end of one request to a host and the next to the same; a longer
            one that its `robots.txt` wants is kept to.
        hosts_at_once: hosts that are asked at the same time, each for one thing at a time.
        timeout_s: for one request, from connecting to the last byte.
        tries: how often a request is made that a server might answer later.
        backoff_s: time before the second try; it doubles with each further one.
        longest_wait_s: a server that wants to be left alone for longer is left alone altogether.
        robots: whether `robots.txt` is asked and kept to.
        contact: an address or URL for those who wonder who is asking, sent with every request.
        limits: what a picture may cost.
        network: what may be reached.
    """

    delay_s: float = 1.0
    hosts_at_once: int = 8
    timeout_s: float = 60.0
    tries: int = 4
    backoff_s: float = 2.0
    longest_wait_s: float = 120.0
    robots: bool = True
    contact: str = ""
    limits: Limits = field(default_factory=Limits)
    network: Network = field(default_factory=Network)

    def __post_init__(self) -> None:
        if not (self.contact.isascii() and (self.contact.isprintable() or not self.contact)):
            raise ValueError(f"contact is {self.contact!r}; it must be plain ASCII on one line")

    @property
    def user_agent(self) -> str:
        """What servers are told of who is asking."""
        asking = f"{AGENT}/{__version__}"
        return f"{asking} ({self.contact})" if self.contact else asking

    def wait_s(self, tries: int) -> float:
        """Return how long to wait before the next try, after so many."""
        return float(min(self.backoff_s * 2 ** (tries - 1), self.longest_wait_s))
