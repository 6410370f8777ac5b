"""Labels from folders and columns, and what a model knows of them."""

from pathlib import Path

import pytest

from animeter.domain.errors import FileMissingError, ManifestError
from animeter.lab.labels.data import (
    LabelData,
    LabelledPicture,
    known_to,
    read_label_data,
    read_pictures,
    units_of,
)

MANIFEST = "path,show,fold,franchise\na.jpg, Naruto ,0,F\nb.jpg,,1,\nin/c.jpg,Bleach,,G\n"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    (tmp_path / "m.csv").write_text(MANIFEST, encoding="utf-8")
    return tmp_path / "m.csv"


def data(*labels: str) -> LabelData:
    pictures = [
        LabelledPicture(Path(f"{number}.jpg"), f"{number}.jpg", label)
        for number, label in enumerate(labels)
    ]
    return LabelData("m.csv", "show", pictures, 0)


def test_any_column_is_a_label(manifest: Path) -> None:
    found = read_label_data(manifest, "show")
    assert (found.name, found.column, found.unlabelled) == ("m.csv", "show", 1)
    folder = manifest.parent
    assert found.pictures == [
        LabelledPicture(folder / "a.jpg", "a.jpg", "Naruto", 0, "F"),
        LabelledPicture(folder / "in/c.jpg", "in/c.jpg", "Bleach", None, "G"),
    ]
    assert [one.name for one in found.within([0]).pictures] == ["a.jpg"]
    assert [one.name for one in read_pictures(manifest)] == ["a.jpg", "b.jpg", "in/c.jpg"]


def test_folders_are_labels(tmp_path: Path) -> None:
    for name in ("cats/deep/1.jpg", "dogs/2.jpg", "3.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = read_label_data(tmp_path, None)
    labelled = [(one.name, one.label) for one in found.pictures]
    assert labelled == [("cats/deep/1.jpg", "cats"), ("dogs/2.jpg", "dogs")]
    assert found.unlabelled == 1
    assert read_pictures(tmp_path) == found.pictures


@pytest.mark.parametrize(
    ("column", "said"),
    [(None, "Name one of these with --label"), ("series", "show, fold, franchise")],
)
def test_a_column_that_is_not_there_is_asked_for(
    manifest: Path, column: str | None, said: str
) -> None:
    with pytest.raises(ManifestError, match=said):
        read_label_data(manifest, column)


def test_what_cannot_be_used_is_refused(tmp_path: Path, manifest: Path) -> None:
    with pytest.raises(FileMissingError):
        read_label_data(tmp_path / "none.csv", "show")
    with pytest.raises(ManifestError, match="folds 7"):
        read_label_data(manifest, "show").within([7])
    manifest.write_text("path,show\na.jpg, \n")
    with pytest.raises(ManifestError, match="'show'"):
        read_label_data(manifest, "show")
    manifest.write_text("path,show,fold\na.jpg,x,first\n")
    with pytest.raises(ManifestError, match="'first'"):
        read_label_data(manifest, "show")


def test_labels_that_a_model_does_not_know_are_the_rest_or_left_out() -> None:
    given = data("a", "x", "b", "x", "y")
    rest = known_to(("a", "b", "other"), "other", given)
    assert rest.truth.tolist() == [0, 2, 1, 2, 2]
    assert (rest.others, rest.others_are) == ({"x": 2, "y": 1}, "other")
    without = known_to(("a", "b"), None, given)
    assert [one.label for one in without.pictures] == ["a", "b"]
    assert (without.truth.tolist(), without.others_are) == ([0, 1], "")
    with pytest.raises(ManifestError, match=r"None of the labels of m\.csv, such as 'x'"):
        known_to(("a", "b"), None, data("x", "y"))


def test_intervals_are_drawn_by_franchise_where_each_label_has_several() -> None:
    many = [
        LabelledPicture(Path(), f"{label}{number}", label, None, f"show {number}")
        for label in "ab"
        for number in range(5)
    ]
    kind, units = units_of([*many, LabelledPicture(Path(), "alone", "a")])
    assert (kind, len(set(units))) == ("franchise", 6)
    kind, units = units_of([*many, LabelledPicture(Path(), "alone", "c", None, "show 1")])
    assert (kind, len(set(units))) == ("picture", 11)
