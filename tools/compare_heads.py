"""Measures the shipped heads beside networks that are trained for each head's task alone.

    python -m tools.compare_heads runs/default --work heads-work

RUN is the folder of a finished `animeter train --folds`, as for `tools.build_heads`, whose work
folder may be used again. Trains the rivals in the output folder, goes on where a call was stopped,
and writes `docs/figures/heads-compared.json` after each head.
"""

import argparse
import time
from pathlib import Path
from typing import Any

from animeter.lab.heads.builtin_heads import gather
from animeter.lab.heads.rivals import Budget, compare_with_rivals
from animeter.lab.page import as_json
from animeter.lab.recipe import read_recipe
from animeter.lab.recipe_variants import with_settings, write_recipe
from animeter.lab.runs import Run
from animeter.media.small_files import write_whole

ROOT = Path(__file__).resolve().parent.parent
HEADS = ("type", "character", "series")
FROM_CHANCE = {"network.pretrained": False, "network.frozen": False}
"""For VGG-19, whose weights lie on a hub that a measurement should not depend on."""


def main() -> None:
    """Train the rivals, measure and say the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="folder of a finished run with folds")
    parser.add_argument("--work", type=Path, default=Path("heads-work"), help="keeps embeddings")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--output", type=Path, default=Path("runs/heads-compared"))
    parser.add_argument("--figures", type=Path, default=ROOT / "docs/figures/heads-compared.json")
    arguments = parser.parse_args()
    start_s = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - start_s:6.0f} s  {what}", flush=True)

    run = Run.reopen(arguments.run)
    pictures = gather(run, None, arguments.work, say)
    budget = Budget(rivals(arguments.output), arguments.epochs)
    report: dict[str, Any] = {}
    for head in HEADS:
        report[head] = compare_with_rivals(
            pictures, run.recipe.data.source.parent, head, budget, arguments.output, say
        )
        write_whole(arguments.figures, as_json(report))
        answers = {"the head": {"worth": report[head]["head"]}} | report[head]["rivals"]
        for name, answer in answers.items():
            print(f"{head:<10} {name:<12} {in_words(answer)}")


def in_words(answer: dict[str, Any]) -> str:
    """Say what a head or a rival is worth, or what it failed of."""
    if "error" in answer:
        return str(answer["error"])
    right, balanced = (answer["worth"][key]["value"] for key in ("accuracy", "balanced_accuracy"))
    return f"right {right:6.1%}  balanced {balanced:6.1%}"


def rivals(output: Path) -> tuple[Path, ...]:
    """Return the recipes of the rivals: the like of our own, and the older projects'."""
    output.mkdir(parents=True, exist_ok=True)
    vgg19 = output / "vgg19.toml"
    recipe = with_settings(read_recipe(ROOT / "recipes/vgg19.toml"), FROM_CHANCE)
    write_recipe(recipe, vgg19, "VGG-19 from chance, whole.")
    return (ROOT / "recipes/mobilenetv2.toml", vgg19)


if __name__ == "__main__":
    main()
