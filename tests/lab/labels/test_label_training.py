"""Exclusive labels, trained for real: cross-validated, exported, stopped, gone on with, refused."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from animeter.datasets.manifest import ManifestRow
from animeter.domain.errors import ManifestError, OutputError, RecipeError
from animeter.inference.bundle import LabelBundle
from animeter.inference.label_classifier import LabelClassifier
from animeter.lab import training
from animeter.lab.folds import part_names, train_folds, train_part
from animeter.lab.labelled_pictures import Draws, balancing_weights
from animeter.lab.labels.export import labels_of_weights, load_label_network
from animeter.lab.labels.predictions import read_label_predictions
from animeter.lab.out_of_fold import FILE
from animeter.lab.progress import WEIGHTS_FILE
from animeter.lab.recipe import Recipe, read_recipe
from animeter.lab.recipe_variants import with_settings
from animeter.lab.runs import Run, trusted_rows
from animeter.lab.shipping import CHECKPOINT_FILE, ship
from animeter.lab.style_training import StyleTraining
from animeter.lab.training import train_network
from animeter.lab.training_log import LOG_FILE, EpochFigures, append_epoch, read_log
from tests.support.tiny_label_recipe import LABELS, write_label_recipe

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A whole run: two folds and the final network, calibrated."""
    folder = tmp_path_factory.mktemp("labels")
    run = Run.open(write_label_recipe(folder), folder / "run")
    for name in part_names(run):
        train_part(run, name, threads=1)
    train_folds(run)  # which finds all of it done, and calibrates
    return run


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recipe, list[ManifestRow]]:
    """A recipe and its rows, in two folds."""
    recipe = read_recipe(write_label_recipe(tmp_path_factory.mktemp("material"), epochs=4))
    return recipe, trusted_rows(recipe)


def test_every_picture_is_judged_by_the_network_that_never_saw_it(finished: Run) -> None:
    predictions = read_label_predictions([finished.part(f"fold-{n}") / FILE for n in (0, 1)])
    rows = {row.name: row for row in trusted_rows(finished.recipe)}
    assert sorted(predictions.names) == sorted(rows)
    assert predictions.labels == LABELS
    assert predictions.fold is not None
    for number, name in enumerate(predictions.names):
        assert rows[name].fold == predictions.fold[number]
        assert rows[name].label == LABELS[predictions.truth[number]]
    assert (predictions.answer == predictions.truth).mean() > 0.8


def test_every_bundle_has_a_temperature_from_the_folds_it_may_learn_from(finished: Run) -> None:
    record = json.loads((finished.folder / "calibration.json").read_text())
    for name in ("fold-0", "fold-1", "final"):
        calibration = LabelBundle.open(finished.bundle(name)).spec.calibration
        assert calibration.model_dump() == pytest.approx(record[name])
        of_all = len(trusted_rows(finished.recipe))
        assert calibration.pictures == (of_all if name == "final" else of_all // 2)


def test_the_exported_file_and_the_network_agree(finished: Run) -> None:
    weights = finished.part("final") / WEIGHTS_FILE
    network = load_label_network(finished.recipe, weights)
    bundle = LabelBundle.open(finished.bundle("final"))
    image = np.random.default_rng(4).integers(0, 256, (2, 60, 90, 3)).astype(np.uint8)
    with torch.no_grad():
        logits, _ = network(torch.from_numpy(image))
    wanted = torch.softmax(logits / bundle.spec.calibration.temperature, 1).numpy()
    assert np.abs(LabelClassifier(bundle).probabilities(image) - wanted).max() < 1e-4
    content = (bundle.folder / "model.onnx").read_bytes()
    assert b".py" not in content
    assert str(Path.cwd()).encode() not in content


def test_the_held_out_pictures_were_watched_in_the_folds_alone(finished: Run) -> None:
    for name, watched in (("fold-0", True), ("final", False)):
        log = read_log(finished.part(name))
        assert len(log) == finished.recipe.training.epochs
        assert all((figures.held_out_accuracy is not None) == watched for figures in log)
        assert (finished.part(name) / "learning_curve.png").exists()


def test_a_model_of_labels_ships_with_a_checkpoint_that_knows_them(
    finished: Run, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    figures = {"accuracy": {"value": 0.5, "low": 0.4, "high": 0.6}}
    report.write_text(json.dumps({"mode": "x", "made": "2026-01-01", "figures": figures}))
    target = ship(finished.folder, "final", tmp_path / "shipped", report=report)
    assert LabelBundle.open(target).spec.figures["accuracy"] == figures["accuracy"]
    assert labels_of_weights(target / CHECKPOINT_FILE) == list(LABELS)
    load_label_network(finished.recipe, target / CHECKPOINT_FILE)
    with pytest.raises(RecipeError, match="8 bits"):
        ship(finished.folder, "final", tmp_path / "other", int8=True)


class _Stopped(Exception):  # noqa: N818  (what ends a training is no error)
    pass


def _after_each_epoch(patch: pytest.MonkeyPatch, then: Callable[[EpochFigures], None]) -> None:
    """Have something happen once an epoch is in the log."""

    def append(folder: Path, epoch: int, means: Mapping[str, float]) -> None:
        then(append_epoch(folder, epoch, means))

    patch.setattr(training, "append_epoch", append)


def test_a_training_that_was_stopped_goes_on_where_it_was(
    material: tuple[Recipe, list[ManifestRow]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, rows = material
    taught = [row for row in rows if row.fold == 1]
    held_out = [row for row in rows if row.fold == 0]
    told: list[EpochFigures] = []

    def stop_once(figures: EpochFigures) -> None:
        told.append(figures)
        if len(told) == 2:
            raise _Stopped

    whole = train_network(recipe, taught, tmp_path / "whole", held_out=held_out)
    _after_each_epoch(monkeypatch, stop_once)
    with pytest.raises(_Stopped):
        train_network(recipe, taught, tmp_path / "cut", held_out=held_out)
    assert not (tmp_path / "cut" / WEIGHTS_FILE).exists()
    cut = train_network(recipe, taught, tmp_path / "cut", held_out=held_out)
    log = read_log(tmp_path / "cut")
    assert [figures.epoch for figures in log] == [0, 1, 2, 3]
    assert log == read_log(tmp_path / "whole")
    for key, value in load_file(whole).items():
        assert torch.allclose(value, load_file(cut)[key], atol=1e-5), key


def test_on_a_full_disk_finished_epochs_are_kept(
    material: tuple[Recipe, list[ManifestRow]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, rows = material
    log = tmp_path / LOG_FILE

    def fill_the_disk(figures: EpochFigures) -> None:
        if figures.epoch == 1:
            log.rename(tmp_path / "kept.csv")
            log.symlink_to("/dev/full")

    with monkeypatch.context() as patch:
        _after_each_epoch(patch, fill_the_disk)
        with pytest.raises(OutputError, match=r"No space left.*finished epochs are kept"):
            train_network(recipe, rows, tmp_path)
    log.unlink()
    (tmp_path / "kept.csv").rename(log)
    train_network(recipe, rows, tmp_path)
    epochs = [line.split(",")[0] for line in log.read_text().splitlines()[1:]]
    assert epochs == ["0", "1", "2", "3"], "began anew"


def test_a_picture_that_cannot_be_read_is_named(
    material: tuple[Recipe, list[ManifestRow]], tmp_path: Path
) -> None:
    recipe, rows = material
    broken = tmp_path / "broken.png"
    broken.write_bytes(rows[0].path.read_bytes()[:40])
    spoilt = [replace(rows[0], path=broken, name="broken.png"), *rows[1:]]
    with pytest.raises(ManifestError, match=r"broken\.png is to be trained on"):
        train_network(recipe, spoilt, tmp_path / "run")


def test_one_label_alone_or_one_that_nothing_teaches_cannot_be_trained_on(
    material: tuple[Recipe, list[ManifestRow]], tmp_path: Path
) -> None:
    recipe, rows = material
    noise = [row for row in rows if row.label == "noise"]
    with pytest.raises(RecipeError, match="two labels or more"):
        train_network(recipe, noise, tmp_path / "run")
    others = [row for row in rows if row.label != "noise"]
    with pytest.raises(RecipeError, match="'noise'"):
        train_network(recipe, others, tmp_path / "run", held_out=noise)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("balance", ["none", "weights", "sampling"])
def test_balance_helps_a_rare_label_to_its_share(
    material: tuple[Recipe, list[ManifestRow]], tmp_path: Path, balance: str
) -> None:
    """Of pictures that look alike, a network says how often each label was counted."""
    recipe, rows = material
    twins = [row for row in rows if row.label == "noise"]
    mixed = [replace(row, label="rare" if i % 8 == 0 else "common") for i, row in enumerate(twins)]
    settings = {
        "data.balance": balance,
        "training.epochs": 12,
        "training.learning_rate": 1e-6,
        "training.ema_decay": 0.8,
        "augment.crop_min": 1.0,
    }
    changed = with_settings(recipe, settings)
    if balance == "sampling":
        shown = Counter(mixed[draw.index].label for draw in Draws(mixed, changed))
        assert shown["rare"] == shown["common"]
    weights = train_network(changed, mixed, tmp_path / balance)
    network = load_label_network(changed, weights)
    image = torch.full((1, 32, 32, 3), 110, dtype=torch.uint8)
    with torch.no_grad():
        share = float(torch.softmax(network(image)[0], 1)[0, 1])
    assert labels_of_weights(weights) == ["common", "rare"]
    assert (share < 0.3) == (balance == "none")


def test_pictures_of_styles_are_balanced_too() -> None:
    rows = [ManifestRow(Path("p"), "p", style) for style in ("anime",) * 6 + ("cartoon",) * 2]
    assert balancing_weights(rows, ("anime", "cartoon", "neither")) == [8 / 12, 8 / 4, 0.0]


def test_a_styles_weight_counts_in_the_loss_and_both_weigh_their_mean() -> None:
    recipe = Recipe.model_validate(
        {"name": "x", "data": {"manifest": "m.csv"}, "network": {"backbone": "cnn"}}
    )
    likeness = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [1.0, 1.0]])
    logits = torch.tensor([[1.0, -2.0], [0.5, 0.5], [-1.0, 3.0], [0.0, 2.0]])
    each = torch.nn.functional.softplus(torch.where(likeness > 0, -logits, logits)).mean(1)
    plain = StyleTraining(recipe, [])._loss(logits, likeness, likeness)
    assert torch.allclose(plain, each.mean())
    weighed = StyleTraining(recipe, [], weights=[1.0, 2.0, 4.0])._loss(logits, likeness, likeness)
    counted = torch.tensor([1.0, 2.0, 4.0, 1.5])
    assert torch.allclose(weighed, (each * counted).sum() / counted.sum())
