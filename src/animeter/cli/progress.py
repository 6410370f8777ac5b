"""One line on a terminal that says how far a run is, how fast, and how long it still takes."""

import shutil
import threading
import time
from collections.abc import Callable
from typing import TextIO

_REDRAW_S = 0.1
_ERASE = "\r\x1b[K"


class ProgressLine:
    """Progress on standard error; silent unless that is a terminal.

    Args:
        stream: where the line goes.
        count_total: finds how many there will be, or None; runs in a thread of its own, so that
            the work need not wait for the counting.
        wanted: False keeps it silent on a terminal too.
    """

    def __init__(
        self, stream: TextIO, count_total: Callable[[], int | None], *, wanted: bool = True
    ) -> None:
        self._stream = stream
        self._shown = wanted and stream.isatty()
        self._started_s = time.monotonic()
        self._drawn_s = 0.0
        self._total: int | None = None
        self._drawn = False
        if self._shown:
            threading.Thread(target=self._count, args=(count_total,), daemon=True).start()

    def update(self, done: int, failed: int) -> None:
        """Tell how many are done, failures included; redraws ten times a second at most."""
        now_s = time.monotonic()
        if self._shown and now_s - self._drawn_s >= _REDRAW_S:
            self._drawn_s = now_s
            text = progress_text(done, failed, self._total, now_s - self._started_s)
            width = shutil.get_terminal_size().columns - 1
            self._stream.write(_ERASE + text[:width])
            self._stream.flush()
            self._drawn = True

    def erase(self) -> None:
        """Clear the line, so that something else can be written there."""
        if self._drawn:
            self._stream.write(_ERASE)
            self._stream.flush()
            self._drawn = False

    def _count(self, count_total: Callable[[], int | None]) -> None:
        self._total = count_total()


def progress_text(done: int, failed: int, total: int | None, elapsed_s: float) -> str:
    """Say how far a run is: `1,200 of 4,000 · 150 a second · 19 s left · 3 failed`."""
    rate = done / elapsed_s if elapsed_s > 0 else 0.0
    parts = [f"{done:,}" if total is None else f"{done:,} of {total:,}", rate_text(rate)]
    if total is not None and rate > 0:
        parts.append(f"{duration_text(max(total - done, 0) / rate)} left")
    if failed:
        parts.append(f"{failed:,} failed")
    return " · ".join(parts)


def rate_text(per_second: float) -> str:
    """Say a rate: `152 a second`, `1.4 a second`."""
    return f"{per_second:,.0f} a second" if per_second >= 10 else f"{per_second:.1f} a second"


def duration_text(seconds: float) -> str:
    """Say a duration: `0.8 s`, `42 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"
