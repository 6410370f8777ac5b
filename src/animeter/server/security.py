"""Who may ask, and what a browser may do with the answer."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from animeter.domain.errors import AnimeterError
from animeter.server.errors import ApiKeyError, ForbiddenHostError

_DIRECTIVES: Final = (
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",  # to compile WebAssembly, and nothing else
    "worker-src 'self' blob:",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self' blob: data:",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
CONTENT_SECURITY_POLICY: Final = "; ".join(_DIRECTIVES)
# The page may use the camera; nobody may use anything else. The two cross-origin headers give the
# page threads (SharedArrayBuffer), which browsers hand out only to pages isolated like this.
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": (
        "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()"
    ),
}
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_GUARDED: Final = ("/v1/", "/metrics")


class SecurityHeaders:
    """Puts the headers on every answer, refusals included.

    Args:
        app: whom to ask.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class ApiKeyGate:
    """Asks for the key on everything below `/v1` and on `/metrics`; health and page stay open.

    Args:
        app: whom to ask behind the gate.
        api_key: the key.
        refuse: makes the answer of an error.
    """

    def __init__(
        self, app: ASGIApp, api_key: str, refuse: Callable[[AnimeterError], Response]
    ) -> None:
        self._app = app
        self._digest = _digest(api_key)
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and _is_guarded(scope) and not self._opens(Headers(scope=scope)):
            error = ApiKeyError(
                "this server asks for an API key, and got none or a wrong one; send the header "
                "Authorization: Bearer KEY, or X-API-Key: KEY"
            )
            await self._refuse(error)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _opens(self, headers: Headers) -> bool:
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        given = bearer.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
        return hmac.compare_digest(_digest(given), self._digest)


class LocalNamesOnly:
    """Answers only who calls this computer by its own name.

    A page of another site can have its name lead here and then ask as if from the same site; what
    it cannot do is ask under our name. For servers that show somebody's own files without a key.

    Args:
        app: whom to ask behind it.
        refuse: makes the answer of an error.
    """

    def __init__(self, app: ASGIApp, refuse: Callable[[AnimeterError], Response]) -> None:
        self._app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and not _names_us(Headers(scope=scope).get("host", "")):
            error = ForbiddenHostError(
                "without a key this server answers only to localhost and 127.0.0.1; open it by "
                "one of these names"
            )
            await self._refuse(error)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _names_us(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in LOOPBACK
    except ValueError:
        return False


def _is_guarded(scope: Scope) -> bool:
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    return path.startswith(_GUARDED)


def _digest(key: str) -> bytes:
    # Compared as digests, so that not even the length shows in the time it takes.
    return hashlib.sha256(key.encode()).digest()
