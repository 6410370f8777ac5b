"""The report: one file that needs nothing else, JSON without NaN, a line a picture."""

import csv
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from animeter.domain.errors import ManifestError, OutputError
from animeter.lab.drawings import PALETTE
from animeter.lab.evaluating import Request, evaluate_manifest
from animeter.lab.page import interval, percent, points
from animeter.lab.report import COLUMNS
from tests.support.drawn_manifest import draw_manifest
from tests.support.page_links import Links
from tests.support.tiny_bundle import make_tiny_bundle

pytestmark = pytest.mark.slow  # it draws


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    manifest = draw_manifest(folder / "data", folds=3, pictures=12)
    for fold in range(3):
        make_tiny_bundle(folder / "run" / f"fold-{fold}" / "bundle")
    (folder / "data" / "cartoon-0-0.jpg").write_bytes(b"")
    evaluate_manifest(Request(manifest, folds_run=folder / "run"), folder / "out")
    return folder / "out"


def test_the_page_loads_nothing_from_elsewhere(output: Path) -> None:
    page = (output / "report.html").read_text(encoding="utf-8")
    links = Links()
    links.feed(page)
    assert links.open == []
    assert links.loaded
    assert all(link.startswith("data:image/jpeg;base64,") for link in links.loaded)
    assert "@import" not in page
    assert "<script" not in page
    assert {target.removeprefix("#") for target in links.targets} <= links.ids
    assert len(page) < 10_000_000


def test_the_page_says_what_the_json_says(output: Path) -> None:
    page = (output / "report.html").read_text(encoding="utf-8")
    report = json.loads((output / "report.json").read_text(encoding="utf-8"))
    for name in ("anime_against_cartoon", "balanced_accuracy", "accuracy"):
        assert percent(report["figures"][name]["value"]) in page
        assert interval(report["figures"][name]) in page
    assert "cartoon-0-0.jpg" in page, "the picture that could not be read"
    assert [failure["error"] for failure in report["failures"]] == ["empty_file"]
    assert report["shortcuts"]["model_accuracy"] == report["figures"]["accuracy"]["value"]
    assert report["manifest"] == "manifest.csv"
    assert str(output) not in page + json.dumps(report), "a path of this machine"


def test_every_plot_stands_alone_and_follows_the_theme(output: Path) -> None:
    names = {path.stem for path in (output / "plots").glob("*.svg")}
    assert names >= {"confusion", "roc", "reliability", "coverage", "robustness", "mosaics"}
    for path in (output / "plots").glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        assert ET.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
        colours = set(re.findall(r"#[0-9a-f]{6}\b", text))
        known = {colour for theme in PALETTE.values() for colour in theme.values()}
        assert colours <= known, "a colour that the theme does not change"
        assert "prefers-color-scheme:dark" in text


def test_ids_of_plots_on_one_page_do_not_meet(output: Path) -> None:
    seen: dict[str, str] = {}
    for path in (output / "plots").glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        for used in set(re.findall(r"url\(#([^)]+)\)|href=\"#([^\"]+)\"", text)):
            name = "".join(used)
            assert seen.setdefault(name, path.stem) == path.stem


def test_predictions_have_a_line_a_picture(output: Path) -> None:
    with (output / "predictions.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 3 * 3 * 12 + 1 + 2
    by_name = {row["path"]: row for row in rows}
    wrong = by_name["anime-1-0.jpg"]
    assert (wrong["fold"], wrong["decision"], wrong["right"]) == ("1", "cartoon", "0")
    assert float(wrong["cartoon_logit"]) > 5
    assert by_name["toy.jpg"]["counted"] == "0"
    assert by_name["cartoon-0-0.jpg"]["error"] == "empty_file"
    assert by_name["border-0.jpg"]["right"] == ""


def test_pictures_can_be_kept_out_of_the_page(tmp_path: Path) -> None:
    manifest = draw_manifest(tmp_path / "data")
    make_tiny_bundle(tmp_path / "tiny")
    request = Request(manifest, tmp_path / "tiny", robustness=False, pictures=False)
    report = evaluate_manifest(request, tmp_path / "out")
    assert report["robustness"] == []
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "data:image" not in page
    assert "anime-0-0.jpg" in page


def test_one_fold_alone(tmp_path: Path) -> None:
    manifest = draw_manifest(tmp_path / "data")
    make_tiny_bundle(tmp_path / "run" / "fold-1" / "bundle")
    request = Request(manifest, None, tmp_path / "run", (1,), robustness=False, pictures=False)
    report = evaluate_manifest(request, tmp_path / "out")
    assert report["pictures"]["counted"] == 12
    assert [model["judge"] for model in report["models"]] == ["fold-1"]


def test_a_photograph_that_was_seen_later_is_not_counted(tmp_path: Path) -> None:
    manifest = draw_manifest(tmp_path / "data")
    seen = tmp_path / "seen.csv"
    seen.write_text("path,content\nanime-0-0.jpg,photo\nneither-0-0.jpg,photo\n", "utf-8")
    bundle = make_tiny_bundle(tmp_path / "tiny").folder
    request = Request(manifest, bundle, more_labels=seen, robustness=False, pictures=False)
    report = evaluate_manifest(request, tmp_path / "out")
    assert report["pictures"]["counted"] == 23, "a photograph filed under neither is in its place"
    assert report["more_labels"] == "seen.csv"
    assert "manifest.csv and seen.csv" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_a_fold_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    manifest = draw_manifest(tmp_path / "data")
    with pytest.raises(ManifestError, match="fold"):
        evaluate_manifest(Request(manifest, folds_run=tmp_path, folds=(9,)), tmp_path / "out")


def test_names_of_shows_are_not_taken_for_html(tmp_path: Path) -> None:
    manifest = draw_manifest(tmp_path / "data", folds=1, pictures=12)
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace("anime show 0", "<script>$x_$</script>"), encoding="utf-8")
    make_tiny_bundle(tmp_path / "tiny")
    request = Request(manifest, tmp_path / "tiny", robustness=False)
    evaluate_manifest(request, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;$x_$" in page


def test_an_output_that_is_a_file_is_refused(tmp_path: Path) -> None:
    manifest = draw_manifest(tmp_path / "data")
    make_tiny_bundle(tmp_path / "tiny")
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(OutputError, match="--output"):
        evaluate_manifest(Request(manifest, tmp_path / "tiny"), tmp_path / "out")


def test_numbers_are_written_as_people_read_them() -> None:
    written = [percent(0.9512), percent(None), percent(1.0, 0)]
    assert written == ["95.1\N{NO-BREAK SPACE}%", "\N{EN DASH}", "100\N{NO-BREAK SPACE}%"]
    assert [points(0.0312), points(-0.0312)] == ["+3.1", "\N{MINUS SIGN}3.1"]
    assert [points(-0.0001), points(None)] == ["+0.0", "\N{EN DASH}"]
    assert interval({"value": 0.5, "low": 0.25, "high": 0.75}) == "25.0 to 75.0\N{NO-BREAK SPACE}%"
