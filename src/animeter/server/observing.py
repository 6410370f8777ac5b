"""Counts every answer, and turns what nobody foresaw into an answer too."""

import logging
import time
from http import HTTPStatus
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from animeter.server.errors import error_body
from animeter.server.metrics import Metrics

logger = logging.getLogger("animeter.server")

_METHODS: Final = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class Observing:
    """The outermost layer around the application.

    Args:
        app: whom to ask.
        metrics: what to count with.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_s = time.perf_counter()
        status: int | None = None

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            pass  # nobody is there to answer
        except Exception:
            logger.exception("%s %s failed", scope["method"], scope["path"])
            if status is not None:  # too late to say anything else
                raise
            message = "something went wrong in the server, and its log says what; try again"
            body = error_body("internal_error", message)
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            self._metrics.rejects.labels("internal_error").inc()
            await JSONResponse(body, status)(scope, receive, send)
        finally:
            self._count(scope, status, time.perf_counter() - began_s)

    def _count(self, scope: Scope, status: int | None, took_s: float) -> None:
        route = getattr(scope.get("route"), "path", "page")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.requests.labels(route, method, str(status or "gone")).inc()
        self._metrics.seconds.labels(route).observe(took_s)
