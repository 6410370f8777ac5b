"""What leaves a run for others: the bundle, in float32 or 8 bits, and a checkpoint."""

import json
import shutil
from pathlib import Path

from animeter.domain.errors import BundleError, OutputError, RecipeError
from animeter.inference.bundle import (
    MODEL_FILE,
    SPEC_FILE,
    Bundle,
    LabelBundle,
    is_label_bundle,
)
from animeter.lab.export import save_checkpoint
from animeter.lab.progress import WEIGHTS_FILE
from animeter.lab.quantize import quantize_bundle
from animeter.lab.runs import Run, held_out_by, training_rows
from animeter.media.small_files import write_whole

CHECKPOINT_FILE = "checkpoint.safetensors"


def ship(
    run_folder: Path, part: str, target: Path, *, int8: bool = False, report: Path | None = None
) -> Path:
    """Write a network of a run to a folder of its own: bundle and float16 checkpoint.

    Args:
        run_folder: of `animeter train`.
        part: `final` or `fold-0`...
        target: made if need be; files of a former bundle there are replaced.
        int8: quantise, calibrating on pictures that the network was trained on.
        report: a `report.json` of `animeter evaluate`; its figures go into `model.json`.

    Raises:
        RecipeError: the folder is no run, or that network is not finished.
        BundleError: the run's bundle is damaged.
        OutputError: the report cannot be read.
    """
    weights = run_folder / part / WEIGHTS_FILE
    source = run_folder / part / "bundle"
    if not weights.exists() or not (source / SPEC_FILE).exists():
        raise RecipeError(
            f"{run_folder} holds no finished network {part!r}. Finish it with `animeter train "
            f"RECIPE --run {run_folder}`, or name another with --part."
        )
    labels = is_label_bundle(source)
    if labels and int8:
        raise RecipeError("A model of exclusive labels is not made in 8 bits. Leave --int8 out.")
    bundle = LabelBundle.open(source) if labels else Bundle.open(source)
    if target.exists() and target.resolve() == source.resolve():
        raise BundleError(f"{target} is the run's own bundle. Choose another folder.")
    target.mkdir(parents=True, exist_ok=True)
    if int8 and isinstance(bundle, Bundle):
        recipe = Run.reopen(run_folder).recipe
        seen = [row.path for row in training_rows(recipe, held_out_by(part))]
        quantize_bundle(bundle, seen, target, seed=recipe.seed)
    else:
        for name in (MODEL_FILE, SPEC_FILE):
            shutil.copyfile(source / name, target / name)
    if report is not None:
        _add_figures(target, report)
    save_checkpoint(weights, target / CHECKPOINT_FILE)
    return target


def _add_figures(folder: Path, report: Path) -> None:
    try:
        content = json.loads(report.read_text(encoding="utf-8"))
        figures = {"mode": content["mode"], "made": content["made"], **content["figures"]}
    except (OSError, ValueError, KeyError) as error:
        raise OutputError(
            f"{report} is not a report of `animeter evaluate`: {error!r}. Give its report.json."
        ) from error
    bundle = LabelBundle.open(folder) if is_label_bundle(folder) else Bundle.open(folder)
    described = bundle.spec.model_copy(update={"figures": figures})
    write_whole(folder / SPEC_FILE, described.to_json())
