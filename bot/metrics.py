"""Counts and durations for Prometheus: how much is done and how long it takes, nothing about anybody."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from bot import jobs
from bot.compute import Compute

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """What is counted; `serve` shows it. Names of analyses and problems are the program's own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.updates = Counter("pocket_updates", "Updates of owners taken up", registry=registry)
        self.uploads = Counter("pocket_uploads", "Files read and kept", registry=registry)
        self.failures = Counter(
            "pocket_failures", "What owners were told instead of an answer", ["problem"], registry=registry
        )
        self.letters = Counter(
            "pocket_digests", "Letters of one's own accord, by how they went", ["outcome"], registry=registry
        )
        self.queue = Gauge("pocket_queue", "Jobs that wait for their turn", registry=registry)
        self.working = Gauge("pocket_jobs_in_work", "Jobs that are computed now", registry=registry)
        self.owners = Gauge("pocket_owners", "People with data or settings here", registry=registry)
        self.seconds = Histogram(
            "pocket_job_seconds", "Jobs, waiting included, by name", ["job"], buckets=SECONDS, registry=registry
        )
        self.backed_up = Gauge(
            "pocket_last_backup_timestamp_seconds", "When the latest backup was made", registry=registry
        )

    @contextlib.contextmanager
    def job(self, name: str) -> Iterator[None]:
        """Time a job."""
        began = time.monotonic()
        with self.working.track_inprogress():
            yield
        seconds = time.monotonic() - began
        self.seconds.labels(name).observe(seconds)
        log.info("%s: done in %.2f s", name, seconds)

    def serve(self, host: str, port: int) -> HTTPServer:
        """Show everything at any path, from the event loop's own thread.

        Raises OSError where the port is taken.
        """
        server = HTTPServer(Application([(r".*", _Page, {"registry": self.registry})]))
        server.listen(port, host)
        return server


class Measured(Compute):
    """Compute with a watch and a counter."""

    def __init__(self, metrics: Metrics, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._metrics = metrics

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        # Of `answer` the first argument is the analysis.
        name = str(args[0]) if function is jobs.answer else getattr(function, "__name__", "job")
        with self._metrics.job(name):
            result = await super().__call__(function, *args, **kwargs)
        if function is jobs.take_in:
            self._metrics.uploads.inc()
        return result


class _Page(RequestHandler):
    def initialize(self, registry: CollectorRegistry) -> None:
        self.registry = registry

    def get(self) -> None:
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.write(generate_latest(self.registry))
