"""Several processes that train one network: the same network as one process gives."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from animeter.domain.errors import RecipeError
from animeter.lab.distributed import Processes, SharedDraws, is_first_process, open_run
from animeter.lab.labelled_pictures import Draws
from animeter.lab.progress import WEIGHTS_FILE
from animeter.lab.recipe import read_recipe
from animeter.lab.runs import Run, training_rows
from animeter.lab.training_log import LOG_FILE
from tests.support.plain_recipe import write_plain_recipe

pytestmark = pytest.mark.slow


def train(recipe: Path, run: Path, *more: str) -> str:
    """Train the final network and return what was printed on stdout."""
    command = [sys.executable, "-m", "animeter", "train", str(recipe), "--run", str(run)]
    command += ["--part", "final", "--threads", "1", *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def losses(run: Path) -> list[float]:
    with (run / "final" / LOG_FILE).open(newline="") as file:
        return [float(record["likeness_loss"]) for record in csv.DictReader(file)]


def test_two_processes_train_the_network_that_one_does(tmp_path: Path) -> None:
    recipe = write_plain_recipe(tmp_path)
    runs = [tmp_path / "one", tmp_path / "two"]
    train(recipe, runs[0])
    printed = train(recipe, runs[1], "--devices", "2")

    assert printed.splitlines() == [str(runs[1] / "final" / "bundle")]
    assert losses(runs[1]) == pytest.approx(losses(runs[0]), abs=1e-3)
    one, two = (load_file(run / "final" / WEIGHTS_FILE) for run in runs)
    assert one.keys() == two.keys()
    for key, value in one.items():
        assert torch.allclose(value, two[key], atol=1e-4), key


def test_one_process_alone_takes_every_full_batch(tmp_path: Path) -> None:
    recipe = read_recipe(write_plain_recipe(tmp_path))
    rows = training_rows(recipe)
    draws = Draws(rows, recipe)
    shared = SharedDraws(draws, 10)
    shared.set_epoch(3)
    draws.set_epoch(3)
    assert list(shared) == list(draws)[: len(rows) // 10 * 10]
    assert len(shared) == len(list(shared)) < len(draws)


def test_batches_that_cannot_be_shared_evenly_are_refused() -> None:
    assert Processes(devices=4, nodes=2).pictures_each(64, 1000) == 8
    with pytest.raises(RecipeError, match=r"3 processes.*64.*training\.batch_size"):
        Processes(devices=3).pictures_each(64, 1000)
    with pytest.raises(RecipeError, match="do not fill one batch"):
        Processes(devices=2).pictures_each(64, 40)
    assert Processes().pictures_each(64, 40) == 64


def test_a_process_that_is_started_alone_is_the_first_and_begins_the_run(tmp_path: Path) -> None:
    assert is_first_process()
    run = open_run(write_plain_recipe(tmp_path), tmp_path / "run")
    assert run == Run.reopen(tmp_path / "run")
