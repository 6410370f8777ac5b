"""Training a copy of the built-in model on drawn shapes, small and short."""

import json
from pathlib import Path

import numpy as np
import pytest

from animeter.datasets.labelled_pictures import LabelledPictures, read_labelled_pictures
from animeter.domain.errors import BundleError, TeachingError
from animeter.inference.bundle import SPEC_FILE, Bundle, builtin_bundle
from animeter.inference.classifier import Classifier
from animeter.inference.teaching import gather
from animeter.lab.finetuning import Finetuned, FinetuneOptions, finetune, finetune_recipe
from animeter.lab.likeness_shift import likeness_shift
from animeter.lab.network import StyleNetwork
from animeter.lab.recipe import NETWORK_FACTS
from animeter.lab.shipping import CHECKPOINT_FILE
from tests.support.drawn_shapes import write_shapes
from tests.support.tiny_bundle import COLOURS, make_tiny_bundle

_QUICK = FinetuneOptions(epochs=2, size_px=32, frozen_stages=3, quiet=True)


@pytest.fixture(scope="module")
def looker() -> Classifier:
    return Classifier(builtin_bundle(), workers=2)


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> LabelledPictures:
    folder = write_shapes(tmp_path_factory.mktemp("finetuning") / "shapes", 12)
    return read_labelled_pictures(folder)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def done(looker: Classifier, shapes: LabelledPictures, runs: Path) -> Finetuned:
    return finetune(looker, shapes.paths, shapes.labels, "my-shapes", runs, options=_QUICK)


@pytest.mark.slow
def test_the_copy_is_another_model_with_the_same_calibration(done: Finetuned) -> None:
    origin, copy = builtin_bundle().spec, done.bundle.spec
    assert copy.name == "my-shapes"
    assert copy.sha256 != origin.sha256
    assert copy.thresholds == origin.thresholds
    assert copy.calibration.anime == origin.calibration.anime
    assert copy.training["finetuned_from"]["sha256"] == origin.sha256
    # What the copy needs to be trained further in its turn.
    assert {key: copy.training[key] for key in NETWORK_FACTS} == {
        key: origin.training[key] for key in NETWORK_FACTS
    }
    assert copy.embedding_dim == origin.embedding_dim
    assert done.lesson.head.model.sha256 == copy.sha256
    assert done.before.head.model.sha256 == origin.sha256


@pytest.mark.slow
def test_both_heads_are_judged_on_the_same_pictures_that_were_never_trained_on(
    done: Finetuned, looker: Classifier, shapes: LabelledPictures, runs: Path
) -> None:
    (run,) = runs.iterdir()
    fold = np.array(json.loads((run / "split.json").read_text()))
    judged = int(np.sum(fold >= 0))
    assert judged == done.lesson.report.judged == done.before.report.judged
    assert done.shift is not None
    assert done.held_out_shift is not None
    assert (done.shift.pictures, done.held_out_shift.pictures) == (len(fold) - judged, judged)
    groups = gather(looker, shapes.paths, shapes.labels).groups
    for group in np.unique(groups):
        assert len(np.unique(fold[groups == group] >= 0)) == 1


@pytest.mark.slow
def test_a_head_of_the_copy_works_on_the_copy(done: Finetuned, shapes: LabelledPictures) -> None:
    asked = Classifier(done.bundle).with_heads([done.lesson.head])
    result = asked.classify(shapes.paths[0])
    assert {scored.label for scored in result.heads["my-shapes"]} <= {
        *shapes.labels,
        "none of these",
    }


@pytest.mark.slow
def test_what_was_trained_is_not_trained_again(
    done: Finetuned, looker: Classifier, shapes: LabelledPictures, runs: Path
) -> None:
    (run,) = runs.iterdir()
    log = (run / "network" / "log.csv").read_text()
    again = finetune(looker, shapes.paths, shapes.labels, "my-shapes", runs, options=_QUICK)
    assert list(runs.iterdir()) == [run]
    assert (run / "network" / "log.csv").read_text() == log
    assert again.lesson.report.accuracy == done.lesson.report.accuracy


@pytest.mark.slow
def test_the_copy_can_be_trained_further(done: Finetuned) -> None:
    recipe = finetune_recipe(done.bundle, "more", _QUICK)
    assert (done.bundle.folder / CHECKPOINT_FILE).is_file()
    StyleNetwork(recipe.network, [2])


@pytest.mark.slow
def test_too_few_pictures_are_refused_before_anything_is_trained(
    looker: Classifier, tmp_path: Path
) -> None:
    few = read_labelled_pictures(write_shapes(tmp_path / "few", 2, ("circles", "checks")))
    with pytest.raises(TeachingError, match="10 or more of each label"):
        finetune(looker, few.paths, few.labels, "few", tmp_path / "runs", options=_QUICK)
    assert not (tmp_path / "runs").exists()


def test_a_bundle_without_a_checkpoint_is_refused_with_what_to_do(tmp_path: Path) -> None:
    bundle = make_tiny_bundle(tmp_path / "tiny")
    with pytest.raises(BundleError, match=r"no checkpoint.*animeter export"):
        finetune_recipe(bundle, "mine", _QUICK)
    (bundle.folder / CHECKPOINT_FILE).touch()
    told = json.loads((bundle.folder / SPEC_FILE).read_text(encoding="utf-8"))
    told["training"] = {"backbone": "mobilenetv2_100", "embedding_levels": "many"}
    (bundle.folder / SPEC_FILE).write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(BundleError, match=r"network cannot be, embedding_levels"):
        finetune_recipe(Bundle.open(bundle.folder), "mine", _QUICK)


def test_a_model_does_not_move_from_itself(tmp_path: Path) -> None:
    from PIL import Image

    paths = []
    for verdict, colour in COLOURS.items():
        paths.append(tmp_path / f"{verdict}.png")
        Image.new("RGB", (40, 40), colour).save(paths[-1])
    tiny = Classifier(make_tiny_bundle(tmp_path / "tiny"))
    still = likeness_shift(tiny, tiny, paths)
    assert still is not None
    assert (still.pictures, still.mean, still.verdicts_changed) == (len(COLOURS), 0.0, 0)
    assert likeness_shift(tiny, tiny, [tmp_path / "none.png"]) is None
