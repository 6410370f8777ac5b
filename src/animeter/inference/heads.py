"""Where taught heads are found and kept: those that come with animeter, and the user's own."""

import dataclasses
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from animeter.domain.errors import HeadError, OutputError
from animeter.domain.model_spec import NAME_PATTERN
from animeter.domain.taught_head import EmbeddingModel, TaughtHead
from animeter.inference.bundle import Bundle
from animeter.inference.head_file import SPEC_FILE, read_head, write_head, write_head_zip
from animeter.settings import Settings, read_settings

BUILTIN_FOLDER: Final = Path(__file__).parent / "builtin" / "heads"
RESERVED_NAMES: Final = frozenset({"style"})
"""Names of what every model brings itself."""


@dataclass(frozen=True, slots=True)
class ListedHead:
    """A line of the list of heads.

    Attributes:
        name: as `load_head` takes it.
        folder: where it is.
        head: the head, or None where it cannot be used.
        problem: why it cannot be used.
        builtin: whether it came with animeter.
    """

    name: str
    folder: Path
    head: TaughtHead | None
    problem: str | None
    builtin: bool


def embedding_model(bundle: Bundle) -> EmbeddingModel:
    """Name the model whose embeddings a classifier of this bundle gives."""
    spec = bundle.spec
    return EmbeddingModel(spec.label, spec.sha256, spec.embedding_dim)


def check_reads(head: TaughtHead, bundle: Bundle) -> None:
    """Check that a head was taught on this bundle's embedding.

    Raises:
        HeadError: it was taught on another model's.
    """
    here = embedding_model(bundle)
    if head.model.sha256 != here.sha256:
        same_name = " (another file of that name)" if head.model.label == here.label else ""
        raise HeadError(
            f"The head {head.name!r} was taught on the embedding of {head.model.label} "
            f"{head.model.sha256[:12]}{same_name}, and this model is {here.label} "
            f"{here.sha256[:12]}: its answers would mean nothing. Choose the head's own model "
            "with --model, or teach it again on this one with `animeter teach`."
        )


def check_name(name: str) -> None:
    """Check that a head that a user teaches may have this name.

    Raises:
        HeadError: it is not fit for a folder, or it is taken by what comes with animeter.
    """
    if re.fullmatch(NAME_PATTERN, name) is None:
        raise HeadError(
            f"A head cannot be called {name!r}: wanted letters, digits and . _ + - after a letter "
            "or digit, such as my-heroes."
        )
    if name in RESERVED_NAMES or (BUILTIN_FOLDER / name).is_dir():
        raise HeadError(
            f"{name!r} is the name of a head that comes with animeter. Choose another name."
        )


def load_head(name_or_path: str | Path, settings: Settings | None = None) -> TaughtHead:
    """Read a head by name, built in or the user's own, or by the path of its folder.

    Raises:
        HeadError: there is no such head, or it cannot be used.
    """
    return read_head(find_head_folder(name_or_path, settings))


def find_head_folder(name_or_path: str | Path, settings: Settings | None = None) -> Path:
    """Find where a head is, without reading it.

    Raises:
        HeadError: there is no such head.
    """
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or os.sep in text or "/" in text:
        folder = Path(name_or_path).expanduser()
        return folder.parent if folder.name == SPEC_FILE else folder
    folders = head_folders(settings)
    if text in folders:
        return folders[text]
    if (Path(text) / SPEC_FILE).is_file() or (text.endswith(".zip") and Path(text).is_file()):
        return Path(text)
    known = ", ".join(folders) or "none"
    raise HeadError(
        f"There is no head called {text!r}: known heads: {known}. Give one of these names or the "
        f"path of a head's folder, or teach it: animeter teach FOLDER --name {text}"
    )


def head_folders(settings: Settings | None = None) -> dict[str, Path]:
    """Return where each head is by its name: those that came with animeter, then the user's."""
    found: dict[str, Path] = {}
    for parent in (BUILTIN_FOLDER, (settings or read_settings()).heads_folder):
        if parent.is_dir():
            for folder in sorted(parent.iterdir()):
                if folder.is_dir() and not folder.name.startswith((".", "_")):
                    found.setdefault(folder.name, folder)
    return found


def list_heads(settings: Settings | None = None) -> list[ListedHead]:
    """List the heads at hand, the broken ones with what is wrong."""
    return [_listed(name, folder) for name, folder in head_folders(settings).items()]


def save_head(
    head: TaughtHead,
    folder: Path | None = None,
    *,
    replace: bool = False,
    settings: Settings | None = None,
) -> Path:
    """Keep a head among the user's own, where its name finds it, or in a folder.

    Args:
        head: to keep.
        folder: a folder of its own; None means among the user's own, by the head's name.
        replace: whether a head that is there may be written over.
        settings: where the user's own heads are; read from the environment when None.

    Returns:
        The folder.

    Raises:
        HeadError: the name is taken by a head that comes with animeter.
        OutputError: there is something at that place, or it cannot be written.
    """
    check_name(head.name)
    return write_head(head, folder or user_folder(head.name, settings), replace=replace)


def user_folder(name: str, settings: Settings | None = None) -> Path:
    """Return where a head of the user's own is, or would be."""
    return (settings or read_settings()).heads_folder / name


def copy_head(
    source: str | Path, folder: Path | None, *, name: str | None = None, replace: bool = False
) -> Path:
    """Copy a head, checked, to a folder or among the user's own.

    Args:
        source: a name, or a head's folder or ZIP.
        folder: where to; a name that ends in `.zip` makes a ZIP; None means among the user's own.
        name: the copy's name; the same if None.
        replace: whether a head that is there may be written over.

    Raises:
        HeadError: there is no such head, it cannot be used, or the name is not fit.
        OutputError: there is something at that place, or it cannot be written.
    """
    head = load_head(source)
    if name is not None:
        check_name(name)
        head = dataclasses.replace(head, name=name)
    if folder is None:
        return save_head(head, replace=replace)
    if folder.suffix.lower() == ".zip":
        return write_head_zip(head, folder, replace=replace)
    return write_head(head, folder, replace=replace)


def remove_head(name: str, settings: Settings | None = None) -> Path:
    """Remove one of the user's own heads, a broken one too, and return where it was.

    Raises:
        HeadError: there is none of that name, or it came with animeter.
        OutputError: it cannot be removed.
    """
    folder = head_folders(settings).get(name)
    if folder is None:
        find_head_folder(name, settings)  # a path is there, or its error says what is known
        raise HeadError(
            f"{name!r} is a folder and not among the heads of `animeter heads list`. "
            "Remove the folder yourself."
        )
    if folder.parent == BUILTIN_FOLDER:
        raise HeadError(f"{name!r} came with animeter and stays. Your own heads can be removed.")
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise OutputError(f"Cannot remove {folder}: {error.strerror or error}.") from error
    return folder


def _listed(name: str, folder: Path) -> ListedHead:
    builtin = folder.parent == BUILTIN_FOLDER
    try:
        return ListedHead(name, folder, read_head(folder), None, builtin)
    except HeadError as error:
        return ListedHead(name, folder, None, error.message, builtin)
