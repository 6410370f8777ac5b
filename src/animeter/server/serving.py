"""Runs the server: one process or several on one socket, until it is told to stop.

Several processes share the listening socket, which the first one opens; it then only watches over
the others, starts a new one where one has died, and hands the order to stop on to all.
"""

import math
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any, Final

import numpy as np
import uvicorn

from animeter.domain.errors import SettingError
from animeter.inference.classifier import Classifier, load, usable_cores
from animeter.server.app import create_app
from animeter.server.labelling import Labelling
from animeter.server.metrics import SHARED_FOLDER
from animeter.server.options import ServeOptions
from animeter.server.security import LOOPBACK

_BACKLOG: Final = 4096
_FILES_WANTED: Final = 65536
_WATCH_EVERY_S: Final = 0.2
_TOO_QUICK_S: Final = 5.0
_SPARE_S: Final = 5


@dataclass(frozen=True, slots=True)
class Running:
    """Where and how the server runs.

    Attributes:
        model: name or folder of the model; None for the built-in one.
        host: the address to listen on.
        port: the port to listen on; 0 takes any that is free.
        processes: how many serve.
        access_log: whether each request is logged to standard error.
    """

    model: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    processes: int = 1
    access_log: bool = False


def serve(running: Running, options: ServeOptions, labelling: Labelling | None = None) -> None:
    """Serve until SIGINT or SIGTERM; what runs then is finished first.

    Args:
        running: where and how.
        options: limits and switches.
        labelling: what people shall label; then there is one process, which keeps what they say.

    Raises:
        SettingError: the address cannot be listened on.
        BundleError: the model cannot be run.
    """
    _raise_file_limit()
    threads = options.threads or max(1, usable_cores() // running.processes)
    options = replace(options, threads=threads)
    classifier = load(running.model)  # also with several processes: a bad model fails here, once
    listening = _listen(running.host, running.port)
    _say_hello(classifier, listening, running, options, labelling is not None)
    with listening:
        if running.processes == 1:
            _serve_here(classifier, running, options, listening, labelling)
        else:
            del classifier
            _serve_in_processes(running, options, listening)


def _serve_here(
    classifier: Classifier,
    running: Running,
    options: ServeOptions,
    listening: socket.socket,
    labelling: Labelling | None = None,
) -> None:
    side_px = classifier.bundle.spec.input.size_px
    classifier.likenesses(np.zeros((1, side_px, side_px, 3), np.uint8))  # the first run is slow
    config = uvicorn.Config(
        create_app(classifier, options, labelling=labelling),
        loop="asyncio",
        http="h11",  # bounds how long a request's head may be
        ws="none",
        log_config=_log_config(),
        log_level="info" if running.access_log else "warning",
        access_log=running.access_log,
        server_header=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=math.ceil(options.request_timeout_s) + _SPARE_S,
    )
    # uvicorn stops on these signals and raises them again afterwards; being told to stop is no
    # failure, so they find handlers that do nothing.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    uvicorn.Server(config).run(sockets=[listening])


def _serve_in_processes(running: Running, options: ServeOptions, listening: socket.socket) -> None:
    with tempfile.TemporaryDirectory(prefix="animeter-metrics-") as folder:
        os.environ[SHARED_FOLDER] = folder  # read by prometheus_client in the processes
        _Watch(running, options, listening, folder).run()


def _process(running: Running, options: ServeOptions, listening: socket.socket) -> None:
    """Be one of several processes."""
    _serve_here(load(running.model), running, options, listening)


class _Watch:
    """Keeps several processes alive."""

    def __init__(
        self, running: Running, options: ServeOptions, listening: socket.socket, folder: str
    ) -> None:
        self._arguments = (running, options, listening)
        self._folder = folder
        self._told_to_stop = False
        self._context = multiprocessing.get_context("spawn")
        self._processes: dict[int, tuple[BaseProcess, float]] = {}

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        for place in range(self._arguments[0].processes):
            self._start(place)
        try:
            while not self._told_to_stop:
                time.sleep(_WATCH_EVERY_S)
                self._replace_dead()
        finally:
            self._end_all()

    def _start(self, place: int) -> None:
        process = self._context.Process(target=_process, args=self._arguments)
        process.start()
        self._processes[place] = (process, time.monotonic())

    def _replace_dead(self) -> None:
        from prometheus_client.multiprocess import mark_process_dead

        for place, (process, started_s) in list(self._processes.items()):
            if process.is_alive() or self._told_to_stop:
                continue
            mark_process_dead(process.pid, self._folder)  # type: ignore[no-untyped-call]
            if process.exitcode == 1 and time.monotonic() - started_s < _TOO_QUICK_S:
                raise SettingError(
                    "a server process failed as soon as it began, and would again; its reason "
                    "stands above. Try --workers 1."
                )
            print(f"animeter: process {process.pid} died, starting another", file=sys.stderr)
            self._start(place)

    def _stop(self, _: int, __: FrameType | None) -> None:
        self._told_to_stop = True

    def _end_all(self) -> None:
        for process, _ in self._processes.values():
            with suppress(ProcessLookupError):
                process.terminate()
        for process, _ in self._processes.values():
            process.join()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        if os.name == "posix":  # elsewhere this would let two programs have one port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SettingError(
            f"cannot listen on {host} port {port}: {reason}. Choose another with --host or "
            "--port; --port 0 takes any that is free."
        ) from error
    return listening


def _say_hello(
    classifier: Classifier,
    listening: socket.socket,
    running: Running,
    options: ServeOptions,
    with_key: bool,
) -> None:
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    threads = "1 thread" if options.threads == 1 else f"{options.threads} threads"
    if running.processes > 1:
        threads = f"{running.processes} processes with {threads} each"
    # The label page reads its key from here; browsers send nothing behind a # anywhere.
    key = f"#key={options.api_key}" if with_key and options.api_key else ""
    url = f"http://{shown}:{port}{options.root_path}/{key}"
    print(
        f"animeter: {url} - {classifier.bundle.spec.label} on {classifier.provider}, {threads}; "
        "Ctrl-C stops",
        file=sys.stderr,
        flush=True,
    )
    notes = [classifier.provider_note]
    if options.allow_teaching and options.api_key is None and host not in LOOPBACK:
        notes.append("anybody who reaches this address may teach heads; set --api-key-file")
    for note in filter(None, notes):
        print(f"animeter: {note}", file=sys.stderr, flush=True)


def _raise_file_limit() -> None:
    """Ask for as many connections as the system grants; each is an open file."""
    try:
        import resource
    except ImportError:  # Windows knows no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES_WANTED if hard == resource.RLIM_INFINITY else min(hard, _FILES_WANTED)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _log_config() -> dict[str, Any]:
    """Return uvicorn's logging, all of it to standard error."""
    config: dict[str, Any] = {**uvicorn.config.LOGGING_CONFIG}
    handlers = config["handlers"]
    config["handlers"] = {
        name: {**handler, "stream": "ext://sys.stderr"} for name, handler in handlers.items()
    }
    return config
