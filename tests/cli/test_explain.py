"""`animeter explain`: a drawing into a file, or numbers on standard output."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Program


def test_it_draws_into_a_file_and_says_what_it_saw(
    run: Program, pictures: Path, tmp_path: Path
) -> None:
    done = run("explain", str(pictures / "anime.png"), "-o", "why.png", "-m", "tiny")
    assert done.returncode == 0, done.stderr
    assert Image.open(tmp_path / "why.png").size == (60, 40)
    assert done.stdout == b""
    assert b"anime: anime 9" in done.stderr
    assert b"anime drawn in why.png" in done.stderr


def test_it_draws_to_standard_output(run: Program, pictures: Path) -> None:
    picture = str(pictures / "both.png")
    done = run("explain", picture, "-o", "-", "--likeness", "cartoon", "-m", "tiny")
    assert done.returncode == 0, done.stderr
    assert Image.open(io.BytesIO(done.stdout)).format == "PNG"


def test_it_prints_numbers(run: Program, pictures: Path) -> None:
    picture = str(pictures / "cartoon.png")
    done = run("explain", picture, "--json", "-m", "tiny")
    content = json.loads(done.stdout)
    row = run("classify", picture, "--format", "jsonl", "-m", "tiny", "-q")
    assert content["classification"] == json.loads(row.stdout)
    assert len(content["activation"]["anime"]) == content["activation"]["rows"]


@pytest.mark.slow
def test_it_overwrites_only_when_told(run: Program, pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "why.png").write_text("precious")
    arguments = ("explain", str(pictures / "anime.png"), "-o", "why.png", "-m", "tiny")
    done = run(*arguments)
    assert done.returncode == 1
    assert b"--force" in done.stderr
    assert (tmp_path / "why.png").read_text() == "precious"
    assert run(*arguments, "--force").returncode == 0
    assert Image.open(tmp_path / "why.png").format == "PNG"


def test_without_a_place_to_go_it_says_what_to_do(run: Program, pictures: Path) -> None:
    done = run("explain", str(pictures / "anime.png"), "-m", "tiny")
    assert done.returncode == 2
    assert b"--output FILE" in done.stderr


@pytest.mark.slow
def test_a_missing_picture_and_a_missing_folder_are_sentences(run: Program, pictures: Path) -> None:
    done = run("explain", "nowhere.png", "--json", "-m", "tiny")
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"no such file" in done.stderr
    done = run("explain", str(pictures / "anime.png"), "-o", "no/where.png", "-m", "tiny")
    assert done.returncode == 1
    assert b"cannot write no/where.png" in done.stderr
