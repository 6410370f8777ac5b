"""Models of the user's own: kept whole, by name, and never over something else."""

from pathlib import Path

import pytest

from animeter.domain.errors import BundleError, OutputError
from animeter.inference.bundle import builtin_bundle, find_bundle
from animeter.inference.kept_models import check_model_free, keep_model
from animeter.settings import Settings
from tests.support.tiny_bundle import make_tiny_bundle


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = make_tiny_bundle(tmp_path / "made").folder
    (folder / "checkpoint.safetensors").write_bytes(b"beside it")
    return folder


def test_a_kept_model_is_found_by_its_name_with_what_lies_beside_it(
    source: Path, settings: Settings
) -> None:
    folder = keep_model(source, "mine", settings=settings)
    assert find_bundle("mine", settings).folder == folder
    assert (folder / "checkpoint.safetensors").read_bytes() == b"beside it"
    assert [place.name for place in settings.models_folder.iterdir()] == ["mine"]


def test_a_model_is_written_over_only_when_asked(source: Path, settings: Settings) -> None:
    folder = keep_model(source, "mine", settings=settings)
    with pytest.raises(OutputError, match="--replace"):
        keep_model(source, "mine", settings=settings)
    (folder / "old").touch()
    keep_model(source, "mine", replace=True, settings=settings)
    assert not (folder / "old").exists()


def test_keeping_a_model_touches_no_other(source: Path, settings: Settings) -> None:
    other = keep_model(source, "mine.new", settings=settings)
    keep_model(source, "mine", settings=settings)
    assert find_bundle("mine.new", settings).folder == other


def test_what_is_no_model_is_left_alone(source: Path, settings: Settings) -> None:
    place = settings.models_folder / "mine"
    place.mkdir(parents=True)
    (place / "letter.txt").touch()
    with pytest.raises(OutputError, match="is no model"):
        keep_model(source, "mine", replace=True, settings=settings)
    assert (place / "letter.txt").exists()


@pytest.mark.parametrize("name", ["", "../mine", ".mine", builtin_bundle().spec.name])
def test_names_that_cannot_be_a_models_are_refused(name: str, settings: Settings) -> None:
    with pytest.raises(BundleError, match="cannot be called"):
        check_model_free(name, replace=True, settings=settings)


def test_a_damaged_bundle_is_not_kept(source: Path, settings: Settings) -> None:
    (source / "model.onnx").write_bytes(b"cut off")
    with pytest.raises(BundleError):
        keep_model(source, "mine", settings=settings)
    assert not settings.models_folder.exists()
