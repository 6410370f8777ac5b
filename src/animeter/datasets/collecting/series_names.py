"""Which show a video file belongs to, read from its name or else from the folder that it is in."""

import re
from pathlib import PurePath
from typing import Final

_TAGS: Final = re.compile(r"\[[^\]]*\]|\{[^}]*\}|\((?!(?:19|20)\d\d\))[^)]*\)")
_EPISODE: Final = re.compile(
    r"""(?ix)
    \b s\d{1,2} [\s._-]* e\d{1,4} \b .*      # S01E02
    | \b \d{1,2} x \d{2,3} \b .*             # 1x02
    | \b (?:ep|episode|folge|e) [\s._-]* \d{1,4} \b .*
    | 第 \s* \d+ \s* [話话集] .*
    | \s - \s+ \d{1,4} (?:v\d)? (?= \s | $ | \. ) .*   # Show - 02
    | \b (?:19|20)\d\d \b .*                 # Film (1999)
    | \b (?:2160|1440|1080|720|576|480)[pi] \b .*
    """
)
_NUMBER_ALONE: Final = re.compile(r"(?i)(?:s|ep?|episode|season)?[\s._-]*\d{0,4}(?:v\d)?")
_SEASON_FOLDER: Final = re.compile(
    r"(?i)(?:season|staffel|saison|series|s|disc|disk|cd|vol(?:ume)?\.?)\s*\d+|specials|extras"
)


def series_of(path: PurePath) -> str:
    """Return the name of the show, `Cowboy Bebop` of `[Group] Cowboy Bebop - 05 [1080p].mkv`.

    A file that is only numbered is named after its folder, folders for seasons left aside.
    """
    name = _title(path.stem)
    if name and not _NUMBER_ALONE.fullmatch(name):
        return name
    for folder in path.parents:
        if folder.name and not _SEASON_FOLDER.fullmatch(folder.name.strip()):
            return _title(folder.name) or folder.name
    return name


def _title(text: str) -> str:
    if " " not in text.strip():
        text = text.replace("_", " ").replace(".", " ")
    without_tags = _TAGS.sub(" ", text)
    title = _EPISODE.sub("", without_tags, count=1)
    return " ".join(title.split()).strip(" -._([")
