"""A bundle is opened only when it is whole, and found by name or path."""

import json
from pathlib import Path

import pytest

from animeter.domain.errors import BundleError
from animeter.inference import bundle as bundles
from animeter.inference.bundle import Bundle, find_bundle, list_bundles
from animeter.settings import Settings
from tests.support.tiny_bundle import make_tiny_bundle


def test_a_whole_bundle_opens(bundle: Bundle) -> None:
    assert bundle.spec.label == "tiny 1.0"
    assert bundle.size_bytes == len(bundle.read_model())


def test_no_folder_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="There is no model at"):
        Bundle.open(tmp_path / "nothing")


@pytest.mark.parametrize("name", ["model.onnx", "model.json"])
def test_a_missing_file_is_named(bundle_copy: Path, name: str) -> None:
    (bundle_copy / name).unlink()
    with pytest.raises(BundleError, match=f"Cannot read .*{name}"):
        Bundle.open(bundle_copy)


def test_changed_weights_are_refused(bundle_copy: Path) -> None:
    path = bundle_copy / "model.onnx"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BundleError, match="sha256"):
        Bundle.open(bundle_copy)


def test_weights_that_change_after_opening_are_refused(bundle_copy: Path) -> None:
    bundle = Bundle.open(bundle_copy)
    with (bundle_copy / "model.onnx").open("ab") as file:
        file.write(b"\x00")
    with pytest.raises(BundleError, match="sha256"):
        bundle.read_model()


def test_a_key_nobody_knows_is_refused(bundle_copy: Path) -> None:
    path = bundle_copy / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"hook": "import os"}))
    with pytest.raises(BundleError, match="hook"):
        Bundle.open(bundle_copy)


def test_a_description_too_large_is_refused_unread(bundle_copy: Path) -> None:
    with (bundle_copy / "model.json").open("r+b") as file:
        file.truncate(bundles.MAX_SPEC_BYTES + 1)
    with pytest.raises(BundleError, match="larger than"):
        Bundle.open(bundle_copy)


def test_a_model_is_found_by_name_path_or_string_path(bundle: Bundle, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    make_tiny_bundle(settings.models_folder / "mine")
    for named in ("mine", bundle.folder, str(bundle.folder)):
        assert find_bundle(named, settings).spec.name == "tiny"
    assert find_bundle("mine", settings).folder == settings.models_folder / "mine"


def test_other_models_are_not_read_to_find_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path)
    for name in ("mine", "yours"):
        make_tiny_bundle(settings.models_folder / name)
    read = []
    monkeypatch.setattr(
        bundles, "check_self_contained", lambda _, origin: read.append(Path(origin).parent)
    )
    find_bundle("yours", settings)
    assert set(read) <= {bundles.BUILTIN_FOLDER, settings.models_folder / "yours"}


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    make_tiny_bundle(settings.models_folder / "mine")
    with pytest.raises(BundleError, match=r"no model called 'yours'.*mine"):
        find_bundle("yours", settings)


def test_the_list_tells_what_is_broken(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    make_tiny_bundle(settings.models_folder / "good")
    (make_tiny_bundle(settings.models_folder / "bad").folder / "model.onnx").unlink()
    listed = {entry.name: entry for entry in list_bundles(settings)}
    assert listed["good"].bundle is not None
    assert listed["bad"].bundle is None
    assert "model.onnx" in (listed["bad"].problem or "")
    with pytest.raises(BundleError, match=r"model\.onnx"):
        find_bundle("bad", settings)
