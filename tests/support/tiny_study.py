"""A study without trainings: the search, its storage, and a program that claims trials in turn."""

import sys
from pathlib import Path

import optuna

from animeter.lab.recipe import DataRecipe, Recipe
from animeter.lab.tuning.search_space import Search
from animeter.lab.tuning.study_storage import Guard, essence_of, open_study, sqlite_url

GRID = Search(
    recipe=Path("base.toml"),
    folds={"choose": 1, "report": [0]},
    axes={"network.dropout": [0.1, 0.2, 0.3, 0.4], "training.optimizer": ["sgd", "adam", "adamw"]},
)
TPE = Search(
    recipe=Path("base.toml"),
    method="tpe",
    trials=9,
    folds={"choose": 1},
    axes={
        "training.learning_rate": {"low": 1e-4, "high": 1e-1, "log": True},
        "network.dropout": {"low": 0.0, "high": 0.5, "step": 0.1},
        "training.epochs": {"low": 1, "high": 9},
        "network.hidden": [[], [8], [16, 8]],
    },
)
SEARCHES = {"grid": GRID, "tpe": TPE}
RECIPE = Recipe(name="base", data=DataRecipe(manifest=Path("manifest.csv")))


def open_tiny(folder: Path, search: Search = GRID) -> tuple[optuna.Study, Guard]:
    """Open the study in a folder."""
    essence = essence_of(search, RECIPE, [])
    return open_study("tiny", sqlite_url(folder / "study.db"), essence, maximise=True)


def work(folder: Path, method: str, *, ends: bool) -> None:
    """Claim trials, say which, and give them scores; or claim one and never come back."""
    from animeter.lab.tuning.trial_claims import Claims, Worker

    study, guard = open_tiny(folder, SEARCHES[method])
    with Worker(folder / "workers") as worker:
        claims = Claims(study, SEARCHES[method], worker, guard)
        while (trial := claims.next()) is not None:
            print(trial.number, flush=True)
            if not ends:
                sys.stdin.read()
            study.tell(trial, 0.5)


if __name__ == "__main__":
    work(Path(sys.argv[1]), sys.argv[2], ends=sys.argv[3] == "ends")
