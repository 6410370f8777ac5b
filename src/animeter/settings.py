"""The environment's door: every variable that Animeter reads is read here.

| variable | meaning | default |
|---|---|---|
| `ANIMETER_HOME` | folder of the user's own models and caches | the platform's data folder |
| `ANIMETER_THREADS` | threads of the network, 1 or more | as many as cores may be used |
| `ANIMETER_PROVIDERS` | ONNX Runtime execution providers, separated by commas, first wins | CPU |
| `ANIMETER_API_KEY` | what `animeter serve` asks its clients for | no key |
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from animeter.domain.errors import SettingError


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment asks for.

    Attributes:
        home: folder of the user's own models and caches; it need not exist.
        threads: threads of the network; None leaves it to the session.
        providers: execution providers in order of preference; None leaves it to the session.
        api_key: what the server asks its clients for; None lets everybody in.
    """

    home: Path
    threads: int | None = None
    providers: tuple[str, ...] | None = None
    api_key: str | None = field(default=None, repr=False)

    @property
    def models_folder(self) -> Path:
        """Where the user's own bundles are, one folder each."""
        return self.home / "models"

    @property
    def heads_folder(self) -> Path:
        """Where the heads that the user taught are, one folder each."""
        return self.home / "heads"

    @property
    def cache_folder(self) -> Path:
        """Where what can be worked out again is kept; it may be deleted."""
        return self.home / "cache"

    @property
    def taxonomy_file(self) -> Path:
        """Where the user's own part of the tree of labels is; it need not exist."""
        return self.home / "taxonomy.yaml"


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from the environment, or from a mapping like it.

    Raises:
        SettingError: a variable holds a value that cannot be used.
    """
    return Settings(
        home=_home(environ.get("ANIMETER_HOME", "")),
        threads=_threads(environ.get("ANIMETER_THREADS", "")),
        providers=_providers(environ.get("ANIMETER_PROVIDERS", "")),
        api_key=environ.get("ANIMETER_API_KEY", "").strip() or None,
    )


def _home(value: str) -> Path:
    if value:
        return Path(value).expanduser()
    from platformdirs import user_data_path

    return user_data_path("animeter", appauthor=False)


def _threads(value: str) -> int | None:
    if not value:
        return None
    if not value.isascii() or not value.isdecimal() or int(value) < 1:
        raise SettingError(
            f"ANIMETER_THREADS is {value!r}: wanted a whole number of at least 1. "
            "Set it to one, or unset it to use the cores at hand."
        )
    return int(value)


def _providers(value: str) -> tuple[str, ...] | None:
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    return names or None
