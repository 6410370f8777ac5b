"""The verb `data convert` as a user runs it."""

from pathlib import Path

import pytest

from tests.cli.conftest import Program

pytestmark = pytest.mark.slow


def test_it_says_how_many_rows_and_where(run: Program, pictures: Path, tmp_path: Path) -> None:
    (pictures / "manifest.csv").write_text("path,style\nanime.png,anime\nnone.png,cartoon\n")
    done = run("data", "convert", "pictures", "out", "--to", "imagefolder", "--label", "style")
    assert done.returncode == 3
    assert done.stdout.decode().splitlines() == ["out"]
    assert "none.png: " in done.stderr.decode()
    assert done.stderr.decode().endswith("1 row; 1 failed\n")
    kept = (tmp_path / "out" / "anime" / "anime.png").read_bytes()
    assert kept == (pictures / "anime.png").read_bytes()


def test_what_cannot_be_read_is_one_line(run: Program) -> None:
    done = run("data", "convert", "nothing", "out", "--to", "csv")
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().startswith("animeter: There is nothing at nothing.")
    assert done.stderr.count(b"\n") == 1
