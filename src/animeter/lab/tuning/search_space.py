"""A search: a TOML file that says which settings of a recipe `animeter tune` tries, and how.

The door for what is tuned, as `recipe` is for what is trained. Unknown keys are refused; the base
recipe's path counts from the search's own folder. This file does not know Optuna.
"""

import itertools
import json
import math
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from animeter.domain.errors import FileMissingError, RecipeError
from animeter.domain.wrong_keys import wrong_keys
from animeter.lab.recipe import Recipe, read_recipe
from animeter.lab.recipe_variants import with_settings

Scalar = bool | int | float | str
Choices = Annotated[list[Scalar | list[Scalar]], Field(min_length=1)]
Params = Mapping[str, Any]
"""A value an axis, as a study keeps it: a choice as JSON text, a number of a range as itself."""

_FIXED = (
    "name",
    "version",
    "task",
    "data.manifest",
    "data.folder",
    "data.label",
    "data.more_labels",
    "data.leave_out",
)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Range(_Part):
    """An axis of numbers, both ends included; whole numbers where both ends are whole.

    Attributes:
        low: smallest value.
        high: largest value.
        log: whether values are drawn evenly by order of magnitude.
        step: distance between values that may be drawn; None for any.
    """

    low: int | float
    high: int | float
    log: bool = False
    step: int | float | None = Field(default=None, gt=0)

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError("low must be below high")
        if self.log and (self.low <= 0 or self.step is not None):
            raise ValueError("log needs a low above 0, and no step")
        if self.is_whole and isinstance(self.step, float):
            raise ValueError("a range of whole numbers needs a whole step")
        return self


class FoldsOfSearch(_Part):
    """Which folds a study keeps from its trainings.

    Attributes:
        choose: its pictures score the trials, so that one can be chosen.
        report: their pictures have no part in choosing; they judge the chosen trial at the end.
    """

    choose: int = Field(ge=0)
    report: list[int] = Field(default_factory=list)

    @model_validator(mode="after")
    def _are_apart(self) -> Self:
        if self.choose in self.report or len(set(self.report)) < len(self.report):
            raise ValueError("report must name other folds than choose, each once")
        return self


class Search(_Part):
    """What a study tries.

    Attributes:
        recipe: the base recipe, whose settings the axes replace.
        method: `grid` tries every combination; `tpe` draws what looks promising so far.
        trials: how many combinations are tried; None for all of a grid.
        score: of the pictures of `folds.choose` after the last epoch: their accuracy, the more
            the better, or their loss, the less the better.
        prune: whether a training that is worse than half of the others so far is given up.
        seed: of what `tpe` draws; the trainings' own seed is the recipe's.
        folds: which folds judge.
        axes: what is tried, by the setting's dotted key: a list of choices or a range.
    """

    recipe: Path
    method: Literal["grid", "tpe"] = "grid"
    trials: int | None = Field(default=None, ge=1)
    score: Literal["accuracy", "loss"] = "accuracy"
    prune: bool = False
    seed: int = Field(default=1, ge=0)
    folds: FoldsOfSearch
    axes: dict[str, Choices | Range] = Field(min_length=1)

    @property
    def planned(self) -> int:
        """How many trials there will be."""
        return self.trials if self.trials is not None else _combinations(self.axes)

    @model_validator(mode="after")
    def _has_usable_axes(self) -> Self:
        for key, axis in self.axes.items():
            if key in _FIXED:
                raise ValueError(f"axes.{key} would change what is learnt, not how")
            if isinstance(axis, Range):
                if self.method == "grid":
                    raise ValueError(f"axes.{key} is a range; a grid needs a list of values")
            elif len({_text(choice) for choice in axis}) < len(axis):
                raise ValueError(f"axes.{key} holds a value twice")
        return self

    @model_validator(mode="after")
    def _knows_when_to_end(self) -> Self:
        if self.method == "tpe" and self.trials is None:
            raise ValueError("trials is missing: tpe would never end")
        if self.method == "grid" and self.planned > _combinations(self.axes):
            raise ValueError(f"the grid has {_combinations(self.axes)} points, not {self.trials}")
        return self

    def points(self) -> Iterator[dict[str, str]]:
        """Yield the grid's points as params, the last axis turning fastest."""
        axes = {key: axis for key, axis in self.axes.items() if not isinstance(axis, Range)}
        for values in itertools.product(*axes.values()):
            yield {key: _text(value) for key, value in zip(axes, values, strict=True)}

    def settings(self, params: Params) -> dict[str, Any]:
        """Turn a trial's params into settings of a recipe."""
        return {
            key: params[key] if isinstance(axis, Range) else json.loads(params[key])
            for key, axis in self.axes.items()
        }

    def text_of(self, score: float) -> str:
        """Write a score for people: accuracy as per cent, loss as a number."""
        return f"{score:.1%}" if self.score == "accuracy" else f"{score:.4f}"


def read_search(path: Path, settings: Mapping[str, Any] | None = None) -> tuple[Search, Recipe]:
    """Read a search and its base recipe; the paths in both come back resolved.

    Args:
        path: of the search.
        settings: what to change in the base recipe, by dotted key.

    Raises:
        FileMissingError: there is no such file, or no such recipe.
        RecipeError: it is not TOML, a key is unknown, missing or out of range, or the recipe
            cannot take a value of an axis, or averages networks.
    """
    if not path.is_file():
        raise FileMissingError(
            f"There is no search at {path}. The ones that come with animeter's source are in "
            "recipes/search/, the first to try is recipes/search/dense-grid.toml."
        )
    try:
        search = Search.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} is not a TOML file: {error}.") from error
    except ValidationError as error:
        raise RecipeError(
            f"{path} is not a search: {wrong_keys(error)}. See docs/tuning.md."
        ) from error
    base = path.resolve().parent / search.recipe
    search = search.model_copy(update={"recipe": base})
    recipe = read_recipe(base)
    if settings:
        recipe = with_settings(recipe, settings)
    if recipe.average:
        raise RecipeError(
            f"{base} averages networks, and a trial trains one. Leave `average` and `finish` out, "
            "as with --set 'average=[]' --set 'finish={}'."
        )
    for key, axis in search.axes.items():
        for value in (axis.low, axis.high) if isinstance(axis, Range) else axis:
            with_settings(recipe, {key: value})  # raises where the recipe cannot take it
    return search, recipe


def choices_of(axis: list[Any]) -> list[str]:
    """Return a list's values as params name them."""
    return [_text(choice) for choice in axis]


def _combinations(axes: Mapping[str, Choices | Range]) -> int:
    return math.prod(len(axis) for axis in axes.values() if not isinstance(axis, Range))


def _text(value: object) -> str:
    """Write a choice so that `1`, `1.0`, `true` and `"1"` differ, and a list is one value."""
    return json.dumps(value)
