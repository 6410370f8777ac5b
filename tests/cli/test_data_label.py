"""`animeter data label` without its page: how far people agree, and a manifest of it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from animeter.cli.data import app
from animeter.datasets.labelling import LabelLog, Said
from animeter.datasets.manifest import read_manifest
from animeter.datasets.marks import MARKS
from animeter.domain.errors import FileMissingError, OutputError, SettingError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four pictures that Ada and Bo looked at; they differ on the last."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    log = LabelLog(folder / "labels.csv", MARKS)
    for number in range(4):
        name = f"{number}.png"
        (folder / name).touch()
        ada = "anime" if number % 2 else "cartoon"
        for who, style in (("Ada", ada), ("Bo", "neither" if number == 3 else ada)):
            log.say(who, [Said(name, "style", style), Said(name, "done", "yes")])
    log.close()
    return folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["label", *map(str, arguments)])


def test_agreement_is_a_table_or_json(folder: Path) -> None:
    table = run(folder, "--agreement")
    assert table.exit_code == 0
    heading, style, text, *_ = table.stdout.splitlines()
    assert heading.split() == ["mark", "people", "pictures", "same", "kappa"]
    assert style.split() == ["style", "Ada,", "Bo", "4", "75%", "0.60"]
    assert text.split()[-1] == "-", "nobody set a flag, which says nothing"
    assert "Ada: done with 4" in table.stderr
    found = json.loads(run(folder, "--agreement", "--json").stdout)
    assert found["people"] == [{"who": "Ada", "done": 4}, {"who": "Bo", "done": 4}]
    assert found["agreement"][0]["kappa"] == pytest.approx(0.6)


def test_a_manifest_of_what_people_said_tells_what_is_disputed(folder: Path) -> None:
    manifest = folder.parent / "manifest.csv"
    written = run(folder, "--write", manifest)
    assert written.exit_code == 3, "something is to be looked at"
    assert written.stdout.strip() == str(manifest)
    assert "disputed: 3.png" in written.stderr
    styles = {row.path.name: row.style for row in read_manifest(manifest)}
    assert styles == {"0.png": "cartoon", "1.png": "anime", "2.png": "cartoon"}
    again = run(folder, "--write", manifest)
    assert isinstance(again.exception, OutputError)
    assert len(read_manifest(manifest)) == 3


def test_what_makes_no_sense_is_said(folder: Path, tmp_path: Path) -> None:
    assert run(folder, "--agreement", "--write", tmp_path / "m.csv").exit_code == 2
    assert isinstance(run(folder, "--mark", "A mark").exception, SettingError)
    assert isinstance(run(tmp_path, "--agreement").exception, FileMissingError)
