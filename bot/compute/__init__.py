"""Run a pure function off the event loop: in a pool of processes that can be stopped, on a cluster, or inline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

from bot.compute.pool import Pool, cap_threads
from bot.errors import Stopping, WorkerDied

P = ParamSpec("P")
T = TypeVar("T")


class Engine(Protocol):
    """Where jobs run. Raises TookTooLong, WorkerDied, OutOfReach, and whatever the job raises."""

    async def __call__(
        self, function: Callable[..., T], args: tuple[Any, ...], kwargs: Mapping[str, Any], seconds: int
    ) -> T: ...

    def stop(self) -> None: ...


class Compute:
    """`await compute(function, *args)`: the function at module level, arguments and result frozen and picklable.

    With the address of a `cluster` calls are made there, else in so many `workers` of this machine; where that is 0, as
    in tests, at once in this process, without any limit. A call that lasts longer than `seconds` is killed and raises TookTooLong. One whose process or
    machine dies is made once more, then it raises WorkerDied. Cancelling the awaiting task kills the call. All leave the
    workers working. `cache` is a folder for compiled code. Files under `root` that jobs name go to a cluster's machines,
    and new ones come back, over `storage`, a URL; without one the machines need the same folder in the same place.
    """

    def __init__(
        self,
        workers: int,
        seconds: int,
        cache: Path | None = None,
        cluster: str | None = None,
        root: Path | None = None,
        storage: str | None = None,
    ) -> None:
        self.seconds = seconds
        self._stopping = False
        self._awaited: set[asyncio.Future[Any]] = set()
        cap_threads()
        self._engine: Engine | None = None
        if cluster:
            # An extra, and half a second to import.
            from bot.compute.cluster import Cluster

            self._engine = Cluster(cluster, root, storage)
        elif workers:
            self._engine = Pool(workers, cache)

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._stopping:
            raise Stopping
        if self._engine is None:
            return function(*args, **kwargs)
        awaited = asyncio.ensure_future(self._tried_twice(self._engine, function, args, kwargs))
        self._awaited.add(awaited)
        awaited.add_done_callback(self._awaited.discard)
        try:
            return await awaited
        except MemoryError as full:
            raise WorkerDied from full
        except (WorkerDied, asyncio.CancelledError):
            if self._stopping:
                raise Stopping from None
            raise

    async def _tried_twice(
        self, engine: Engine, function: Callable[..., T], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> T:
        try:
            return await engine(function, args, kwargs, self.seconds)
        except WorkerDied:
            if self._stopping:
                raise
            return await engine(function, args, kwargs, self.seconds)

    def stop(self) -> None:
        """Kill what is running; whoever waits for it gets Stopping."""
        self._stopping = True
        # The pool leaves some futures undone when it stops.
        for awaited in tuple(self._awaited):
            awaited.cancel()
        if self._engine is not None:
            self._engine.stop()
