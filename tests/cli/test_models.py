"""`animeter models`: what is at hand, what it is, and whether it is whole."""

import json
from pathlib import Path

import pytest

from animeter.inference.golden import GOLDEN_PICTURES
from tests.cli.conftest import Program
from tests.support.tiny_bundle import make_tiny_bundle


def test_list_names_the_users_models_and_the_broken_ones(run: Program, tmp_path: Path) -> None:
    make_tiny_bundle(tmp_path / "own" / "models" / "good")
    (make_tiny_bundle(tmp_path / "own" / "models" / "bad").folder / "model.json").write_text("{}")
    done = run("models", "list", ANIMETER_HOME=str(tmp_path / "own"))
    assert done.returncode == 3
    bad, good = done.stdout.decode().splitlines()[-2:]
    assert good.split()[:3] == ["good", "1.0", "2026-11-20"]
    assert bad.split()[:2] == ["bad", "broken:"]


@pytest.mark.slow
def test_show_names_the_provider(run: Program) -> None:
    done = run("models", "show", "tiny", ANIMETER_PROVIDERS="cpu")
    facts = dict(line.split(maxsplit=1) for line in done.stdout.decode().splitlines())
    assert facts["model"] == "tiny 1.0"
    assert facts["licence"] == "Apache-2.0"
    assert b"runs on       CPUExecutionProvider" in done.stdout
    assert json.loads(run("models", "show", "tiny", "--json").stdout)["name"] == "tiny"


def test_a_strangers_model_cannot_steer_the_terminal(run: Program, tmp_path: Path) -> None:
    bundle = make_tiny_bundle(tmp_path / "steering")
    spec = json.loads((bundle.folder / "model.json").read_text())
    spec["licence"] = spec["training"]["note"] = "\x1b[2Jgone"
    (bundle.folder / "model.json").write_text(json.dumps(spec))
    done = run("models", "show", str(bundle.folder))
    assert b"\x1b" not in done.stdout
    assert done.stdout.count(b"gone") == 2


def test_verify_checks_every_golden_picture(run: Program) -> None:
    done = run("models", "verify", "tiny")
    assert done.returncode == 0
    assert done.stdout.count(b"  same") == len(GOLDEN_PICTURES)


def test_verify_catches_a_model_that_says_something_else(run: Program, tmp_path: Path) -> None:
    bundle = make_tiny_bundle(tmp_path / "strayed")
    spec = json.loads((bundle.folder / "model.json").read_text())
    spec["golden"][0]["anime"] += 0.1
    (bundle.folder / "model.json").write_text(json.dumps(spec))
    done = run("models", "verify", str(bundle.folder))
    assert done.returncode == 1
    assert b"DIFFERS" in done.stdout
    assert b"1 of 7 golden pictures differ" in done.stderr


def test_verify_catches_damaged_weights(run: Program, tmp_path: Path) -> None:
    bundle = make_tiny_bundle(tmp_path / "damaged")
    with (bundle.folder / "model.onnx").open("ab") as file:
        file.write(b"x")
    done = run("models", "verify", str(bundle.folder))
    assert done.returncode == 1
    assert b"sha256" in done.stderr
