"""The documents say what the programs say."""

import json
import re
from pathlib import Path

import pytest

from tests.source_tree import ROOT
from tools.refresh_docs import (
    INLINE,
    cli_page,
    documents,
    figure,
    refreshed,
    with_figures,
    with_modules,
)

LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)")
PERCENTAGE = re.compile(r"\d(?:\.\d+)? ?%(?! (?:interval|bootstrap))")
# Written by examples/say.py; tests/test_examples.py asks the model again.
SAYS = re.compile(r"<!-- says: begin.*?<!-- says: end -->", re.DOTALL)
ATTRIBUTE = re.compile(r'\w+="[^"]*"')
GIVEN = "<!-- given -->"  # ends a line whose percentages were measured by others, or are aims


def test_the_command_line_page_is_what_help_prints() -> None:
    shown = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert shown == cli_page(), "run `make docs`"


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_figure_and_module_line_is_what_its_file_says(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == refreshed(text), "run `make docs`"


@pytest.mark.parametrize("name", ["README.md", "MODEL_CARD.md"])
def test_no_percentage_comes_from_nowhere(name: str) -> None:
    path = ROOT / name
    if not path.is_file():
        pytest.skip(f"there is no {name}")
    text = INLINE.sub("", SAYS.sub("", path.read_text(encoding="utf-8")))
    text = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    loose = [
        line
        for line in text.splitlines()
        if PERCENTAGE.search(ATTRIBUTE.sub("", line)) and GIVEN not in line
    ]
    assert loose == [], f"quote them from docs/figures, or end the line with {GIVEN}"


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    targets = LINK.findall(path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.fixture
def root(tmp_path: Path) -> Path:
    content = {"accuracy": {"value": 0.95349}, "rows": [{"name": "grey"}, {"name": "half"}], "n": 3}
    (tmp_path / "x.json").write_text(json.dumps(content))
    return tmp_path


@pytest.mark.parametrize(
    ("key", "spec", "shown"),
    [
        ("accuracy.value", ".1%", "95.3 %"),
        ("accuracy.value", ".3f", "0.953"),
        ("rows.1.name", None, "half"),
        ("n", None, "3"),
    ],
)
def test_a_figure_is_found_and_formatted(
    root: Path, key: str, spec: str | None, shown: str
) -> None:
    assert figure(root, "x.json", key, spec) == shown


@pytest.mark.parametrize(
    ("file", "key", "said"),
    [
        ("y.json", "n", "y.json, which is not there"),
        ("x.json", "accuracy.values", "'values' is not there"),
        ("x.json", "rows.2.name", "'2' is not there"),
        ("x.json", "n.value", "'value' is not there"),
    ],
)
def test_a_figure_from_nowhere_is_an_error(root: Path, file: str, key: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        figure(root, file, key, None)


def test_a_stale_figure_is_set_right_wherever_it_stands(root: Path) -> None:
    stale = (
        "---\nvalue: 0.1  # figure: x.json accuracy.value .3f\n---\n"
        "| <!-- figure: x.json accuracy.value .1% -->1 %<!-- /figure --> "
        "| <!-- figure: x.json n -->9<!-- /figure --> |\n"
        "```\n<!-- figure: x.json n -->left alone<!-- /figure -->\n```\n"
    )
    fresh = with_figures(stale, root)
    assert fresh == stale.replace("0.1 ", "0.953 ").replace("1 %", "95.3 %").replace(">9<", ">3<")
    assert with_figures(fresh, root) == fresh


def test_a_table_of_modules_holds_the_first_sentence_of_each(root: Path) -> None:
    package = root / "src" / "animeter"
    (package / "lab").mkdir(parents=True)
    (package / "lab" / "__init__.py").write_text('"""The folder."""')
    (package / "lab" / "a.py").write_text('"""Does one thing,\nand well.\n\nMore."""')
    text = with_modules("<!-- modules: lab -->\nold\n<!-- /modules -->\n", root)
    assert text == (
        "<!-- modules: lab -->\n| module | what it is |\n|---|---|\n"
        "| `lab/a.py` | Does one thing, and well |\n<!-- /modules -->\n"
    )
