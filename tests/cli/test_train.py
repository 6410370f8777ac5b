"""What `animeter train` says before it trains."""

from pathlib import Path

import pytest

from tests.cli.conftest import Program
from tests.support.tiny_recipe import write_recipe


@pytest.mark.slow
def test_strict_refuses_folds_that_leak_before_any_training(run: Program, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path)
    rows = (tmp_path / "manifest.csv").read_text(encoding="utf-8")
    torn = rows.replace("anime 1,anime 1,1", "anime 0,anime 0,1", 1)
    assert torn != rows
    (tmp_path / "manifest.csv").write_text(torn, encoding="utf-8")
    done = run("train", str(recipe), "--run", str(tmp_path / "run"), "--strict")
    assert done.returncode == 1
    assert b"franchises in two folds: 1 (anime 0)" in done.stderr
    assert (tmp_path / "run" / "leaks.json").is_file()
    assert not (tmp_path / "run" / "final").exists()
