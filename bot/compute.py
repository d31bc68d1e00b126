"""Run a pure function off the event loop: in a pool of processes that can be stopped, or inline."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

from bot.errors import Stopping, TookTooLong, WorkerDied

P = ParamSpec("P")
T = TypeVar("T")

THREAD_CAPS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
MEMORY_LIMIT = 3 * 1024**3


class Compute:
    """`await compute(function, *args)`: the function at module level, arguments and result frozen and picklable.

    With `workers` = 0 the call is made at once, in this process. Otherwise a call that lasts longer than `seconds` is
    killed and raises TookTooLong; one whose process dies raises WorkerDied; both leave the pool working. Cancelling
    the awaiting task kills the call. `cache` is a folder for compiled code.
    """

    def __init__(self, workers: int, seconds: int, cache: Path | None = None) -> None:
        self.seconds = seconds
        self._cache = cache
        self._stopping = False
        self._awaited: set[asyncio.Future[Any]] = set()
        # Spinning threads of numeric libraries cost a busy machine far more than they bring.
        for variable in THREAD_CAPS:
            os.environ.setdefault(variable, "1")
        self._workers = workers
        self._pool = self._open() if workers else None

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._stopping:
            raise Stopping
        if self._pool is None:
            return function(*args, **kwargs)
        try:
            future = self._pool.schedule(function, args=args, kwargs=kwargs, timeout=self.seconds)
            awaited = asyncio.wrap_future(future)
            self._awaited.add(awaited)
            awaited.add_done_callback(self._awaited.discard)
            result: T = await awaited
        except TimeoutError:
            raise TookTooLong(self.seconds) from None
        except ProcessExpired as died:
            if self._stopping:
                raise Stopping from None
            raise WorkerDied from died
        except BrokenProcessPool as broken:
            self._pool = self._open()
            raise WorkerDied from broken
        except MemoryError as full:
            raise WorkerDied from full
        except asyncio.CancelledError:
            if self._stopping:
                raise Stopping from None
            raise
        return result

    def _open(self) -> ProcessPool:
        """A pool whose workers are starting: the first question should not wait for their imports."""
        context = multiprocessing.get_context("spawn")
        pool = ProcessPool(max_workers=self._workers, context=context, initializer=_prepare, initargs=(self._cache,))
        pool.schedule(os.getpid)
        return pool

    def stop(self) -> None:
        """Kill what is running; whoever waits for it gets Stopping."""
        self._stopping = True
        # The pool leaves some futures undone when it stops.
        for awaited in tuple(self._awaited):
            awaited.cancel()
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()


def _prepare(cache: Path | None) -> None:
    """Make a worker polite and warm: it yields to the conversation, has a ceiling, and has the heavy imports done."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT))
    import matplotlib.figure
    import sklearn.cluster
    import sklearn.metrics

    import analytics.reading
    import analytics.registry

    del analytics, matplotlib, sklearn
    if find_spec("numba"):
        Thread(target=_compile, args=(cache,), daemon=True).start()


def _compile(cache: Path | None) -> None:
    """Have the compiled parts at hand; until then, and without the extra `fast`, numpy does their work."""
    from analytics.itemsets import warm_up

    warm_up(cache)
