"""The tiny bundle, pictures of known verdicts, and the program as a user runs it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.support.tiny_bundle import COLOURS, make_tiny_bundle

Program = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder of Animeter with one model of their own, `tiny`."""
    folder = tmp_path_factory.mktemp("home")
    make_tiny_bundle(folder / "models" / "tiny")
    return folder


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    return os.environ | {"ANIMETER_HOME": str(home), "ANIMETER_THREADS": "2"}


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with a picture of each verdict, and a folder inside with the same as JPEG."""
    folder = tmp_path / "pictures"
    (folder / "more").mkdir(parents=True)
    for verdict, colour in COLOURS.items():
        picture = Image.new("RGB", (60, 40), colour)
        picture.save(folder / f"{verdict}.png")
        picture.save(folder / "more" / f"{verdict}.jpg", quality=95)
    return folder


@pytest.fixture
def command() -> list[str]:
    """How to start the program."""
    return [sys.executable, "-m", "animeter"]


@pytest.fixture
def run(command: list[str], environment: dict[str, str], tmp_path: Path) -> Program:
    """Run the program in an empty folder until it ends."""

    def _run(
        *arguments: str, stdin: bytes = b"", **changes: str
    ) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            [*command, *arguments],
            input=stdin,
            capture_output=True,
            timeout=120,
            check=False,
            cwd=tmp_path,
            env=environment | changes,
        )

    return _run
