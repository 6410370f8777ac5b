"""From what a person names (files, folders, patterns) to the pictures meant, one after another.

Paths come lazily and in a fixed order, and memory stays flat however many there are: a folder is
read in rounds, each of which keeps only the next few ten thousand names, so that a folder of a
million pictures costs a few readings of its list instead of a list of a million names.
"""

import os
import re
from collections.abc import Iterable, Iterator
from fnmatch import translate
from itertools import islice, starmap
from pathlib import Path
from typing import NamedTuple

from animeter.media.formats import PICTURE_SUFFIXES

_NAMES_PER_ROUND = 65_536
_SUFFIXES = tuple(PICTURE_SUFFIXES)
_WILDCARD = re.compile(r"[*?\[]")


def list_pictures(
    sources: Iterable[str | Path],
    recursive: bool = True,
    names_per_round: int = _NAMES_PER_ROUND,
) -> Iterator[Path]:
    """Expand files, folders and patterns into paths of pictures.

    A file is given as it is, whatever its name. A folder gives the files in it whose name ends as a
    picture's does, in the order of their names, with the folders in it among them. A pattern
    (`*`, `?`, `[...]`, and `**` for any number of folders) gives the files that match it in the
    same way; if its last part spells out a suffix, any suffix will do.

    Hidden files and folders (a leading dot) are passed over unless a pattern asks for the dot, and
    links to folders are not followed: they can lead in circles. What does not exist, a pattern
    without a match and a folder that cannot be read are given as they are, so that the reader of
    the stream meets them as a failure in their place instead of an end of the run.

    Args:
        sources: what to expand, taken one at a time; it may be a stream without end.
        recursive: whether folders are entered that lie inside a folder that was named.
        names_per_round: how many names of a folder are held in memory at once, or twice that.
    """
    for source in sources:
        if source == "":  # An empty line of a list, which Path would take for this very folder.
            continue
        path = Path(source)
        if _is_folder(path):
            yield from _in_folder(path, recursive, names_per_round)
        elif _WILDCARD.search(str(source)) and not _exists(path):
            yield from _matching(path, names_per_round)
        else:
            yield path


class _Entry(NamedTuple):
    name: str
    is_folder: bool


def _entries(folder: Path, names_per_round: int) -> Iterator[_Entry]:
    """The files, links to files and folders in a folder, sorted by name.

    Raises:
        OSError: the folder cannot be read.
    """
    last = ""
    while True:
        with os.scandir(folder) as found:
            later = (
                (entry.name, entry.is_dir(follow_symlinks=False))
                for entry in found
                if entry.name > last and not (entry.is_symlink() and entry.is_dir())
            )
            batch: list[tuple[str, bool]] = []
            while some := list(islice(later, names_per_round)):
                batch = sorted([*batch, *some])[:names_per_round]
        yield from starmap(_Entry, batch)
        if len(batch) < names_per_round:
            return
        last = batch[-1][0]


def _readable_entries(folder: Path, names_per_round: int) -> Iterator[_Entry]:
    """The entries of a folder; none if it cannot be read, as in a shell's patterns."""
    try:
        yield from _entries(folder, names_per_round)
    except OSError:
        return


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _in_folder(folder: Path, recursive: bool, names_per_round: int) -> Iterator[Path]:
    """The pictures in a folder; the folders on the way stand in a list, so no depth is too much."""
    open_folders = [(folder, _entries(folder, names_per_round))]
    while open_folders:
        here, entries = open_folders[-1]
        try:
            entry = next(entries, None)
        except OSError:
            yield here
            entry = None
        if entry is None:
            open_folders.pop()
        elif entry.name.startswith("."):
            continue
        elif entry.is_folder:
            if recursive:
                below = here / entry.name
                open_folders.append((below, _entries(below, names_per_round)))
        elif entry.name.lower().endswith(_SUFFIXES):
            yield here / entry.name


def _matching(pattern: Path, names_per_round: int) -> Iterator[Path]:
    """The files that match a pattern, or the pattern itself if there are none."""
    last = pattern.name
    any_suffix = bool(Path(last).suffix) and not _WILDCARD.search(Path(last).suffix)
    parts = pattern.parts
    start = Path(parts[0]) if pattern.is_absolute() else Path()
    matched = False
    for path in _expand(start, parts[1:] if pattern.is_absolute() else parts, names_per_round):
        if any_suffix or path.name.lower().endswith(_SUFFIXES):
            matched = True
            yield path
    if not matched:
        yield pattern


def _expand(folder: Path, parts: tuple[str, ...], names_per_round: int) -> Iterator[Path]:
    """The files below a folder that match the parts of a pattern, in the order of their names."""
    part, rest = parts[0], parts[1:]
    if part == "**":
        while rest[:1] == ("**",):
            rest = rest[1:]
        for below in _folders_from(folder, names_per_round):
            yield from _expand(below, rest or ("*",), names_per_round)
        return
    for name, is_folder in _candidates(folder, part, names_per_round):
        if rest and is_folder:
            yield from _expand(folder / name, rest, names_per_round)
        elif not rest and not is_folder:
            yield folder / name


def _candidates(folder: Path, part: str, names_per_round: int) -> Iterator[_Entry]:
    """What in a folder matches one part of a pattern."""
    if not _WILDCARD.search(part):
        if _exists(folder / part):
            yield _Entry(part, _is_folder(folder / part))
        return
    matches = re.compile(translate(os.path.normcase(part))).match
    for entry in _readable_entries(folder, names_per_round):
        hidden = entry.name.startswith(".") and not part.startswith(".")
        if not hidden and matches(os.path.normcase(entry.name)):
            yield entry


def _folders_from(folder: Path, names_per_round: int) -> Iterator[Path]:
    """A folder and every folder in it, at any depth, hidden ones and links aside."""
    yield folder
    open_folders = [(folder, _readable_entries(folder, names_per_round))]
    while open_folders:
        here, entries = open_folders[-1]
        entry = next(entries, None)
        if entry is None:
            open_folders.pop()
        elif entry.is_folder and not entry.name.startswith("."):
            below = here / entry.name
            yield below
            open_folders.append((below, _readable_entries(below, names_per_round)))
