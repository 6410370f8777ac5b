"""Files, folders and patterns become a stream of paths: complete, in order, lazily."""

import itertools
import os
import string
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animeter.media.listing import list_pictures

TREE = (
    "b.jpg",
    "a.png",
    "C.WEBP",
    "notes.txt",
    ".hidden.png",
    "deep/er/z.tiff",
    "deep/er/a.gif",
    "deep/m.avif",
    "deep/list.csv",
    ".cache/thumb.png",
    "odd[1].jpg",
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in TREE:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def listed(root: Path, *sources: str, **options: bool | int) -> list[str]:
    found = list_pictures([root / source for source in sources], **options)
    return [path.relative_to(root).as_posix() for path in found]


def test_a_folder_gives_its_pictures_in_the_order_of_names(tree: Path) -> None:
    assert listed(tree, ".") == [
        "C.WEBP",
        "a.png",
        "b.jpg",
        "deep/er/a.gif",
        "deep/er/z.tiff",
        "deep/m.avif",
        "odd[1].jpg",
    ]


def test_a_folder_alone_without_recursion(tree: Path) -> None:
    assert listed(tree, ".", recursive=False) == ["C.WEBP", "a.png", "b.jpg", "odd[1].jpg"]


def test_sources_keep_their_order_and_may_repeat(tree: Path) -> None:
    assert listed(tree, "b.jpg", "deep", "a.png", "b.jpg") == [
        "b.jpg",
        "deep/er/a.gif",
        "deep/er/z.tiff",
        "deep/m.avif",
        "a.png",
        "b.jpg",
    ]


def test_a_named_file_is_given_whatever_its_name(tree: Path) -> None:
    assert listed(tree, "notes.txt", ".hidden.png") == ["notes.txt", ".hidden.png"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", ["C.WEBP", "a.png", "b.jpg", "odd[1].jpg"]),
        ("*.jpg", ["b.jpg", "odd[1].jpg"]),
        ("?.*", ["C.WEBP", "a.png", "b.jpg"]),
        ("[ab].*", ["a.png", "b.jpg"]),
        ("*.txt", ["notes.txt"]),
        ("odd[1].jpg", ["odd[1].jpg"]),  # A file of that very name comes before the pattern.
        ("deep/*", ["deep/m.avif"]),
        ("*/*/*.gif", ["deep/er/a.gif"]),
        ("**/*.tiff", ["deep/er/z.tiff"]),
        ("deep/**", ["deep/m.avif", "deep/er/a.gif", "deep/er/z.tiff"]),
        ("**/**/er/[a-y]*", ["deep/er/a.gif"]),
        ("d*/list.csv", ["deep/list.csv"]),
        (".*", [".hidden.png"]),
        ("deep/../a*", ["deep/../a.png"]),
    ],
)
def test_patterns(tree: Path, pattern: str, expected: list[str]) -> None:
    assert listed(tree, pattern) == expected


def test_a_relative_pattern_gives_relative_paths(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree)
    found = list(list_pictures(["deep/*", Path("a.png")]))
    assert found == [Path("deep/m.avif"), Path("a.png")]


@pytest.mark.parametrize("source", ["gone.png", "gone/*.png", "*.nothing", "a.png/*", "x" * 5000])
def test_what_is_not_there_is_given_as_it_is(tree: Path, source: str) -> None:
    assert listed(tree, source) == [source]


def test_names_that_no_file_can_have_are_given_as_they_are() -> None:
    assert list(list_pictures(["a\0b.png", ""])) == [Path("a\0b.png")]


def test_links_to_folders_are_not_followed_and_links_to_files_are(tree: Path) -> None:
    (tree / "deep" / "loop").symlink_to(tree, target_is_directory=True)
    (tree / "deep" / "n.png").symlink_to(tree / "a.png")
    expected = ["deep/er/a.gif", "deep/er/z.tiff", "deep/m.avif", "deep/n.png"]
    assert listed(tree, "deep") == expected
    assert sorted(listed(tree, "deep/**")) == sorted(expected)


def test_a_folder_without_pictures_gives_nothing(tmp_path: Path) -> None:
    assert list(list_pictures([tmp_path])) == []


@pytest.mark.slow
def test_folders_may_lie_deeper_than_python_may_call(tmp_path: Path) -> None:
    """1,300 folders in each other; the path of the deepest one is nearly as long as allowed."""
    depth = 1300
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        for _ in range(depth):
            Path("d").mkdir()
            os.chdir("d")
        Path("x.png").touch()
        os.chdir(tmp_path)
        found = list(list_pictures([Path("d")]))
        os.chdir("/".join("d" * depth))
        Path("x.png").unlink()
        for _ in range(depth):  # What clears up after tests would go too deep.
            os.chdir("..")
            Path("d").rmdir()
    finally:
        os.chdir(here)
    assert [len(path.parts) for path in found] == [depth + 1]


def test_nothing_is_listed_before_it_is_asked_for(tree: Path) -> None:
    taken: list[str] = []

    def endless() -> Iterator[Path]:
        for number in itertools.count():
            taken.append(str(number))
            yield tree / "a.png"

    assert len(list(itertools.islice(list_pictures(endless()), 5))) == 5
    assert len(taken) == 5


@given(
    names=st.sets(st.text(string.ascii_letters + string.digits + "_-é", min_size=1), max_size=30),
    names_per_round=st.integers(1, 8),
)
@settings(max_examples=50)
def test_rounds_leave_no_name_out_and_keep_the_order(names: set[str], names_per_round: int) -> None:
    distinct = {name[:40].lower() + ".png" for name in names}
    with tempfile.TemporaryDirectory() as folder:
        for name in distinct:
            (Path(folder) / name).touch()
        found = list_pictures([Path(folder)], names_per_round=names_per_round)
        assert [path.name for path in found] == sorted(distinct)


@pytest.mark.slow
def test_memory_stays_flat_in_a_large_folder(tmp_path: Path) -> None:
    for number in range(6_000):
        (tmp_path / f"{number:05}.png").touch()

    def peak_bytes(names_per_round: int) -> int:
        tracemalloc.start()
        count = sum(1 for _ in list_pictures([tmp_path], names_per_round=names_per_round))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == 6_000
        return peak

    few_at_a_time, all_at_once = peak_bytes(150), peak_bytes(6_001)
    assert few_at_a_time < 150 * 600
    assert all_at_once > 10 * few_at_a_time, "the measure does not see what is held"
