"""Labels from folders and from a column."""

from pathlib import Path

import pytest

from animeter.datasets.labelled_pictures import read_labelled_pictures
from animeter.domain.errors import FileMissingError, ManifestError


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_folders_are_labels_with_all_that_lies_in_them(tmp_path: Path) -> None:
    touch(tmp_path, "b/2.png", "a/1.jpg", "a/deep/er/3.webp", "a/notes.txt", ".git/4.png", "5.png")
    (tmp_path / "nothing").mkdir()
    found = read_labelled_pictures(tmp_path)
    assert [(path.name, label) for path, label in zip(found.paths, found.labels, strict=True)] == [
        ("1.jpg", "a"),
        ("3.webp", "a"),
        ("2.png", "b"),
    ]
    assert (found.unlabelled, found.empty) == (1, ("nothing",))


def test_a_column_is_the_label(tmp_path: Path) -> None:
    manifest = tmp_path / "pictures.csv"
    manifest.write_text("path,hero\none.png,Luffy\nsub/two.png, Zoro \nthree.png,\n")
    found = read_labelled_pictures(manifest, "hero")
    assert found.paths == (tmp_path / "one.png", tmp_path / "sub" / "two.png")
    assert (found.labels, found.unlabelled) == (("Luffy", "Zoro"), 1)


@pytest.mark.parametrize(
    ("content", "column", "said"),
    [
        ("path,hero\na.png,x\n", None, "which column is the label: it has hero"),
        ("path,hero,show\na.png,x,y\n", "title", "'title': it has hero, show"),
        ("file,hero\na.png,x\n", "hero", "no column 'path'"),
        ("", "hero", "no column 'path'"),
        ("path,hero\na.png\n", "hero", "line 2, has not as many fields"),
        ("path,hero\n ,x\n", "hero", "line 2, has no path"),
        ("path,hero\na.png,\n", "hero", "No row"),
        ("path,hero\n", "hero", "No row"),
    ],
)
def test_a_manifest_that_says_no_labels_is_refused(
    tmp_path: Path, content: str, column: str | None, said: str
) -> None:
    manifest = tmp_path / "pictures.csv"
    manifest.write_text(content)
    with pytest.raises(ManifestError, match=said):
        read_labelled_pictures(manifest, column)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_bytes(b"path,hero\n\xff\xfe,x\n")
    with pytest.raises(ManifestError, match="UTF-8"):
        read_labelled_pictures(tmp_path / "bad.csv", "hero")


def test_folders_without_labels_or_pictures_are_refused(tmp_path: Path) -> None:
    touch(tmp_path / "flat", "1.png")
    (tmp_path / "bare" / "a").mkdir(parents=True)
    with pytest.raises(ManifestError, match="holds no folders"):
        read_labelled_pictures(tmp_path / "flat")
    with pytest.raises(ManifestError, match="No folder in"):
        read_labelled_pictures(tmp_path / "bare")
    with pytest.raises(ManifestError, match="Leave --label out"):
        read_labelled_pictures(tmp_path / "flat", "hero")
    with pytest.raises(FileMissingError, match="nothing at"):
        read_labelled_pictures(tmp_path / "nowhere")
