"""Remembered embeddings."""

from pathlib import Path

import numpy as np
import pytest

from animeter.domain.taught_head import EmbeddingModel
from animeter.inference.embedding_cache import EmbeddingCache, content_key
from animeter.settings import Settings

MODEL = EmbeddingModel("tiny 1.0", "ab" * 32, 3)
KEY = content_key(b"a picture")
VECTOR = np.array([0.1, 0.2, 0.3], dtype=np.float32)


def test_what_was_put_comes_back_to_the_bit(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "cache.sqlite"
    with EmbeddingCache(MODEL, file) as cache:
        assert cache.get(KEY) is None
        cache.put(KEY, VECTOR)
    with EmbeddingCache(MODEL, file) as cache:
        assert cache.problem is None
        found = cache.get(KEY)
        assert found is not None
        assert np.array_equal(found, VECTOR)
        assert cache.get(content_key(b"another")) is None


def test_each_model_has_its_own(tmp_path: Path) -> None:
    other = EmbeddingModel("tiny 2.0", "cd" * 32, 3)
    settings = Settings(home=tmp_path)
    with EmbeddingCache.of_user(MODEL, settings) as cache:
        cache.put(KEY, VECTOR)
    with EmbeddingCache.of_user(other, settings) as cache:
        assert cache.get(KEY) is None


def test_what_an_error_leaves_is_saved(tmp_path: Path) -> None:
    def fail() -> None:
        with EmbeddingCache(MODEL, tmp_path / "cache.sqlite") as cache:
            cache.put(KEY, VECTOR)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    with EmbeddingCache(MODEL, tmp_path / "cache.sqlite") as cache:
        assert cache.get(KEY) is not None


def test_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "cache.sqlite"
    file.write_bytes(b"this is no database, and long enough to be told so" * 100)
    with EmbeddingCache(MODEL, file) as cache:
        assert cache.problem is None
        cache.put(KEY, VECTOR)
    with EmbeddingCache(MODEL, file) as cache:
        assert cache.get(KEY) is not None


def test_a_place_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with EmbeddingCache(MODEL, tmp_path / "file" / "cache.sqlite") as cache:
        assert cache.problem is not None
        cache.put(KEY, VECTOR)
        assert cache.get(KEY) is not None  # for this run


def test_an_entry_of_another_length_is_not_believed(tmp_path: Path) -> None:
    with EmbeddingCache(MODEL, tmp_path / "cache.sqlite") as cache:
        cache.put(KEY, np.zeros(5, np.float32))
        assert cache.get(KEY) is None
        cache.put(KEY, np.array([np.nan, 0, 0], np.float32))
        assert cache.get(KEY) is None
