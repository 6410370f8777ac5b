"""The tiny bundle, made once for all tests of this folder."""

from pathlib import Path

import pytest

from animeter.inference.bundle import Bundle
from animeter.inference.classifier import Classifier
from tests.support.tiny_bundle import make_tiny_bundle


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_tiny_bundle(tmp_path_factory.mktemp("bundle") / "tiny")


@pytest.fixture(scope="session")
def classifier(bundle: Bundle) -> Classifier:
    return Classifier(bundle, workers=2)


@pytest.fixture
def bundle_copy(bundle: Bundle, tmp_path: Path) -> Path:
    """A bundle's folder that a test may damage."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for name in ("model.onnx", "model.json"):
        (folder / name).write_bytes((bundle.folder / name).read_bytes())
    return folder
