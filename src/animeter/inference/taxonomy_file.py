"""The tree of labels as a YAML file: the one inside the package, and the user's own over it.

    anime:
      Naruto:
        demographic: shounen
        characters:
          naruto: {type: male}

The user's file has the same form and need only hold what differs or is new. YAML can do more than
a table needs, so aliases, repeated keys and very large files are refused.
"""

from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final

import yaml

from animeter.domain.errors import OutputError, TaxonomyError
from animeter.domain.taxonomy import FORMAT_VERSION, Character, Taxonomy
from animeter.media.small_files import read_limited, write_whole
from animeter.settings import Settings, read_settings

BUILTIN_FILE: Final = Path(__file__).parent / "builtin" / "taxonomy.yaml"
MAX_BYTES: Final = 4 << 20

_HEAD: Final = """\
# Your part of the tree of labels, laid over the one inside the package.
# `animeter taxonomy set` writes this file; you may edit it too (comments other than these are lost
# when the verb writes again). `animeter taxonomy show --all` prints the whole tree in this form.
"""


def load_taxonomy(settings: Settings | None = None) -> Taxonomy:
    """Return the tree inside the package, with the user's own file over it if there is one.

    Raises:
        TaxonomyError: a file is broken, or they contradict each other.
    """
    builtin = read_taxonomy(BUILTIN_FILE)
    own = (settings or read_settings()).taxonomy_file
    return builtin.extended_by(read_taxonomy(own)) if own.is_file() else builtin


def read_taxonomy(path: Path) -> Taxonomy:
    """Read one file.

    Raises:
        TaxonomyError: there is no such file, or it is not a taxonomy.
    """
    wanted = "Wanted a YAML file of the form that `animeter taxonomy show --all` prints."
    content = read_limited(path, MAX_BYTES, TaxonomyError, wanted)
    try:
        document = yaml.load(content, Loader=_PlainLoader)  # noqa: S506  (a SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise TaxonomyError(
            f"{path} cannot be read as YAML: {' '.join(str(error).split()) or 'nested too deeply'}."
        ) from error
    return Taxonomy.from_document(document, origin=str(path))


def set_series(
    name: str,
    *,
    branch: str | None = None,
    demographic: str = "",
    also: tuple[str, ...] = (),
    characters: tuple[Character, ...] = (),
) -> Path:
    """Say something about a series in the user's own file, and nothing else anew.

    Args:
        name: of the series, by any spelling.
        branch: the style it stands under; needed for one that the tree does not hold.
        demographic: empty leaves it as it is.
        also: more spellings.
        characters: more characters, or ones of which more is known.

    Returns:
        The file.

    Raises:
        TaxonomyError: the series is new and has no branch, or what is said does not fit the tree.
        OutputError: the file cannot be written.
    """
    settings = read_settings()
    whole, path = load_taxonomy(settings), settings.taxonomy_file
    known = whole.find_series(name)
    under = branch or (known.branch if known else None)
    if under is None:
        raise TaxonomyError(
            f"{name!r} is new to the tree, so it needs a place: give --style anime, cartoon or "
            "borderline."
        )
    said = {
        "demographic": demographic,
        "also": list(also),
        "characters": {one.name: {"type": one.type} if one.type else {} for one in characters},
    }
    facts = {key: value for key, value in said.items() if value}
    addition = Taxonomy.from_document(
        {"format_version": FORMAT_VERSION, under: {known.name if known else name: facts}},
        origin="what was said",
    )
    own = read_taxonomy(path) if path.is_file() else Taxonomy({}, {})
    own = own.extended_by(addition)
    read_taxonomy(BUILTIN_FILE).extended_by(own)  # both must still fit together
    write_taxonomy(own, path)
    return path


def taxonomy_text(taxonomy: Taxonomy) -> str:
    """Return a tree as YAML, in the form that `read_taxonomy` takes."""
    text: str = yaml.safe_dump(
        taxonomy.to_document(), sort_keys=False, allow_unicode=True, width=100
    )
    return text


def write_taxonomy(taxonomy: Taxonomy, path: Path) -> None:
    """Write a user's file whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        write_whole(path, _HEAD + taxonomy_text(taxonomy))
    except OSError as error:
        raise OutputError(
            f"Cannot write {path}: {error.strerror or error}. Make its folder writable, or set "
            "ANIMETER_HOME to another folder."
        ) from error


class _PlainLoader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML ships no types
    """YAML without aliases, and with an error where a key stands twice."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.MarkedYAMLError(
                problem="aliases (*name) are not taken here; write the value out",
                problem_mark=event.start_mark,
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is not None and key in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key!r} stands twice", problem_mark=key_node.start_mark
                )
            seen.add(key)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping
