"""Training a copy of a model's network on labels, and saying whether it helped.

RUN/split.json       which pictures are kept from the training, decided once
RUN/network/         the training, as `training` writes it: a killed one goes on from there
RUN/bundle/          the trained copy, with a checkpoint to train from again

A fifth of the pictures is kept from the training, whole groups of near-duplicates, and two heads
are judged on it: one on the embedding as it was, one on the trained one. What the network says of
anime and cartoon is held to what it said before of the same views, and how far it moved is
measured. A run's folder is named by its pictures, labels and model, so that other ones begin anew.
"""

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from animeter.datasets.manifest import BORDERLINE, ManifestRow
from animeter.domain.calibration import Calibration, Scaling
from animeter.domain.errors import BundleError, OutputError, TeachingError
from animeter.domain.head_fitting import FitOptions, deal_folds
from animeter.domain.wrong_keys import wrong_keys
from animeter.inference.bundle import Bundle
from animeter.inference.classifier import Classifier
from animeter.inference.teaching import Lesson, Material, Watch, gather, teach_material
from animeter.lab.export import Provenance, export_bundle, save_checkpoint
from animeter.lab.likeness_shift import TOO_MUCH, LikenessShift, likeness_shift
from animeter.lab.recipe import (
    NETWORK_FACTS,
    AugmentRecipe,
    DataRecipe,
    HeadRecipe,
    NetworkRecipe,
    Recipe,
    TrainingRecipe,
)
from animeter.lab.shipping import CHECKPOINT_FILE
from animeter.lab.training import train_network
from animeter.media.small_files import write_whole

Integers = NDArray[np.int64]

PARTS: Final = 5
"""Of the pictures; one of them is kept from the training."""

_FROZEN_STAGES: Final = 2
_SIZE_PX: Final = 160
_RATE: Final = 1.5e-4  # twice that taught labels no better, and moved the likenesses further
_HOLD: Final = 10.0
_BATCH: Final = 32
_SMALLEST_BATCH: Final = 4
_STEPS: Final = 10  # of an epoch, at the least
# Milder than what styles are trained with: a grey or blurred hero is harder to know by name.
_AUGMENT: Final = AugmentRecipe(
    crop_min=0.5, fade=0.0, grey=0.0, blur=0.0, frame=0.05, overlay=0.05, page=0.0, collage=0.0
)


@dataclass(frozen=True, slots=True, eq=False)
class Finetuned:
    """A trained copy of a model and a head on it, beside the same head on the model as it was.

    Attributes:
        bundle: the trained copy.
        lesson: the head on it, judged on pictures that the network was not trained on.
        before: a head on the model as it was, judged on the same pictures.
        shift: how far the likenesses moved on the pictures that were trained on.
        held_out_shift: how far on those that were kept from it.
    """

    bundle: Bundle
    lesson: Lesson
    before: Lesson
    shift: LikenessShift | None
    held_out_shift: LikenessShift | None


@dataclass(frozen=True, slots=True)
class FinetuneOptions:
    """How the network is trained.

    Attributes:
        fit: how the heads are fitted.
        epochs: passes over the pictures.
        frozen_stages: the stem and so many first stages stay as they are.
        size_px: side of the training square.
        threads: of the processor; None for all.
        quiet: no progress bar.
    """

    fit: FitOptions = FitOptions()  # noqa: RUF009  (frozen)
    epochs: int = 6
    frozen_stages: int = _FROZEN_STAGES
    size_px: int = _SIZE_PX
    threads: int | None = None
    quiet: bool = False


def finetune(
    classifier: Classifier,
    paths: Sequence[Path],
    labels: Sequence[str],
    name: str,
    runs_folder: Path,
    *,
    options: FinetuneOptions | None = None,
    watch: Watch = lambda _done, _failed: None,
) -> Finetuned:
    """Train a copy of a classifier's network on labels, export it, and teach a head on it.

    Args:
        classifier: of the model to begin with.
        paths: [N] pictures.
        labels: [N].
        name: of the head and of the model that comes out.
        runs_folder: of the runs under this name; a killed one goes on.
        options: how.
        watch: told of the embedding's progress, before the training and after it.

    Raises:
        BundleError: the model brings no checkpoint to go on from.
        TeachingError: what `teach` refuses; there are too few pictures to keep some from the
            training; or the likenesses moved so far that the model's verdicts mean nothing.
        RecipeError: the network cannot be trained that way.
    """
    how = options or FinetuneOptions()
    recipe = finetune_recipe(classifier.bundle, name, how)
    material = gather(classifier, paths, labels, watch=watch)
    run = runs_folder / _fingerprint(material, classifier.bundle, recipe)
    fold = _split(material, run / "split.json")
    before = teach_material(material, name, fold=fold, options=how.fit)
    chosen = [paths[place] for place in material.places]
    weights = _train(recipe, _rows(chosen, material, fold), run / "network", how)
    bundle = _export(recipe, weights, classifier.bundle, run / "bundle")
    trained = Classifier(bundle, workers=classifier.workers)
    after = gather(trained, paths, labels, watch=watch)
    if after.keys != material.keys:
        raise TeachingError(
            "Pictures changed while the network was trained. Give the same command again."
        )
    # Trained embeddings lie closer together, so what is alike is told by the ones before.
    after = dataclasses.replace(after, groups=material.groups)
    lesson = teach_material(after, name, fold=fold, options=how.fit)
    shift, held_out_shift = (
        likeness_shift(classifier, trained, [chosen[i] for i in np.flatnonzero(side).tolist()])
        for side in (fold < 0, fold >= 0)
    )
    finetuned = Finetuned(bundle, lesson, before, shift, held_out_shift)
    _refuse_much(finetuned)
    return finetuned


def _refuse_much(finetuned: Finetuned) -> None:
    """Refuse a model that no longer says what it said of anime and cartoon.

    Raises:
        TeachingError: the likenesses moved too far for the calibration that is kept.
    """
    shifts = [s for s in (finetuned.shift, finetuned.held_out_shift) if s is not None]
    worst = max((shift.mean for shift in shifts), default=0.0)
    if worst > TOO_MUCH:
        raise TeachingError(
            f"Training moved the likenesses by {worst:.0%} on average, more than {TOO_MUCH:.0%}: "
            "its verdicts would no longer mean what the model's thresholds say, so it is not kept "
            f"among the models. It is in {finetuned.bundle.folder}. Give more pictures, or teach "
            "without --finetune."
        )


def finetune_recipe(bundle: Bundle, name: str, how: FinetuneOptions) -> Recipe:
    """Return the recipe that goes on with a bundle's network.

    Raises:
        BundleError: the bundle brings no checkpoint, or does not say which network it is, or says
            what no network can be.
    """
    checkpoint = bundle.folder / CHECKPOINT_FILE
    facts = bundle.spec.training
    if not checkpoint.is_file() or not isinstance(facts.get("backbone"), str):
        lacking = f"no {CHECKPOINT_FILE}" if not checkpoint.is_file() else "no word of its backbone"
        raise BundleError(
            f"The model in {bundle.folder} cannot be trained further: it holds {lacking}. Use the "
            "built-in model or a folder that `animeter export` wrote, or teach without --finetune."
        )
    try:
        network = NetworkRecipe(
            checkpoint=checkpoint,
            frozen_stages=how.frozen_stages,
            keep_statistics=True,
            size_px=bundle.spec.input.size_px,
            **{key: facts[key] for key in NETWORK_FACTS if key in facts},
        )
    except ValidationError as error:
        raise BundleError(
            f"The model in {bundle.folder} cannot be trained further: what its model.json says of "
            f"its network cannot be, {wrong_keys(error)}. Use the built-in model."
        ) from error
    return Recipe(
        name=name,
        data=DataRecipe(manifest=Path()),
        network=network,
        training=TrainingRecipe(
            epochs=how.epochs,
            sizes_px=[how.size_px],
            learning_rate=_RATE,
            head_learning_rate=3e-3,
            hold_likenesses=_HOLD,
            # Steps are few, and a slower average would end near where it began.
            ema_decay=0.8,
        ),
        augment=_AUGMENT,
        # The column is that of `_rows`; what it holds may be any labels.
        heads=[HeadRecipe(column="character", weight=1.0, min_pictures=1, smoothing=0.05)],
    )


def _rows(paths: Sequence[Path], material: Material, fold: Integers) -> list[ManifestRow]:
    """Return what is trained on; nobody said which style it is, and nothing asks."""
    return [
        ManifestRow(paths[i], material.names[i], BORDERLINE, character=material.labels[i])
        for i in np.flatnonzero(fold < 0).tolist()
    ]


def _train(recipe: Recipe, rows: list[ManifestRow], folder: Path, how: FinetuneOptions) -> Path:
    # Few pictures come in small batches, so that an epoch has ten steps or more.
    size = min(_BATCH, max(_SMALLEST_BATCH, len(rows) // _STEPS))
    training = recipe.training.model_copy(update={"batch_size": size})
    batched = recipe.model_copy(update={"training": training})
    return train_network(batched, rows, folder, threads=how.threads, quiet=how.quiet)


def _fingerprint(material: Material, bundle: Bundle, recipe: Recipe) -> str:
    """Name a run by all that decides its outcome."""
    digest = hashlib.sha256(bundle.spec.sha256.encode())
    digest.update((bundle.folder / CHECKPOINT_FILE).read_bytes())
    digest.update(recipe.model_dump_json(exclude={"network": {"checkpoint"}}).encode())
    for key, label in zip(material.keys, material.labels, strict=True):
        digest.update(key + label.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()[:12]


def _split(material: Material, file: Path) -> Integers:
    """Return [N] folds: 0 and 1 are kept from the training, each to judge what the other chose.

    Raises:
        TeachingError: there are too few pictures.
        OutputError: the split cannot be written.
    """
    if file.is_file():
        return np.array(json.loads(file.read_text(encoding="utf-8")), dtype=np.int64)
    numbers = np.unique(np.asarray(material.labels, dtype=np.str_), return_inverse=True)[1]
    groups = material.groups
    held_out = deal_folds(numbers, groups, PARTS, seed=0) == 0
    if len(np.unique(groups[held_out])) < 2 or len(np.unique(numbers[~held_out])) < len(
        np.unique(numbers)
    ):
        raise TeachingError(
            "There are too few different pictures to train a network on and keep some for judging "
            "it: give 10 or more of each label, or teach without --finetune."
        )
    fold = np.full(len(numbers), -1)
    fold[held_out] = deal_folds(numbers[held_out], groups[held_out], 2, seed=0)
    try:
        write_whole(file, json.dumps(fold.tolist()))
    except OSError as error:
        raise OutputError(f"Cannot write {file}: {error.strerror or error}.") from error
    return fold


def _export(recipe: Recipe, weights: Path, origin: Bundle, folder: Path) -> Bundle:
    """Export the trained copy, with the calibration and thresholds that its origin has."""
    spec = origin.spec
    anime, cartoon = (
        Scaling(part.temperature, part.offset)
        for part in (spec.calibration.anime, spec.calibration.cartoon)
    )
    calibration = Calibration(
        anime,
        cartoon,
        spec.verdict_rule(),
        f"{spec.label}, before it was trained further: {spec.calibration.fitted_on}",
        spec.calibration.pictures,
    )
    training = {
        "finetuned_from": {"model": spec.label, "sha256": spec.sha256, **spec.training},
        **recipe.network.model_dump(include=set(NETWORK_FACTS)),
        "epochs": recipe.training.epochs,
        "sizes_px": recipe.training.sizes_px,
    }
    export_bundle(recipe, weights, folder, calibration, Provenance(training))
    save_checkpoint(weights, folder / CHECKPOINT_FILE)
    return Bundle.open(folder)
