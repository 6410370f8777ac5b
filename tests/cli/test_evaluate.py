"""`animeter evaluate`, as a program."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.support.drawn_manifest import draw_manifest
from tests.support.tiny_bundle import make_tiny_bundle
from tests.support.tiny_label_bundle import COLOURS, make_label_bundle


def command(*arguments: str | Path) -> list[str]:
    program = "from animeter.cli.app import main; main()"
    return [sys.executable, "-c", program, "evaluate", *map(str, arguments)]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_figures_on_stdout_and_a_report_on_disk(tmp_path: Path) -> None:
    manifest = draw_manifest(tmp_path / "data")
    for fold in range(2):
        make_tiny_bundle(tmp_path / "run" / f"fold-{fold}" / "bundle")
    done = run(manifest, "--folds-run", tmp_path / "run")
    assert done.returncode == 0
    assert done.stderr.startswith("animeter: fold-0, fold-1: not calibrated, so")
    # 22 of 24 are right: the blue anime picture of each fold is not.
    assert "24 pictures of manifest.csv" in done.stdout
    lines = {line[:28].strip(): line[28:].split() for line in done.stdout.splitlines()}
    assert lines["accuracy, 3 classes"][0] == "91.7"
    assert lines["mirror"][2:] == ["+0.0,", "+0.0"]
    assert (tmp_path / "run" / "report" / "report.html").exists()


@pytest.mark.slow
def test_a_picture_that_cannot_be_read_is_told_by_the_exit_code(tmp_path: Path) -> None:
    manifest = draw_manifest(tmp_path / "data")
    (tmp_path / "data" / "neither-0-0.jpg").unlink()
    bundle = make_tiny_bundle(tmp_path / "tiny")
    options = ["--model", bundle.folder, "--no-robustness", "-o", tmp_path / "out"]
    done = run(manifest, *options)
    assert done.returncode == 3
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["failures"] == [{"path": "neither-0-0.jpg", "error": "file_missing"}]
    assert report["pictures"]["counted"] == 23


@pytest.mark.slow
def test_any_labels_are_evaluated_where_a_folder_is_given(tmp_path: Path) -> None:
    for label, colour in COLOURS.items():
        (tmp_path / "data" / label).mkdir(parents=True)
        for number in range(3):
            picture = Image.new("RGB", (20, 20), colour)
            picture.save(tmp_path / "data" / label / f"{number}.png")
    (tmp_path / "data" / "red" / "0.png").write_bytes(b"no picture")
    bundle = make_label_bundle(tmp_path / "colours")
    done = run(tmp_path / "data", "--model", bundle.folder, "-o", tmp_path / "out")
    assert (done.returncode, done.stderr) == (3, "")
    assert "8 pictures of data, 3 labels" in done.stdout
    lines = {line[:28].strip(): line[28:].split() for line in done.stdout.splitlines()}
    assert lines["balanced accuracy"] == ["100.0", "%", "(100.0", "to", "100.0", "%)"]
    assert (tmp_path / "out" / "plots" / "confusion-dark.png").exists()


@pytest.mark.parametrize("other", ["--folds-run", "--predictions"])
def test_two_kinds_of_judges_are_wrong_usage(tmp_path: Path, other: str) -> None:
    done = run("m.csv", "--model", "a", other, tmp_path)
    assert done.returncode == 2
    assert "not both" in done.stderr


def test_what_was_seen_later_is_for_likenesses_alone(tmp_path: Path) -> None:
    done = run(tmp_path, "--more-labels", "seen.csv", "-o", tmp_path / "out")
    assert done.returncode == 2
    assert "likenesses alone" in done.stderr


def test_a_missing_manifest_is_said_in_a_sentence(tmp_path: Path) -> None:
    done = run(tmp_path / "none.csv", "-o", tmp_path / "out")
    assert done.returncode == 1
    assert done.stderr.startswith("animeter: ")
    assert "Traceback" not in done.stderr


def test_help_shows_an_example() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "animeter evaluate manifest.csv" in " ".join(done.stdout.split())


@pytest.mark.slow
def test_after_a_kill_it_goes_on_and_ends_as_if_nothing_had_been(tmp_path: Path) -> None:
    manifest = draw_manifest(tmp_path / "data", folds=2, pictures=150)
    bundle = make_tiny_bundle(tmp_path / "tiny")
    options = [manifest, "--model", bundle.folder, "--no-pictures"]
    killed = tmp_path / "killed"
    process = subprocess.Popen(command(*options, "-o", killed), stdout=subprocess.DEVNULL)
    ledger = killed / "scores" / "subtitles" / "model.jsonl"
    deadline_s = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline_s:
        if ledger.exists() and ledger.stat().st_size > 4000:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.005)
    assert process.wait(timeout=60) == -signal.SIGKILL
    kept = ledger.read_bytes().count(b"\n")
    assert 0 < kept < 901
    assert not (killed / "report.json").exists()
    assert run(*options, "-o", killed).returncode == 0
    assert run(*options, "-o", tmp_path / "whole").returncode == 0
    for name in ("predictions.csv", "scores/subtitles/model.jsonl"):
        assert (killed / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    reports = [
        json.loads((folder / "report.json").read_text()) | {"made": ""}
        for folder in (killed, tmp_path / "whole")
    ]
    assert reports[0] == reports[1]
