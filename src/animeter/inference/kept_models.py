"""Keeping a bundle among the user's own models, where its name finds it."""

import re
import shutil
from pathlib import Path

from animeter.domain.errors import BundleError, OutputError
from animeter.domain.model_spec import NAME_PATTERN
from animeter.inference.bundle import SPEC_FILE, Bundle, builtin_bundle
from animeter.media.small_files import whole_folder
from animeter.settings import Settings, read_settings


def model_folder(name: str, settings: Settings | None = None) -> Path:
    """Return where a model of the user's own is, or would be."""
    return (settings or read_settings()).models_folder / name


def check_model_free(name: str, *, replace: bool, settings: Settings | None = None) -> None:
    """Check that a model may be kept under a name.

    Raises:
        BundleError: the name cannot be a model's, or it is that of the built-in one.
        OutputError: there is something that is no model, or a model that may not be replaced.
    """
    if re.fullmatch(NAME_PATTERN, name) is None or name == builtin_bundle().spec.name:
        raise BundleError(
            f"A model of your own cannot be called {name!r}: wanted letters, digits and . _ + - "
            "after a letter or digit, and another name than the built-in model's."
        )
    folder = model_folder(name, settings)
    if not folder.exists():
        return
    if not (folder / SPEC_FILE).is_file():
        raise OutputError(f"{folder} is there and is no model, so it is left alone. Remove it.")
    if not replace:
        raise OutputError(
            f"There is a model at {folder} already. Choose another name, or write over it with "
            "--replace."
        )


def keep_model(
    source: Path, name: str, *, replace: bool = False, settings: Settings | None = None
) -> Path:
    """Copy a bundle, and what lies beside it, among the user's own models.

    Returns:
        The folder.

    Raises:
        BundleError: the bundle is damaged, or the name cannot be a model's.
        OutputError: there is something at that place, or it cannot be written.
    """
    Bundle.open(source)
    check_model_free(name, replace=replace, settings=settings)
    folder = model_folder(name, settings)
    try:
        with whole_folder(folder) as new:
            shutil.copytree(source, new, dirs_exist_ok=True)
    except OSError as error:
        raise OutputError(f"Cannot write {folder}: {error.strerror or error}.") from error
    return folder
