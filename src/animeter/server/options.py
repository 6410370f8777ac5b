"""What a server may be asked to do and how much of it: every option, with a safe default."""

import re
from dataclasses import dataclass, field
from typing import Final

from animeter.domain.errors import SettingError
from animeter.media.limits import Limits

MEBIBYTE: Final = 2**20
_PREFIX: Final = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_ORIGIN: Final = re.compile(
    r"\*|https?://[A-Za-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-fA-F:]+\](:\d+)?"
)
_SHORTEST_KEY: Final = 16


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """Limits and switches of one server process.

    Attributes:
        max_body_bytes: a request's body at most, pictures as base64 included.
        max_pixels: width times height of a picture at most.
        max_pictures: pictures of one request at most.
        max_queue: pictures that may wait for a thread; beyond that a request gets 503 at once.
        request_timeout_s: from a request's head to its answer at most, in seconds.
        threads: threads that decode and run the network; None means one a usable core.
        api_key: what `/v1` and `/metrics` ask for; None lets everybody in.
        cors_origins: other origins whose pages may call the API; none unless asked for.
        allow_urls: whether a picture may be given as a URL, which the server then fetches.
        allow_teaching: whether heads may be taught over HTTP.
        root_path: the prefix under which a proxy shows the server, such as `/animeter`.

    Raises:
        SettingError: a value makes no sense; says which.
    """

    max_body_bytes: int = 20 * MEBIBYTE
    max_pixels: int = 50_000_000
    max_pictures: int = 32
    max_queue: int = 64
    request_timeout_s: float = 30.0
    threads: int | None = None
    api_key: str | None = field(default=None, repr=False)
    cors_origins: tuple[str, ...] = ()
    allow_urls: bool = False
    allow_teaching: bool = False
    root_path: str = ""

    def __post_init__(self) -> None:
        for name in ("max_body_bytes", "max_pixels", "max_pictures", "max_queue"):
            if getattr(self, name) < 1:
                raise SettingError(f"{name} is {getattr(self, name)}: wanted at least 1.")
        if not self.request_timeout_s > 0:
            raise SettingError(f"request_timeout_s is {self.request_timeout_s}: wanted above 0.")
        if self.threads is not None and self.threads < 1:
            raise SettingError(f"threads is {self.threads}: wanted at least 1.")
        if self.max_queue < self.max_pictures:
            raise SettingError(
                f"max_queue is {self.max_queue}, less than the {self.max_pictures} pictures that "
                "one request may hold, so such a request would never get in: raise max_queue or "
                "lower max_pictures."
            )
        if self.api_key is not None:
            _check_key(self.api_key)
        if not _PREFIX.fullmatch(self.root_path):
            raise SettingError(
                f"root_path is {self.root_path!r}: wanted a path such as /animeter, without a "
                "slash at its end."
            )
        for origin in self.cors_origins:
            if not _ORIGIN.fullmatch(origin):
                raise SettingError(
                    f"{origin!r} is not an origin: wanted scheme and host such as "
                    "https://example.org, without a path, or * for all."
                )

    @property
    def limits(self) -> Limits:
        """What one picture may cost."""
        return Limits(max_bytes=self.max_body_bytes, max_pixels=self.max_pixels)


def _check_key(key: str) -> None:
    """Refuse keys that no client can send or that anybody can guess; never show them."""
    if not key.isascii() or not key.isprintable() or " " in key:
        raise SettingError(
            "The API key holds spaces or characters outside ASCII, which headers do not carry. "
            "Make one with: openssl rand -hex 32"
        )
    if len(key) < _SHORTEST_KEY:
        raise SettingError(
            f"The API key has {len(key)} characters: wanted at least {_SHORTEST_KEY}. "
            "Make one with: openssl rand -hex 32"
        )
