"""`animeter data check` and `animeter data split`, as somebody runs them."""

import csv
import json
import os
import re
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from animeter.cli.app import app
from animeter.domain.errors import OutputError
from tests.support.drawn_manifest import draw_manifest
from tests.support.leaky_folders import COPIED, SHOWS, draw_leaky_folders
from tests.support.scenes import scene
from tests.support.tiny_bundle import make_tiny_bundle

runner = CliRunner()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_leaky_folders_are_reported_cleaned_and_clean_afterwards(tmp_path: Path) -> None:
    pictures = draw_leaky_folders(tmp_path / "pictures")
    before = {path: path.stat().st_mtime_ns for path in pictures.rglob("*")}
    output, cleaned = tmp_path / "report", tmp_path / "fixed" / "cleaned.csv"
    model = make_tiny_bundle(tmp_path / "model").folder
    options = ["--model", str(model), "-o", str(output)]
    done = runner.invoke(app, ["data", "check", str(pictures), *options, "--fix", str(cleaned)])
    assert done.exit_code == 3, done.output
    assert f"{COPIED * len(SHOWS)}  The same file on both sides of the split" in done.stdout
    report = json.loads((output / "report.json").read_text())
    assert report["columns"] == {"label": "label", "part": "split", "group": None}
    page = (output / "report.html").read_text()
    assert "claimed-too.jpg" in page
    assert page.count("data:image/jpeg") > 20
    assert not re.search(r'(src|href)="(?!data:|#)', page)  # nothing from elsewhere
    assert {path: path.stat().st_mtime_ns for path in pictures.rglob("*")} == before

    written = rows(cleaned)
    assert all((cleaned.parent / row["path"]).is_file() for row in written)
    assert len(rows(cleaned.with_name("cleaned.removed.csv"))) == report["pictures"] - len(written)
    again = runner.invoke(app, ["data", "check", str(cleaned), *options, "--no-pictures"])
    assert again.exit_code == 0, again.output
    assert "must be looked at" not in again.stdout
    refused = runner.invoke(app, ["data", "check", str(cleaned), *options, "--fix", str(cleaned)])
    assert refused.exit_code == 1
    assert rows(cleaned) == written


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="file names are Unicode there")
def test_a_name_that_is_not_unicode_is_reported_and_ends_nothing(tmp_path: Path) -> None:
    pictures = tmp_path / os.fsdecode(b"pictures-\xff")
    for label in ("naruto", "oggy"):
        (pictures / label).mkdir(parents=True)
        for number in range(4):
            scene(len(label) * 10 + number, (96, 64)).save(pictures / label / f"{number}.png")
    (pictures / "oggy" / "0.png").rename(pictures / "oggy" / os.fsdecode(b"caf\xe9.png"))
    output, cleaned = tmp_path / "report", pictures / "cleaned.csv"
    options = ["--no-ask-model", "-o", str(output), "--fix", str(cleaned)]
    done = runner.invoke(app, ["data", "check", str(pictures), *options])
    assert done.exit_code == 3, done.output
    report = json.loads((output / "report.json").read_text(encoding="utf-8"))
    assert (report["pictures"], report["readable"]) == (8, 7)
    unreadable = next(one for one in report["findings"] if one["kind"] == "unreadable")
    assert [case["pictures"] for case in unreadable["cases"]] == [[r"oggy/caf\udce9.png"]]
    assert "rename" in unreadable["cases"][0]["note"]
    assert len(rows(cleaned)) == 7
    assert rows(cleaned.with_name("cleaned.removed.csv"))[0]["path"] == r"oggy/caf\udce9.png"
    split = ["--ratios", "50:50", "-o", str(pictures / "dealt.csv")]
    dealt = runner.invoke(app, ["data", "split", str(pictures), *split])
    assert dealt.exit_code == 0, dealt.output
    assert r"oggy/caf\udce9.png: its name is not Unicode" in dealt.output
    elsewhere = ["-o", str(output), "--fix", str(tmp_path / "cleaned.csv")]
    refused = runner.invoke(app, ["data", "check", str(pictures), "--no-ask-model", *elsewhere])
    assert isinstance(refused.exception, OutputError)


@pytest.mark.slow
def test_styles_that_the_model_doubts_are_told(tmp_path: Path) -> None:
    manifest = draw_manifest(tmp_path / "made", pictures=6)
    model = make_tiny_bundle(tmp_path / "model").folder
    output = tmp_path / "report"
    runner.invoke(app, ["data", "check", str(manifest), "--model", str(model), "-o", str(output)])
    found = json.loads((output / "report.json").read_text())["findings"]
    doubted = next(one for one in found if one["kind"] == "suspect_by_model")
    names = {name for case in doubted["cases"] for name in case["pictures"]}
    assert names == {"anime-0-0.jpg", "anime-1-0.jpg", "toy.jpg"}  # what is not its colour


def write_shows(folder: Path) -> Path:
    lines = ["path,style,franchise"]
    for number in range(24):
        scene(number, (48, 32)).save(folder / f"{number}.png")
        lines.append(f"{number}.png,{'anime' if number % 2 else 'cartoon'},show {number // 2 % 8}")
    manifest = folder / "shows.csv"
    manifest.write_text("\n".join(lines).replace("show", "Show") + "\n")
    return manifest


def test_a_split_is_written_and_shown(tmp_path: Path) -> None:
    manifest = write_shows(tmp_path)
    output = tmp_path / "dealt.csv"
    done = runner.invoke(
        app, ["data", "split", str(manifest), "--ratios", "3:1", "-o", str(output)]
    )
    assert done.exit_code == 0, done.output
    assert re.search(r"train +test\n", done.stdout)
    assert {row["split"] for row in rows(output)} == {"train", "test"}
    first = output.read_bytes()
    runner.invoke(app, ["data", "split", str(manifest), "--ratios", "3:1", "-o", str(output)])
    assert output.read_bytes() == first


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ([], 2, "--folds or --ratios"),
        (["--folds", "3", "--ratios", "1:1"], 2, "--folds or --ratios"),
        (["--ratios", "1:1:1:1"], 2, "two or three"),
        (["--ratios", "80:0"], 2, "above 0"),
        (["--folds", "9"], 1, "9 parts need 9 franchises"),
        (["--folds", "2", "--label", "shape"], 1, "no column 'shape'"),
    ],
)
def test_what_cannot_be_dealt_is_refused(
    tmp_path: Path, options: list[str], code: int, said: str
) -> None:
    manifest = write_shows(tmp_path)
    output = tmp_path / "dealt.csv"
    done = runner.invoke(app, ["data", "split", str(manifest), "-o", str(output), *options])
    assert done.exit_code == code
    assert said in done.output + str(done.exception)
    assert not output.exists()
