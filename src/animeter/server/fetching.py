"""Fetches a picture from a URL without becoming anybody's way into a private network.

Where a request may go is checked in `media/urls.py`; redirects are followed here, each checked in
the same way.
"""

import http.client
import time
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin

from animeter.domain.errors import FetchError, UnreachableUrlError
from animeter.media.urls import REDIRECTS, Network, blocks, shown_url
from animeter.server.errors import BodyTooLargeError

_MOST_HOPS: Final = 4


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches pictures.

    Attributes:
        max_bytes: of one call, all pictures together.
        timeout_s: of one call.
        network: what may be reached.
    """

    max_bytes: int
    timeout_s: float
    network: Network = field(default_factory=Network)

    def fetch_all(self, urls: list[str]) -> list[bytes]:
        """Fetch some URLs one after another.

        Raises:
            ForbiddenUrlError: one of them, or where it redirects to, must not be fetched.
            UnreachableUrlError: one of them gave no content.
            BodyTooLargeError: together they are too large.
        """
        deadline_s = time.monotonic() + self.timeout_s
        left_bytes = self.max_bytes
        fetched = []
        for url in urls:
            try:
                content = self._fetch(url, left_bytes, deadline_s)
            except FetchError as error:
                raise type(error)(f"{error}; send the picture itself") from error
            left_bytes -= len(content)
            fetched.append(content)
        return fetched

    def _fetch(self, url: str, max_bytes: int, deadline_s: float) -> bytes:
        for _ in range(_MOST_HOPS + 1):
            with self.network.get(url, {"Accept": "image/*"}, deadline_s) as answer:
                if answer.status not in REDIRECTS:
                    return _content(answer, max_bytes, deadline_s)
                url = urljoin(url, answer.getheader("Location", ""))
        raise UnreachableUrlError(f"{shown_url(url)} redirects too often")


def _content(answer: http.client.HTTPResponse, max_bytes: int, deadline_s: float) -> bytes:
    if answer.status != http.client.OK:
        raise UnreachableUrlError(f"the URL answers with status {answer.status} and no picture")
    content = bytearray()
    for block in blocks(answer, deadline_s):
        content += block
        if len(content) > max_bytes:
            raise BodyTooLargeError(
                f"the URL gives more than the {max_bytes:,} bytes that are left for this request; "
                "send fewer or smaller pictures"
            )
    return bytes(content)
