"""Lets the server stand behind a proxy under a path, cut off by the proxy or not."""

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class Prefix:
    """Makes every path one below the prefix, which is what routing expects.

    Args:
        app: whom to ask.
        root_path: the prefix, such as `/animeter`; empty for none.
    """

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self._app = app
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http" and self._root_path:
            path: str = scope["path"]
            if path == self._root_path:
                # The page's links are relative to the folder that it is in.
                target = f"{self._root_path}/"
                await RedirectResponse(target, status_code=308)(scope, receive, send)
                return
            if not path.startswith(f"{self._root_path}/"):
                scope["path"] = self._root_path + path
            scope["root_path"] = self._root_path
        await self._app(scope, receive, send)
