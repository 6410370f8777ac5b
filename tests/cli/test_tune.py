"""What `animeter tune` says before it trains anything."""

from pathlib import Path

import pytest

from tests.cli.conftest import Program
from tests.support.tiny_search import write_search

pytestmark = pytest.mark.slow


def test_a_wrong_key_is_named_before_anything_is_written(run: Program, tmp_path: Path) -> None:
    search = write_search(tmp_path, '[axes]\n"training.epoch" = [1, 2]\n')
    done = run("tune", str(search), "--run", str(tmp_path / "run"))
    assert done.returncode == 1
    assert b"training.epoch" in done.stderr
    assert b"Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_storage_out_of_reach_is_named_without_its_password(run: Program, tmp_path: Path) -> None:
    search = write_search(tmp_path, '[axes]\n"training.epochs" = [1, 2]\n')
    storage = "nosuch://me:secret@host/db"
    done = run("tune", str(search), "--run", str(tmp_path / "run"), "--storage", storage)
    assert done.returncode == 1
    assert b"nosuch://me:***@host/db" in done.stderr
    assert b"secret" not in done.stderr
    assert b"Traceback" not in done.stderr
