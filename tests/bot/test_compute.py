"""Every engine: jobs that hang, die, fail or are cancelled leave it working."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from analytics.errors import Locked
from bot.compute import Compute
from bot.errors import Stopping, TookTooLong, WorkerDied
from tests.machines import has_ended, machines, until


def double(number: int) -> int:
    return 2 * number


def hang() -> None:
    time.sleep(1000)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(trace: Path) -> str:
    """Killed at the first call; `trace` is how the second knows."""
    if not trace.exists():
        trace.touch()
        die()
    return "answered"


def hang_noted(trace: Path) -> None:
    trace.write_text(str(os.getpid()))
    hang()


def eat() -> int:
    return len(bytearray(8 * 1024**3))


def refuse() -> None:
    raise Locked("orders.xlsx")


def stumble() -> None:
    raise ZeroDivisionError


def has_begun(trace: Path) -> bool:
    return trace.exists() and bool(trace.read_text())


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with machines() as cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="module", params=["pool", "cluster"])
async def compute(request: pytest.FixtureRequest) -> AsyncIterator[Compute]:
    cluster = request.getfixturevalue("scheduler") if request.param == "cluster" else None
    started = Compute(workers=2, seconds=2, cluster=cluster)
    await started(double, 1)
    yield started
    started.stop()


async def test_a_result_comes_back(compute: Compute) -> None:
    assert await compute(double, 21) == 42


async def test_arguments_may_be_named(compute: Compute) -> None:
    assert await compute(double, number=21) == 42


async def test_no_workers_means_inline() -> None:
    assert await Compute(workers=0, seconds=1)(double, 21) == 42


async def test_a_refusal_comes_back_with_its_fields(compute: Compute) -> None:
    with pytest.raises(Locked) as refused:
        await compute(refuse)
    assert refused.value.filename == "orders.xlsx"


async def test_a_bug_comes_back_with_the_place_where_it_happened(compute: Compute) -> None:
    with pytest.raises(ZeroDivisionError) as fault:
        await compute(stumble)
    told = "".join([str(fault.value.__cause__), *getattr(fault.value, "__notes__", ())])
    assert "in stumble" in told


async def test_a_job_that_hangs_is_stopped(compute: Compute, tmp_path: Path) -> None:
    with pytest.raises(TookTooLong):
        await compute(hang_noted, tmp_path / "process")
    await until(lambda: has_ended(int((tmp_path / "process").read_text())))
    assert await compute(double, 2) == 4


async def test_a_job_that_dies_is_made_once_more(compute: Compute, tmp_path: Path) -> None:
    assert await compute(die_once, tmp_path / "trace") == "answered"


async def test_a_job_that_dies_takes_nothing_with_it(compute: Compute) -> None:
    with pytest.raises(WorkerDied):
        await compute(die)
    assert await compute(double, 2) == 4


async def test_a_job_that_wants_too_much_memory_dies_alone(compute: Compute) -> None:
    with pytest.raises(WorkerDied):
        await compute(eat)
    assert await compute(double, 2) == 4


async def test_the_loop_runs_on_while_a_job_computes(compute: Compute) -> None:
    job = asyncio.ensure_future(compute(hang))
    ticks = 0
    for _ in range(20):
        await asyncio.sleep(0.01)
        ticks += 1
    assert ticks == 20
    assert not job.done()
    job.cancel()


@pytest.mark.parametrize("engine", ["pool", "cluster"])
async def test_a_job_is_killed_when_nobody_waits_for_it_or_all_is_stopped(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str
) -> None:
    cluster = request.getfixturevalue("scheduler") if engine == "cluster" else None
    # With a limit so far away that it is not what ends them.
    compute = Compute(workers=1, seconds=1000, cluster=cluster)
    cancelled, stopped = tmp_path / "cancelled", tmp_path / "stopped"
    job = asyncio.ensure_future(compute(hang_noted, cancelled))
    await until(lambda: has_begun(cancelled))
    job.cancel()
    await until(lambda: has_ended(int(cancelled.read_text())))
    job = asyncio.ensure_future(compute(hang_noted, stopped))
    await until(lambda: has_begun(stopped))
    compute.stop()
    with pytest.raises(Stopping):
        await job
    await until(lambda: has_ended(int(stopped.read_text())))
    with pytest.raises(Stopping):
        await compute(double, 1)
