"""A pool of processes on this machine: each job has a time limit and a ceiling of memory, and ends alone."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import resource
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from analytics.errors import Problem
from bot.errors import TookTooLong, WorkerDied

T = TypeVar("T")

THREAD_CAPS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
MEMORY_LIMIT = 3 * 1024**3
SHARE = 2 / 3
"""Of the machine's memory that one job may take: the rest is the conversation's, and the other workers'."""
CGROUPS = Path("/sys/fs/cgroup")


class Pool:
    """So many warm processes; `cache` is a folder for compiled code."""

    def __init__(self, workers: int, cache: Path | None = None) -> None:
        self._workers = workers
        self._cache = cache
        cap_threads()
        self._pool = self._open()

    async def __call__(
        self, function: Callable[..., T], args: tuple[Any, ...], kwargs: Mapping[str, Any], seconds: int
    ) -> T:
        with self.told(seconds):
            return await asyncio.wrap_future(self.schedule(function, args, kwargs, seconds))

    def schedule(
        self, function: Callable[..., T], args: tuple[Any, ...], kwargs: Mapping[str, Any], seconds: int
    ) -> Future[T]:
        """The call in a process of its own, killed after so many seconds of work or when the future is cancelled."""
        future: Future[T] = self._pool.schedule(_called, args=(function, args, kwargs), timeout=seconds)
        return future

    @contextlib.contextmanager
    def told(self, seconds: int) -> Iterator[None]:
        """What ends a job from outside, in the bot's own words: TookTooLong, WorkerDied. The pool is whole after it."""
        try:
            yield
        except TimeoutError:
            raise TookTooLong(seconds) from None
        except ProcessExpired as died:
            raise WorkerDied from died
        except BrokenProcessPool as broken:
            self._pool = self._open()
            raise WorkerDied from broken

    def stop(self) -> None:
        """Kill what is running."""
        self._pool.stop()
        self._pool.join()

    def _open(self) -> ProcessPool:
        """A pool whose workers are starting: the first question should not wait for their imports."""
        context = multiprocessing.get_context("spawn")
        pool = ProcessPool(max_workers=self._workers, context=context, initializer=_prepare, initargs=(self._cache,))
        pool.schedule(os.getpid)
        return pool


def _called(function: Callable[..., T], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> T:
    """A problem travels alone: Dask makes whole chains of exceptions pickle, and what led to it need not."""
    try:
        return function(*args, **kwargs)
    except Problem as problem:
        problem.__cause__ = problem.__context__ = None
        raise


def cap_threads() -> None:
    """Spinning threads of numeric libraries cost a busy machine far more than they bring."""
    for variable in THREAD_CAPS:
        os.environ.setdefault(variable, "1")


def ceiling(groups: Path = CGROUPS, own: Path = Path("/proc/self/cgroup")) -> int:
    """Bytes that a job may take on this machine, or in this container: both versions of the kernel's `groups` are asked."""
    told = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    group = own.read_text().rpartition(":")[2].strip() if own.exists() else "/"
    for name in ("memory.max", f"{group.strip('/')}/memory.max", "memory/memory.limit_in_bytes"):
        # Where there is no limit, no such file or the word max.
        with contextlib.suppress(OSError, ValueError):
            told.append(int((groups / name).read_text()))
    return min(MEMORY_LIMIT, int(SHARE * min(told)))


def _prepare(cache: Path | None) -> None:
    """Make a worker polite and warm: it yields to the conversation, has a ceiling, and has the heavy imports done."""
    Thread(target=_end_with_parent, daemon=True).start()
    os.nice(10)
    # Where memory runs out the kernel ends this process and not the conversation.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")
    resource.setrlimit(resource.RLIMIT_DATA, (ceiling(), ceiling()))
    import matplotlib.figure
    import sklearn.cluster
    import sklearn.metrics

    import analytics.reading
    import analytics.registry

    del analytics, matplotlib, sklearn
    # Libraries tell there why they end a process, on a page of addresses and past the form of the log.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    if find_spec("numba"):
        Thread(target=_compile, args=(cache,), daemon=True).start()


def _end_with_parent() -> None:
    """Nobody would stop an orphan that hangs, nor want what it works out."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _compile(cache: Path | None) -> None:
    """Have the compiled parts at hand; until then, and without the extra `fast`, numpy does their work."""
    from analytics.itemsets import warm_up

    warm_up(cache)
