"""What a recipe may say, and what is said of one that cannot be used."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from animeter.domain.errors import FileMissingError, RecipeError
from animeter.lab.recipe import NetworkRecipe, Recipe, TrainingRecipe, read_recipe

RECIPES = sorted((Path(__file__).parents[2] / "recipes").glob("*.toml"))


def _write(folder: Path, text: str) -> Path:
    path = folder / "r.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.name)
def test_recipes_that_come_with_the_source_can_be_read(path: Path) -> None:
    assert isinstance(read_recipe(path), Recipe)


@pytest.mark.parametrize("backbone", ["dense", "cnn", "resnet50v2_stage3"])
def test_a_backbone_that_timm_has_no_weights_of_is_frozen_with_weights_alone(backbone: str) -> None:
    with pytest.raises(ValidationError, match="it would start from chance"):
        NetworkRecipe(backbone=backbone, frozen=True)
    assert NetworkRecipe(backbone=backbone, frozen=True, weights=Path("w.safetensors")).frozen


def test_there_is_a_default_recipe() -> None:
    assert "default.toml" in {path.name for path in RECIPES}


def test_paths_count_from_the_recipes_folder(tmp_path: Path) -> None:
    text = 'name = "x"\n[data]\nmanifest = "d/m.csv"\nleave_out = "l.txt"\nmore_labels = "s.csv"\n'
    recipe = read_recipe(_write(tmp_path, text + '[network]\nweights = "w.safetensors"\n'))
    assert recipe.data.manifest == tmp_path / "d/m.csv"
    assert recipe.data.leave_out == tmp_path / "l.txt"
    assert recipe.data.more_labels == tmp_path / "s.csv"
    assert recipe.network.weights == tmp_path / "w.safetensors"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('name = "x"\n[data]\nmanifest = "m.csv"\n[training]\nepoch = 3\n', "training.epoch"),
        ('name = "x"\n[data]\n', "data.manifest"),
        ('name = "x"\n[data]\nmanifest = "m.csv"\n[training]\nepochs = 0\n', "training.epochs"),
        ('name = "X y"\n[data]\nmanifest = "m.csv"\n', "name"),
        ("name = \n", "TOML"),
    ],
)
def test_an_unusable_recipe_is_refused_with_the_key_that_is_wrong(
    tmp_path: Path, text: str, named: str
) -> None:
    with pytest.raises(RecipeError, match=named):
        read_recipe(_write(tmp_path, text))


def test_a_missing_recipe_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileMissingError, match=r"none\.toml"):
        read_recipe(tmp_path / "none.toml")


def test_training_sizes_are_spread_over_the_epochs() -> None:
    recipe = TrainingRecipe(epochs=6, sizes_px=[128, 128, 160])
    assert [recipe.size_px_at(epoch) for epoch in range(6)] == [128] * 4 + [160] * 2
    assert TrainingRecipe(epochs=1, sizes_px=[64, 96]).size_px_at(0) == 64
