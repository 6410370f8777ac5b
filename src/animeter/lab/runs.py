"""A run folder: everything that one recipe gave, and enough to go on after a kill.

RUN/recipe.toml        the recipe, as it was when the run began
RUN/run.json           where the recipe lies, versions, seed, command line, git revision
RUN/fold-0/ ...        one folder a network, as `training` writes it, and beside that:
    member-0/ ...      where the recipe averages networks (see `averaging`), each one's training
    bundle/            the exported file
    out_of_fold.csv    what the file says of the fold it never saw
    train.log          what the training printed
RUN/final/             the network that is trained on everything
RUN/calibration.json   scalings and thresholds, or temperatures, from all folds
RUN/leaks.json         what leaks between the folds
RUN/suspects.csv       labels that the folds' networks do not believe
RUN/report/            what `animeter evaluate --folds-run RUN` writes
"""

import dataclasses
import importlib.metadata
import json
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from animeter.datasets.manifest import BORDERLINE, ManifestRow, read_manifest
from animeter.domain.errors import RecipeError
from animeter.lab.labels.rows import label_rows
from animeter.lab.recipe import NETWORK_FACTS, Recipe, read_recipe
from animeter.media.small_files import write_whole

FINAL = "final"
RECIPE_FILE = "recipe.toml"
RECORD_FILE = "run.json"
_PACKAGES = ("animeter", "torch", "timm", "lightning", "onnx", "onnxruntime", "numpy", "pillow")


@dataclass(frozen=True, slots=True)
class Run:
    """A recipe and the folder of what it gives.

    Attributes:
        folder: of the run.
        recipe_path: the recipe's own file; its relative paths count from there.
        recipe: read from it.
    """

    folder: Path
    recipe_path: Path
    recipe: Recipe

    @classmethod
    def open(cls, recipe_path: Path, folder: Path) -> "Run":
        """Begin a run, or go on with one.

        Raises:
            RecipeError: the recipe cannot be used, or the folder holds another recipe's run.
        """
        recipe = read_recipe(recipe_path)
        text = recipe_path.read_text(encoding="utf-8")
        kept = folder / RECIPE_FILE
        folder.mkdir(parents=True, exist_ok=True)
        if kept.exists() and kept.read_text(encoding="utf-8") != text:
            raise RecipeError(
                f"{folder} holds a run of another recipe than {recipe_path}. Choose another "
                "folder with --run, or remove that one to start anew."
            )
        if not kept.exists():
            record = {"recipe": str(recipe_path.resolve()), **_circumstances(recipe)}
            # Whole, since several processes may begin one run at the same time.
            write_whole(folder / RECORD_FILE, json.dumps(record, indent=2) + "\n")
            write_whole(kept, text)
        return cls(folder=folder, recipe_path=recipe_path, recipe=recipe)

    @classmethod
    def reopen(cls, folder: Path) -> "Run":
        """Go on with a run that was begun, by its folder alone.

        Raises:
            RecipeError: the folder holds no run, or its recipe has changed or gone.
        """
        try:
            record = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
            recipe_path = Path(record["recipe"])
        except (OSError, ValueError, KeyError) as error:
            raise RecipeError(
                f"{folder} holds no run of `animeter train`. Give the folder of one."
            ) from error
        return cls.open(recipe_path, folder)

    def part(self, name: str) -> Path:
        """Return the folder of one network."""
        return self.folder / name

    def bundle(self, name: str) -> Path:
        """Return the folder of one network's bundle."""
        return self.folder / name / "bundle"


def fold_name(fold: int) -> str:
    """Return the name of the network that never saw a fold."""
    return f"fold-{fold}"


def held_out_by(name: str) -> int | None:
    """Return the fold that a network of that name never saw; None for the final one."""
    return None if name == FINAL else int(name.removeprefix("fold-"))


def folds_of(rows: Sequence[ManifestRow]) -> list[int]:
    """Return the folds that occur, sorted.

    Raises:
        RecipeError: there are fewer than two.
    """
    folds = sorted({row.fold for row in rows if row.fold is not None})
    if len(folds) < 2:
        raise RecipeError(
            f"Cross-validation needs two folds or more, the manifest's column 'fold' holds {folds}."
            " Number the folds so that no franchise stands in two."
        )
    return folds


def trusted_rows(recipe: Recipe) -> list[ManifestRow]:
    """Return the pictures whose label can be believed: what figures are measured on.

    In task `likeness` the style is the label.
    """
    if recipe.task == "labels":
        return label_rows(recipe.data)
    return [
        row for row in read_manifest(recipe.data.source, recipe.data.more_labels) if row.is_counted
    ]


def training_rows(recipe: Recipe, without_fold: int | None = None) -> list[ManifestRow]:
    """Return what a network is trained on: the trusted rows less those that are left out.

    Photographs and logos filed under a show come in as `neither`: they are the hardest examples
    of it that there are. Where exclusive labels are learned they stay out.

    Args:
        recipe: names the pictures and the list of what is left out.
        without_fold: the fold the network must not see; None for the final one.

    Raises:
        RecipeError: the list names pictures that the manifest does not hold.
    """
    rows = _teaching_rows(recipe)
    left_out = _left_out(recipe)
    unknown = left_out - {row.name for row in rows}
    if unknown:
        raise RecipeError(
            f"{recipe.data.leave_out} names {len(unknown)} pictures that the manifest does not "
            f"hold, such as {min(unknown)!r}. Use the manifest's own paths, one a line."
        )
    return [
        row
        for row in rows
        if row.name not in left_out and (without_fold is None or row.fold != without_fold)
    ]


def training_facts(run: Run, name: str) -> dict[str, object]:
    """Return what a network was trained on and how, as `model.json` keeps it."""
    rows = training_rows(run.recipe, held_out_by(name))
    network, training = run.recipe.network, run.recipe.training
    return {
        "part": name,
        **network.model_dump(include=set(NETWORK_FACTS)),
        "pictures": len(rows),
        "franchises": len({row.franchise for row in rows if row.style != "neither"}),
        "epochs": training.epochs,
        "sizes_px": training.sizes_px,
        "seed": run.recipe.seed,
        "averaged": max(1, len(run.recipe.average)),
    }


def _teaching_rows(recipe: Recipe) -> list[ManifestRow]:
    if recipe.task == "labels":
        return label_rows(recipe.data)
    return [
        row if row.is_drawn_as_labelled else dataclasses.replace(row, style="neither", series="")
        for row in read_manifest(recipe.data.source, recipe.data.more_labels)
        if row.style != BORDERLINE
    ]


def _left_out(recipe: Recipe) -> set[str]:
    path = recipe.data.leave_out
    if path is None:
        return set()
    if not path.is_file():
        raise RecipeError(f"data.leave_out is {path}, and there is no such file.")
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return {line for line in lines if line and not line.startswith("#")}


def _circumstances(recipe: Recipe) -> dict[str, object]:
    return {
        "command": ["animeter", *sys.argv[1:]],
        "seed": recipe.seed,
        "git": _git_revision(),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "machine": f"{platform.system()} {platform.machine()}",
    }


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _git_revision() -> str | None:
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()
