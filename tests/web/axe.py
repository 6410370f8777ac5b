"""What axe-core, of the page's own development packages, says of a page."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.source_tree import ROOT

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"


def violations(page: Page) -> list[str]:
    """What axe-core finds, each as its rule and the elements. The page's policy stays in force."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci in web/")
    if not page.evaluate("'axe' in window"):
        # Through the debugger's door, which the page's policy does not watch.
        page.evaluate(f"() => {{ {AXE.read_text('utf-8')} }}")
    found: dict[str, Any] = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        json.dumps(
            [each["id"], [[node["target"], node["failureSummary"]] for node in each["nodes"]]]
        )
        for each in found["violations"]
    ]
