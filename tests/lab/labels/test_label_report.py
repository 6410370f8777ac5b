"""A report on labels from end to end: whoever says them, what is written agrees."""

import csv
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from animeter.domain.errors import BundleError, ManifestError, OutputError, RecipeError
from animeter.inference.classifier import load
from animeter.inference.heads import save_head
from animeter.lab.drawings import PALETTE
from animeter.lab.labels.evaluating import (
    LabelRequest,
    evaluate_labels,
    gather_predictions,
    is_about_labels,
)
from animeter.lab.labels.plots import matrix_plot
from animeter.lab.labels.predictions import LabelPredictions, write_label_predictions
from animeter.lab.labels.report import GALLERIES, draw_plots, matrix_shown
from animeter.lab.labels.summary import LabelEvaluation, Report, summarise_labels
from animeter.lab.page import interval, percent
from animeter.lab.training_log import append_epoch
from tests.support import tiny_label_bundle
from tests.support.drawn_manifest import draw_manifest
from tests.support.page_links import Links
from tests.support.tiny_bundle import make_tiny_bundle

pytestmark = pytest.mark.slow


def figures_of(request: LabelRequest, ledger: Path) -> Report:
    """Return what would stand in report.json, without drawing anything."""
    return summarise_labels(gather_predictions(request, ledger))


def paint(path: Path, colour: tuple[int, int, int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (32, 24), colour).save(path)


def paint_colours(folder: Path) -> Path:
    """Draw four pictures a colour; one red one is blue, and one green one cannot be read."""
    for label, colour in tiny_label_bundle.COLOURS.items():
        for number in range(4):
            paint(folder / label / f"{number}.png", colour)
    paint(folder / "red" / "0.png", tiny_label_bundle.COLOURS["blue"])
    (folder / "green" / "0.png").write_bytes(b"")
    paint(folder / "<purple>" / "0.png", (120, 0, 120))
    return folder


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a model of labels on a folder of folders."""
    folder = tmp_path_factory.mktemp("labels")
    pictures = paint_colours(folder / "colours")
    part = folder / "run" / "fold-0"
    bundle = tiny_label_bundle.make_label_bundle(part / "bundle")
    for epoch in range(3):
        append_epoch(part, epoch, {"label_loss": 1.0 / (epoch + 1), "held_out_accuracy": 0.5})
    evaluate_labels(LabelRequest(pictures, model=bundle.folder), folder / "out")
    return folder / "out"


@pytest.fixture(scope="module")
def report(output: Path) -> dict[str, object]:
    return json.loads((output / "report.json").read_text(encoding="utf-8"))


def test_figures_of_a_model_on_a_folder(report: dict) -> None:
    assert report["pictures"] == {
        "counted": 11, "labels": 3, "answers": 3, "unlabelled": 0, "failed": 1
    }  # fmt: skip
    assert report["figures"]["accuracy"]["value"] == pytest.approx(10 / 11)
    assert report["others"] == {"are": "", "pictures": {"<purple>": 1}}
    assert report["pairs"] == [
        {"truth": "red", "answer": "blue", "pictures": 1, "share": 0.25, "back": 0}
    ]
    assert [part["path"] for part in report["mistakes"]] == ["red/0.png"]
    by_label = {row["label"]: row for row in report["labels"]}
    assert (by_label["blue"]["precision"], by_label["red"]["recall"]["value"]) == (0.8, 0.75)
    assert by_label["red"]["taken_for"] == "blue"
    assert report["labels"][0]["f1"] == min(row["f1"] for row in report["labels"])
    assert report["failures"] == [{"path": "green/0.png", "error": "empty_file"}]
    assert [len(epochs) for epochs in report["learning"].values()] == [3]


def test_the_page_needs_nothing_else_and_says_what_the_json_says(
    output: Path, report: dict
) -> None:
    page = (output / "report.html").read_text(encoding="utf-8")
    links = Links()
    links.feed(page)
    assert links.open == []
    assert links.loaded
    assert all(link.startswith("data:image/jpeg;base64,") for link in links.loaded)
    assert {target.removeprefix("#") for target in links.targets} <= links.ids
    assert "<script" not in page
    for name in ("accuracy", "balanced_accuracy", "macro_f1"):
        assert percent(report["figures"][name]["value"]) in page
        assert interval(report["figures"][name]) in page
    assert "&lt;purple&gt; (1)" in page
    assert str(output.parent) not in page + json.dumps(report), "a path of this machine"


def test_plots_stand_alone_as_svg_and_as_png_of_both_themes(output: Path) -> None:
    names = {path.stem for path in (output / "plots").glob("*.svg")}
    assert names == {
        "confusion", "labels", "reliability", "coverage", "top", "learning_loss",
        "learning_accuracy",
    }  # fmt: skip
    known = {colour for theme in PALETTE.values() for colour in theme.values()}
    for name in names:
        text = (output / "plots" / f"{name}.svg").read_text(encoding="utf-8")
        assert ET.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
        assert set(re.findall(r"#[0-9a-f]{6}\b", text)) <= known
    files = {path.stem for path in (output / "plots").glob("*.png")}
    assert files == {f"{name}{dark}" for name in (*names, *GALLERIES) for dark in ("", "-dark")}
    for name in ("confusion", "reliability", "sample"):
        for suffix, theme in (("", "light"), ("-dark", "dark")):
            picture = Image.open(output / "plots" / f"{name}{suffix}.png").convert("RGB")
            colours = dict.fromkeys(colour for _, colour in picture.getcolors(1 << 24))
            paper, ink = (PALETTE[theme][part] for part in ("paper", "muted"))
            assert picture.getpixel((0, 0)) == rgb(paper)
            if name in names:
                assert rgb(ink) in colours, "axes' names are legible in this theme"


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def test_predictions_give_the_same_report_again(output: Path, tmp_path: Path, report: dict) -> None:
    request = LabelRequest(
        output.parent / "colours", predictions=output / "predictions.csv", pictures=False
    )
    assert is_about_labels(request)
    again = evaluate_labels(request, tmp_path / "again")
    for part in ("figures", "labels", "confusion", "pairs", "calibration", "mistakes", "sample"):
        assert again[part] == report[part], part
    page = (tmp_path / "again" / "report.html").read_text(encoding="utf-8")
    assert "data:image" not in page
    assert "red/0.png" in page


def test_what_was_scored_is_not_scored_again(output: Path, tmp_path: Path, report: dict) -> None:
    ledger = output / "scores" / "labels.jsonl"
    whole = ledger.read_bytes()
    ledger.write_bytes(whole[: len(whole) // 2])  # as a kill may leave it
    data, bundle = output.parent / "colours", output.parent / "run" / "fold-0" / "bundle"
    scored, not_yet = data / "blue" / "1.png", data / "red" / "3.png"
    kept = {path: path.read_bytes() for path in (scored, not_yet)}
    for path in kept:
        path.write_bytes(b"")
    try:
        again = figures_of(LabelRequest(data, model=bundle), ledger)
    finally:
        for path, content in kept.items():
            path.write_bytes(content)
    failed = [failure["path"] for failure in again["failures"]]
    assert failed == ["green/0.png", "red/3.png"], "the blue one was not looked at again"
    ledger.write_bytes(whole[: len(whole) // 2])
    assert figures_of(LabelRequest(data, model=bundle), ledger)["figures"] == report["figures"]
    assert ledger.read_bytes() == whole


def test_likenesses_are_labels_too(tmp_path: Path) -> None:
    manifest = draw_manifest(tmp_path / "data")
    make_tiny_bundle(tmp_path / "tiny")
    request = LabelRequest(manifest, label="style", model=tmp_path / "tiny")
    report = figures_of(request, tmp_path / "scores.jsonl")
    assert report["others"]["pictures"] == {"borderline": 2}
    confusion = dict(zip(report["confusion"]["labels"], report["confusion"]["counts"], strict=True))
    assert sum(map(sum, confusion.values())) == 25
    # Of each fold's four anime pictures one is blue; the toy filed under anime is neither.
    assert sorted(confusion["anime"]) == [1, 2, 6]
    assert max(confusion["cartoon"]) == 8


def test_a_taught_head_is_asked_what_it_was_taught(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    classifier = load(make_tiny_bundle(tmp_path / "tiny").folder)
    kinds = {"red": (250, 10, 10), "blue": (10, 10, 250), "green": (10, 250, 10)}
    for label, colour in kinds.items():
        for number in range(12):
            shade = np.clip(np.array(colour) + chance.integers(-10, 10, 3), 0, 255)
            paint(tmp_path / "data" / label / f"{number}.png", tuple(shade.tolist()))
    taught = [p for label in ("red", "blue") for p in (tmp_path / "data" / label).glob("*.png")]
    head = classifier.teach(taught, [path.parent.name for path in taught], name="colours")
    folder = save_head(head, tmp_path / "head")
    request = LabelRequest(tmp_path / "data", head=folder, model=tmp_path / "tiny")
    report = figures_of(request, tmp_path / "scores.jsonl")
    recall = {row["label"]: row["recall"]["value"] for row in report["labels"]}
    assert (recall["red"], recall["blue"]) == (1.0, 1.0)
    assert (report["others"]["pictures"], report["pictures"]["counted"]) == ({"green": 12}, 24)
    assert report["judges"][0]["head"] == "colours"


def drawn(labels: int, pictures: int, fold: int = 0) -> LabelPredictions:
    chance = np.random.default_rng(fold)
    truth = chance.integers(0, labels, pictures)
    probability = chance.dirichlet(np.full(labels, 0.1), pictures)
    right = chance.random(pictures) < 0.7
    probability[right] = 0.3 * probability[right] + 0.7 * np.eye(labels)[truth[right]]
    return LabelPredictions(
        names=tuple(f"{fold}-{number}.jpg" for number in range(pictures)),
        truth=truth,
        labels=tuple(f"show {number}" for number in range(labels)),
        probability=probability,
        fold=np.full(pictures, fold),
    )


def test_the_folds_of_a_run_are_put_together(tmp_path: Path) -> None:
    rows = ["path,show,franchise"]
    for fold in range(2):
        part = tmp_path / "run" / f"fold-{fold}"
        write_label_predictions(drawn(4, 60, fold), part / "out_of_fold.csv")
        append_epoch(part, 0, {"label_loss": 1.0})
        tiny_label_bundle.write_label_bundle(
            part / "bundle",
            tiny_label_bundle.label_network(),
            calibration={"temperature": 1.0 + fold},
        )
        rows += [f"{fold}-{number}.jpg,,{number % 9}" for number in range(60)]
    (tmp_path / "m.csv").write_text("\n".join(rows) + "\n")
    request = LabelRequest(tmp_path / "m.csv", folds_run=tmp_path / "run")
    assert is_about_labels(request)
    report = figures_of(request, tmp_path / "unused.jsonl")
    assert (report["mode"], report["pictures"]["counted"]) == ("out_of_fold", 120)
    assert [part["fold"] for part in report["folds"]] == [0, 1]
    assert report["bootstrap"]["resampled"] == "franchise"
    assert set(report["learning"]) == {"fold-0", "fold-1"}
    assert [judge["name"] for judge in report["judges"]] == ["colours", "colours"]
    said = gather_predictions(request, tmp_path / "unused.jsonl").predictions.probability
    as_written = np.concatenate([drawn(4, 60, fold).probability for fold in range(2)])
    assert said[:60] == pytest.approx(as_written[:60], abs=1e-5)
    # The second fold's network has a temperature of 2: the root of each share.
    root = np.sqrt(np.maximum(as_written[60:], 1e-7))
    assert said[60:] == pytest.approx(root / root.sum(axis=1, keepdims=True), abs=1e-5)
    one = LabelRequest(tmp_path / "m.csv", folds_run=tmp_path / "run", folds=(1,))
    assert figures_of(one, tmp_path / "unused.jsonl")["pictures"]["counted"] == 60
    assert not (tmp_path / "unused.jsonl").exists()


def test_a_matrix_of_a_hundred_labels_names_each_and_bounds_the_rest() -> None:
    given = drawn(110, 1500)
    evaluation = LabelEvaluation("m.csv", "show", given, {}, np.array(given.names), "picture", True)
    summary = summarise_labels(evaluation)
    assert len(draw_plots(summary)) == 5
    text = matrix_plot(summary["confusion"]).svg()
    for label in given.labels:
        assert text.count(f">{label}<") == 3, "left, at the top and at the bottom"
    # Blocks: neighbours in the order are more alike than labels drawn by chance.
    many = drawn(200, 3000)
    confusion = {
        "labels": list(many.labels),
        "counts": np.eye(200, dtype=int).tolist(),
    }
    shown = matrix_shown(confusion)
    assert len(shown["labels"]) == len(shown["counts"]) == 150


def test_what_cannot_be_evaluated_is_said(tmp_path: Path) -> None:
    bundle = tiny_label_bundle.make_label_bundle(tmp_path / "bundle")
    (tmp_path / "m.csv").write_text("path,colour\nnone.png,red\n")
    out = tmp_path / "out"
    with pytest.raises(ManifestError, match="--label"):
        evaluate_labels(LabelRequest(tmp_path / "m.csv", model=bundle.folder), out)
    with pytest.raises(ManifestError, match="can be read"):
        evaluate_labels(LabelRequest(tmp_path / "m.csv", "colour", bundle.folder), out)
    with pytest.raises(BundleError, match="labels"):
        evaluate_labels(
            LabelRequest(tmp_path / "m.csv", "colour", bundle.folder, head="series"), out
        )
    with pytest.raises(RecipeError, match="task 'labels'"):
        evaluate_labels(LabelRequest(tmp_path / "m.csv", "colour", folds_run=tmp_path), out)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="--output"):
        evaluate_labels(LabelRequest(tmp_path, model=bundle.folder), tmp_path / "file")
    write_label_predictions(drawn(3, 5), tmp_path / "p.csv")
    with pytest.raises(ManifestError, match="whose pictures"):
        evaluate_labels(LabelRequest(tmp_path / "m.csv", predictions=tmp_path / "p.csv"), out)
    with pytest.raises(ManifestError, match="folds 3"):
        evaluate_labels(
            LabelRequest(tmp_path / "m.csv", predictions=tmp_path / "p.csv", folds=(3,)), out
        )


def test_likenesses_of_a_manifest_are_not_about_labels(tmp_path: Path) -> None:
    make_tiny_bundle(tmp_path / "tiny")
    assert not is_about_labels(LabelRequest(tmp_path / "m.csv"))
    assert not is_about_labels(LabelRequest(tmp_path / "m.csv", model=tmp_path / "tiny"))
    assert not is_about_labels(LabelRequest(tmp_path / "m.csv", folds_run=tmp_path))
    assert is_about_labels(LabelRequest(tmp_path))


def test_predictions_are_read_by_other_programs(output: Path) -> None:
    with (output / "predictions.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["path", "fold", "label", "red", "green", "blue"]
    assert sum(float(rows[0][label]) for label in ("red", "green", "blue")) == pytest.approx(1)
