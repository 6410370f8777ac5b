"""Reading a request's body: not more than allowed, not longer than allowed, and all in budget.

What counts is what has really arrived, since a declared length costs nobody anything: a thousand
connections that promise much and send nothing hold no memory.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from starlette.requests import Request

from animeter.server.errors import BodyTooLargeError, QueueFullError, RequestError, SlowBodyError

_BODIES_AT_ONCE: Final = 16
_RETRY_AFTER_S: Final = 2


class Bodies:
    """Reads bodies into memory, and no more of it than the budget.

    Args:
        max_bytes: of one body. All that are held at a time may have 16 times as many.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._budget_bytes = _BODIES_AT_ONCE * max_bytes
        self._held_bytes = 0

    @contextmanager
    def reading(self) -> Iterator["Body"]:
        """Read one body in the block; its bytes count until the block ends."""
        body = Body(self)
        try:
            yield body
        finally:
            self._held_bytes -= body.held_bytes

    def hold(self, more_bytes: int) -> None:
        """Count bytes that have arrived.

        Raises:
            QueueFullError: the budget is used up by all requests together.
        """
        if self._held_bytes + more_bytes > self._budget_bytes:
            raise QueueFullError(_RETRY_AFTER_S)
        self._held_bytes += more_bytes

    def too_large(self, size: str) -> BodyTooLargeError:
        """Say that a body is too large."""
        return BodyTooLargeError(
            f"the body has {size} bytes; at most {self._max_bytes:,} are taken. Make the picture "
            "smaller, send fewer at a time, or send them as they are instead of as base64"
        )

    @property
    def max_bytes(self) -> int:
        """How many bytes one body may have."""
        return self._max_bytes


class Body:
    """One body on its way in."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self.held_bytes = 0

    async def read(self, request: Request, deadline_s: float) -> bytes:
        """Read it whole.

        Args:
            request: whose body it is.
            deadline_s: by the event loop's clock.

        Raises:
            BodyTooLargeError: it has, or says that it has, too many bytes.
            SlowBodyError: it did not arrive in time.
            QueueFullError: other bodies have used up the memory.
            RequestError: it is compressed, or its length is not a number.
        """
        self._check_declared(request)
        chunks = []
        try:
            async with asyncio.timeout_at(deadline_s):
                async for chunk in request.stream():
                    if self.held_bytes + len(chunk) > self._bodies.max_bytes:
                        raise self._bodies.too_large(f"more than {self._bodies.max_bytes:,}")
                    self._bodies.hold(len(chunk))
                    self.held_bytes += len(chunk)
                    chunks.append(chunk)
        except TimeoutError as error:
            raise SlowBodyError(
                "the body did not arrive in the time that this server allows; try again over a "
                "faster connection, or with a smaller picture"
            ) from error
        return b"".join(chunks)

    def _check_declared(self, request: Request) -> None:
        encoding = request.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in {"", "identity"}:
            raise RequestError(
                f"the body is compressed ({encoding[:40]!r}), which this server does not undo; "
                "pictures are compressed already, so send them as they are"
            )
        declared = request.headers.get("content-length", "0")
        if not declared.isascii() or not declared.isdecimal():
            raise RequestError(f"Content-Length is {declared[:40]!r}: wanted a whole number")
        if int(declared[:20]) > self._bodies.max_bytes:
            raise self._bodies.too_large(f"{int(declared[:20]):,}")
