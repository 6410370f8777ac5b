"""Visits many URLs: several hosts at once, each for one thing at a time and never too often.

All that is known of hosts (when each may be asked again, what its `robots.txt` allows) is kept by
one `Visitor`, on the caller's thread; other threads do nothing but wait for one answer each. What a
server does not answer for now goes back into the line, so that nobody waits for it.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from functools import partial
from threading import Thread
from typing import Final
from urllib.parse import quote, urlsplit

from animeter.datasets.collecting.asking import (
    MOST_HOPS,
    PAGE,
    PICTURE,
    Content,
    Kind,
    Moved,
    Nothing,
    ask,
    ask_rules,
)
from animeter.datasets.collecting.manners import Manners
from animeter.datasets.collecting.robots import NoRules, RobotsTxt, Rules, robots_url
from animeter.domain.errors import AnimeterError, ForbiddenUrlError, UnreachableUrlError
from animeter.media.urls import checked_url, shown_url

_URLS_AHEAD: Final = 128
"""How many URLs are in the line: so many may wait for their host while others are visited."""

_SILENT_URLS: Final = 5
"""A host that gave no answer for so many URLs' worth of tries running is left alone."""

_LONGEST_NAP_S: Final = 1.0

Answer = Content | Moved | Nothing | Rules


@dataclass(frozen=True, slots=True)
class Wanted:
    """A URL to visit.

    Attributes:
        url: it.
        name: what to call a picture's file.
        facts: what is known of it, by columns of the manifest.
    """

    url: str
    name: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Visited:
    """What came of a visit.

    Attributes:
        wanted: what was asked for.
        answer: what it gave, or why it gave nothing.
    """

    wanted: Wanted
    answer: Content | AnimeterError


@dataclass(slots=True, eq=False)
class _Visit:
    """A URL in the line, wherever its redirects have led so far."""

    wanted: Wanted
    url: str
    hops: int = 0
    tries: int = 0
    not_before_s: float = 0.0
    asking: "Future[Answer] | None" = None


@dataclass(slots=True, eq=False)
class _Host:
    """One host: when it may be asked again, who asks it now, and how often it kept silent."""

    free_at_s: float = 0.0
    silent_times: int = 0
    visit: _Visit | None = None
    asking: "Future[Answer] | None" = None

    def is_taken(self, line: list[_Visit]) -> bool:
        """Say whether it is being asked, or its answer to somebody in the line is not settled."""
        return (self.asking is not None and not self.asking.done()) or self.visit in line


def _quoted(url: str) -> str:
    """Return a URL as it goes over the line: people write them with spaces and accents."""
    return quote(url, safe="!#$%&'()*+,/:;=?@[]~")


class Visitor:
    """Visits URLs with manners.

    Args:
        manners: these.
    """

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self._hosts: dict[str, _Host] = {}
        self._rules: dict[str, Rules] = {}

    def read_page(self, url: str) -> Content:
        """Visit one URL that a person named: a list of posts, a page of results.

        Raises:
            AnimeterError: it gives nothing.
        """
        (visited,) = self.visit([Wanted(url)], PAGE)
        if isinstance(visited.answer, AnimeterError):
            raise visited.answer
        return visited.answer

    def visit(self, wanted: Iterable[Wanted], kind: Kind = PICTURE) -> Iterator[Visited]:
        """Visit URLs, and give what comes of each as soon as it does, in no order.

        Args:
            wanted: a stream; read only as far ahead as there is room in the line.
            kind: what they should give.
        """
        coming = iter(wanted)
        line: list[_Visit] = []
        begin = partial(self._begin, kind=kind, line=line)
        while True:
            one = next(coming, None) if len(line) < _URLS_AHEAD else None
            if one is not None:
                line.append(_Visit(one, _quoted(one.url)))
            elif line:
                self._nap(line)
            else:
                return
            for step in (self._settle, begin):
                for visit in tuple(line):
                    answer = step(visit)
                    if answer is not None:
                        line.remove(visit)
                        yield Visited(visit.wanted, answer)

    def _begin(self, visit: _Visit, kind: Kind, line: list[_Visit]) -> AnimeterError | None:
        """Send the next request of a visit, if its host is free; return why it must not be sent."""
        if visit.asking is not None:
            return None
        try:
            host = self._host(visit)
            at_s = max(host.free_at_s, visit.not_before_s)
            if host.is_taken(line) or at_s > time.monotonic() or self._is_full(line):
                return None
            rules = self._rules_for(visit.url, kind)
        except AnimeterError as error:
            return error
        host.visit = visit
        visit.asking = host.asking = Future()
        Thread(target=self._ask, args=(visit, host, kind, rules), daemon=True).start()
        return None

    def _host(self, visit: _Visit) -> _Host:
        """Return the host that a visit is about to go to.

        Raises:
            FetchError: it must not go there.
        """
        name = checked_url(visit.url).hostname or ""
        host = self._hosts.setdefault(name, _Host())
        if host.silent_times >= _SILENT_URLS * self._manners.tries:
            raise UnreachableUrlError(
                f"{shown_url(name)} gave no answers and is left alone for now; try again later, "
                "with --retry-failed"
            )
        return host

    def _rules_for(self, url: str, kind: Kind) -> Rules | None:
        """Return what the site of a URL allows, None if nobody asked yet.

        Raises:
            ForbiddenUrlError: it does not allow this.
        """
        if not (self._manners.robots and kind.by_robots):
            return NoRules()
        rules = self._rules.get(robots_url(url))
        if rules is None:
            return None
        if not rules.allows(url):
            raise ForbiddenUrlError(f"{shown_url(robots_url(url))} keeps programs away from it")
        if rules.delay_s > self._manners.longest_wait_s:
            raise ForbiddenUrlError(
                f"{shown_url(robots_url(url))} wants {rules.delay_s:,.0f} s between two requests, "
                f"and at most {self._manners.longest_wait_s:,.0f} s are waited"
            )
        return rules

    def _ask(self, visit: _Visit, host: _Host, kind: Kind, rules: Rules | None) -> None:
        """Send one request; runs on a thread of its own, which no other thread waits for."""
        asking = visit.asking
        if asking is None:
            return
        try:
            answer: Answer
            if rules is None:
                answer = ask_rules(visit.url, self._manners)
            else:
                answer = ask(visit.url, kind, self._manners)
            host.free_at_s = time.monotonic() + self._pause_s(visit, answer, rules)
            asking.set_result(answer)
        except BaseException as error:  # noqa: BLE001 - it comes out on the caller's thread
            asking.set_exception(error)

    def _pause_s(self, visit: _Visit, answer: Answer, rules: Rules | None) -> float:
        """Return how long the host that answered is left alone."""
        known = answer if isinstance(answer, RobotsTxt) else rules
        wanted_s = known.delay_s if known is not None else 0.0
        if wanted_s > self._manners.longest_wait_s:  # nothing of it will be asked for
            wanted_s = 0.0
        pause_s = max(self._manners.delay_s, wanted_s)
        if isinstance(answer, Nothing) and answer.again:
            backoff_s = self._manners.wait_s(visit.tries + 1)
            visit.not_before_s = time.monotonic() + backoff_s
            if answer.is_busy:
                return max(pause_s, backoff_s if answer.wait_s is None else answer.wait_s)
        return pause_s

    def _settle(self, visit: _Visit) -> Content | AnimeterError | None:
        """Take an answer that has come; return it unless the visit goes on."""
        if visit.asking is None or not visit.asking.done():
            return None
        answer = visit.asking.result()
        visit.asking = None
        host = self._hosts[checked_url(visit.url).hostname or ""]
        if host.visit is visit:
            host.visit = None
        if isinstance(answer, Nothing):
            return self._settle_nothing(visit, host, answer)
        host.silent_times = 0
        if isinstance(answer, Content):
            return answer
        if isinstance(answer, Moved):
            visit.hops += 1
            visit.url = _quoted(answer.url)
            if visit.hops > MOST_HOPS:
                return UnreachableUrlError(f"it redirects more than {MOST_HOPS} times")
        else:
            self._rules[robots_url(visit.url)] = answer
        return None

    def _settle_nothing(self, visit: _Visit, host: _Host, answer: Nothing) -> AnimeterError | None:
        if not answer.again:
            host.silent_times = 0
            return answer.error
        if answer.wait_s is not None and answer.wait_s > self._manners.longest_wait_s:
            host.silent_times = _SILENT_URLS * self._manners.tries
            return UnreachableUrlError(
                f"{answer.error}, and wants to be left alone for {answer.wait_s:,.0f} s"
            )
        host.silent_times += 1
        visit.tries += 1
        return answer.error if visit.tries >= self._manners.tries else None

    def _is_full(self, line: list[_Visit]) -> bool:
        asking = sum(visit.asking is not None for visit in line)
        return asking >= self._manners.hosts_at_once

    def _nap(self, line: list[_Visit]) -> None:
        """Wait until something can be done."""
        now_s = time.monotonic()
        full = self._is_full(line)
        nap_s = _LONGEST_NAP_S
        futures = set()
        for visit in line:
            host = self._hosts.get(urlsplit(visit.url).hostname or "")
            if visit.asking is not None:
                futures.add(visit.asking)
            elif host is None:
                return
            elif host.asking is not None and host.is_taken(line):
                futures.add(host.asking)
            elif not full:
                at_s = max(host.free_at_s, visit.not_before_s)
                nap_s = min(nap_s, max(0.0, at_s - now_s))
        if futures:
            wait(futures, timeout=nap_s, return_when=FIRST_COMPLETED)
        else:
            time.sleep(nap_s)
