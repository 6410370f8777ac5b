"""One network's training, or that of several whose weights are averaged into one, and finished.

FOLDER/member-0/ ...        a member's training, as `training` writes it, where there are several
FOLDER/member-1/start.safetensors  where it began, if at the average of those before it
FOLDER/finish/ ...          the last training, on from the average, where there is one
FOLDER/weights.safetensors  the network's weights, written last: its presence means done

Members that began at the same weights mostly end in one basin of the loss, where the average of
their weights is about as good as asking all of them, at the price of one: Wortsman and others
2022, "Model soups". The statistics of batch normalisation do not average; they are measured anew,
as Izmailov and others 2018 ("Averaging weights leads to wider optima") do. What is trained last
may be trained on squares as large as the finished model's: Touvron and others 2019, "Fixing the
train-test resolution discrepancy".
"""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch
from torch.utils.data import DataLoader

from animeter.datasets.manifest import ManifestRow
from animeter.domain.errors import RecipeError
from animeter.lab.distributed import ALONE, Processes
from animeter.lab.export import load_network
from animeter.lab.labelled_pictures import Columns, HeldOutPictures
from animeter.lab.learning_curve import plot_learning_curve
from animeter.lab.members import (
    begins_from_average,
    finish_folder,
    finish_of,
    member_folder,
    members_of,
)
from animeter.lab.network import StyleNetwork
from animeter.lab.progress import WEIGHTS_FILE
from animeter.lab.recipe import Recipe
from animeter.lab.recipe_variants import with_settings
from animeter.lab.training import finished_epochs_kept, save_weights, train_network

_MEASURED: Final = 2048
"""Training pictures that the statistics of normalisation are measured on."""

_BATCH: Final = 64

_START_FILE: Final = "start.safetensors"


def train_averaged(
    recipe: Recipe,
    rows: Sequence[ManifestRow],
    folder: Path,
    *,
    threads: int | None = None,
    held_out: Sequence[ManifestRow] = (),
    processes: Processes = ALONE,
) -> Path:
    """Train what a recipe asks for, one network or several, and return the path of the weights.

    Goes on after a kill. Arguments and errors are those of `train_network`.
    """
    if not recipe.average:
        return train_network(
            recipe, rows, folder, threads=threads, held_out=held_out, processes=processes
        )
    if processes.count > 1:
        raise RecipeError(
            f"{recipe.name} averages networks, which is for one process. Leave --devices and "
            "--nodes out, or `average`."
        )
    weights = folder / WEIGHTS_FILE
    if weights.exists():
        return weights

    def train(training: Recipe, place: Path, start: Path | None) -> Path:
        if start is not None:
            training = with_settings(training, {"network.checkpoint": str(start)})
        trained = train_network(training, rows, place, threads=threads, held_out=held_out)
        plot_learning_curve(place)
        return trained

    averaged: list[Path] = []
    for number, member in enumerate(members_of(recipe)):
        place, start = member_folder(folder, number), None
        if begins_from_average(recipe, number):
            # It has learned all that they have, so it counts as much as all of them.
            start = _average_so_far(recipe, averaged, rows, place / _START_FILE)
            averaged = [start]
        averaged.append(train(member, place, start))
    finish = finish_of(recipe)
    if finish is None:
        return _average_so_far(recipe, averaged, rows, weights)
    place = finish_folder(folder)
    start = _average_so_far(recipe, averaged, rows, place / _START_FILE)
    network = load_network(recipe, train(finish, place, start))
    with finished_epochs_kept(folder):
        save_weights(network, weights)
    return weights


def average(recipe: Recipe, trained: Sequence[Path], rows: Sequence[ManifestRow]) -> StyleNetwork:
    """Return the network of averaged weights, its normalisation measured anew.

    Args:
        recipe: of the network.
        trained: weights of `train_network`.
        rows: training pictures.

    Raises:
        BundleError: weights are not those of such a network.
        ManifestError: a picture cannot be read.
    """
    networks = [load_network(recipe, path) for path in trained]
    states = [network.state_dict() for network in networks]
    mean = {
        key: torch.stack([state[key] for state in states]).mean(0)
        if value.is_floating_point()
        else value
        for key, value in states[0].items()
    }
    networks[0].load_state_dict(mean)
    _measure_normalisation(networks[0], rows, recipe.seed)
    return networks[0]


def _average_so_far(
    recipe: Recipe, trained: Sequence[Path], rows: Sequence[ManifestRow], path: Path
) -> Path:
    """Write the average to a path, unless it stands there, and return the path."""
    if not path.exists():
        network = average(recipe, trained, rows)
        with finished_epochs_kept(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            save_weights(network, path)
    return path


def _measure_normalisation(network: StyleNetwork, rows: Sequence[ManifestRow], seed: int) -> None:
    norms = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    usual = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # torch then takes the plain mean over all batches
        norm.train()
    chosen = random.Random(seed).sample(list(rows), min(_MEASURED, len(rows)))  # noqa: S311
    shown = HeldOutPictures(chosen, Columns.of([], [], []), network.size_px)
    with torch.no_grad():
        for image, *_ in DataLoader(shown, batch_size=_BATCH):
            network(image)
    for norm, momentum in zip(norms, usual, strict=True):
        norm.momentum = momentum
    network.eval()
