"""The build hook: when it builds the page, and what it looks at to know."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from tests.source_tree import ROOT

pytest.importorskip("hatchling", reason="hatchling is not installed")


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["hatch_build"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    (tmp_path / "web" / "src").mkdir(parents=True)
    (tmp_path / "examples").mkdir()
    (tmp_path / "web" / "src" / "main.ts").write_text("1")
    (tmp_path / "examples" / "face.png").write_text("2")
    return tmp_path


def test_the_digest_follows_the_sources_and_nothing_else(hook: ModuleType, sources: Path) -> None:
    before = hook.sources_digest(sources)
    installed = sources / "web" / "node_modules" / "vite"
    installed.mkdir(parents=True)
    (installed / "index.js").write_text("others'")
    (sources / "web" / "src" / "main.test.ts").write_text("a test")
    assert hook.sources_digest(sources) == before
    (sources / "examples" / "face.png").write_text("3")
    changed = hook.sources_digest(sources)
    assert changed != before
    (sources / "web" / "src" / "main.ts").rename(sources / "web" / "src" / "begin.ts")
    assert hook.sources_digest(sources) not in {before, changed}
