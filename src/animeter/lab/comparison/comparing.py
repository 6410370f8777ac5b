"""Several recipes on the same pictures, folds and budget: what `animeter compare` calls.

OUTPUT/plan.json             what was asked, so that another call goes on with the same
OUTPUT/franchise/            one folder a split: its manifest.csv, what leaks between its folds,
    dense.toml               a recipe as it is run, and
    dense/                   its run (see `runs`), with figures.json once it is done
OUTPUT/comparison.*          the page, its figures as JSON and Markdown, and the plots

A recipe that fails has its reason in the table; the others go on. Asked again, what is done is
taken as it is and what failed is tried again; asked for other recipes or splits, they join those
that the folder holds.
"""

import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

import animeter
from animeter.datasets.records import Records, moved
from animeter.domain.errors import AnimeterError, ManifestError, OutputError, RecipeError
from animeter.lab.comparison.entries import Report
from animeter.lab.comparison.page import RESULT_FILE, write_comparison
from animeter.lab.comparison.pictures import SPLITS, Split, choose_pictures, deal
from animeter.lab.comparison.training import Request, figures_of, starts_from
from animeter.lab.leaks import check_leaks
from animeter.lab.page import time_made
from animeter.lab.recipe import DataRecipe, Recipe, read_recipe
from animeter.lab.recipe_variants import with_settings
from animeter.lab.runs import trusted_rows
from animeter.media.small_files import write_whole

FORMAT_VERSION = 1
_PLAN = "plan.json"

Tell = Callable[[str], None]
"""Told in a sentence what is done."""


def compare(request: Request, output: Path, tell: Tell = lambda _: None) -> Report:
    """Train and judge every recipe under every split, and write the comparison.

    Args:
        request: what is to be compared.
        output: the folder of everything; another call on it goes on where this one stopped.
        tell: told what is done.

    Returns:
        What stands in `comparison.json`.

    Raises:
        RecipeError: a recipe cannot be read, two have one name, or the folder holds a comparison
            of something else.
        ManifestError: the data cannot be used.
        OutputError: the folder cannot be written to.
        MissingExtraError: a package of the extra `train` is not installed.
    """
    recipes = _read_recipes(request)
    chosen = choose_pictures(request.data, request.column, request.pictures, request.only)
    dealt = [(name, _deal(request, chosen, name)) for name in request.splits]
    _keep_plan(request, output)
    report = _heading(request, chosen) | _earlier(output)
    for name, records in dealt:
        split = Split(output / name, moved(records, output / name), request.folds)
        split.write()
        report["splits"][name] = {**split.figures(), "leaks": _leaks(request, split)}
        report["splits"] = {one: report["splits"][one] for one in SPLITS if one in report["splits"]}
        for stem, recipe in recipes.items():
            tell(f"{stem}, split {name}")
            entry: Report = {"recipe": stem, "split": name}
            try:
                entry["starts_from"] = starts_from(with_settings(recipe, dict(request.settings)))
                entry |= figures_of(stem, recipe, request, split)
                tell(f"    balanced accuracy {entry['worth']['balanced_accuracy']['value']:.1%}")
            except AnimeterError as error:
                entry["error"] = error.message
                tell(f"    {error.message}")
            others = [one for one in report["entries"] if not _same_place(one, entry)]
            report["entries"] = [*others, entry]
            write_comparison(report, output)
    return report


def _read_recipes(request: Request) -> dict[str, Recipe]:
    recipes = {path.stem: read_recipe(path) for path in request.recipes}
    if len(recipes) < len(request.recipes):
        raise RecipeError(
            f"{', '.join(map(str, request.recipes))}: recipes are told apart by the names of "
            "their files, and two have the same. Rename one."
        )
    return recipes


def _deal(request: Request, chosen: Records, name: str) -> Records:
    records = deal(chosen, request.column, name)
    folds = Split(Path(name), records, request.folds).folds()
    if missing := set(request.folds) - folds:
        raise ManifestError(
            f"{request.data} has no fold {min(missing)}, but {', '.join(map(str, sorted(folds)))}. "
            "Choose among them with --fold."
        )
    return records


def _keep_plan(request: Request, output: Path) -> None:
    path = output / _PLAN
    plan = request.plan()
    try:
        kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else plan
        write_whole(path, json.dumps(kept, indent=1) + "\n")
    except (OSError, ValueError) as error:
        raise OutputError(
            f"{output} cannot hold a comparison: {error}. Name another folder with --output."
        ) from error
    differing = [key for key, value in plan.items() if kept.get(key) != value]
    if differing:
        was = ", ".join(f"{key} = {kept.get(key)}, not {plan[key]}" for key in differing)
        raise RecipeError(
            f"{output} holds a comparison with {was}. Figures of both would not stand in one "
            "table: ask for the same again, or name another folder with --output."
        )


def _heading(request: Request, chosen: Records) -> Report:
    labels = [row[request.column] for row in chosen.rows]
    return {
        "format_version": FORMAT_VERSION,
        "animeter": animeter.__version__,
        "command": ["animeter", *sys.argv[1:]],
        "made": time_made(),
        "data": request.data.name,
        "task": request.task,
        "label": request.column,
        "labels": {label: labels.count(label) for label in sorted(set(labels))},
        "pictures": len(chosen.rows),
        "only": dict(request.only),
        "folds": list(request.folds),
        "epochs": request.epochs,
        "settings": dict(request.settings),
        "machine": {"cores": os.cpu_count(), "processor": platform.machine()},
        "splits": {},
        "entries": [],
    }


def _earlier(output: Path) -> Report:
    """Return the splits and entries of a comparison that the folder holds already."""
    path = output / RESULT_FILE
    if not path.exists():
        return {}
    report = json.loads(path.read_text(encoding="utf-8"))
    return {"splits": report["splits"], "entries": report["entries"]}


def _same_place(one: Report, other: Report) -> bool:
    return all(one[key] == other[key] for key in ("recipe", "split"))


def _leaks(request: Request, split: Split) -> list[str]:
    recipe = Recipe(
        name="compared",
        task=request.task,
        data=DataRecipe(
            manifest=split.manifest,
            label=request.column if request.task == "labels" else None,
        ),
    )
    return check_leaks(trusted_rows(recipe), split.folder).faults()
