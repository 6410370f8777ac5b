"""The queue: bounded, never over, and what has not begun by its deadline never does."""

import asyncio
import threading

import pytest

from animeter.server.errors import QueueFullError, TooSlowError
from animeter.server.work import WorkQueue


def soon(seconds: float = 30.0) -> float:
    return asyncio.get_running_loop().time() + seconds


def test_work_runs_on_threads_and_the_loop_stays_free() -> None:
    async def scene() -> None:
        queue = WorkQueue(threads=2, max_waiting=4)
        gate = threading.Event()
        blocked = [asyncio.create_task(queue.run(soon(), gate.wait, 30)) for _ in range(2)]
        await asyncio.sleep(0.01)  # comes back although both threads are busy
        assert not any(task.done() for task in blocked)
        gate.set()
        assert await asyncio.gather(*blocked) == [True, True]
        queue.close()

    asyncio.run(scene())


def test_places_are_counted_shown_and_given_back() -> None:
    seen: list[int] = []
    queue = WorkQueue(threads=1, max_waiting=2, watch=seen.append)
    with queue.places(2), queue.places():
        assert not queue.has_room
        with pytest.raises(QueueFullError):
            queue.check_room()
        with pytest.raises(QueueFullError), queue.places():
            pass
    with pytest.raises(ZeroDivisionError), queue.places():
        raise ZeroDivisionError
    assert queue.taken == 0
    assert seen == [2, 3, 2, 0, 1, 0]
    with pytest.raises(QueueFullError), queue.places(4):
        pass
    queue.close()


def test_what_has_not_begun_by_its_deadline_never_does() -> None:
    async def scene() -> None:
        queue = WorkQueue(threads=1, max_waiting=4)
        gate, ran = threading.Event(), []
        first = asyncio.create_task(queue.run(soon(), gate.wait, 30))
        await asyncio.sleep(0)
        with pytest.raises(TooSlowError):
            await queue.run(soon(0.05), ran.append, 1)
        gate.set()
        await first
        assert await queue.run(soon(), ran.append, 2) is None
        assert ran == [2]
        queue.close()

    asyncio.run(scene())


def test_an_error_in_the_work_comes_out() -> None:
    async def scene() -> None:
        queue = WorkQueue(threads=1, max_waiting=1)
        with pytest.raises(ValueError, match="invalid literal"):
            await queue.run(soon(), int, "seven")
        queue.close()

    asyncio.run(scene())


def test_the_wait_it_names_grows_with_the_work() -> None:
    async def scene() -> None:
        queue = WorkQueue(threads=1, max_waiting=100)
        assert queue.retry_after_s() == 1
        gate = threading.Event()
        for _ in range(10):
            await queue.run(soon(), gate.wait, 0.05)
        with queue.places(100):
            assert 2 <= queue.retry_after_s() <= 60
        queue.close()

    asyncio.run(scene())


def test_closing_waits_for_what_runs_and_begins_nothing_more() -> None:
    async def scene() -> None:
        queue = WorkQueue(threads=1, max_waiting=4)
        done: list[str] = []

        def slow() -> None:
            threading.Event().wait(0.2)
            done.append("running")

        running = asyncio.create_task(queue.run(soon(), slow))
        waiting = asyncio.create_task(queue.run(soon(), done.append, "waiting"))
        await asyncio.sleep(0.05)
        await asyncio.to_thread(queue.close)
        await running
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert done == ["running"]

    asyncio.run(scene())
