"""Bundles: folders with `model.onnx` and `model.json`, and where they are found.

A bundle may come from anywhere, so nothing in it is believed before it is checked: how large the
files are, that the description is of the right form, that the weights are those it describes, and
that they bring everything with them instead of pointing at other files of this machine.
This file does not know how a model is run; `network.py` does.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from animeter.domain.errors import BundleError
from animeter.domain.label_model_spec import LabelModelSpec
from animeter.domain.model_spec import ModelSpec, tells_labels
from animeter.inference.onnx_wire import check_self_contained
from animeter.media.small_files import read_limited
from animeter.settings import Settings, read_settings

MODEL_FILE = "model.onnx"
SPEC_FILE = "model.json"
MAX_MODEL_BYTES = 1 << 30
MAX_SPEC_BYTES = 1 << 20
BUILTIN_FOLDER = Path(__file__).parent / "builtin"

_WANTED = f"A bundle is a folder with {MODEL_FILE} and {SPEC_FILE}."


@dataclass(frozen=True, slots=True)
class Bundle:
    """A checked bundle.

    Attributes:
        folder: where its files are.
        spec: what its `model.json` says.
    """

    folder: Path
    spec: ModelSpec

    @classmethod
    def open(cls, folder: Path) -> "Bundle":
        """Open a bundle and check all of it, the weights included.

        Raises:
            BundleError: a file is missing or too large, the description is of another form, or
                the weights are not the described ones or not self-contained.
        """
        spec = ModelSpec.from_json(_spec_text(folder), origin=str(folder / SPEC_FILE))
        bundle = cls(folder, spec)
        bundle.read_model()
        return bundle

    @property
    def size_bytes(self) -> int:
        """How large the weights are."""
        return (self.folder / MODEL_FILE).stat().st_size

    def read_model(self) -> bytes:
        """Read the weights: exactly the bytes that were checked, for ONNX Runtime to load.

        Raises:
            BundleError: the file is missing, too large, changed or not self-contained.
        """
        return _checked_model(self.folder, self.spec.sha256)


@dataclass(frozen=True, slots=True)
class LabelBundle:
    """A checked bundle of a model that tells exclusive labels.

    Attributes:
        folder: where its files are.
        spec: what its `model.json` says.
    """

    folder: Path
    spec: LabelModelSpec

    @classmethod
    def open(cls, folder: Path) -> "LabelBundle":
        """Open a bundle and check all of it, the weights included.

        Raises:
            BundleError: as `Bundle.open`.
        """
        spec = LabelModelSpec.from_json(_spec_text(folder), origin=str(folder / SPEC_FILE))
        bundle = cls(folder, spec)
        bundle.read_model()
        return bundle

    def read_model(self) -> bytes:
        """Read the weights, as `Bundle.read_model` does.

        Raises:
            BundleError: the file is missing, too large, changed or not self-contained.
        """
        return _checked_model(self.folder, self.spec.sha256)


def is_label_bundle(folder: Path) -> bool:
    """Say whether a folder holds a model of exclusive labels, rather than one of likenesses.

    Raises:
        BundleError: there is no bundle at that place.
    """
    return tells_labels(_spec_text(folder))


def _spec_text(folder: Path) -> bytes:
    if not folder.is_dir():
        raise BundleError(
            f"There is no model at {folder}: wanted a folder with {MODEL_FILE} and "
            f"{SPEC_FILE}. `animeter models list` shows the models at hand."
        )
    return read_limited(folder / SPEC_FILE, MAX_SPEC_BYTES, BundleError, _WANTED)


def _checked_model(folder: Path, sha256: str) -> bytes:
    path = folder / MODEL_FILE
    model = read_limited(path, MAX_MODEL_BYTES, BundleError, _WANTED)
    digest = hashlib.sha256(model).hexdigest()
    if digest != sha256:
        raise BundleError(
            f"{path} is not the file that {SPEC_FILE} describes: its sha256 is {digest}, "
            f"wanted {sha256}. Copy or export the bundle again."
        )
    check_self_contained(model, origin=str(path))
    return model


@dataclass(frozen=True, slots=True)
class ListedBundle:
    """A line of the list of models.

    Attributes:
        name: as `find_bundle` takes it.
        folder: where it is.
        bundle: the bundle, or None where it cannot be used.
        problem: why it cannot be used.
    """

    name: str
    folder: Path
    bundle: Bundle | None
    problem: str | None = None


def builtin_bundle() -> Bundle:
    """Open the model inside the package.

    Raises:
        BundleError: this installation came without one, or it is damaged.
    """
    if not (BUILTIN_FOLDER / MODEL_FILE).is_file():
        raise BundleError(
            f"This installation has no built-in model ({BUILTIN_FOLDER / MODEL_FILE} is missing). "
            "Install animeter from its wheel again, or name a model with --model."
        )
    return Bundle.open(BUILTIN_FOLDER)


def find_bundle(name_or_path: str | Path | None = None, settings: Settings | None = None) -> Bundle:
    """Open a bundle by name or path.

    Args:
        name_or_path: None or the built-in model's name for that one; the name of a folder among
            the user's own models; or the path of a bundle.
        settings: where the user's own models are; read from the environment when None.

    Raises:
        BundleError: there is no such bundle, or it cannot be used.
    """
    if name_or_path is None:
        return builtin_bundle()
    if isinstance(name_or_path, Path) or _looks_like_path(name_or_path):
        return Bundle.open(Path(name_or_path).expanduser())
    for name, folder in _places(settings):
        # What is called otherwise need not be read, and models are large.
        if name == name_or_path or folder == BUILTIN_FOLDER:
            entry = _listed(name, folder)
            if entry.name == name_or_path:
                return entry.bundle or Bundle.open(folder)
    if Path(name_or_path).is_dir():
        return Bundle.open(Path(name_or_path))
    known = ", ".join(entry.name for entry in list_bundles(settings)) or "none"
    raise BundleError(
        f"There is no model called {name_or_path!r}: known models: {known}. "
        "Give one of these names or the path of a bundle's folder."
    )


def list_bundles(settings: Settings | None = None) -> list[ListedBundle]:
    """List the built-in model and the user's own, the broken ones with what is wrong."""
    return [_listed(name, folder) for name, folder in _places(settings)]


def _places(settings: Settings | None) -> Iterator[tuple[str, Path]]:
    models_folder = (settings or read_settings()).models_folder
    if BUILTIN_FOLDER.is_dir():
        yield "builtin", BUILTIN_FOLDER
    if models_folder.is_dir():
        for folder in sorted(models_folder.iterdir()):
            if folder.is_dir() and not folder.name.startswith("."):
                yield folder.name, folder


def _listed(name: str, folder: Path) -> ListedBundle:
    try:
        bundle = Bundle.open(folder)
    except BundleError as error:
        return ListedBundle(name, folder, None, error.message)
    if folder == BUILTIN_FOLDER:
        name = bundle.spec.name
    return ListedBundle(name, folder, bundle)


def _looks_like_path(name: str) -> bool:
    separators = {os.sep, os.altsep, "/"} - {None}
    return name in {".", ".."} or any(separator in name for separator in separators if separator)
