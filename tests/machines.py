"""A small Dask cluster on this machine, reachable from nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from distributed import LocalCluster

from tests.talk import PATIENCE


@contextlib.contextmanager
def machines(port: int = 0, workers: int = 2) -> Iterator[LocalCluster]:
    """Worker processes with one thread each, as `dask scheduler` and `dask worker` would start them."""
    with LocalCluster(
        n_workers=workers, threads_per_worker=1, host="127.0.0.1", scheduler_port=port, dashboard_address="127.0.0.1:0"
    ) as cluster:
        yield cluster


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


async def until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait until something that no event tells of is so. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 the other side is another process
            await asyncio.sleep(0.02)


def has_ended(process: int) -> bool:
    """Whether the process is no more, whether or not anybody has taken note of its end."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
