"""The tree as a YAML file: the one inside the package, the user's own, and what is refused."""

from pathlib import Path

import pytest

from animeter.domain.errors import OutputError, TaxonomyError
from animeter.domain.taxonomy import Character
from animeter.inference.taxonomy_file import (
    BUILTIN_FILE,
    MAX_BYTES,
    load_taxonomy,
    read_taxonomy,
    set_series,
    taxonomy_text,
    write_taxonomy,
)
from animeter.settings import Settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANIMETER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_tree_inside_the_package_survives_writing(tmp_path: Path) -> None:
    builtin = read_taxonomy(BUILTIN_FILE)
    assert len(builtin.series) > 100
    (tmp_path / "copy.yaml").write_text(taxonomy_text(builtin), encoding="utf-8")
    assert read_taxonomy(tmp_path / "copy.yaml") == builtin


def test_every_demographic_there_is_stands_in_the_tree() -> None:
    found = {one.demographic for one in read_taxonomy(BUILTIN_FILE).series.values()}
    assert {"shounen", "shoujo", "seinen", "josei"} <= found


def test_the_users_file_lies_over_it(home: Path) -> None:
    path = set_series("Princess Jellyfish", branch="anime", demographic="josei")
    assert path == home / "taxonomy.yaml"
    set_series("kimetsu no yaiba", also=("KNY",), characters=(Character("rengoku", "male"),))
    tree = load_taxonomy()
    assert tree.series["Princess Jellyfish"].demographic == "josei"
    slayer = tree.find_series("KNY")
    assert slayer is not None
    assert slayer.name == "Demon Slayer"
    assert slayer.demographic == "shounen"
    assert {"tanjiro", "rengoku"} <= set(slayer.characters)
    assert "Naruto" not in read_taxonomy(path).series  # it holds what is new and nothing else


def test_without_a_users_file_it_is_the_packages(tmp_path: Path) -> None:
    assert load_taxonomy(Settings(home=tmp_path)) == read_taxonomy(BUILTIN_FILE)


def test_what_does_not_fit_leaves_the_users_file_alone(home: Path) -> None:
    path = set_series("Princess Jellyfish", branch="anime")
    before = path.read_bytes()
    with pytest.raises(TaxonomyError, match="needs a place"):
        set_series("Paprika")
    with pytest.raises(TaxonomyError, match="a name of two series"):
        set_series("Paprika", branch="anime", also=("Naruto",))
    with pytest.raises(TaxonomyError, match="robot"):
        set_series("Bleach", characters=(Character("kon", "robot"),))
    assert path.read_bytes() == before
    assert [file.name for file in home.iterdir()] == ["taxonomy.yaml"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("format_version: 1\nanime: {A: {}, A: {}}", "stands twice"),
        ("format_version: 1\nanime: &x {A: {}}\ncartoon: *x", "aliases"),
        ("format_version: 1\nanime: {86: {}}", "86"),
        ("format_version: 1\nanime: !!python/name:os.system {}", "cannot be read as YAML"),
        ("format_version: [", "cannot be read as YAML"),
        ("\x00", "cannot be read as YAML"),
        ("", "not a taxonomy"),
        ("[" * 5000, "cannot be read as YAML"),
        ("? [a]\n: 1", "not a taxonomy|cannot be read"),
        ("date: 2020-99-99", "cannot be read as YAML|not a taxonomy"),
    ],
)
def test_strange_yaml_is_refused_with_the_files_name(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "strange.yaml"
    path.write_text(text)
    with pytest.raises(TaxonomyError, match=said) as caught:
        read_taxonomy(path)
    assert str(path) in str(caught.value)


def test_a_flood_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(TaxonomyError, match="larger than"):
        read_taxonomy(path)
    with pytest.raises(TaxonomyError, match="No such file"):
        read_taxonomy(tmp_path / "missing.yaml")


def test_a_place_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="ANIMETER_HOME"):
        write_taxonomy(read_taxonomy(BUILTIN_FILE), tmp_path / "file" / "taxonomy.yaml")
