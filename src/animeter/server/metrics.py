"""What the server counts, for Prometheus to read at `/metrics`.

Labels take few values, all of them ours: routes rather than paths, error codes rather than
messages. So no client can make the counters grow.

With several processes each writes its counters into a folder that all share
(`PROMETHEUS_MULTIPROC_DIR`, set by `serving.py`), and whichever is asked answers for all.
"""

import os
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from animeter.domain.verdict import Verdict

SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The counters of one process.

    Attributes:
        requests: answered requests by route, method and status.
        seconds: how long they took by route.
        verdicts: classified pictures by verdict.
        rejects: refused requests and pictures by error code.
        queue: places taken in the queue now, by pictures that wait or run.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "animeter_requests",
            "Requests answered.",
            ("route", "method", "status"),
            registry=self._registry,
        )
        self.seconds = Histogram(
            "animeter_request_seconds",
            "Time from a request's head to the end of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.verdicts = Counter(
            "animeter_verdicts", "Pictures classified.", ("verdict",), registry=self._registry
        )
        self.rejects = Counter(
            "animeter_rejects",
            "Requests and pictures refused.",
            ("code",),
            registry=self._registry,
        )
        self.queue = Gauge(
            "animeter_queue_pictures",
            "Pictures waiting or being looked at.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        for verdict in Verdict:  # so that each is there, at 0, from the first scrape on
            self.verdicts.labels(verdict.value)

    def text(self) -> bytes:
        """Return all counters, of all processes, as Prometheus reads them."""
        if SHARED_FOLDER not in os.environ:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
