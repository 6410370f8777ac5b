"""`animeter data collect`, as a user runs it: what it prints, how it exits, what a kill leaves."""

import signal
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from animeter.datasets.records import read_records
from tests.cli.conftest import Program
from tests.support.misbehaving_site import Site, misbehaving_site, picture

pytestmark = pytest.mark.slow

TIMEOUT_S = 120
WEB = ("--allow-private", "--delay", "0")


@pytest.fixture
def site() -> Iterator[Site]:
    with misbehaving_site() as running:
        yield running


def test_folders_then_an_archive_into_one_manifest(
    run: Program, pictures: Path, tmp_path: Path
) -> None:
    done = run("data", "collect", "folder", "pictures", "-o", "out", "--min-side", "20")
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().strip() == str(Path("out/manifest.csv"))
    folders = {row["folder"] for row in read_records(tmp_path / "out/manifest.csv").rows}
    assert folders == {"pictures", "more"}
    with zipfile.ZipFile(tmp_path / "shows.cbz", "w") as archive:
        archive.writestr("../bleach/1.png", picture(1))
        archive.writestr("bleach/broken.png", b"no")
    done = run("data", "collect", "archive", "shows.cbz", "-o", "out", "--set", "style=anime")
    assert done.returncode == 3
    assert b"broken.png: this is text, not a picture" in done.stderr
    assert b"1 new picture; 1 failed" in done.stderr
    row = read_records(tmp_path / "out/manifest.csv").rows[-1]
    assert (row["style"], row["folder"], row["archive"]) == ("anime", "bleach", "shows.cbz")


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (("folder", "pictures", "-o", "out", "--set", "anime"), b"style=anime", 2),
        (("folder", "pictures", "-o", "out", "--set", "sha256=1"), b"sha256", 1),
        (("web", "naruto", "-o", "out", "--engine", "altavista"), b"altavista", 2),
        (("booru", "http://127.0.0.1:1/", "-o", "out"), b"not allowed", 1),
    ],
)
def test_wrong_usage_is_told_apart_from_failure(
    run: Program, pictures: Path, arguments: tuple[str, ...], said: bytes, code: int
) -> None:
    done = run("data", "collect", *arguments)
    assert done.returncode == code
    assert said in done.stderr


def test_private_addresses_are_not_fetched_unless_that_is_said(
    run: Program, site: Site, tmp_path: Path
) -> None:
    (tmp_path / "urls.txt").write_text(f"http://127.0.0.1:{site.port}/picture/1\n")
    done = run("data", "collect", "urls", "urls.txt", "-o", "out")
    assert done.returncode == 3
    assert site.requests == []
    done = run("data", "collect", "urls", "urls.txt", "-o", "out", "--retry-failed", *WEB)
    assert done.returncode == 0, done.stderr


def test_kill_9_loses_nothing_and_the_same_command_goes_on(
    run: Program, command: list[str], environment: dict[str, str], site: Site, tmp_path: Path
) -> None:
    """Killed twice: among pictures that come, and while one is waited for."""
    paths = {f"/{'picture' if number < 30 else 'gated'}/{number}": number for number in range(40)}
    wanted = {f"http://127.0.0.1:{site.port}{path}": number for path, number in paths.items()}
    (tmp_path / "urls.txt").write_text("\n".join(wanted))
    arguments = ("data", "collect", "urls", "urls.txt", "-o", "out", *WEB)
    manifest = tmp_path / "out" / "manifest.csv"
    for is_time in (lambda: lines(manifest) > 5, lambda: site.asked("/gated/30")):
        with subprocess.Popen(
            [*command, *arguments], cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL
        ) as process:
            wait_until(is_time)
            process.kill()
        assert process.returncode == -signal.SIGKILL
    assert len(read_records(manifest).rows) == 30
    asked = len(site.requests)

    site.gate.set()
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    rows = read_records(manifest).rows
    assert len(rows) == len(wanted)
    assert {row["source"] for row in rows} == set(wanted)
    assert len(site.requests) - asked == 1 + 10  # robots.txt, and what was lacking
    for row in rows:
        assert (tmp_path / "out" / row["path"]).read_bytes() == picture(wanted[row["source"]])
    files = [path for path in (tmp_path / "out/pictures").rglob("*") if path.is_file()]
    assert len(files) == len(wanted)


def test_ctrl_c_stops_at_once_and_says_how_to_go_on(
    command: list[str], environment: dict[str, str], site: Site, tmp_path: Path
) -> None:
    paths = ["/picture/1", *("/picture/1?" + "x" * n for n in range(3)), "/drip"]
    urls = [f"http://127.0.0.1:{site.port}{path}" for path in paths]
    (tmp_path / "urls.txt").write_text("\n".join(urls))
    with subprocess.Popen(
        [*command, "data", "collect", "urls", "urls.txt", "-o", "out", *WEB],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.PIPE,
    ) as process:
        wait_until(lambda: site.asked("/drip"))
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 130
    assert b"The same command goes on" in stderr


def lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def wait_until(is_time: Callable[[], object]) -> None:
    end_s = time.monotonic() + TIMEOUT_S
    while not is_time():
        assert time.monotonic() < end_s, "it never was"
        time.sleep(0.01)
