"""Importing what an extra brings, or saying how to install it."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def needing(extra: str) -> Iterator[None]:
    """Turn a package that is missing where the block imports it into an error that says what to do.

    Args:
        extra: of animeter, which brings what the block needs.
    """
    from animeter.domain.errors import MissingExtraError

    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingExtraError(extra, error.name or extra) from error
