"""Runs that are killed or interrupted: what is on disk is good, and the rest can follow."""

import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import Program

BATCH = 8
PICTURES = 400
TIMEOUT_S = 60

pytestmark = pytest.mark.slow


@pytest.fixture
def many(pictures: Path, tmp_path: Path) -> list[str]:
    """Many names of one picture, in a list file."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(PICTURES):
        (folder / f"{number:04}.png").symlink_to(pictures / "anime.png")
    return [f"many/{number:04}.png" for number in range(PICTURES)]


@contextmanager
def fed_slowly(
    command: list[str], environment: dict[str, str], folder: Path, *arguments: str
) -> "Iterator[subprocess.Popen[bytes]]":
    """Start a run over a list that its test feeds."""
    with subprocess.Popen(
        [*command, "classify", "-", "--model", "tiny", "--batch-size", str(BATCH), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def feed(process: "subprocess.Popen[bytes]", names: list[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("".join(f"{name}\n" for name in names).encode())
    process.stdin.flush()


def wait_for_rows(path: Path, count: int) -> None:
    end_s = time.monotonic() + TIMEOUT_S
    while not path.exists() or path.read_bytes().count(b"\n") < count:
        assert time.monotonic() < end_s, f"{path} never had {count} rows"
        time.sleep(0.02)


@pytest.mark.parametrize("file_format", ["jsonl", "csv", "parquet"])
def test_kill_9_loses_at_most_a_batch(
    command: list[str],
    environment: dict[str, str],
    run: Program,
    many: list[str],
    tmp_path: Path,
    file_format: str,
) -> None:
    output = tmp_path / f"rows.{file_format}"
    growing = output.with_name(output.name + ".rows.jsonl") if file_format == "parquet" else output
    fed = PICTURES // 2
    with fed_slowly(command, environment, tmp_path, "-o", output.name) as process:
        feed(process, many[:fed])
        # Everything read but the pictures under way must get its row, with more input to come.
        wait_for_rows(growing, fed - BATCH)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    done = run(
        *("classify", "-", "--model", "tiny", "-o", output.name, "--resume", output.name),
        stdin="".join(f"{name}\n" for name in many).encode(),
    )
    assert done.returncode == 0, done.stderr
    if file_format == "parquet":
        found = pq.read_table(output).column("path").to_pylist()
    elif file_format == "jsonl":
        found = [json.loads(line)["path"] for line in output.read_bytes().splitlines()]
    else:
        found = [line.split(",")[0] for line in output.read_text().splitlines()[1:]]
    assert found == many


def test_kills_at_random_moments_lose_and_double_nothing(
    command: list[str], environment: dict[str, str], run: Program, many: list[str], tmp_path: Path
) -> None:
    arguments = ["-o", "rows.jsonl", "--resume", "rows.jsonl", "--sort-into", "sorted"]
    output = tmp_path / "rows.jsonl"
    for rows_before_kill in (1, 60, 61, 200):
        with fed_slowly(command, environment, tmp_path, *arguments) as process:
            feed(process, many)
            wait_for_rows(output, rows_before_kill)
            process.send_signal(signal.SIGKILL)
    stdin = "".join(f"{name}\n" for name in many).encode()
    assert run("classify", "-", "--model", "tiny", *arguments, stdin=stdin).returncode == 0
    found = [json.loads(line)["path"] for line in output.read_bytes().splitlines()]
    assert found == many
    in_place = {
        path.name for path in (tmp_path / "sorted" / "anime").iterdir() if path.suffix != ".part"
    }
    assert in_place == {Path(name).name for name in many}


def test_ctrl_c_says_what_was_done_and_how_to_go_on(
    command: list[str], environment: dict[str, str], run: Program, many: list[str], tmp_path: Path
) -> None:
    with fed_slowly(command, environment, tmp_path, "-o", "rows.jsonl") as process:
        feed(process, many[:100])
        wait_for_rows(tmp_path / "rows.jsonl", 100 - BATCH)
        process.send_signal(signal.SIGINT)
        feed(process, many[100:120])  # wakes a read that Python would otherwise go on with
        assert process.stderr is not None
        said = process.stderr.read().decode()
    assert process.returncode == 130
    assert "--resume rows.jsonl" in said
    rows = (tmp_path / "rows.jsonl").read_bytes().splitlines()
    assert all(json.loads(row)["verdict"] == "anime" for row in rows)
    assert f"{len(rows)} pictures in" in said
    assert "Traceback" not in said


def test_progress_shows_rate_and_time_left_on_a_terminal(
    command: list[str], environment: dict[str, str], many: list[str], tmp_path: Path
) -> None:
    terminal, stderr = pty.openpty()
    with subprocess.Popen(
        [*command, "classify", "many", "--model", "tiny", "-f", "jsonl", "--workers", "1"],
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        cwd=tmp_path,
        env=environment | {"COLUMNS": "120"},
    ) as process:
        os.close(stderr)
        shown = b""
        while True:
            try:
                block = os.read(terminal, 4096)
            except OSError:  # the other end is closed
                break
            if not block:
                break
            shown += block
    os.close(terminal)
    assert process.returncode == 0
    assert b" of 400 " in shown
    assert b" a second" in shown
    assert b" left" in shown
