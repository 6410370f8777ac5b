"""Streams are worked through in order, in a bounded window, and left tidily."""

import itertools
import threading
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animeter.inference.pipeline import work_ahead


def squares(chunk: Sequence[int]) -> list[int]:
    return [number * number for number in chunk]


@given(st.lists(st.integers(), max_size=50), st.integers(1, 20), st.integers(1, 4))
def test_every_item_comes_back_in_order(items: list[int], in_flight: int, workers: int) -> None:
    assert list(work_ahead(squares, items, in_flight, workers)) == squares(items)


@given(st.integers(1, 40), st.integers(1, 4), st.integers(0, 60))
def test_no_more_than_the_window_is_under_way(in_flight: int, workers: int, taken: int) -> None:
    read = 0

    def endless() -> Iterator[int]:
        nonlocal read
        for number in itertools.count():
            read += 1
            yield number

    stream = work_ahead(squares, endless(), in_flight, workers)
    for given_back, _ in enumerate(itertools.islice(stream, taken), 1):
        assert read - given_back < in_flight + 1
    stream.close()
    assert read <= taken + in_flight


def test_workers_work_side_by_side() -> None:
    both = threading.Barrier(2, timeout=10)

    def meet(chunk: Sequence[int]) -> list[int]:
        both.wait()
        return list(chunk)

    assert list(work_ahead(meet, [1, 2], in_flight=2, workers=2)) == [1, 2]


def test_an_error_in_the_work_comes_out_in_its_place() -> None:
    def fragile(chunk: Sequence[int]) -> list[int]:
        if 5 in chunk:
            raise ArithmeticError("five")
        return list(chunk)

    stream = work_ahead(fragile, range(10), in_flight=4, workers=2)
    assert [next(stream) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(ArithmeticError, match="five"):
        next(stream)


def test_an_error_in_the_stream_comes_out() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise OSError("list cut off")

    with pytest.raises(OSError, match="cut off"):
        list(work_ahead(squares, broken(), in_flight=8, workers=2))


def test_stopping_early_ends_the_threads() -> None:
    before = threading.active_count()
    stream = work_ahead(squares, itertools.count(), in_flight=8, workers=3)
    next(stream)
    stream.close()
    assert threading.active_count() == before
