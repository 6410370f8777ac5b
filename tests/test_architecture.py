"""ARCHITECTURE.md names exactly the modules that exist, a line each."""

import re

from tests.source_tree import ROOT, SOURCE, module_files

# A module's line is a row of a table that begins with its path.
ROW = re.compile(r"^\| `(?P<path>[\w/]+\.py)` \| (?P<purpose>.+?) \|", re.MULTILINE)


def listed() -> list[tuple[str, str]]:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    return [(row["path"], row["purpose"]) for row in ROW.finditer(text)]


def existing() -> set[str]:
    package = SOURCE / "animeter"
    paths = {path.relative_to(package).as_posix() for path in module_files().values()}
    # A folder's own docstring file holds no code; the folder's heading stands for it.
    return {path for path in paths if not path.endswith("/__init__.py")}


def test_every_module_has_its_line_and_every_line_its_module() -> None:
    paths = [path for path, _ in listed()]
    assert len(paths) == len(set(paths)), "a module is listed twice"
    assert set(paths) - existing() == set(), "listed, and not there"
    assert existing() - set(paths) == set(), "there, and not listed"


def test_every_line_says_something() -> None:
    assert [path for path, purpose in listed() if len(purpose.split()) < 3] == []


def test_packages_hold_a_docstring_and_no_code() -> None:
    for name, path in module_files().items():
        if path.name == "__init__.py" and name != "animeter":
            text = path.read_text(encoding="utf-8").strip()
            assert re.fullmatch(r'""".+?"""', text, re.DOTALL), f"{path} is more than a docstring"


def test_the_paths_it_sends_a_reader_to_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    _, _, advice = text.partition("## To change X, edit Y")
    named = re.findall(r"`((?:src|docs|tests|tools|recipes|benchmarks|examples)/[\w./-]*)`", advice)
    assert named, "the section names no path"
    assert [path for path in named if not (ROOT / path).exists()] == []
