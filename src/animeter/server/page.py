"""The page in the browser: its built files, or a word about why there are none."""

import re
from functools import partial
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from animeter.server.assets import ASK_AGAIN, FOREVER, Shelf

INDEX: Final = "index.html"
LABEL_INDEX: Final = "label.html"
# Each page stands alone at its address, and what keeps the usual one on a device is its own.
_ONLY_WITH: Final = {INDEX: INDEX, "service-worker.js": INDEX, LABEL_INDEX: LABEL_INDEX}
_HASHED: Final = re.compile(r"assets/.+-[A-Za-z0-9_-]{8}\.\w+")
_ABSENT: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Animeter: no page here</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/style.css">
<main>
<h1>The server runs, but without its page</h1>
<p>This installation holds no built page. Install Animeter from its wheel, or build the page in a
checkout: <code>cd web &amp;&amp; npm ci &amp;&amp; npm run build</code>. Then start the server
again.</p>
<p>The API works: <a href="docs">how to use it</a>.</p>
</main>
</html>
"""


class Page:
    """Answers whatever no route of the API does, from the folder of the built page.

    Args:
        folder: where the build put it; may be missing.
        index: the file that the folder's own address gives, `INDEX` or `LABEL_INDEX`.
    """

    def __init__(self, folder: Path, index: str = INDEX) -> None:
        self._index = index
        # Only what is listed here is ever read, so no path can lead out of the folder.
        self._shelf = Shelf(
            {
                path.relative_to(folder).as_posix(): partial(path.read_bytes)
                for path in sorted(folder.rglob("*"))
                if path.is_file() and _ONLY_WITH.get(path.name, index) == index
            }
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            raise HTTPException(404)
        root_path = scope.get("root_path", "")
        name = scope["path"].removeprefix(root_path).removeprefix("/") or self._index
        if scope["method"] not in {"GET", "HEAD"}:
            known = name in self._shelf or name == self._index
            raise (
                HTTPException(405, headers={"Allow": "GET, HEAD"}) if known else HTTPException(404)
            )
        response = await self._answer(name, Headers(scope=scope))
        await response(scope, receive, send)

    async def _answer(self, name: str, headers: Headers) -> Response:
        if name in self._shelf:
            asset = await self._shelf.get(name)
            return asset.response(headers, FOREVER if _HASHED.fullmatch(name) else ASK_AGAIN)
        if name == self._index:
            return HTMLResponse(_ABSENT, headers={"Cache-Control": ASK_AGAIN})
        raise HTTPException(404)
