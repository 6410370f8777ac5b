"""Evaluation end to end: each fold before its own judge, and the figures that must come out."""

import csv
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from animeter.datasets.manifest import read_manifest
from animeter.domain.errors import BundleError, ManifestError, RecipeError
from animeter.lab.disturbances import ROBUSTNESS
from animeter.lab.evaluation import (
    Evaluation,
    Judge,
    evaluate,
    folds_of,
    judges_of_folds,
)
from animeter.lab.summary import summarise
from tests.support.drawn_manifest import draw_manifest
from tests.support.tiny_bundle import make_tiny_bundle, tiny_network, write_bundle

FOLDS = 2
PICTURES = 4


def swapped_network() -> onnx.ModelProto:
    """The tiny network with its two likenesses swapped, so that one can tell who judged."""
    network = tiny_network()
    for tensor in network.graph.initializer:
        if tensor.name == "heads":
            heads = numpy_helper.to_array(tensor)[::-1].copy()
            tensor.CopyFrom(numpy_helper.from_array(heads, "heads"))
    return network


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluation")
    draw_manifest(folder / "data", FOLDS, PICTURES)
    for fold in range(FOLDS):
        make_tiny_bundle(folder / "run" / f"fold-{fold}" / "bundle")
    write_bundle(folder / "mixed" / "fold-0" / "bundle", tiny_network())
    write_bundle(folder / "mixed" / "fold-1" / "bundle", swapped_network())
    return folder


def judged(folder: Path, run: str, output: Path, robustness: bool = False) -> Evaluation:
    rows = read_manifest(folder / "data" / "manifest.csv")
    return evaluate(rows, judges_of_folds(folder / run, folds_of(rows)), output, robustness)


def test_every_picture_is_scored_once_and_only_drawn_ones_count(
    folder: Path, tmp_path: Path
) -> None:
    evaluation = judged(folder, "run", tmp_path)
    scored = [row.name for row in evaluation.scored.rows]
    assert len(scored) == len(set(scored)) == FOLDS * 3 * PICTURES + 1
    assert len(evaluation.counted.rows) == FOLDS * 3 * PICTURES
    assert "toy.jpg" in scored
    assert "toy.jpg" not in [row.name for row in evaluation.counted.rows]
    assert evaluation.out_of_fold


def test_each_fold_is_judged_by_its_own_model(folder: Path, tmp_path: Path) -> None:
    evaluation = judged(folder, "mixed", tmp_path)
    sides = [(0, 1) if row.fold == 0 else (1, 0) for row in evaluation.counted.rows]
    likeness = evaluation.counted.likeness
    for row, (ours, other), said in zip(evaluation.counted.rows, sides, likeness, strict=True):
        if row.style == "cartoon":
            assert said[other] > 0.9
            assert said[ours] < 0.1


def test_borderline_likenesses_are_averaged_over_the_judges(folder: Path, tmp_path: Path) -> None:
    evaluation = judged(folder, "mixed", tmp_path)
    assert [row.name for row in evaluation.borderline.rows] == ["border-0.jpg", "border-1.jpg"]
    assert (evaluation.borderline.likeness > 0.9).all()
    assert summarise(evaluation, "m")["borderline"][0]["name"] == "Between"


def test_figures_are_those_of_the_pictures_drawn(folder: Path, tmp_path: Path) -> None:
    report = summarise(judged(folder, "run", tmp_path), "manifest.csv")
    # One anime picture a fold is blue: it is called a cartoon, and all else is right.
    assert report["confusion"]["counts"] == [[6, 2, 0], [0, 8, 0], [0, 0, 8]]
    assert report["figures"]["accuracy"]["value"] == pytest.approx(22 / 24)
    assert report["figures"]["balanced_accuracy"]["value"] == pytest.approx((6 / 8 + 2) / 3)
    assert report["figures"]["anime_against_cartoon"]["value"] == pytest.approx(14 / 16)
    assert report["pictures"]["franchises"] == FOLDS * (2 + PICTURES)
    assert report["left_out"][0]["pictures"] == 1
    wrong = [cell for cell in report["mistakes"] if cell["pictures"]]
    assert [(cell["truth"], cell["decided"]) for cell in wrong] == [("anime", "cartoon")]
    assert {worst["path"] for worst in wrong[0]["worst"]} == {"anime-0-0.jpg", "anime-1-0.jpg"}


def test_mixed_sheets_are_called_both_by_a_model_that_sees_both(
    folder: Path, tmp_path: Path
) -> None:
    evaluation = judged(folder, "run", tmp_path)
    for sheet, entry in evaluation.sheets:
        names = {path.name.split("-")[1] for path in sheet.pictures}
        assert len(names) == 1, "a sheet mixes folds, so its judge has seen a part"
        assert entry.error is None
    assert {sheet.kind for sheet, _ in evaluation.sheets} >= {"anime + cartoon", "2 neither"}


def test_disturbed_rows_hold_the_counted_pictures(folder: Path, tmp_path: Path) -> None:
    evaluation = judged(folder, "run", tmp_path, robustness=True)
    counted = [row.name for row in evaluation.counted.rows]
    assert list(evaluation.disturbed) == list(ROBUSTNESS)
    for part in evaluation.disturbed.values():
        assert [row.name for row in part.rows] == counted
    table = {row["name"]: row for row in summarise(evaluation, "m")["robustness"]}
    # Mirroring flat pictures changes nothing; in grey nothing is red or blue any more.
    assert table["mirror"]["loss"]["accuracy"]["value"] == 0.0
    assert table["grey"]["loss"]["accuracy"]["value"] > 0.3


def test_a_second_call_gives_the_same_from_disk(folder: Path, tmp_path: Path) -> None:
    first = judged(folder, "run", tmp_path)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "scores").rglob("*.jsonl")}
    second = judged(folder, "run", tmp_path)
    after = {path: path.stat().st_mtime_ns for path in (tmp_path / "scores").rglob("*.jsonl")}
    assert second.scored == first.scored
    assert before
    assert {path.read_text().splitlines()[0] for path in before}
    assert len(after) == len(before)


def test_scores_of_another_model_are_not_used(folder: Path, tmp_path: Path) -> None:
    first = judged(folder, "run", tmp_path)
    second = judged(folder, "mixed", tmp_path)
    in_fold_1 = [row.fold == 1 for row in first.scored.rows]
    same = np.isclose(first.scored.likeness, second.scored.likeness).all(axis=1)
    assert not same[np.array(in_fold_1)].all()


def test_one_model_may_judge_everything(folder: Path, tmp_path: Path) -> None:
    rows = read_manifest(folder / "data" / "manifest.csv")
    judge = Judge("model", folder / "run" / "fold-0" / "bundle")
    evaluation = evaluate(rows, [judge], tmp_path, robustness=False)
    assert not evaluation.out_of_fold
    assert len(evaluation.counted.rows) == FOLDS * 3 * PICTURES
    assert [model.judge for model in evaluation.models] == ["model"]


class Listener:
    """Counts what it hears."""

    def __init__(self) -> None:
        self.expected = 0
        self.done = 0
        self.stages: list[str] = []

    def expect(self, pictures: int) -> None:
        self.expected = pictures

    def begin(self, stage: str) -> None:
        self.stages.append(stage)

    def advance(self, pictures: int) -> None:
        self.done += pictures


@pytest.mark.parametrize("robustness", [False, True])
def test_the_progress_ends_where_it_was_expected(
    folder: Path, tmp_path: Path, robustness: bool
) -> None:
    rows = read_manifest(folder / "data" / "manifest.csv")
    judges = judges_of_folds(folder / "run", folds_of(rows))
    for _ in range(2):  # fresh, and from disk
        watch = Listener()
        evaluate(rows, judges, tmp_path, robustness, watch)
        assert watch.done == watch.expected > 0
        assert "fold-1 undisturbed" in watch.stages


def test_a_missing_fold_is_named_with_what_to_do(folder: Path) -> None:
    with pytest.raises(RecipeError, match=r"fold-7.*--fold"):
        judges_of_folds(folder / "run", [0, 7])


def test_a_manifest_without_folds_cannot_be_judged_out_of_fold(tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    with manifest.open("w", newline="") as file:
        csv.writer(file).writerows([("path", "style"), ("a.jpg", "anime")])
    with pytest.raises(ManifestError, match="--model"):
        folds_of(read_manifest(manifest))


def test_a_franchise_in_two_folds_is_refused(tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    rows = [
        ("path", "style", "franchise", "fold"),
        *((f"{n}.jpg", "anime", "X", n) for n in (0, 3)),
    ]
    with manifest.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    with pytest.raises(ManifestError, match="'X' stands in the folds 0 and 3"):
        folds_of(read_manifest(manifest))


def test_a_model_of_another_fold_is_refused(folder: Path, tmp_path: Path) -> None:
    rows = read_manifest(folder / "data" / "manifest.csv")
    bundle = tmp_path / "run" / "fold-0" / "bundle"
    write_bundle(bundle, tiny_network(), training={"part": "fold-1"})
    with pytest.raises(BundleError, match="trained as 'fold-1'"):
        evaluate(rows, judges_of_folds(tmp_path / "run", [0]), tmp_path / "out", robustness=False)


def test_a_judge_without_pictures_is_refused(folder: Path, tmp_path: Path) -> None:
    rows = [
        row
        for row in read_manifest(folder / "data" / "manifest.csv")
        if row.style == "borderline" or row.content == "photo"
    ]
    with pytest.raises(ManifestError, match="No picture"):
        evaluate(rows, [Judge("model", folder / "run" / "fold-0" / "bundle")], tmp_path)


def test_a_model_that_is_not_there_is_refused(folder: Path, tmp_path: Path) -> None:
    rows = read_manifest(folder / "data" / "manifest.csv")
    with pytest.raises(BundleError):
        evaluate(rows, [Judge("model", folder / "nowhere")], tmp_path)
