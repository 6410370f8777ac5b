"""Variants of a recipe: some settings changed by dotted key, checked, and written as a recipe."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import tomli_w
from pydantic import ValidationError

from animeter.domain.errors import RecipeError
from animeter.domain.wrong_keys import wrong_keys
from animeter.lab.recipe import Recipe, read_recipe
from animeter.media.small_files import write_whole

VARIANT_FILE = "variant.toml"
"""In the folder of a run, what its recipe was changed to before it began."""

FOR_LIKENESS_ALONE: Final = {
    "data.more_labels": None,
    "average": None,
    "finish": None,
    "network.embedding_levels": None,
    "network.ask_halves": None,
    "network.find_picture": None,
}
"""What is taken away from a recipe that is to tell exclusive labels instead of likenesses."""


def with_settings(recipe: Recipe, settings: Mapping[str, Any]) -> Recipe:
    """Return the recipe with some settings changed.

    Args:
        recipe: to start from.
        settings: values by dotted key, as `training.learning_rate`; None takes a setting away,
            so that its default holds.

    Raises:
        RecipeError: a key is unknown, or a value does not suit it; says which.
    """
    tree = recipe.model_dump(mode="json", exclude_none=True)
    for key, value in settings.items():
        *tables, last = key.split(".")
        table = tree
        for name in tables:
            table = table.setdefault(name, {})
            if not isinstance(table, dict):
                raise RecipeError(f"{key} is no setting of a recipe: {name} is no table of one.")
        if value is None:
            table.pop(last, None)
        else:
            table[last] = value
    try:
        return Recipe.model_validate(tree)
    except ValidationError as error:
        changed = ", ".join(f"{key} = {value!r}" for key, value in settings.items())
        raise RecipeError(
            f"The recipe {recipe.name!r} cannot be changed to {changed}: {wrong_keys(error)}."
        ) from error


def write_recipe(recipe: Recipe, path: Path, header: str = "") -> None:
    """Write a recipe as TOML, so that a kill leaves the old file or the new one.

    Args:
        recipe: all of whose settings are written, defaults too; its paths as they are.
        path: of the file.
        header: lines for people, which become comments.
    """
    comments = "".join(f"# {line}".rstrip() + "\n" for line in header.splitlines())
    tree = recipe.model_dump(mode="json", exclude_none=True)
    write_whole(path, comments + tomli_w.dumps(tree))


def of_data(data: Path | None, label: str | None) -> dict[str, Any]:
    """Return the settings that give a recipe other pictures, or another label to tell.

    Args:
        data: a manifest, or a folder whose folders are labels; None for the recipe's own.
        label: the manifest's column of exclusive labels; None for what the recipe tells.
    """
    settings: dict[str, Any] = {}
    if data is not None:
        here = str(data.resolve())
        settings = {"data.manifest": here, "data.folder": None}
        settings |= {"data.more_labels": None, "data.leave_out": None}  # of the recipe's pictures
        if data.is_dir():
            settings |= {"data.manifest": None, "data.folder": here, "data.label": None}
            settings |= {"task": "labels", **FOR_LIKENESS_ALONE}
    if label is not None:
        settings |= {"task": "labels", "data.label": label, **FOR_LIKENESS_ALONE}
    return settings


def write_variant(recipe_path: Path, settings: Mapping[str, Any], folder: Path) -> Path:
    """Write a recipe with some settings changed to the folder of its run, and return where.

    Raises:
        FileMissingError: there is no such recipe.
        RecipeError: the settings do not suit it, or the folder holds another variant.
    """
    recipe = with_settings(read_recipe(recipe_path), settings)
    path = folder / VARIANT_FILE
    if not path.exists():
        write_recipe(recipe, path, f"{recipe_path.name} with some settings changed.")
    elif read_recipe(path) != recipe:
        raise RecipeError(
            f"{folder} holds a run of {recipe_path.name} with other settings. Choose another "
            "folder with --run, or remove that one to start anew."
        )
    return path
