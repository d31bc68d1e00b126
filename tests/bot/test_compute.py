"""The pool: jobs that hang, die, fail or are cancelled leave it working."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator

import pytest

from analytics.errors import Locked
from bot.compute import Compute
from bot.errors import Stopping, TookTooLong, WorkerDied


def double(number: int) -> int:
    return 2 * number


def hang() -> None:
    time.sleep(60)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def eat() -> int:
    return len(bytearray(8 * 1024**3))


def refuse() -> None:
    raise Locked("orders.xlsx")


@pytest.fixture(scope="module")
async def pool() -> AsyncIterator[Compute]:
    compute = Compute(workers=1, seconds=3)
    await compute(double, 1)
    yield compute
    compute.stop()


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


async def test_a_result_comes_back(pool: Compute) -> None:
    assert await pool(double, 21) == 42


async def test_no_workers_means_inline() -> None:
    assert await Compute(workers=0, seconds=1)(double, 21) == 42


async def test_a_refusal_comes_back_with_its_fields(pool: Compute) -> None:
    with pytest.raises(Locked) as refused:
        await pool(refuse)
    assert refused.value.filename == "orders.xlsx"


async def test_a_job_that_hangs_is_stopped(pool: Compute) -> None:
    with pytest.raises(TookTooLong):
        await pool(hang)
    assert await pool(double, 2) == 4


async def test_a_job_that_dies_takes_nothing_with_it(pool: Compute) -> None:
    with pytest.raises(WorkerDied):
        await pool(die)
    assert await pool(double, 2) == 4


async def test_a_job_that_wants_too_much_memory_dies_alone(pool: Compute) -> None:
    with pytest.raises(WorkerDied):
        await pool(eat)
    assert await pool(double, 2) == 4


async def test_a_cancelled_job_makes_room_for_the_next(pool: Compute) -> None:
    job = asyncio.ensure_future(pool(hang))
    await asyncio.sleep(0.2)
    job.cancel()
    assert await asyncio.wait_for(pool(double, 2), 20) == 4


async def test_the_loop_runs_on_while_a_job_computes(pool: Compute) -> None:
    job = asyncio.ensure_future(pool(hang))
    ticks = 0
    for _ in range(20):
        await asyncio.sleep(0.01)
        ticks += 1
    assert ticks == 20
    assert not job.done()
    job.cancel()


async def test_stopping_ends_what_is_running_without_an_answer() -> None:
    compute = Compute(workers=1, seconds=60)
    await compute(double, 1)
    job = asyncio.ensure_future(compute(hang))
    await asyncio.sleep(0.2)
    compute.stop()
    with pytest.raises(Stopping):
        await asyncio.wait_for(job, 10)
    with pytest.raises(Stopping):
        await compute(double, 1)
