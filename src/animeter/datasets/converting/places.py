"""Where copied pictures may go: inside the new folder, whatever their rows say, and none twice."""

import re
from pathlib import PurePosixPath
from typing import Final

UNLABELLED: Final = "unlabelled"

_NOT_IN_NAMES: Final = re.compile(r'[/\\\x00-\x1f<>:"|?*]')
_LONGEST_NAME: Final = 120


class Places:
    """Gives out paths; the same questions in the same order get the same answers.

    Paths that differ in upper and lower case alone count as the same: on many disks they are.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._folders: dict[str, str] = {}

    def same(self, path: str) -> str:
        """Return a path to keep a picture under that is called `path` now: the same if it can be.

        Parts that lead out of the folder are left off.
        """
        parts = [part for part in re.split(r"[/\\]", path) if part not in {"", ".", ".."}]
        if "/".join(parts) != path:
            parts = [_NOT_IN_NAMES.sub("-", part) for part in parts]
        return self._free("/".join(parts) or "picture")

    def under(self, label: str, path: str) -> str:
        """Return a path in the folder of a label; each label has a folder of its own."""
        if label not in self._folders:
            name = _NOT_IN_NAMES.sub("-", label)[:_LONGEST_NAME].strip().lstrip(".").rstrip(". ")
            self._folders[label] = _free(
                name or UNLABELLED, {folder.casefold() for folder in self._folders.values()}
            )
        name = _NOT_IN_NAMES.sub("-", PurePosixPath(path.replace("\\", "/")).name) or "picture"
        return self._free(f"{self._folders[label]}/{name}")

    def _free(self, path: str) -> str:
        free = _free(path, self._taken)
        self._taken.add(free.casefold())
        return free


def _free(path: str, taken: set[str]) -> str:
    """Return the path, or one with a number before its suffix if it is taken."""
    free, number = path, 1
    while free.casefold() in taken:
        number += 1
        pure = PurePosixPath(path)
        free = str(pure.with_name(f"{pure.stem}-{number}{pure.suffix}"))
    return free
