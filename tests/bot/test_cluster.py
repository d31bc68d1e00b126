"""A cluster's own troubles: machines that die or cannot be reached, and files that must travel."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from distributed import LocalCluster

from analytics.dataset import Kind
from bot import check, sealing, settings
from bot.compute import Compute
from bot.compute.cluster import Cluster
from bot.compute.freight import Freight, Trips
from bot.digest import AGAIN
from bot.errors import Misplaced, OutOfReach
from tests.machines import free_port, has_ended, machines, until
from tests.talk import running

SHOP = Path(__file__).parents[2] / "data" / "en" / "orders.csv"


def machine_noted(trace: Path, source: Path) -> str:
    """Note the machine's process and where the file is there, and hang; on another machine come back with the file's text."""
    if trace.exists():
        return source.read_text()
    trace.write_text(f"{os.getppid()} {os.getpid()} {source}")
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
    started = Compute(2, 60, cluster=cluster.scheduler_address, root=tmp_path / "data", storage=storage)
    yield started
    started.stop()


async def test_a_job_whose_machine_dies_is_made_on_another_and_its_files_lie_nowhere(
    compute: Compute, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.compute.cluster.LINGERS", 0.5)
    trace, folder = tmp_path / "trace", tmp_path / "data" / "owners" / "7"
    folder.mkdir(parents=True)
    (folder / "sheet.txt").write_text("answered")
    job = asyncio.ensure_future(compute(machine_noted, trace, folder / "sheet.txt"))
    await until(lambda: trace.exists() and trace.read_text().count(" ") == 2)
    machine, process, there = trace.read_text().split()
    assert Path(there).read_text() == "answered"
    assert list((tmp_path / "storage").rglob("sheet.txt"))
    os.kill(int(machine), signal.SIGKILL)
    assert await asyncio.wait_for(job, 60) == "answered"
    # What the dead machine had in work does not run on for ever, what it had on its disk goes, and what went over storage.
    await until(lambda: has_ended(int(process)))
    await until(lambda: not Path(there).exists())
    await until(lambda: not list((tmp_path / "storage").iterdir()))
    await until(lambda: not list((tmp_path / "data" / "trips").iterdir()))


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
    trips = Trips("memory://pocket", tmp_path / "trips")
    trip = trips.begin()
    here, there = (Freight(tmp_path / name, trip) for name in ("here", "there"))
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "a.txt").write_text("a")
    received = there.unpack(here.pack({"file": tmp_path / "here" / "a.txt", "elsewhere": Path("/etc")}))
    assert received == {"file": tmp_path / "there" / "a.txt", "elsewhere": Path("/etc")}
    assert received["file"].read_text() == "a"
    (tmp_path / "here" / "a.txt").unlink()
    trips.end(trip)
    with pytest.raises(FileNotFoundError):
        Freight(tmp_path / "third", trip).unpack(there.pack(received))


def test_what_is_sealed_opens_on_the_other_side_and_in_its_owners_place_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POCKET_KEY", sealing.new_key())
    trip = Trips("memory://pocket", tmp_path / "trips").begin()
    here, there = (Freight(tmp_path / name, trip) for name in ("here", "there"))
    file = tmp_path / "here" / "owners" / "7" / "people-1.parquet"
    file.parent.mkdir(parents=True)
    sealing.write(file, b"Ann Lee")
    received = there.unpack(here.pack(file))
    assert sealing.read(received) == b"Ann Lee"
    assert b"Ann Lee" not in received.read_bytes()
    received.parent.rename(tmp_path / "8")
    with pytest.raises(Misplaced):
        sealing.read(tmp_path / "8" / file.name)


def sent(trips: Trips, root: Path) -> Path:
    """The folder of a trip that a file was sent on."""
    trip = trips.begin()
    (root / "a.txt").write_text("a")
    Freight(root, trip).pack(root / "a.txt")
    return Path(trip.removeprefix("file://"))


async def test_what_a_killed_bot_left_is_cleared_at_the_next_start_and_nothing_of_another_bots(tmp_path: Path) -> None:
    storage, notes = (tmp_path / "storage").as_uri(), tmp_path / "trips"
    killed = sent(Trips(storage, notes), tmp_path)
    anothers = sent(Trips(storage, tmp_path / "other"), tmp_path)
    Cluster("tcp://127.0.0.1:1", tmp_path, storage)
    await until(lambda: not killed.exists() and not list(notes.iterdir()))
    assert [path.name for path in anothers.iterdir()] == ["a.txt"]


def test_what_could_not_be_removed_is_removed_with_the_next(tmp_path: Path) -> None:
    storage, away = tmp_path / "storage", tmp_path / "away"
    trips = Trips(storage.as_uri(), tmp_path / "trips")
    first = sent(trips, tmp_path)
    storage.rename(away)
    storage.symlink_to(storage)
    with pytest.raises(OutOfReach):
        trips.end(first.as_uri())
    storage.unlink()
    away.rename(storage)
    trips.end(sent(trips, tmp_path).as_uri())
    assert not list(storage.iterdir())
    assert not list((tmp_path / "trips").iterdir())


def test_storage_that_fails_means_machines_out_of_reach_and_the_log_does_not_name_the_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    storage = tmp_path / "storage"
    trip = Trips(storage.as_uri(), tmp_path / "trips").begin()
    here, there = (Freight(tmp_path / name, trip) for name in ("here", "there"))
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "anns.txt").write_text("a")
    packed = here.pack(tmp_path / "here" / "anns.txt")
    storage.rename(tmp_path / "away")
    storage.write_text("a file in the folder's place")
    with pytest.raises(OutOfReach):
        there.unpack(packed)
    with pytest.raises(OutOfReach):
        Freight(tmp_path / "here", trip).pack(tmp_path / "here" / "anns.txt")
    assert "the storage cannot be used" in caplog.text
    assert "anns" not in caplog.text


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


async def test_the_check_tries_a_job_there(
    cluster: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.compute.cluster.PATIENCE", 1.0)
    nowhere = f"127.0.0.1:{free_port()}"
    for address, fine in ((cluster.scheduler_address, True), (f"tcp://{nowhere}", False)):
        chosen = settings.load(dask=address, data=tmp_path, token="123456:x", api_url=f"http://{nowhere}")
        (tried,) = [finding async for finding in check.findings(chosen) if finding.about == "workers"]
        assert tried.fine is fine
        assert fine is (address in tried.says)


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
