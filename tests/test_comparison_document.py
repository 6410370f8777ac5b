"""`docs/comparison.md` and the heads of recipes say what the figures of comparisons say."""

import pytest

from tools.document_comparison import DOCS, RECIPES, SPLITS, headed_recipes, page, read

pytestmark = pytest.mark.slow


def test_the_page_is_written_from_its_figures() -> None:
    if not (DOCS / RECIPES).is_file():
        pytest.skip("no comparison has been measured for the documents: make comparison")
    shown = (DOCS / "comparison.md").read_text(encoding="utf-8")
    assert shown == page(read(DOCS, RECIPES), read(DOCS, SPLITS)), "run tools.document_comparison"


def test_recipes_say_what_they_take() -> None:
    if not (DOCS / RECIPES).is_file():
        pytest.skip("no comparison has been measured for the documents: make comparison")
    for path, text in headed_recipes(read(DOCS, RECIPES)).items():
        assert path.read_text(encoding="utf-8") == text, "run tools.document_comparison"
