"""The names that others may rely on. A change here is a change of the version."""

import ast
import re
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest

import animeter

PUBLIC = {
    "AnimeterError",
    "Bundle",
    "BundleError",
    "Classification",
    "Classifier",
    "EmptyImageError",
    "Failure",
    "FileMissingError",
    "HeadError",
    "ImageError",
    "ImageTooLargeError",
    "Limits",
    "ManifestError",
    "MissingExtraError",
    "OutputError",
    "RecipeError",
    "Result",
    "ScoredLabel",
    "SettingError",
    "TaughtHead",
    "TeachingError",
    "Thresholds",
    "UnreadableImageError",
    "UnsupportedFormatError",
    "Verdict",
    "VerdictRule",
    "load",
    "load_head",
    "save_head",
}


def names_for_type_checkers() -> set[str]:
    tree = ast.parse(Path(animeter.__file__).read_text(encoding="utf-8"))
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("animeter.")
        for alias in node.names
    }


def test_the_public_names_are_pinned() -> None:
    assert set(animeter.__all__) == PUBLIC | {"__version__"}
    assert set(dir(animeter)) == set(animeter.__all__)


def test_a_type_checker_sees_the_same_names() -> None:
    assert names_for_type_checkers() == PUBLIC


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_a_public_name_is_the_one_its_home_defines(name: str) -> None:
    found = getattr(animeter, name)
    home = import_module(animeter._HOMES[name])
    assert getattr(home, name) is found
    if name != "Result":  # a type alias has no home of its own
        assert found.__module__ == home.__name__


def test_any_other_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'classify'"):
        animeter.classify  # noqa: B018


def test_the_version_is_the_distributions() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", animeter.__version__)
    assert version("animeter") == animeter.__version__
