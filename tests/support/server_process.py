"""`animeter serve` as a process of its own, and what one wants to know of it from outside."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_PATIENCE_S = 60


@dataclass
class ServerProcess:
    """A running server.

    Attributes:
        process: what was started.
        url: where it answers.
        said: its standard error so far, line by line.
    """

    process: "subprocess.Popen[str]"
    url: str = ""
    said: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.url.rstrip("/").rpartition(":")[2])

    def resident_mib(self, *, at_most: bool = False) -> float:
        """How much memory it holds now, or has held at most (Linux)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:" if at_most else "VmRSS:")[1].split()[0]) / 1024

    def children(self) -> list[int]:
        """The processes it has started that serve (Linux)."""
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [
            int(pid)
            for pid in task.read_text(encoding="ascii").split()
            if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]

    def stop(self) -> int:
        """Tell it to stop, wait for its end, and give its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_PATIENCE_S)


@contextmanager
def serving(model: Path | str | None, *options: str, **environ: str) -> Iterator[ServerProcess]:
    """Run a server on a free port for as long as the block lasts.

    Args:
        model: its bundle's folder or its name; None for the built-in one.
        *options: of the command line.
        **environ: variables beside those that are set.
    """
    chosen = () if model is None else ("--model", str(model))
    with _started("serve", *options, *chosen, environ=environ) as server:
        yield server


@contextmanager
def labelling(source: Path, *options: str, **environ: str) -> Iterator[ServerProcess]:
    """Run `animeter data label` on a free port, unless the options name one, in the block.

    Args:
        source: a folder or a manifest.
        *options: of the command line.
        **environ: variables beside those that are set.
    """
    with _started("data", "label", str(source), *options, environ=environ) as server:
        yield server


@contextmanager
def _started(*arguments: str, environ: dict[str, str]) -> Iterator[ServerProcess]:
    command = [sys.executable, "-m", "animeter", *arguments]
    if "--port" not in arguments:
        command += ["--port", "0"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environ,
    )
    server = ServerProcess(process)
    listening = threading.Event()

    def listen() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            server.said.append(line)
            if found := re.search(r"http://\S+", line):
                server.url = found[0]
                listening.set()
        listening.set()

    reader = threading.Thread(target=listen, daemon=True)
    reader.start()
    try:
        assert listening.wait(_PATIENCE_S), "the server says nothing"
        assert server.url, f"the server did not start: {''.join(server.said)}"
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        reader.join(_PATIENCE_S)
