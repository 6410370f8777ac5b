"""`docs/comparison.md` says what the figures beside it say."""

import pytest

from tools.document_comparison import DOCS, RECIPES, SPLITS, page, read

pytestmark = pytest.mark.slow


def test_the_page_is_written_from_its_figures() -> None:
    if not (DOCS / RECIPES).is_file():
        pytest.skip("no comparison has been measured for the documents: make comparison")
    shown = (DOCS / "comparison.md").read_text(encoding="utf-8")
    assert shown == page(read(DOCS, RECIPES), read(DOCS, SPLITS)), "run tools.document_comparison"
