"""A bounded queue of work for a few threads, so that the event loop never waits for a picture.

Places are counted in pictures and taken before anything is queued: when there are none, a request
is turned away at once instead of waiting for an answer that nobody will be there to read. All
counting happens on the event loop, so there is nothing to lock.
"""

import asyncio
import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, ParamSpec, TypeVar

from animeter.server.errors import QueueFullError, TooSlowError

P = ParamSpec("P")
Done = TypeVar("Done")

_LONGEST_RETRY_S: Final = 60
_SHARE_OF_LATEST: Final = 0.05
_FIRST_GUESS_S: Final = 0.02


class WorkQueue:
    """Runs work on threads, as much of it as there are places.

    Args:
        threads: how many run at a time.
        max_waiting: how many more may wait.
        watch: told how many places are taken whenever that changes.

    Attributes:
        taken: places in use now, those that run included.
    """

    def __init__(
        self, threads: int, max_waiting: int, watch: Callable[[int], None] = lambda _: None
    ) -> None:
        self.threads = threads
        self._watch = watch
        self.taken = 0
        self._places = threads + max_waiting
        self._job_s = _FIRST_GUESS_S
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="animeter-work")

    @property
    def has_room(self) -> bool:
        """Whether there is at least one place."""
        return self.taken < self._places

    def check_room(self, places: int = 1) -> None:
        """Refuse now what would be refused later anyhow.

        Raises:
            QueueFullError: there are not so many places.
        """
        if self.taken + places > self._places:
            raise QueueFullError(self.retry_after_s())

    @contextmanager
    def places(self, count: int = 1) -> Iterator[None]:
        """Hold places for as long as the block lasts.

        Raises:
            QueueFullError: there are not so many.
        """
        self.check_room(count)
        self._take(count)
        try:
            yield
        finally:
            self._take(-count)

    async def run(
        self, deadline_s: float, work: Callable[P, Done], *args: P.args, **kwargs: P.kwargs
    ) -> Done:
        """Run work on a thread; the caller holds its place.

        Work that has not begun by the deadline never does. A thread cannot be stopped, so work
        that has begun goes on to its end, and nobody gets its result.

        Args:
            deadline_s: by the event loop's clock.
            work: what to call; it must not touch the event loop.
            *args: handed to it.
            **kwargs: handed to it.

        Raises:
            TooSlowError: the deadline passed.
        """

        def timed() -> Done:
            began_s = time.perf_counter()
            try:
                return work(*args, **kwargs)
            finally:
                took_s = time.perf_counter() - began_s
                self._job_s += _SHARE_OF_LATEST * (took_s - self._job_s)

        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(deadline_s):
                return await loop.run_in_executor(self._pool, timed)
        except TimeoutError as error:
            raise TooSlowError(
                "the answer took longer than this server allows a request; try again later, or "
                "with fewer or smaller pictures"
            ) from error

    def _take(self, count: int) -> None:
        self.taken += count
        self._watch(self.taken)

    def retry_after_s(self) -> int:
        """Guess when what is queued now will be done, in whole seconds."""
        wait_s = self._job_s * self.taken / self.threads
        return max(1, min(_LONGEST_RETRY_S, math.ceil(wait_s)))

    def close(self) -> None:
        """Finish what runs, and begin nothing more."""
        self._pool.shutdown(wait=True, cancel_futures=True)
