"""Training for real, with a tiny network: kill -9, go on, cross-validate, export, evaluate."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps
from safetensors.torch import load_file

from animeter.domain.errors import OutputError, RecipeError
from animeter.inference.bundle import Bundle
from animeter.inference.classifier import Classifier
from animeter.lab.export import load_network
from animeter.lab.folds import TrainingFailedError, part_names, train_folds, train_part
from animeter.lab.progress import WEIGHTS_FILE, read_progress
from animeter.lab.runs import Run, trusted_rows
from animeter.lab.shipping import CHECKPOINT_FILE, ship
from animeter.lab.training_log import LOG_FILE
from tests.support.tiny_recipe import drawing, write_recipe

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A whole run: two folds and the final network, calibrated."""
    folder = tmp_path_factory.mktemp("finished")
    path = write_recipe(folder, epochs=6)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("size_px = 48", "size_px = 48\nfind_picture = true"))
    run = Run.open(path, folder / "run")
    train_folds(run, jobs=2)
    return run


def _command(run: Run, *more: str) -> list[str]:
    place = ["--run", str(run.folder), "--threads", "1"]
    return [sys.executable, "-m", "animeter", "train", str(run.recipe_path), *place, *more]


def test_a_training_killed_in_the_middle_ends_where_an_undisturbed_one_does(
    tmp_path: Path,
) -> None:
    recipe = write_recipe(tmp_path, epochs=40)
    whole, killed = (Run.open(recipe, tmp_path / name) for name in ("whole", "killed"))
    subprocess.run(_command(whole), check=True, capture_output=True)
    process = subprocess.Popen(
        _command(killed), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    checkpoint = killed.part("final") / "last.ckpt"
    while not checkpoint.exists() and process.poll() is None:
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert read_progress(killed.part("final")).done < 0.9, "killed too late to show anything"
    subprocess.run(_command(killed), check=True, capture_output=True)

    weights = [load_file(run.part("final") / WEIGHTS_FILE) for run in (whole, killed)]
    for key, value in weights[0].items():
        assert torch.allclose(value.float(), weights[1][key].float(), atol=1e-4), key
    with (killed.part("final") / LOG_FILE).open(newline="") as file:
        epochs = [int(record["epoch"]) for record in csv.DictReader(file)]
    assert set(epochs) == set(range(40))
    assert epochs.count(0) == 1, "began anew"


def test_the_networks_learn_what_the_drawings_are(finished: Run) -> None:
    classifier = Classifier(Bundle.open(finished.bundle("final")))
    right = 0
    for number, style in enumerate(("anime", "cartoon", "neither") * 6):
        result = classifier.classify(drawing(style, 5000 + number))
        likeness = {"anime": result.anime, "cartoon": result.cartoon}
        best = max(likeness, key=lambda name: likeness[name])
        right += (best if likeness[best] >= 0.5 else "neither") == style
    assert right >= 15


def test_a_finished_run_holds_what_it_promises(finished: Run) -> None:
    assert part_names(finished) == ["fold-0", "fold-1", "final"]
    for name in part_names(finished):
        folder = finished.part(name)
        assert (folder / "learning_curve.png").exists()
        assert read_progress(folder).done == 1.0
        spec = Bundle.open(finished.bundle(name)).spec
        assert spec.calibration.pictures > 0
        assert len(spec.golden) >= 5
    names = []
    for fold in (0, 1):
        with (finished.part(f"fold-{fold}") / "out_of_fold.csv").open(newline="") as file:
            records = list(csv.DictReader(file))
        assert {record["fold"] for record in records} == {str(fold)}
        names += [record["path"] for record in records]
    assert sorted(names) == sorted(row.name for row in trusted_rows(finished.recipe))
    assert (finished.folder / "suspects.csv").exists()


def test_a_finished_run_is_not_trained_again(finished: Run) -> None:
    weights = finished.part("final") / WEIGHTS_FILE
    before = weights.stat().st_mtime_ns
    train_folds(finished)
    train_part(finished, "final")
    assert weights.stat().st_mtime_ns == before


def test_the_exported_file_and_the_network_agree(finished: Run) -> None:
    network = load_network(finished.recipe, finished.part("final") / WEIGHTS_FILE)
    bundle = Bundle.open(finished.bundle("final"))
    calibration = bundle.spec.calibration
    scalings = (calibration.anime, calibration.cartoon)
    classifier = Classifier(bundle)
    chance = np.random.default_rng(4)
    for height, width in ((48, 48), (30, 90), (200, 131)):
        image = chance.integers(0, 256, (2, height, width, 3)).astype(np.uint8)
        outputs = classifier.likenesses(image)
        with torch.no_grad():
            reading = network(torch.from_numpy(image))
        divisor = torch.tensor([scaling.temperature for scaling in scalings])
        offset = torch.tensor([scaling.offset for scaling in scalings])
        likeness = torch.sigmoid(reading.logits / divisor + offset).numpy()
        assert np.abs(outputs.likeness - likeness).max() < 1e-4
        assert np.abs(outputs.embedding - reading.embedding.numpy()).max() < 1e-4
        assert np.abs(outputs.activation - reading.activation.numpy()).max() < 1e-3


def test_an_exported_file_tells_nothing_of_the_machine_that_made_it(finished: Run) -> None:
    content = (finished.bundle("final") / "model.onnx").read_bytes()
    assert b".py" not in content
    assert str(Path.cwd()).encode() not in content


@pytest.mark.parametrize("int8", [False, True])
def test_shipping_gives_a_bundle_that_works_and_a_checkpoint_to_go_on_from(
    finished: Run, tmp_path: Path, int8: bool
) -> None:
    target = ship(finished.folder, "final", tmp_path / "shipped", int8=int8)
    shipped, original = (
        Classifier(Bundle.open(folder)) for folder in (target, finished.bundle("final"))
    )
    pictures = [drawing(style, 70) for style in ("anime", "cartoon", "neither")]
    pictures += [ImageOps.expand(picture, 40, (255, 255, 255)) for picture in pictures]
    bound = 0.35 if int8 else 1e-6
    for picture in pictures:
        one, other = shipped.classify(picture), original.classify(picture)
        assert abs(one.anime - other.anime) <= bound
        assert abs(one.cartoon - other.cartoon) <= bound
    checkpoint = load_file(target / CHECKPOINT_FILE)
    assert {v.dtype for v in checkpoint.values() if v.is_floating_point()} == {torch.float16}
    load_network(finished.recipe, target / CHECKPOINT_FILE)


def test_a_shipped_bundle_carries_the_figures_of_a_report(finished: Run, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    figures = {"accuracy": {"value": 0.5, "low": 0.4, "high": 0.6}}
    record = {"mode": "out_of_fold", "made": "2026-01-01 00:00 UTC", "figures": figures}
    report.write_text(json.dumps(record))
    target = ship(finished.folder, "final", tmp_path / "shipped", report=report)
    assert Bundle.open(target).spec.figures["accuracy"] == figures["accuracy"]
    report.write_text("{}")
    with pytest.raises(OutputError, match="animeter evaluate"):
        ship(finished.folder, "final", tmp_path / "other", report=report)


def test_shipping_an_unfinished_network_says_how_to_finish_it(tmp_path: Path) -> None:
    run = Run.open(write_recipe(tmp_path), tmp_path / "run")
    with pytest.raises(RecipeError, match="animeter train"):
        ship(run.folder, "final", tmp_path / "shipped")


def test_a_failing_network_names_its_log_and_keeps_the_others(tmp_path: Path) -> None:
    run = Run.open(write_recipe(tmp_path, epochs=1), tmp_path / "run")
    victim = next(row.path for row in trusted_rows(run.recipe) if row.fold == 0)
    Image.new("RGB", (8, 8)).save(victim)
    victim.write_bytes(victim.read_bytes()[:40])
    with pytest.raises(TrainingFailedError, match=r"fold-1, final.*train\.log"):
        train_folds(run)
    assert (run.part("fold-0") / "done").exists()
    assert victim.name in (run.part("fold-1") / "train.log").read_text()


def test_one_style_alone_cannot_be_trained_on(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path)
    manifest = tmp_path / "manifest.csv"
    lines = manifest.read_text().splitlines()
    manifest.write_text("\n".join(line for line in lines if ",cartoon," not in line) + "\n")
    with pytest.raises(RecipeError, match="cartoon"):
        train_part(Run.open(recipe, tmp_path / "run"), "final")


def test_the_calibration_of_every_network_is_on_record(finished: Run) -> None:
    record = json.loads((finished.folder / "calibration.json").read_text())
    assert set(record) == set(part_names(finished))
    for name, entry in record.items():
        spec = Bundle.open(finished.bundle(name)).spec
        assert spec.calibration.anime.model_dump() == pytest.approx(entry["anime"])
