"""The page as files: where it is in this installation, and a copy that any file host can serve."""

import shutil
from pathlib import Path
from typing import Final

from animeter.domain.errors import OutputError
from animeter.inference.bundle import MODEL_FILE, SPEC_FILE, Bundle

PAGE_FOLDER: Final = Path(__file__).parent / "static"
"""Where the build puts the page: see `hatch_build.py`."""

MODEL_FOLDER: Final = "model"
"""Where the page looks for the bundle, beside itself."""

_INDEX = "index.html"
# The page of `animeter data label` is of no use without that program.
_NOT_EXPORTED = ("label.html", "label-*")
_SERVICE_WORKER = "service-worker.js"


def page_is_built() -> bool:
    """Say whether this installation holds the page: a checkout that was never built does not."""
    return (PAGE_FOLDER / _INDEX).is_file()


def export_site(folder: Path, bundle: Bundle) -> int:
    """Write the page and a model as static files, ready for any host and any path on it.

    Args:
        folder: must be new, empty, or hold an earlier export, which is then replaced.
        bundle: the model that the page will run.

    Returns:
        How many bytes were written.

    Raises:
        OutputError: there is no page to copy, the folder holds something else, or it cannot be
            written to.
        BundleError: the model's file is not the described one.
    """
    if not page_is_built():
        raise OutputError(
            f"This installation has no page ({PAGE_FOLDER / _INDEX} is missing). Install animeter "
            "from its wheel, or in a checkout run `npm ci` and `npm run build` in web/."
        )
    _check_replaceable(folder)
    model = bundle.read_model()
    try:
        if folder.exists():
            shutil.rmtree(folder)
        shutil.copytree(PAGE_FOLDER, folder, ignore=shutil.ignore_patterns(*_NOT_EXPORTED))
        (folder / MODEL_FOLDER).mkdir()
        (folder / MODEL_FOLDER / MODEL_FILE).write_bytes(model)
        (folder / MODEL_FOLDER / SPEC_FILE).write_text(bundle.spec.to_json(), encoding="utf-8")
        return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    except OSError as error:
        raise OutputError(
            f"Cannot write the page to {folder}: {error.strerror or error}. "
            "Give a folder on a disk with room, in a place where you may write."
        ) from error


def _check_replaceable(folder: Path) -> None:
    if not folder.exists() and not folder.is_symlink():
        return
    if folder.is_dir() and not folder.is_symlink():
        if not any(folder.iterdir()):
            return
        marks = (_INDEX, _SERVICE_WORKER, f"{MODEL_FOLDER}/{SPEC_FILE}")
        if all((folder / mark).is_file() for mark in marks):
            return
    raise OutputError(
        f"{folder} exists and is not a page that was exported earlier; nothing in it was touched. "
        "Give a new or an empty folder."
    )
