"""Looks are kept: nothing is looked at twice, and a kill loses next to nothing."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from animeter.datasets.checking.looks import look_at, look_at_all
from animeter.domain.errors import OutputError
from tests.support.scenes import scene


def draw(folder: Path, count: int) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number}.png" for number in range(count)]
    for number, path in enumerate(paths):
        scene(number, (96, 64)).save(path, compress_level=1)
    return paths


def test_a_look_tells_what_is_wrong_and_never_raises(tmp_path: Path) -> None:
    (path,) = draw(tmp_path, 1)
    fine = look_at(path)
    assert (fine.error, fine.width_px, fine.height_px, fine.format) == ("", 96, 64, "png")
    assert len(fine.thumbnail) == 768
    path.write_bytes(b"no picture")
    broken = look_at(path)
    assert broken.error == "unsupported_format"
    assert broken.sha256
    path.unlink()
    assert look_at(path).error == "file_missing"


def test_only_what_is_new_or_has_changed_is_looked_at_again(tmp_path: Path) -> None:
    paths = draw(tmp_path, 6)
    database = tmp_path / "kept" / "looks.sqlite"
    first = look_at_all(paths, database)
    told: list[tuple[int, int]] = []
    assert look_at_all(paths, database, lambda done, failed: told.append((done, failed))) == first
    assert told == [(6, 0)]
    scene(99).save(paths[2])
    paths[4].write_bytes(b"no picture any more")
    told.clear()
    again = look_at_all(paths[::-1], database, lambda done, failed: told.append((done, failed)))
    assert told[0] == (4, 0)
    assert told[-1] == (6, 1)
    assert again[::-1][2].sha256 != first[2].sha256
    assert [look.error for look in again[::-1]] == ["", "", "", "", "unsupported_format", ""]


def test_one_picture_named_twice_is_looked_at_once(tmp_path: Path) -> None:
    paths = draw(tmp_path, 1) * 3
    told: list[int] = []
    looks = look_at_all(paths, tmp_path / "looks.sqlite", lambda done, _: told.append(done))
    assert looks[0] == looks[1] == looks[2]
    assert told[-1] == 1


@pytest.mark.skipif(sys.platform != "linux", reason="file names are Unicode there")
def test_a_name_that_is_no_unicode_is_kept_like_any_other(tmp_path: Path) -> None:
    paths = draw(tmp_path / os.fsdecode(b"\xff"), 2)
    told: list[int] = []
    looks = look_at_all(paths, tmp_path / "looks.sqlite")
    again = look_at_all(paths, tmp_path / "looks.sqlite", lambda done, _: told.append(done))
    assert [look.error for look in looks] == ["", ""]
    assert (again, told) == (looks, [2])


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "looks.sqlite").write_text("this is not a database, " * 50)
    with pytest.raises(OutputError, match=r"looks.sqlite.*Remove that file"):
        look_at_all(draw(tmp_path, 1), tmp_path / "looks.sqlite")


@pytest.mark.slow
def test_what_was_seen_before_a_kill_is_kept(tmp_path: Path) -> None:
    paths = draw(tmp_path / "pictures", 500)
    database = tmp_path / "looks.sqlite"
    program = (
        "import sys, pathlib; from animeter.datasets.checking.looks import look_at_all;"
        "look_at_all(sorted(pathlib.Path(sys.argv[1]).iterdir()), pathlib.Path(sys.argv[2]))"
    )
    process = subprocess.Popen([sys.executable, "-c", program, paths[0].parent, database])
    deadline = time.monotonic() + 60
    while rows(database) == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    kept = rows(database)
    assert 0 < kept < len(paths)
    told: list[int] = []
    looks = look_at_all(paths, database, lambda done, _: told.append(done))
    assert told[0] == kept
    assert not any(look.error for look in looks)


def rows(database: Path) -> int:
    """Count what is kept, while another process writes."""
    if not database.exists():
        return 0
    connection = sqlite3.connect(database, timeout=30)
    try:
        return int(connection.execute("SELECT count(*) FROM look").fetchone()[0])
    except sqlite3.OperationalError:  # not even begun
        return 0
    finally:
        connection.close()
