"""The key of a label page that others reach over the network: made once, then always the same."""

import secrets
from typing import Final

from animeter.domain.errors import SettingError
from animeter.media.small_files import read_limited
from animeter.settings import Settings

_BYTES: Final = 24
_MAX_FILE_BYTES: Final = 1024


def label_key(settings: Settings) -> str:
    """Return the key: the environment's, or one that is kept in the user's own folder.

    A page that is open when the program ends and begins again then still fits.

    Raises:
        SettingError: it can be neither read nor written.
    """
    if settings.api_key is not None:
        return settings.api_key
    file = settings.home / "label-key"
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        if file.stat().st_size == 0:
            file.write_text(secrets.token_urlsafe(_BYTES), encoding="ascii")
    except OSError as error:
        raise SettingError(
            f"cannot keep a key in {file}: {error.strerror or error}. Give one in the variable "
            "ANIMETER_API_KEY instead."
        ) from error
    wanted = "Delete it, and a new key is made."
    return read_limited(file, _MAX_FILE_BYTES, SettingError, wanted).decode("ascii", "replace")
