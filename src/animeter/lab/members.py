"""The trainings that a recipe asks for: their recipes, their folders, and how far they are."""

from pathlib import Path
from typing import Final

from animeter.lab.progress import Progress, read_progress
from animeter.lab.recipe import FROM_AVERAGE, Recipe
from animeter.lab.recipe_variants import with_settings

_NOT_OF_MEMBERS: Final = {"average": None, "finish": None, FROM_AVERAGE: None}


def members_of(recipe: Recipe) -> list[Recipe]:
    """Return the recipes of the networks whose weights are averaged; the recipe alone if none are.

    Raises:
        RecipeError: a member's settings do not suit the recipe.
    """
    if not recipe.average:
        return [recipe]
    return [with_settings(recipe, {**settings, **_NOT_OF_MEMBERS}) for settings in recipe.average]


def finish_of(recipe: Recipe) -> Recipe | None:
    """Return the recipe of the training that goes on from the average; None where there is none.

    Raises:
        RecipeError: its settings do not suit the recipe.
    """
    return with_settings(recipe, {**recipe.finish, **_NOT_OF_MEMBERS}) if recipe.finish else None


def begins_from_average(recipe: Recipe, number: int) -> bool:
    """Say whether a member begins where the average of those before it stands."""
    return bool(recipe.average) and bool(recipe.average[number].get(FROM_AVERAGE, False))


def progress_of(recipe: Recipe, folder: Path) -> Progress:
    """Return how far a network is, over all its trainings, by their epochs."""
    if not recipe.average:
        return read_progress(folder)
    trainings = members_of(recipe)
    places = [member_folder(folder, number) for number in range(len(trainings))]
    finish = finish_of(recipe)
    if finish is not None:
        trainings.append(finish)
        places.append(finish_folder(folder))
    epochs = [training.training.epochs for training in trainings]
    each = [read_progress(place) for place in places]
    done = sum(part.done * count for part, count in zip(each, epochs, strict=True)) / sum(epochs)
    return Progress(done, sum(part.epoch for part in each), sum(part.seconds for part in each))


def member_folder(folder: Path, number: int) -> Path:
    """Return the folder of a member's training, inside that of the network."""
    return folder / f"member-{number}"


def finish_folder(folder: Path) -> Path:
    """Return the folder of the training that goes on from the average, inside the network's."""
    return folder / "finish"
