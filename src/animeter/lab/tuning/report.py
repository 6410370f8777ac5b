"""What a study found, written down: `best.toml`, `report.html`, `report.json` and `plots/*.svg`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

import animeter
from animeter.lab import page
from animeter.lab.drawings import standalone
from animeter.lab.recipe import Recipe
from animeter.lab.recipe_variants import with_settings, write_recipe
from animeter.lab.training_log import EpochFigures
from animeter.lab.tuning.plots import axis_plot, history_plot, importance_plot
from animeter.lab.tuning.search_space import Range, Search
from animeter.lab.tuning.trial_claims import failed_trials

BEST_FILE = "best.toml"
_ENOUGH_FOR_IMPORTANCE = 4
_FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)


def best_trial(study: optuna.Study) -> FrozenTrial | None:
    """Return the best trial that was trained to its end; None before there is one."""
    done = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return study.best_trial if done else None


def write_best(
    folder: Path,
    search: Search,
    recipe: Recipe,
    best: FrozenTrial,
    reported: EpochFigures | None = None,
) -> None:
    """Write the best trial as a recipe, with a header that says where it comes from."""
    settings = search.settings(best.params)
    score = "" if best.value is None else search.text_of(best.value)
    header = [
        f"Found by `animeter tune`: trial {best.number} of the study.",
        f"Its {search.score} is {score} on fold {search.folds.choose}, which chose it.",
        *([_said_of(search, reported)] if reported else []),
        "Its paths are those of the machine that it was found on.",
        f"  animeter train {BEST_FILE}",
        "What was tuned:",
        *(f"  {key} = {value}" for key, value in settings.items()),
    ]
    write_recipe(with_settings(recipe, settings), folder / BEST_FILE, "\n".join(header))


def write_tuning_report(
    folder: Path, search: Search, study: optuna.Study, reported: EpochFigures | None
) -> Path:
    """Write the report of a study and return its page's path.

    Args:
        folder: of the study.
        search: what it tried.
        study: its trials.
        reported: figures of the best recipe on the report folds.

    Raises:
        OutputError: the folder cannot be written to.
        MissingExtraError: jinja2 or matplotlib is not installed.
    """
    report = tuning_report(search, study, reported)
    drawings = draw_plots(report)
    svgs = {name: drawing.svg() for name, drawing in drawings.items()}
    files: dict[str, str | bytes] = {f"plots/{n}.svg": standalone(svg) for n, svg in svgs.items()}
    files["report.json"] = page.as_json(report)
    files["report.html"] = page.render("tuning.html.j2", svgs, report=report)
    page.write_files(folder, files)
    return folder / "report.html"


def tuning_report(
    search: Search, study: optuna.Study, reported: EpochFigures | None
) -> dict[str, Any]:
    """Put a study into figures, as `report.json` has them."""
    best = best_trial(study)
    trials = [_trial(search, t) for t in study.get_trials(deepcopy=False, states=_FINISHED)]
    return {
        "made": page.time_made(),
        "animeter": animeter.__version__,
        "study": study.study_name,
        "recipe": search.recipe.name,
        "method": search.method,
        "score": search.score,
        "folds": search.folds.model_dump(),
        "axes": {key: _axis(axis) for key, axis in search.axes.items()},
        "planned": search.planned,
        "failed": failed_trials(study),
        "trials": trials,
        "best": None if best is None else _trial(search, best),
        "reported": reported
        and {"accuracy": reported.held_out_accuracy, "loss": reported.held_out_loss},
        "importance": _importance(study),
    }


def draw_plots(report: Mapping[str, Any]) -> dict[str, Any]:
    """Draw every plot of a report that there is something to draw for, by name."""
    trials = [trial for trial in report["trials"] if trial["score"] is not None]
    if not trials:
        return {}
    drawings = {"history": history_plot(trials, report["score"])}
    if report["importance"]:
        drawings["importance"] = importance_plot(report["importance"])
    for key, axis in report["axes"].items():
        drawings[f"axis_{key}"] = axis_plot(key, axis, trials, report["score"])
    return drawings


def _trial(search: Search, trial: FrozenTrial) -> dict[str, Any]:
    took = trial.duration
    return {
        "number": trial.number,
        "pruned": trial.state is TrialState.PRUNED,
        "score": trial.value,  # of a pruned one, the last that it had
        "epochs": len(trial.intermediate_values),
        "seconds": None if took is None else round(took.total_seconds(), 1),
        "settings": search.settings(trial.params),
    }


def _axis(axis: Range | Sequence[Any]) -> dict[str, Any]:
    if isinstance(axis, Range):
        return axis.model_dump()
    return {"choices": list(axis)}


def _importance(study: optuna.Study) -> dict[str, float] | None:
    """Return the share of the scores' spread that each axis explains, the largest first.

    Source: Hutter, Hoos and Leyton-Brown 2014, "An Efficient Approach for Assessing Hyperparameter
    Importance".
    """
    done = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    if len(done) < _ENOUGH_FOR_IMPORTANCE:
        return None
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    try:
        return dict(optuna.importance.get_param_importances(study, evaluator=evaluator))
    except (RuntimeError, ValueError):  # all scores are alike
        return None


def _said_of(search: Search, reported: EpochFigures) -> str:
    names = ", ".join(map(str, search.folds.report))
    return (
        f"Trained without fold {names}, whose pictures had no part in choosing it, it has accuracy "
        f"{reported.held_out_accuracy or 0.0:.1%} and loss {reported.held_out_loss or 0.0:.4f} on "
        "them."
    )
