"""Files as answers: loaded once, compressed once, and sent again only when they have changed."""

import asyncio
import gzip
import hashlib
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response

FOREVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"

# What systems' own tables lack or disagree about.
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".onnx": "application/octet-stream",
}
_COMPRESSED: Final = (".html", ".js", ".css", ".json", ".svg", ".txt", ".wasm", ".webmanifest")
_GZIP_LEVEL: Final = 6


@dataclass(frozen=True, slots=True)
class Asset:
    """A file ready to be sent.

    Attributes:
        content: its bytes.
        media_type: what it is.
        etag: changes when the content does.
        compressed: the same in gzip, where that makes it smaller.
    """

    content: bytes
    media_type: str
    etag: str
    compressed: bytes | None

    @classmethod
    def of(cls, name: str, content: bytes) -> "Asset":
        """Make one of a file's name and bytes; takes a while for a large one."""
        suffix = f".{name.rpartition('.')[2]}"
        guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
        compressed = gzip.compress(content, _GZIP_LEVEL) if suffix in _COMPRESSED else None
        if compressed is not None and len(compressed) >= len(content):
            compressed = None
        etag = f'"{hashlib.sha256(content).hexdigest()}"'
        return cls(content, _TYPES.get(suffix, guessed), etag, compressed)

    def response(self, headers: Headers, caching: str) -> Response:
        """Return the answer to a request with these headers."""
        ours = {"ETag": self.etag, "Cache-Control": caching, "Vary": "Accept-Encoding"}
        known = [tag.strip().removeprefix("W/") for tag in _listed(headers, "if-none-match")]
        if self.etag in known or "*" in known:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=ours)
        accepted = {
            entry.partition(";")[0].strip() for entry in _listed(headers, "accept-encoding")
        }
        if self.compressed is not None and "gzip" in accepted:
            ours["Content-Encoding"] = "gzip"
            return Response(self.compressed, headers=ours, media_type=self.media_type)
        return Response(self.content, headers=ours, media_type=self.media_type)


class Shelf:
    """Assets that are made when first asked for, off the event loop, and then kept.

    Args:
        sources: from a name to a call that gives its bytes.
    """

    def __init__(self, sources: dict[str, Callable[[], bytes]]) -> None:
        self._sources = sources
        self._made: dict[str, asyncio.Future[Asset]] = {}

    def __contains__(self, name: str) -> bool:
        """Say whether there is such a file."""
        return name in self._sources

    async def get(self, name: str) -> Asset:
        """Return an asset; those who ask at the same time wait for the same making."""
        if name not in self._made:
            self._made[name] = asyncio.ensure_future(asyncio.to_thread(self._make, name))
        try:
            return await asyncio.shield(self._made[name])
        except OSError:
            self._made.pop(name, None)
            raise

    def _make(self, name: str) -> Asset:
        return Asset.of(name, self._sources[name]())


def _listed(headers: Headers, name: str) -> list[str]:
    return headers.get(name, "").split(",")
