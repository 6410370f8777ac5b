"""Where a study's trials are kept: a SQLite file, or any database that Optuna can reach."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import optuna
from filelock import BaseFileLock, FileLock
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from animeter.datasets.manifest import ManifestRow
from animeter.domain.dotted_keys import dotted
from animeter.domain.errors import OutputError, RecipeError
from animeter.lab.recipe import Recipe
from animeter.lab.tuning.search_space import Search

Guard = BaseFileLock | None
Essence = Mapping[str, Any]

STORAGE_FAILURES = (SQLAlchemyError, optuna.exceptions.StorageInternalError)
"""What Optuna raises where its storage cannot be reached, is full or is broken."""

_SEARCH = "search"
_WAIT_FOR_SQLITE_S = 60
_WAIT_FOR_TABLES_S = 3.0
_WARMUP_EPOCHS = 1


def essence_of(search: Search, recipe: Recipe, rows: Sequence[ManifestRow]) -> Essence:
    """Return what scores of a study depend on: all but the number of trials, and where files lie.

    Args:
        search: what is tried.
        recipe: the base recipe.
        rows: all pictures.
    """
    tried = search.model_dump(mode="json", exclude={"recipe", "trials"})
    base = recipe.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    for key in ("manifest", "folder", "more_labels", "leave_out"):
        base["data"].pop(key, None)
    network = base.get("network", {})
    for key in {"weights", "checkpoint"} & network.keys():
        network[key] = Path(network[key]).name
    labels = sorted(f"{row.name}|{row.style}|{row.label}|{row.fold}" for row in rows)
    pictures = hashlib.sha256("\n".join(labels).encode()).hexdigest()[:16]
    return {"search": tried, "recipe": base, "pictures": pictures}


def open_study(
    name: str, storage: str, essence: Essence, *, maximise: bool
) -> tuple[optuna.Study, Guard]:
    """Open a study, or begin it.

    Args:
        name: of the study in its storage.
        storage: URL, as SQLAlchemy writes it.
        essence: what `essence_of` says of it.
        maximise: whether a larger score is a better one.

    Returns:
        The study, and a lock to hold while a trial is claimed; None where the storage locks rows
        itself, which SQLite does not.

    Raises:
        OutputError: the storage cannot be reached.
        RecipeError: the study of that name tries something else.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    url = _parsed(storage)
    guard = _guard(url)
    try:
        with guard or nullcontext():
            study = optuna.create_study(
                storage=_storage(url),
                study_name=name,
                direction="maximize" if maximise else "minimize",
                pruner=optuna.pruners.MedianPruner(n_warmup_steps=_WARMUP_EPOCHS),
                load_if_exists=True,
            )
            _check_same_search(study, essence)
    except (*STORAGE_FAILURES, ImportError, OSError) as error:
        raise storage_error(url, error) from error
    return study, guard


def sqlite_url(path: Path) -> str:
    """Return the URL of a storage in a file."""
    url = URL.create("sqlite", database=str(path.resolve()))
    return url.render_as_string(hide_password=False)


def storage_error(storage: str | URL, error: Exception) -> OutputError:
    """Say what is wrong with a storage, without the password in its URL."""
    shown = make_url(storage).render_as_string(hide_password=True)
    cause = str(error.__cause__ or error).strip().splitlines()[0]
    return OutputError(
        f"The study's storage {shown} cannot be used: {cause}. What is in it is kept; mend the "
        "cause, or name another with --storage, and give the same command again."
    )


def _parsed(storage: str) -> URL:
    try:
        return make_url(storage)
    except ArgumentError as error:
        raise OutputError(
            f"{storage!r} is no storage. Wanted a URL such as "
            "postgresql+psycopg://user@host/database or sqlite:////folder/study.db."
        ) from error


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}


def _guard(url: URL) -> Guard:
    return FileLock(f"{url.database}.lock") if _is_file(url) else None


def _storage(url: URL) -> optuna.storages.RDBStorage:
    options: dict[str, Any] = {"pool_pre_ping": True}  # a server may have closed what idled
    if _is_file(url):
        options = {"connect_args": {"timeout": _WAIT_FOR_SQLITE_S}}
    text = url.render_as_string(hide_password=False)
    try:
        return optuna.storages.RDBStorage(text, engine_kwargs=options)
    except DBAPIError:  # another worker made the tables of a new database at the same time
        time.sleep(_WAIT_FOR_TABLES_S)
        return optuna.storages.RDBStorage(text, engine_kwargs=options)


def _check_same_search(study: optuna.Study, essence: Essence) -> None:
    known = study.user_attrs.get(_SEARCH)
    if known is None:
        study.set_user_attr(_SEARCH, essence)
        return
    before, now = dict(dotted(known)), dict(dotted(essence))
    changed = sorted(key for key in before.keys() | now.keys() if before.get(key) != now.get(key))
    if changed:
        raise RecipeError(
            f"The study {study.study_name!r} was begun with another search: {', '.join(changed)} "
            "differs, so that its scores cannot be compared. Undo the change, or name another "
            "study: copy the search to a file of another name, or choose another folder with --run."
        )
