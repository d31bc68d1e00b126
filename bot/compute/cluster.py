"""A Dask cluster: a pool like this machine's own on each of its workers; Dask carries the jobs there and back.

Time limits, ceilings of memory and cancelling are therefore the same as on one machine. Needs the extra `cluster`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import pickle
import secrets
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, TypeVar

from distributed import Client, KilledWorker, Worker, WorkerPlugin, get_worker
from distributed.client import FutureCancelledError
from distributed.comm.core import CommClosedError
from distributed.core import Status

from analytics.errors import Problem
from bot.compute.freight import Freight, Trips
from bot.compute.pool import Pool
from bot.errors import OutOfReach, WorkerDied

log = logging.getLogger(__name__)

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds that the scheduler has to answer, or a cluster to have a worker."""

NOTES = "trips"
"""The folder of the data folder in which trips are noted."""

LINGERS = 15.0
"""Seconds in which whoever was cut off may still be writing to storage."""


class Cluster:
    """The cluster whose scheduler is at `address`, connected to when first needed, and again when it was lost.

    Files under `root` that jobs name go over `storage`, a URL; without one the workers open them where they are.
    """

    def __init__(self, address: str, root: Path | None = None, storage: str | None = None) -> None:
        self._address = address
        self._root = root or Path()
        self._trips = Trips(storage, self._root / NOTES) if storage else None
        if self._trips is not None:
            Thread(target=_clear_left, args=(self._trips,), daemon=True).start()
        self._client: Client | None = None
        self._connecting = asyncio.Lock()
        self._tidying: set[asyncio.Future[None]] = set()

    async def __call__(
        self, function: Callable[..., T], args: tuple[Any, ...], kwargs: Mapping[str, Any], seconds: int
    ) -> T:
        client = await self._connected()
        trip = None if self._trips is None else await asyncio.to_thread(self._trips.begin)
        freight = Freight(self._root, trip)
        arrived = False
        try:
            # Pickled here, so that Dask looks neither into what it carries nor for two jobs that are the same.
            job = await asyncio.to_thread(freight.pack, (function, args, dict(kwargs)))
            answer = await _carried(client, job, trip, seconds)
            arrived = True
            result, error = await asyncio.to_thread(freight.unpack, answer)
        finally:
            if self._trips is not None and trip is not None:
                self._later(_ended(self._trips, trip, arrived=arrived))
        if error is not None:
            raise error
        done: T = result
        return done

    def stop(self) -> None:
        """Leave the cluster; it stops this bot's jobs."""
        if self._client is not None:
            self._drop(self._client)
            self._client = None

    async def _connected(self) -> Client:
        async with self._connecting:
            if self._client is not None and self._client.status != "running":
                self._drop(self._client)
                self._client = None
            if self._client is None:
                self._client = await self._connect()
            return self._client

    async def _connect(self) -> Client:
        client = Client(self._address, asynchronous=True, timeout=PATIENCE, set_as_default=False)
        try:
            await client
            await client.register_plugin(Machine())
            # Who tries again is `Compute`. A scheduler that takes no code tries three times by itself, which is harmless.
            with contextlib.suppress(ValueError):
                await client.run_on_scheduler(lambda dask_scheduler: setattr(dask_scheduler, "allowed_failures", 0))
        except BaseException as error:
            self._drop(client)
            if isinstance(error, OSError):
                raise OutOfReach from error
            raise
        return client

    def _drop(self, client: Client) -> None:
        self._later(client.close())

    def _later(self, work: Awaitable[None]) -> None:
        """Have something done that nobody waits for."""
        task = asyncio.ensure_future(work)
        self._tidying.add(task)
        task.add_done_callback(self._tidied)

    def _tidied(self, task: asyncio.Future[None]) -> None:
        self._tidying.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("something is left on the cluster or its storage: %s", type(error).__name__)


def _clear_left(trips: Trips) -> None:
    """At the start, whether or not the scheduler answers: what a killed bot left is gone before anybody asks."""
    # It is logged, and tried again after the next job.
    with contextlib.suppress(OutOfReach):
        trips.clear_left()


async def _ended(trips: Trips, trip: str, *, arrived: bool) -> None:
    """Leave nothing of a trip on storage, neither of one that was cut off."""
    if not arrived:
        with contextlib.suppress(OutOfReach):
            await asyncio.to_thread(trips.clear, trip)
        await asyncio.sleep(LINGERS)
    await asyncio.to_thread(trips.end, trip)


async def _carried(client: Client, job: bytes, trip: str | None, seconds: int) -> bytes:
    """What a worker makes of the job. Raises OutOfReach where the scheduler, or the last worker, is gone meanwhile."""
    future: Any = client.submit(carry_out, job, trip, seconds, key=f"job-{secrets.token_hex(8)}", pure=False)
    waiting: asyncio.Task[bytes] = asyncio.ensure_future(future.result())
    try:
        while not waiting.done():
            await asyncio.wait({waiting}, timeout=PATIENCE)
            if not waiting.done() and (client.status != "running" or not client.scheduler_info()["n_workers"]):
                raise OutOfReach
        return await waiting
    except KilledWorker as killed:
        raise WorkerDied from killed
    except (FutureCancelledError, CommClosedError) as lost:
        raise OutOfReach from lost
    finally:
        waiting.cancel()
        # A job that nobody waits for any more is stopped where it runs.
        future.release()


class Machine(WorkerPlugin):
    """On each worker: its pool is warm before the first job, and a job that is no longer wanted is stopped."""

    name = "pocket-marketer"

    def setup(self, worker: Worker) -> None:
        # Dask makes its workers daemons, which may have no children; ours have children that end with them.
        multiprocessing.current_process().daemon = False
        _pool(worker.state.nthreads)

    def teardown(self, worker: Worker) -> None:
        # Also called where another bot, or this one after a break, brings the same plugin.
        if worker.status != Status.running:
            _pool(worker.state.nthreads).stop()

    def transition(self, key: Any, start: str, finish: str, **_: Any) -> None:  # noqa: ARG002 as Dask calls it
        if finish == "released" and key in _jobs:
            _jobs[key].cancel()


def carry_out(job: bytes, trip: str | None, seconds: int) -> bytes:
    """On a worker: a packed call's result and error, packed; one of them is None."""
    worker = get_worker()
    key, pool = worker.get_current_task(), _pool(worker.state.nthreads)
    # Among Dask's own files: of a worker that was killed they are removed by its nanny, or by the next worker there.
    with TemporaryDirectory(prefix="pocket-", dir=worker.local_directory) as folder:
        _jobs[key] = future = pool.schedule(_called, (job, trip, Path(folder)), {}, seconds)
        try:
            with pool.told(seconds):
                return future.result()
        except Exception as error:  # noqa: BLE001 it is the asker's, whatever it is
            if not isinstance(error, Problem):
                # The only part of an exception that travels with it.
                error.add_note(getattr(error, "traceback", ""))
            return pickle.dumps((None, error))
        finally:
            del _jobs[key]


def _called(job: bytes, trip: str | None, folder: Path) -> bytes:
    """In a process of the pool: only there are the analyses imported."""
    freight = Freight(folder, trip)
    function, args, kwargs = freight.unpack(job)
    return freight.pack((function(*args, **kwargs), None))


_jobs: dict[Any, Future[bytes]] = {}
"""What this worker has in work, by Dask's keys."""

_pool = cache(Pool)
"""This worker's one pool, of as many processes as it has threads."""
