"""Embeddings on disk: kept, added to, and whole after a kill."""

from pathlib import Path

import numpy as np
import pytest

from animeter.datasets.manifest import ManifestRow
from animeter.inference.bundle import Bundle
from animeter.inference.classifier import Classifier
from animeter.lab.heads.picture_embeddings import embeddings_of
from tests.support.tiny_bundle import make_tiny_bundle
from tests.support.tiny_recipe import drawing


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_tiny_bundle(tmp_path_factory.mktemp("bundle") / "tiny")


@pytest.fixture
def rows(tmp_path: Path) -> list[ManifestRow]:
    for number in range(6):
        drawing(("anime", "cartoon", "neither")[number % 3], number).save(
            tmp_path / f"{number}.png"
        )
    (tmp_path / "broken.png").write_bytes(b"no picture")
    names = [*(f"{number}.png" for number in range(6)), "broken.png"]
    return [ManifestRow(tmp_path / name, name, "anime") for name in names]


def test_they_are_what_the_classifier_gives(
    bundle: Bundle, rows: list[ManifestRow], tmp_path: Path
) -> None:
    told: list[int] = []
    table = embeddings_of(bundle, rows, tmp_path / "kept", told.append, workers=1)
    wanted = list(Classifier(bundle, workers=1).embed([row.path for row in rows[:6]]))
    np.testing.assert_array_equal(table[:6], np.stack(wanted))
    assert np.isnan(table[6]).all()
    assert sum(told) == 7


def test_only_what_is_new_is_embedded_again(
    bundle: Bundle, rows: list[ManifestRow], tmp_path: Path
) -> None:
    told: list[int] = []
    first = embeddings_of(bundle, rows[:4], tmp_path / "kept", told.append)
    later = embeddings_of(bundle, rows[::-1], tmp_path / "kept", told.append)
    assert sum(told) == 7
    np.testing.assert_array_equal(later[::-1][:4], first)


@pytest.mark.parametrize("cut_bytes", [1, 5, 40])
def test_a_torn_end_is_cut_off_and_made_again(
    bundle: Bundle, rows: list[ManifestRow], tmp_path: Path, cut_bytes: int
) -> None:
    kept = tmp_path / "kept"
    whole = embeddings_of(bundle, rows, kept, lambda _: None)
    (numbers,) = kept.glob("*.f32")
    with numbers.open("r+b") as file:
        file.truncate(numbers.stat().st_size - cut_bytes)
    told: list[int] = []
    np.testing.assert_array_equal(embeddings_of(bundle, rows, kept, told.append), whole)
    assert 1 <= sum(told) <= 2


def test_another_network_has_a_file_of_its_own(
    bundle: Bundle, rows: list[ManifestRow], tmp_path: Path
) -> None:
    embeddings_of(bundle, rows, tmp_path / "kept", lambda _: None)
    (numbers,) = (tmp_path / "kept").glob("*.f32")
    assert numbers.stem == bundle.spec.sha256[:16]
