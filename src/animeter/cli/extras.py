"""Importing what an extra brings, or saying how to install it."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def train_extra(extra: str = "train") -> Iterator[None]:
    """Turn a missing package of the lab into an error that says how to install it.

    Args:
        extra: of animeter, which brings what the verb needs.
    """
    from animeter.domain.errors import MissingExtraError

    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingExtraError(extra, error.name or "torch") from error
