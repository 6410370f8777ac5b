"""Several networks averaged into one, and the levels that join the embedding."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from animeter.domain.errors import RecipeError
from animeter.inference.bundle import Bundle
from animeter.inference.classifier import Classifier
from animeter.lab.averaging import average, train_averaged
from animeter.lab.distributed import Processes
from animeter.lab.export import load_network
from animeter.lab.folds import train_part
from animeter.lab.members import (
    begins_from_average,
    finish_folder,
    finish_of,
    member_folder,
    members_of,
    progress_of,
)
from animeter.lab.network import LEVEL_LENGTH, StyleNetwork
from animeter.lab.progress import WEIGHTS_FILE, Progress, write_progress
from animeter.lab.recipe import NetworkRecipe, Recipe, read_recipe
from animeter.lab.recipe_variants import with_settings
from animeter.lab.runs import Run, training_rows
from tests.support.tiny_recipe import BACKBONE, drawing, write_recipe

AVERAGE = """
[[average]]
"training.epochs" = 3
heads = []
[[average]]
"training.epochs" = 5
"""


def averaging_recipe(folder: Path) -> Path:
    path = write_recipe(folder, epochs=4)
    text = path.read_text(encoding="utf-8") + AVERAGE
    text = text.replace(
        "size_px = 48\n[training]",
        "size_px = 48\nembedding_levels = 2\nask_halves = true\nfind_picture = true\n[training]",
    )
    path.write_text(text, encoding="utf-8")
    return path


def with_finish(recipe: Recipe) -> Recipe:
    return with_settings(
        recipe, {"finish": {"training.epochs": 2, "network.keep_statistics": True}}
    )


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    return read_recipe(averaging_recipe(tmp_path))


def test_members_differ_in_what_their_tables_say(recipe: Recipe) -> None:
    first, second = members_of(recipe)
    assert (first.training.epochs, second.training.epochs) == (3, 5)
    assert (first.heads, second.heads) == ([], recipe.heads)
    assert first.data == recipe.data
    assert members_of(first) == [first]


def test_progress_counts_the_epochs_of_all_members(tmp_path: Path, recipe: Recipe) -> None:
    folder = tmp_path / "part"
    assert progress_of(recipe, folder).done == 0.0
    for number, progress in enumerate((Progress(1.0, 3, 20.0), Progress(0.2, 1, 9.0))):
        member_folder(folder, number).mkdir(parents=True)
        write_progress(member_folder(folder, number), progress)
    assert progress_of(recipe, folder) == Progress(pytest.approx(0.5), 4, 29.0)


def test_progress_counts_the_finish_too(tmp_path: Path, recipe: Recipe) -> None:
    folder, finished = tmp_path / "part", with_finish(recipe)
    finish = finish_of(finished)
    assert finish is not None
    assert (finish.training.epochs, finish.average, finish.finish) == (2, [], {})
    assert finish_of(recipe) is None
    for number, epochs in enumerate((3, 5)):
        member_folder(folder, number).mkdir(parents=True)
        write_progress(member_folder(folder, number), Progress(1.0, epochs, 10.0))
    assert progress_of(finished, folder) == Progress(pytest.approx(0.8), 8, 20.0)
    finish_folder(folder).mkdir()
    write_progress(finish_folder(folder), Progress(0.5, 1, 5.0))
    assert progress_of(finished, folder) == Progress(pytest.approx(0.9), 9, 25.0)


def test_what_cannot_be_averaged_is_refused(tmp_path: Path, recipe: Recipe) -> None:
    with pytest.raises(RecipeError, match="--devices"):
        train_averaged(recipe, [], tmp_path / "part", processes=Processes(devices=2))
    path = tmp_path / "tiny.toml"
    text = path.read_text(encoding="utf-8")
    labels = text.replace('name = "tiny"', 'name = "tiny"\ntask = "labels"').replace(
        'manifest = "manifest.csv"', 'manifest = "manifest.csv"\nlabel = "series"'
    )
    path.write_text(labels, encoding="utf-8")
    with pytest.raises(RecipeError, match="average is for task"):
        read_recipe(path)
    wrong = text.replace('"training.epochs" = 3', '"training.epoch" = 3')
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(RecipeError, match=r"training\.epoch"):
        members_of(read_recipe(path))
    path.write_text(text.replace("heads = []", "from_average = true"), encoding="utf-8")
    with pytest.raises(RecipeError, match="has none before it"):
        read_recipe(path)
    path.write_text(text.replace(AVERAGE, '[finish]\n"training.epochs" = 1\n'), encoding="utf-8")
    with pytest.raises(RecipeError, match="goes on from an average"):
        read_recipe(path)
    path.write_text(text + 'from_average = "yes"\n', encoding="utf-8")
    with pytest.raises(RecipeError, match="not true or false"):
        read_recipe(path)


def test_levels_join_the_embedding_and_leave_the_likenesses(recipe: Recipe) -> None:
    torch.manual_seed(0)
    joined = StyleNetwork(recipe.network, start=False).eval()
    plain = StyleNetwork(recipe.network.model_copy(update={"embedding_levels": 0}), start=False)
    plain.load_state_dict(joined.state_dict())
    image = torch.from_numpy(np.array(drawing("anime", 1)))[None]
    with torch.no_grad():
        with_levels, without = joined(image), plain.eval()(image)
    assert torch.equal(with_levels.logits, without.logits)
    assert torch.equal(with_levels.activation, without.activation)
    dim = plain.embedding_dim
    widths = [level["num_chs"] for level in joined.backbone.feature_info[-2:]]
    assert with_levels.embedding.shape == (1, dim + sum(widths))
    assert with_levels.embedding.norm() == pytest.approx(1.0, abs=1e-5)
    parts = with_levels.embedding.split([dim, *widths], dim=1)
    own = parts[0].norm()
    assert torch.allclose(parts[0] / own, without.embedding, atol=1e-6)
    assert [float(part.norm() / own) for part in parts[1:]] == pytest.approx([LEVEL_LENGTH] * 2)


@pytest.mark.parametrize(("backbone", "levels"), [("cnn", 1), (BACKBONE, 9)])
def test_levels_that_there_are_not_are_refused(backbone: str, levels: int) -> None:
    network = NetworkRecipe(backbone=backbone, pretrained=False, embedding_levels=levels)
    with pytest.raises(RecipeError, match=f"embedding_levels is {levels}"):
        StyleNetwork(network)


@pytest.mark.slow
def test_a_run_averages_its_members_and_trains_none_again(tmp_path: Path) -> None:
    run = Run.open(averaging_recipe(tmp_path), tmp_path / "run")
    train_part(run, "final", threads=1)
    folder = run.part("final")
    members = [member_folder(folder, number) / WEIGHTS_FILE for number in (0, 1)]
    first, second, mean = (load_file(path) for path in (*members, folder / WEIGHTS_FILE))
    assert not any(key.startswith("auxiliary.") for key in mean)
    for key in (key for key in mean if "running" not in key and mean[key].is_floating_point()):
        assert torch.allclose(mean[key], (first[key] + second[key]) / 2, atol=1e-6), key
    assert progress_of(run.recipe, folder).done == 1.0
    bundle = Bundle.open(run.bundle("final"))
    assert bundle.spec.training["averaged"] == 2
    assert bundle.spec.training["ask_halves"] is True
    (embedding,) = Classifier(bundle).embed([drawing("anime", 5)])
    assert np.linalg.norm(np.asarray(embedding)) == pytest.approx(1.0, abs=1e-4)

    before = [path.stat().st_mtime_ns for path in members]
    (folder / WEIGHTS_FILE).unlink()
    (folder / "done").unlink()
    train_part(run, "final", threads=1)
    assert [path.stat().st_mtime_ns for path in members] == before
    again = load_file(folder / WEIGHTS_FILE)
    assert all(torch.equal(again[key], mean[key]) for key in mean)


@pytest.mark.slow
def test_a_member_goes_on_from_the_average_of_those_before_it(
    tmp_path: Path, recipe: Recipe
) -> None:
    rows, third = training_rows(recipe), {"from_average": True, "training.epochs": 1}
    longer = recipe.model_copy(update={"average": [*recipe.average, third]})
    assert [begins_from_average(longer, number) for number in range(3)] == [False, False, True]
    folder = tmp_path / "part"
    mean = load_file(train_averaged(longer, rows, folder, threads=1))
    places = [member_folder(folder, number) for number in range(3)]
    first, second, last = (load_file(place / WEIGHTS_FILE) for place in places)
    start = load_file(places[2] / "start.safetensors")
    bias = "style.bias"
    assert torch.allclose(start[bias], (first[bias] + second[bias]) / 2, atol=1e-6)
    assert torch.allclose(mean[bias], (start[bias] + last[bias]) / 2, atol=1e-6)
    weight = "style.weight"
    moved = (last[weight] - start[weight]).norm()
    assert 0 < moved < (last[weight] - second[weight]).norm()


@pytest.mark.slow
def test_the_finish_goes_on_from_the_average_and_is_what_comes_out(
    tmp_path: Path, recipe: Recipe
) -> None:
    rows, folder = training_rows(recipe), tmp_path / "part"
    finished = load_file(train_averaged(with_finish(recipe), rows, folder, threads=1))
    members = [load_file(member_folder(folder, n) / WEIGHTS_FILE) for n in (0, 1)]
    start = load_file(finish_folder(folder) / "start.safetensors")
    last = load_file(finish_folder(folder) / WEIGHTS_FILE)
    bias = "style.bias"
    mean = torch.stack([member[bias] for member in members]).mean(0)
    assert torch.allclose(start[bias], mean, atol=1e-6)
    assert not torch.equal(finished[bias], start[bias])
    assert any(key.startswith("auxiliary.") for key in last)
    assert set(finished) == {key for key in last if not key.startswith("auxiliary.")}
    for key, value in finished.items():
        assert torch.equal(value, last[key]), key
        if "running" in key:
            assert torch.equal(value, start[key]), key

    # What stands is taken as it is.
    (folder / WEIGHTS_FILE).unlink()
    before = (finish_folder(folder) / WEIGHTS_FILE).stat().st_mtime_ns
    again = load_file(train_averaged(with_finish(recipe), rows, folder, threads=1))
    assert (finish_folder(folder) / WEIGHTS_FILE).stat().st_mtime_ns == before
    assert all(torch.equal(again[key], finished[key]) for key in finished)


@pytest.mark.slow
def test_normalisation_is_measured_on_the_average(tmp_path: Path, recipe: Recipe) -> None:
    rows = training_rows(recipe)
    first, second = (
        train_averaged(member, rows, tmp_path / str(number), threads=1)
        for number, member in enumerate(members_of(recipe))
    )
    network = average(recipe, [first, second], rows)
    norm = next(m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d))
    image = torch.from_numpy(
        np.stack([np.asarray(drawing(row.style, n)) for n, row in enumerate(rows)])
    )
    seen: list[torch.Tensor] = []
    norm.register_forward_hook(lambda _module, inputs, _output: seen.append(inputs[0]))
    with torch.no_grad():
        network(image)
    mean = seen[0].mean((0, 2, 3))
    own = load_network(recipe, first).state_dict()
    name = next(key for key, module in network.named_modules() if module is norm)
    off = (norm.running_mean - mean).abs().mean()
    assert off < 0.5 * (own[f"{name}.running_mean"] - mean).abs().mean()
