"""`animeter teach --finetune` as a user runs it: killed, gone on with, asked, refused."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Program
from tests.support.drawn_shapes import draw_shape, write_shapes

pytestmark = pytest.mark.slow

_ASKED = ("teach", "shapes", "--name", "my-shapes", "--finetune")


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    return write_shapes(tmp_path / "shapes", 12)


@pytest.fixture
def environment(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return environment | {"ANIMETER_HOME": str(tmp_path / "home")}


def _kill_after_an_epoch(
    command: list[str], environment: dict[str, str], folder: Path, run: Path
) -> None:
    process = subprocess.Popen(
        [*command, *_ASKED, "--run", str(run)],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not list(run.glob("*/network/last.ckpt")):
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not list(run.glob("*/network/weights.safetensors")), "killed too late to show anything"


@pytest.mark.usefixtures("shapes")
def test_a_killed_lesson_goes_on_and_ends_in_a_model_and_a_head_that_work_together(
    run: Program, command: list[str], environment: dict[str, str], tmp_path: Path
) -> None:
    runs = tmp_path / "training"
    _kill_after_an_epoch(command, environment, tmp_path, runs)
    taught = run(*_ASKED, "--run", str(runs))
    assert taught.returncode == 0, taught.stderr
    (log,) = runs.glob("*/network/log.csv")
    with log.open(newline="") as file:
        assert [int(record["epoch"]) for record in csv.DictReader(file)] == list(range(6))
    told, noted = taught.stdout.decode(), taught.stderr.decode()
    assert "accuracy before" in told
    assert "accuracy after" in told
    assert "verdicts changed on pictures never seen" in told
    assert "animeter classify PICTURES --model my-shapes --head my-shapes" in noted
    assert "my-shapes" in run("models", "list").stdout.decode()

    draw_shape("checks", 77).save(tmp_path / "new.png")
    asked = run("classify", "new.png", "-m", "my-shapes", "--head", "my-shapes", "-f", "jsonl")
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout)
    assert answer["model"].startswith("my-shapes ")
    assert "checks" in {scored["label"] for scored in answer["heads"]["my-shapes"]}
    other = run("classify", "new.png", "--head", "my-shapes")
    assert other.returncode == 1
    assert b"taught on the embedding of my-shapes" in other.stderr

    again = run(*_ASKED)
    assert again.returncode == 1
    assert b"--replace" in again.stderr


def test_what_cannot_be_trained_is_told_before_the_work(
    run: Program, shapes: Path, home: Path, tmp_path: Path
) -> None:
    no_checkpoint = run(*_ASKED, "-m", str(home / "models" / "tiny"))
    assert no_checkpoint.returncode == 1
    assert b"no checkpoint.safetensors" in no_checkpoint.stderr
    (tmp_path / "home" / "models" / "my-shapes").mkdir(parents=True)
    taken = run(*_ASKED)
    assert taken.returncode == 1
    assert b"is no model" in taken.stderr
    builtin = run("teach", "shapes", "--name", "animeter-style", "--finetune")
    assert b"built-in model's" in builtin.stderr
    wrong = run("teach", "shapes", "--name", "mine", "--run", "training")
    assert wrong.returncode == 2
    assert not (tmp_path / "home" / "heads").exists()
    assert len(list(shapes.rglob("*.png"))) == 48


@pytest.mark.usefixtures("shapes")
def test_without_the_extra_it_says_how_to_install_it(
    environment: dict[str, str], tmp_path: Path
) -> None:
    program = "import sys; sys.modules['torch'] = None; from animeter.cli.app import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, *_ASKED],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert b"pip install 'animeter[train]'" in done.stderr
