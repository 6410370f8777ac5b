"""Writes `docs/comparison.md` from two comparisons: of architectures, and of two ways to split.

    make comparison

compares and writes. Alone, this program takes the folders of two finished `animeter compare`,

    python -m tools.document_comparison runs/compared runs/compared-splits

copies their `comparison.json` to `docs/figures/`, draws their plots into `docs/images/`, writes the
page, and tells in the head of each recipe what it takes; without folders it does the latter three
from the figures that are there.
"""

import argparse
import json
import re
import shlex
from pathlib import Path
from typing import Any

from animeter.lab.comparison.entries import failed, pairs
from animeter.lab.comparison.page import RESULT_FILE, draw_plots
from animeter.lab.comparison.text import conditions, figures_section, leak_section
from animeter.lab.drawings import standalone
from animeter.lab.page import as_json, percent
from animeter.lab.recipe import Recipe, read_recipe
from animeter.media.small_files import write_whole

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
RECIPES = "figures/comparison.json"
SPLITS = "figures/comparison-splits.json"
Report = dict[str, Any]

WRITTEN = """\
This page is written from `docs/figures/` by `make comparison`: to change a figure, measure it
again."""

ARCHITECTURES = """\
The networks that others used for anime and cartoons, and newer ones, on the same pictures, folds
and epochs. The budget is small on purpose, so that all of them train within minutes on two cores:
the table says what each gives for little, not what it can reach. Those that start from chance
would start from ImageNet where a hub can be reached; the head of each file in `recipes/` says
which. The built-in model, trained longer and on all pictures, is measured in the
[model card](../MODEL_CARD.md)."""

RANDOM = """\
Published figures for anime against cartoon mostly come from random splits of one collection of web
thumbnails: a few dozen shows, about a hundred pictures of each, often neighbouring frames. Dealt at
random, every show stands on both sides, and a network may know the show instead of the style. So
here is such a collection, split both ways."""


def main() -> None:
    """Copy the figures if folders are given, then draw and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipes", type=Path, nargs="?", help="comparison of architectures")
    parser.add_argument("splits", type=Path, nargs="?", help="comparison of both splits")
    parser.add_argument("--docs", type=Path, default=DOCS)
    arguments = parser.parse_args()
    for folder, name in ((arguments.recipes, RECIPES), (arguments.splits, SPLITS)):
        if folder is not None:
            report = json.loads((folder / RESULT_FILE).read_text(encoding="utf-8"))
            write_whole(arguments.docs / name, as_json(report))
    recipes, splits = (read(arguments.docs, name) for name in (RECIPES, SPLITS))
    for name, report in (("comparison", recipes), ("leak", splits)):
        drawing = draw_plots(report)[name].svg()
        write_whole(arguments.docs / "images" / f"{name}.svg", standalone(drawing))
    write_whole(arguments.docs / "comparison.md", page(recipes, splits))
    for path, text in headed_recipes(recipes).items():
        write_whole(path, text)


def read(docs: Path, name: str) -> Report:
    """Read the figures of a comparison."""
    report: Report = json.loads((docs / name).read_text(encoding="utf-8"))
    return report


def page(recipes: Report, splits: Report) -> str:
    """Return the text of `docs/comparison.md`.

    Args:
        recipes: the comparison of architectures.
        splits: the comparison of the split by franchise with a random one.
    """
    parts = [
        "# Which recipe is worth what it costs?",
        WRITTEN,
        "## Architectures",
        ARCHITECTURES,
        figures_section(recipes, "images/"),
        _command(recipes),
        "## What a random split reports",
        RANDOM,
        conditions(splits),
        leak_section(splits, "images/"),
        _leak_lesson(splits),
        _command(splits),
    ]
    if wrong := [*failed(recipes), *failed(splits)]:
        listed = "\n".join(f"- `{one['recipe']}` ({one['split']}): {one['error']}" for one in wrong)
        parts += ["## What did not finish", listed]
    return "\n\n".join(parts) + "\n"


def headed_recipes(report: Report) -> dict[Path, str]:
    """Return the recipes of a comparison, with a line each that says what it takes and gives."""
    texts = {}
    for entry in report["entries"]:
        if "worth" in entry:
            path = ROOT / "recipes" / f"{entry['recipe']}.toml"
            text = path.read_text(encoding="utf-8")
            texts[path] = _TOLD.sub(_what_it_takes(report, entry, read_recipe(path)), text, count=1)
    return texts


_TOLD = re.compile(r"^# Time on .*$", flags=re.MULTILINE)
_PICTURES = 10_000


def _what_it_takes(report: Report, entry: Report, recipe: Recipe) -> str:
    shown = (report["pictures"] - report["splits"][entry["split"]]["held_out"]) * report["epochs"]
    minutes = entry["cost"]["training_s"] / shown * _PICTURES * recipe.training.epochs / 60
    scratch = ", from chance" if entry["starts_from"] == "chance" else ""
    score = percent(entry["worth"]["balanced_accuracy"]["value"])
    return (
        f"# Time on {report['machine']['cores']} cores{scratch}: about {minutes:.0f} min for "
        f"{_PICTURES:,} pictures. After a short run (docs/comparison.md): {score}."
    )


def _leak_lesson(splits: Report) -> str:
    errors = [
        tuple(1.0 - entry["worth"]["balanced_accuracy"]["value"] for entry in pair)
        for pair in pairs(splits)
    ]
    fair, at_random = (sum(part) / len(errors) for part in zip(*errors, strict=True))
    doubt = (
        " The intervals overlap: how large the gap is, is uncertain at this size."
        if any(_overlap(*pair) for pair in pairs(splits))
        else ""
    )
    return (
        f"On average {percent(fair)} wrong on shows never seen, {percent(at_random)} wrong as a "
        f"random split reports it.{doubt} Nothing about the networks differs: what differs is the "
        "question. Whoever uses a classifier asks it about shows that it never saw, which is why "
        "every other figure of Animeter comes from splits by franchise."
    )


def _overlap(fair: Report, at_random: Report) -> bool:
    highest, lowest = (one["worth"]["balanced_accuracy"] for one in (fair, at_random))
    return bool(highest["high"] > lowest["low"])


def _command(report: Report) -> str:
    return f"```bash\n{shlex.join(report['command'])}\n```"


if __name__ == "__main__":
    main()
