"""Embeddings that were worked out before, kept by what the picture's file holds.

The key is the sha256 of the file's bytes, so that a picture that was renamed, moved or put under
another label is known, and one that was changed is not. Each model has a file of its own, named by
the model's sha256. It is a cache: deleting it costs time and nothing else, and a file that is
damaged or cannot be written is done without.
"""

import hashlib
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from animeter.domain.taught_head import EmbeddingModel
from animeter.settings import Settings

_FORM: Final = (
    "CREATE TABLE IF NOT EXISTS embedding "
    "(content BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
)
_WAIT_S: Final = 30.0  # for another program that writes at the moment
_UNSAVED: Final = 256  # embeddings that a kill may cost


def content_key(content: bytes) -> bytes:
    """Return what a picture's file is known by: the sha256 of its bytes."""
    return hashlib.sha256(content).digest()


class EmbeddingCache:
    """The embeddings of one model, as a context manager; for one thread.

    Args:
        model: whose embeddings.
        file: where they are kept; made if need be. None keeps them in memory alone.

    Attributes:
        problem: why they are not kept on disk; None when all is well.
    """

    def __init__(self, model: EmbeddingModel, file: Path | None) -> None:
        self._bytes = 4 * model.embedding_dim
        self.problem: str | None = None
        self._unsaved = 0
        self._database = self._open(file)

    @classmethod
    def of_user(cls, model: EmbeddingModel, settings: Settings) -> "EmbeddingCache":
        """Open the user's own cache for a model."""
        return cls(model, settings.cache_folder / "embeddings" / f"{model.sha256[:16]}.sqlite")

    def get(self, key: bytes) -> NDArray[np.float32] | None:
        """Return the embedding [D] of a content, or None if it is not known."""
        try:
            row = self._database.execute(
                "SELECT vector FROM embedding WHERE content = ?", (key,)
            ).fetchone()
        except sqlite3.Error as error:
            self._do_without(error)
            return None
        if row is None or not isinstance(row[0], bytes) or len(row[0]) != self._bytes:
            return None
        vector = np.frombuffer(row[0], dtype="<f4").astype(np.float32)
        return vector if np.all(np.isfinite(vector)) else None

    def put(self, key: bytes, vector: NDArray[np.float32]) -> None:
        """Keep the embedding [D] of a content."""
        try:
            self._database.execute(
                "INSERT OR REPLACE INTO embedding VALUES (?, ?)",
                (key, vector.astype("<f4").tobytes()),
            )
            self._unsaved += 1
            if self._unsaved >= _UNSAVED:
                self._database.commit()
                self._unsaved = 0
        except sqlite3.Error as error:
            self._do_without(error)

    def __enter__(self) -> Self:
        """Give the cache itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Save what is new, also after an error, and close the file."""
        try:
            self._database.commit()
        except sqlite3.Error as failure:
            self.problem = str(failure)
        self._database.close()

    def _open(self, file: Path | None) -> sqlite3.Connection:
        if file is not None:
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                return _connect(file)
            except (OSError, sqlite3.OperationalError) as error:
                self.problem = str(error)
            except sqlite3.DatabaseError:  # no database at all, or a damaged one
                try:
                    file.unlink()
                    return _connect(file)
                except (OSError, sqlite3.Error) as error:
                    self.problem = str(error)
        return _connect(":memory:")

    def _do_without(self, error: sqlite3.Error) -> None:
        self.problem = str(error)
        self._database.close()
        self._database = _connect(":memory:")


def _connect(file: Path | str) -> sqlite3.Connection:
    database = sqlite3.connect(file, timeout=_WAIT_S)
    try:
        database.execute(_FORM)
        database.commit()
    except sqlite3.Error:
        database.close()
        raise
    return database
