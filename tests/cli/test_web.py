"""`animeter web export`, as a user runs it."""

from pathlib import Path

import pytest

from animeter.inference.bundle import Bundle
from animeter.server.site import page_is_built
from tests.cli.conftest import Program

pytestmark = pytest.mark.skipif(not page_is_built(), reason="the page is not built")


def test_the_page_goes_out_with_the_model_that_was_named(run: Program, tmp_path: Path) -> None:
    done = run("web", "export", "site", "--model", "tiny")
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().strip() == "site"
    assert (tmp_path / "site" / "index.html").is_file()
    assert Bundle.open(tmp_path / "site" / "model").spec.name in done.stderr.decode()


def test_a_folder_with_something_else_in_it_is_refused(run: Program, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = run("web", "export", ".")
    assert done.returncode == 1
    assert "Give a new or an empty folder" in done.stderr.decode()
    assert (tmp_path / "notes.txt").read_text() == "mine"
