"""Lets a client finish sending before it is told no.

A server that answers and hangs up in the middle of an upload makes the client's own write fail,
and the answer is lost: a browser shows "connection reset" in place of the sentence that says what
to do. So what is left of a body is read and thrown away first, as much as is reasonable. It costs
no memory, since only one piece at a time is there.
"""

import asyncio
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES: Final = 256 * 2**20
LONGEST_S: Final = 15.0


class Draining:
    """Reads the rest of a body before the answer begins; hangs up after it where that is too much.

    Args:
        app: whom to ask.
        most_bytes: to throw away.
        longest_s: to spend on it.
    """

    def __init__(
        self, app: ASGIApp, most_bytes: int = MOST_BYTES, longest_s: float = LONGEST_S
    ) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._longest_s = longest_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        taken = finished = False

        async def watched() -> Message:
            nonlocal taken, finished
            taken = True
            message = await receive()
            finished = finished or not message.get("more_body", False)
            return message

        async def patient(message: Message) -> None:
            nonlocal finished
            if message["type"] == "http.response.start" and not finished:
                if message["status"] != HTTPStatus.REQUEST_TIMEOUT:  # that one will not finish
                    finished = await self._drain(scope, watched, was_asked_for=taken)
                if not finished:
                    MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self._app(scope, watched, patient)

    async def _drain(self, scope: Scope, receive: Receive, *, was_asked_for: bool) -> bool:
        """Throw the rest away; say whether that was all of it."""
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "0")
        if not declared.isdecimal() or int(declared[:20]) > self._most_bytes:
            return False
        if not was_asked_for and headers.get("expect", "").lower() == "100-continue":
            return False  # it waits for our word before it sends
        thrown = 0
        try:
            async with asyncio.timeout(self._longest_s):
                while thrown <= self._most_bytes:
                    message = await receive()
                    thrown += len(message.get("body", b""))
                    if not message.get("more_body", False):
                        return True
        except TimeoutError:
            pass
        return False


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
