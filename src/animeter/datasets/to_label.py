"""Which pictures people are to label, and the manifest that comes of what they said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from animeter.datasets.labelling import Opinions
from animeter.datasets.manifest import FILED_STYLES
from animeter.datasets.marks import Mark
from animeter.datasets.records import (
    PATH,
    Records,
    can_be_written,
    read_records,
    relative_path,
)
from animeter.domain.errors import FileMissingError, ManifestError
from animeter.media.listing import list_pictures


@dataclass(frozen=True, slots=True)
class PictureToLabel:
    """A picture that people shall look at.

    Attributes:
        name: its path relative to the label log's folder, which is what the log calls it.
        path: the file.
        filed: what a manifest says of it already, by the mark's name.
    """

    name: str
    path: Path
    filed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Settled:
    """A manifest that was made of what people said.

    Attributes:
        records: it; a row each for all of an old manifest, or for what has a style now.
        disputed: pictures with a mark that as many people answer one way as another; there an old
            manifest's value stays.
    """

    records: Records
    disputed: tuple[str, ...]


def default_log(source: Path) -> Path:
    """Return where the label log of a folder or a manifest is, unless somebody says otherwise."""
    return source / "labels.csv" if source.is_dir() else source.with_suffix(".labels.csv")


def pictures_to_label(source: Path, log: Path, marks: Sequence[Mark]) -> list[PictureToLabel]:
    """List the pictures of a folder or a manifest, in order.

    Args:
        source: a folder, with all folders in it, or a manifest.
        log: the label log that they are for.
        marks: what is asked.

    Raises:
        FileMissingError: there is no such folder or manifest.
        ManifestError: it holds no pictures, or is no manifest.
    """
    found = {}
    for path, row in _listed(source):
        filed = {mark.name: row[mark.name] for mark in marks if row.get(mark.name) in mark.values}
        name = relative_path(path, log.parent)
        found[name] = PictureToLabel(name, path, filed)
    if not found:
        raise ManifestError(f"{source} holds no pictures. Give a folder or manifest that does.")
    return list(found.values())


def settle(
    source: Path, log: Path, output: Path, marks: Sequence[Mark], opinions: Opinions
) -> Settled:
    """Make a manifest of what people said: of each mark, the answer that most of them gave.

    Args:
        source: what was labelled, a folder or a manifest.
        log: the label log.
        output: where the manifest will be, which its paths are relative to; nothing is written.
        marks: what was asked.
        opinions: what was said.

    Raises:
        FileMissingError: there is no such folder or manifest.
        ManifestError: it is no manifest.
    """
    is_folder = source.is_dir()
    columns = () if is_folder else read_records(source).columns
    columns = tuple(dict.fromkeys((PATH, *columns, *(mark.name for mark in marks))))
    rows, disputed = [], []
    for path, old in _listed(source):
        name = relative_path(path, log.parent)
        answers = {mark.name: opinions.settled(mark, name) for mark in marks}
        if None in answers.values():
            disputed.append(name)
        known = {mark: value for mark, value in answers.items() if value}
        row = dict.fromkeys(columns, "") | old | known | {PATH: relative_path(path, output.parent)}
        if not is_folder or _is_whole(row, known):
            rows.append(row)
    return Settled(Records(columns, rows, output.parent), tuple(disputed))


def _is_whole(row: Mapping[str, str], known: Mapping[str, str]) -> bool:
    """Say whether a picture of a folder is labelled, and not without the style all readers want."""
    return bool(known) and row.get("style", FILED_STYLES[0]) != ""


def _listed(source: Path) -> list[tuple[Path, dict[str, str]]]:
    if source.is_dir():
        return [(path, {}) for path in list_pictures([source]) if can_be_written(path)]
    if not source.is_file():
        raise FileMissingError(
            f"There is neither a folder nor a manifest at {source}. Give a folder of pictures, or "
            "a CSV with a column 'path'."
        )
    records = read_records(source)
    return [(records.picture(row), row) for row in records.rows]
