"""Every engine: jobs that hang, die, fail or are cancelled leave it working."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from analytics.errors import Locked
from bot.compute import Compute, pool
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


def expendable() -> int:
    return int(Path("/proc/self/oom_score_adj").read_text())


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
    started = Compute(workers=2, seconds=60, cluster=cluster)
    # So many that every process has its imports done.
    await asyncio.gather(*(started(double, number) for number in range(8)))
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
    with pytest.MonkeyPatch.context() as patched, pytest.raises(TookTooLong):
        patched.setattr(compute, "seconds", 3)
        await compute(hang_noted, tmp_path / "process")
    await until(lambda: has_ended(int((tmp_path / "process").read_text())))
    assert await compute(double, 2) == 4


async def test_a_job_that_dies_is_made_once_more(compute: Compute, tmp_path: Path) -> None:
    assert await compute(die_once, tmp_path / "trace") == "answered"


async def test_a_job_that_dies_takes_nothing_with_it(compute: Compute) -> None:
    with pytest.raises(WorkerDied):
        await compute(die)
    assert await compute(double, 2) == 4


def limit() -> int:
    return resource.getrlimit(resource.RLIMIT_DATA)[0]


async def test_every_process_has_the_ceiling_of_its_machine(compute: Compute) -> None:
    assert await compute(limit) == pool.ceiling() <= pool.MEMORY_LIMIT


def test_the_ceiling_is_two_thirds_of_what_there_is_and_at_most_three_gigabytes(tmp_path: Path) -> None:
    own, gigabyte = tmp_path / "own", 1 << 30
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert pool.ceiling(tmp_path, own) == min(3 * gigabyte, machine * 2 // 3)
    for group, name in (
        ("", "memory.max"),
        ("system.slice/bot.service", "memory.max"),
        ("memory", "memory.limit_in_bytes"),
    ):
        groups = tmp_path / name / "groups" / (group or "root")
        limit = groups / (group if group != "memory" else "memory") / name
        limit.parent.mkdir(parents=True)
        own.write_text(f"0::/{group}\n")
        limit.write_text("max\n")
        assert pool.ceiling(groups, own) == min(3 * gigabyte, machine * 2 // 3)
        limit.write_text(f"{gigabyte}\n")
        assert pool.ceiling(groups, own) == gigabyte * 2 // 3
        limit.write_text(f"{1 << 62}\n")
        assert pool.ceiling(groups, own) == min(3 * gigabyte, machine * 2 // 3)


def abort() -> None:
    os.write(2, b"memory allocation of 3573412789440 bytes failed\n")
    os.abort()


async def test_a_job_whose_library_aborts_dies_alone_and_in_silence(capfd: pytest.CaptureFixture[str]) -> None:
    compute = Compute(workers=1, seconds=60)
    assert await compute(double, 2) == 4
    with pytest.raises(WorkerDied):
        await compute(abort)
    assert await compute(double, 2) == 4
    compute.stop()
    assert "allocation" not in capfd.readouterr().err


async def test_a_job_that_wants_too_much_memory_dies_alone(compute: Compute) -> None:
    with pytest.raises(WorkerDied):
        await compute(eat)
    assert await compute(double, 2) == 4


@pytest.mark.skipif(not Path("/proc/self/oom_score_adj").exists(), reason="NO LINUX: who ends first is not known")
async def test_where_memory_runs_out_a_worker_ends_before_the_conversation(compute: Compute) -> None:
    assert await compute(expendable) > expendable()


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
