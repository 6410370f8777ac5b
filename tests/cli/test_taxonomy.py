"""`animeter taxonomy`: the tree as a user sees and extends it."""

from pathlib import Path

import pytest

from tests.cli.conftest import Program


def test_show_a_series_by_another_spelling(run: Program) -> None:
    done = run("taxonomy", "show", "kimetsu no yaiba")
    facts = dict(line.split(maxsplit=1) for line in done.stdout.decode().splitlines())
    assert facts["series"] == "Demon Slayer"
    assert facts["demographic"] == "shounen"


def test_show_a_character_of_two_series(run: Program) -> None:
    done = run("taxonomy", "show", "goku")
    assert b"in           Dragon Ball, Dragon Ball Z Kai" in done.stdout


def test_the_outline_has_every_style(run: Program) -> None:
    lines = run("taxonomy", "show").stdout.decode().splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        "anime",
        "cartoon",
        "borderline",
    ]


@pytest.mark.slow
def test_what_is_set_is_shown_and_the_whole_tree_can_be_checked(
    run: Program, tmp_path: Path
) -> None:
    home = str(tmp_path / "own")
    done = run(
        "taxonomy", "set", "Princess Jellyfish", "--style", "anime", "--demographic", "josei",
        "--character", "tsukimi:female", ANIMETER_HOME=home,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"demographic  josei" in done.stdout
    whole = run("taxonomy", "show", "--all", ANIMETER_HOME=home)
    (tmp_path / "whole.yaml").write_bytes(whole.stdout)
    checked = run("taxonomy", "check", "whole.yaml", ANIMETER_HOME=home)
    assert checked.stdout.startswith(b"all well: series ")
    assert b"Princess Jellyfish" in whole.stdout


def test_an_unknown_name_says_how_to_add_it(run: Program) -> None:
    done = run("taxonomy", "show", "Paprika")
    assert done.returncode == 1
    assert b'animeter taxonomy set "Paprika" --style anime' in done.stderr


def test_a_broken_file_of_the_users_is_named(run: Program, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "taxonomy.yaml").write_text("format_version: 9")
    done = run("taxonomy", "show", ANIMETER_HOME=str(tmp_path / "own"))
    assert done.returncode == 1
    assert b"taxonomy.yaml is not a taxonomy: at format_version" in done.stderr
    assert done.stdout == b""
