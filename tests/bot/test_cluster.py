"""A cluster's own troubles: machines that die or cannot be reached, and files that must travel."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from time import sleep
from time import time as clock
from typing import Any

import pytest
from distributed import LocalCluster

from analytics.dataset import Kind
from bot import settings
from bot.compute import Compute
from bot.compute.freight import Freight, clear_abandoned, new_trip
from bot.digest import AGAIN
from bot.errors import OutOfReach
from tests.machines import free_port, has_ended, machines, until
from tests.talk import running

SHOP = Path(__file__).parents[2] / "data" / "en" / "orders.csv"


def machine_noted(trace: Path) -> str:
    """Note the machine's process and hang there; on another machine come back at once."""
    if trace.exists():
        return "answered"
    trace.write_text(f"{os.getppid()} {os.getpid()}")
    sleep(60)
    return "late"


def copied(source: Path, folder: Path) -> tuple[Path, str, Path]:
    """A new file, where the job saw the old one, and a path to nothing."""
    new = folder / "new.txt"
    new.write_bytes(source.read_bytes() * 2)
    return new, str(source), folder / "nothing"


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with machines() as started:
        yield started


@pytest.fixture
async def compute(cluster: LocalCluster, tmp_path: Path) -> AsyncIterator[Compute]:
    storage = (tmp_path / "storage").as_uri()
    started = Compute(2, 30, cluster=cluster.scheduler_address, root=tmp_path / "data", storage=storage)
    yield started
    started.stop()


async def test_a_job_whose_machine_dies_is_made_on_another(compute: Compute, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    job = asyncio.ensure_future(compute(machine_noted, trace))
    await until(lambda: trace.exists() and " " in trace.read_text())
    machine, process = map(int, trace.read_text().split())
    os.kill(machine, signal.SIGKILL)
    assert await asyncio.wait_for(job, 30) == "answered"
    # What the dead machine had in work does not run on for ever.
    await until(lambda: has_ended(process))


async def test_files_go_there_and_come_back_and_nothing_stays_on_the_way(compute: Compute, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "owners" / "7"
    folder.mkdir(parents=True)
    (folder / "old.txt").write_text("ab")
    new, seen, nothing = await compute(copied, folder / "old.txt", folder)
    assert new == folder / "new.txt"
    assert new.read_text() == "abab"
    assert not seen.startswith(str(tmp_path))
    assert nothing == folder / "nothing"
    assert sorted(path.name for path in folder.iterdir()) == ["new.txt", "old.txt"]
    assert not Path(seen).exists()
    await until(lambda: not list((tmp_path / "storage").iterdir()))


async def test_a_scheduler_that_goes_away_is_told_and_found_again_when_it_is_back() -> None:
    port = free_port()
    compute = Compute(2, 60, cluster=f"tcp://127.0.0.1:{port}")
    with machines(port, workers=1) as cluster:
        job = asyncio.ensure_future(compute(sleep, 50))
        await asyncio.sleep(0.5)
        assert not job.done()
        await asyncio.to_thread(cluster.close)
    with pytest.raises(OutOfReach):
        await job
    with machines(port, workers=1):
        assert await compute(os.getpid) != os.getpid()
        compute.stop()


def test_freight_goes_over_whatever_storage_there_is(tmp_path: Path) -> None:
    here, there = (Freight(tmp_path / name, new_trip("memory://pocket")) for name in ("here", "there"))
    there.trip = here.trip
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "a.txt").write_text("a")
    received = there.unpack(here.pack({"file": tmp_path / "here" / "a.txt", "elsewhere": Path("/etc")}))
    assert received == {"file": tmp_path / "there" / "a.txt", "elsewhere": Path("/etc")}
    assert received["file"].read_text() == "a"
    (tmp_path / "here" / "a.txt").unlink()
    here.clear()
    with pytest.raises(FileNotFoundError):
        Freight(tmp_path / "third", here.trip).unpack(there.pack(received))


def test_only_what_a_killed_bot_left_behind_is_cleared(tmp_path: Path) -> None:
    names = {f"{int(clock())}-cd", "1000-ab", "mine"}
    for name in names:
        (tmp_path / name).mkdir()
    clear_abandoned(tmp_path.as_uri())
    assert {path.name for path in tmp_path.iterdir()} == names - {"1000-ab"}


async def test_a_whole_conversation(cluster: LocalCluster, tmp_path: Path) -> None:
    data, storage = tmp_path / "data", tmp_path / "storage"
    given: dict[str, Any] = {"dask": cluster.scheduler_address, "storage": storage.as_uri()}
    async with running(data, workers=2, **given) as bot:
        ann = bot.person("en")
        said = await ann.send_file(SHOP)
        assert "orders from" in said[-1].html
        await ann.say("/segments")
        assert ann.last.photo
        assert set(bot.services.store.current(ann.person.user_id)) == {Kind.ORDERS, Kind.PEOPLE}
        # All of it went that way, and nothing of it lies there still.
        await until(lambda: not list(storage.iterdir()))


async def test_who_asks_is_told_that_the_machines_are_away_and_letters_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.compute.cluster.PATIENCE", 1.0)
    monday = datetime(2027, 6, 7, 9, tzinfo=UTC)
    address = f"tcp://127.0.0.1:{free_port()}"
    async with running(tmp_path / "data", now=lambda: monday, workers=2, dask=address) as bot:
        ann, wang, store = bot.person("en"), bot.person("zh-hans"), bot.services.store
        assert "cannot be reached" in (await ann.say("/abplan 5% +1%"))[-1].words
        assert "连不上做计算的机器" in (await wang.say("/abplan 5% +1%"))[-1].words
        store.appoint(ann.person.user_id, "weekly", 0, time(9), monday)
        bot.desk.tick()
        await bot.desk.idle()
        assert len(ann.messages) == 2
        letter = store.appointment(ann.person.user_id, "weekly")
        assert letter is not None
        assert (letter.state, letter.next_at) == ("on", monday + AGAIN)


@pytest.mark.parametrize("address", ["tcp://10.0.0.5:8786", "tls://[fd00::5]:8786"])
def test_a_schedulers_address_is_taken(address: str) -> None:
    assert settings.load(dask=address).dask == address


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"dask": "10.0.0.5"}, "POCKET_DASK: it must be a scheduler's address"),
        ({"dask": "http://10.0.0.5:8787"}, "POCKET_DASK: it must be a scheduler's address"),
        ({"storage": "/mnt/shared"}, "POCKET_STORAGE: it must be a URL"),
        ({"storage": "nowhere://shared"}, "POCKET_STORAGE: such URLs cannot be opened"),
    ],
)
def test_what_cannot_be_reached_by_any_means_is_told_at_the_start(given: dict[str, Any], told: str) -> None:
    with pytest.raises(settings.SettingsProblem) as wrong:
        settings.load(**given)
    assert wrong.value.problems[0].startswith(told)


def test_empty_means_this_machine_alone() -> None:
    loaded = settings.load(dask=" ", storage="")
    assert (loaded.dask, loaded.storage) == (None, None)
