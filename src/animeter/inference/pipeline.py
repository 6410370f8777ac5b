"""Works through a stream in small chunks on several threads, and gives the results in order.

Only a window of the stream is ever in memory, however long the stream is and however slowly the
results are taken. This file does not know what the work is.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")


def work_ahead(
    work: Callable[[Sequence[Item]], Sequence[Done]],
    items: Iterable[Item],
    in_flight: int,
    workers: int,
) -> Generator[Done, None, None]:
    """Give `work`'s results for a stream of items, one by one and in order.

    The items taken and not yet given back are at most `in_flight`; they are worked on in chunks,
    two for each worker, so that a worker always finds its next one. An exception in `work` or in
    the stream comes out where its items' results would have.

    Args:
        work: from a chunk of items to as many results; called on several threads at once.
        items: the stream; read only on the caller's thread.
        in_flight: how many items may be under way.
        workers: how many threads work.
    """
    left = iter(items)
    chunk_size = max(1, in_flight // (2 * workers))
    chunks_ahead = max(1, in_flight // chunk_size)
    pool = ThreadPoolExecutor(workers, thread_name_prefix="animeter")
    try:
        waiting: deque[Future[Sequence[Done]]] = deque()
        while True:
            while len(waiting) < chunks_ahead and (chunk := list(islice(left, chunk_size))):
                waiting.append(pool.submit(work, chunk))
            if not waiting:
                return
            yield from waiting.popleft().result()
    finally:
        # Also when the caller stops early: what has not begun never does.
        pool.shutdown(wait=True, cancel_futures=True)
