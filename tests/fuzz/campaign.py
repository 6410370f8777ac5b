"""Feeds mutated pictures to a worker process and collects what went wrong.

A finding is an input that crashed the reader, kept it too long, made it ask for too much memory,
or raised something other than an `AnimeterError`. After a crash or a hang, a new worker goes on
with the next input.
"""

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
# Work of the processor, not time on the clock: other programs may be running.
CPU_LIMIT_S = 5.0
HANG_LIMIT_S = 120.0
MEMORY_LIMIT_MB = 700


@dataclass(frozen=True)
class Finding:
    """An input that was not dealt with as it should be."""

    number: int
    name: str
    why: str


@dataclass
class Campaign:
    """What came of the inputs so far."""

    seed: int
    worker: str = "tests.fuzz.worker"
    hang_limit_s: float = HANG_LIMIT_S
    outcomes: Counter[str] = field(default_factory=Counter)
    by_format: dict[str, Counter[str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    slowest_cpu_s: float = 0.0
    peak_mb: int = 0

    def run(self, first: int, stop: int) -> None:
        """Try the inputs from `first` up to, not with, `stop`."""
        while first < stop:
            first = self._run_one_worker(first, stop)

    def _run_one_worker(self, first: int, stop: int) -> int:
        """Go on until the worker is done or dies; returns the number to go on with."""
        command = [sys.executable, "-m", self.worker, str(self.seed), str(first), str(stop)]
        with tempfile.TemporaryFile() as complaints:
            worker = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=complaints)
            assert worker.stdout is not None
            lines = _Lines(worker.stdout)
            number = first
            try:
                while (line := lines.next(self.hang_limit_s)) is not None:
                    self._note(json.loads(line))
                    number += 1
                why = "" if number == stop else _last_words(worker.wait(60), complaints)
            except TimeoutError:
                why = f"hung for {self.hang_limit_s:.0f} s"
            finally:
                worker.kill()
                worker.wait()
                worker.stdout.close()
        if number < stop:
            self._find(number, "?", why)
            number += 1
        return number

    def _note(self, told: dict[str, object]) -> None:
        number, name = int(str(told["number"])), str(told["name"])
        outcome = str(told["outcome"])
        self.outcomes[outcome] += 1
        self.by_format.setdefault(name.split("-", maxsplit=1)[0], Counter())[outcome] += 1
        cpu_s, peak_mb = float(str(told["cpu_s"])), int(str(told["peak_mb"]))
        if outcome == "finding":
            self._find(number, name, str(told["why"]))
        elif cpu_s > CPU_LIMIT_S:
            self._find(number, name, f"took {cpu_s} s of processor time")
        elif peak_mb > MEMORY_LIMIT_MB >= self.peak_mb:  # The peak never falls: blame the first.
            self._find(number, name, f"took memory to {peak_mb} MB")
        self.slowest_cpu_s = max(self.slowest_cpu_s, cpu_s)
        self.peak_mb = max(self.peak_mb, peak_mb)

    def _find(self, number: int, name: str, why: str) -> None:
        self.findings.append(Finding(number, name, why))


class _Lines:
    """Lines of a pipe, with a limit to how long each may take."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._descriptor = pipe.fileno()
        self._pending = b""

    def next(self, limit_s: float) -> bytes | None:
        """The next line; None at the end. Raises TimeoutError."""
        deadline_s = time.monotonic() + limit_s
        while b"\n" not in self._pending:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0 or not select.select([self._descriptor], [], [], left_s)[0]:
                raise TimeoutError
            some = os.read(self._descriptor, 65536)
            if not some:
                return None
            self._pending += some
        line, self._pending = self._pending.split(b"\n", 1)
        return line


def _last_words(exit_code: int, complaints: IO[bytes]) -> str:
    complaints.seek(0)
    text = complaints.read().decode(errors="replace")
    return f"the reader ended with exit code {exit_code}:\n{text[-3000:]}"
