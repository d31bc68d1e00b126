"""A copy made while the bot runs is whole, and brings back the shop as it was."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import main
from bot.nightly import Night
from bot.resources import SAMPLES
from bot.simulator.telegram import Telegram
from bot.store import Store, backups
from bot.store.base import DATABASE, Unusable
from bot.store.summaries import Summary
from tests.talk import running

ROOT = Path(__file__).parents[2]
ORDERS = SAMPLES / "en" / "orders.csv"
JUNE = datetime(2027, 6, 1, tzinfo=UTC)
FIRST = "2027-06-01T0300"


def sheet(first: int) -> bytes:
    rows = (f"{n},2027-05-{1 + n % 28:02},C{n % 7},9" for n in range(first, first + 20))
    return "\n".join(["Order ID,Date,Customer ID,Total", *rows]).encode()


def summed_up(store: Store, month: str = "2027-06", day: int = 1) -> None:
    store.add_summary(5, month, 1.0, Summary(date(2027, 5, day), 1, f"summary {month} {day}"))


def files(database: Path) -> set[str]:
    """The names of what the owner sent, as a database has them."""
    with closing(sqlite3.connect(database)) as db:
        return {name for (name,) in db.execute("SELECT filename FROM uploads")}


async def test_a_backup_brings_back_what_was_undone_later(tmp_path: Path) -> None:
    folder, telegram = tmp_path / "data", Telegram()
    async with running(folder, telegram) as bot:
        ann = bot.person(user_id=5)
        await ann.send_file(ORDERS)
        answer = (await ann.say("/segments"))[-1].html
        backups.back_up(folder, "2027-06-01T0300", keep=3)
        await ann.say("/undo")
    backups.restore(folder, "2027-06-01T0300")
    async with running(folder, telegram) as bot:
        ann = bot.person(user_id=5)
        assert (await ann.say("/segments"))[-1].html == answer
    assert backups.names(folder) == ("2027-06-01T0300", backups.BEFORE)


async def test_what_was_there_before_a_restore_can_be_had_again(tmp_path: Path) -> None:
    folder, telegram = tmp_path / "data", Telegram()
    async with running(folder, telegram) as bot:
        await bot.person(user_id=5).say("/start")
    backups.back_up(folder, "empty", keep=3)
    async with running(folder, telegram) as bot:
        await bot.person(user_id=5).send_file(ORDERS)
    backups.restore(folder, "empty")
    async with running(folder, telegram) as bot:
        assert bot.services.store.files(5) == ()
    backups.restore(folder, backups.BEFORE)
    async with running(folder, telegram) as bot:
        assert len(bot.services.store.files(5)) == 1


async def test_only_the_latest_backups_stay_and_no_half_one_counts(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        await bot.person().say("/start")
        (tmp_path / backups.BACKUPS / "x.part").mkdir(parents=True)
        for day in "12345":
            backups.back_up(tmp_path, f"2027-06-0{day}", keep=2)
    assert backups.names(tmp_path) == ("2027-06-04", "2027-06-05")
    assert sorted(path.name for path in (tmp_path / backups.BACKUPS).iterdir()) == ["2027-06-04", "2027-06-05"]


async def test_a_restore_of_nothing_changes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        await bot.person(user_id=5).send_file(ORDERS)
    with pytest.raises(backups.NoBackup, match="yesterday"):
        backups.restore(tmp_path, "yesterday")
    async with running(tmp_path) as bot:
        assert len(bot.services.store.files(5)) == 1


async def test_whoever_is_forgotten_is_gone_from_the_backups_too(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        ann, bob = bot.person(user_id=5), bot.person(user_id=6)
        await ann.send_file(ORDERS)
        await bob.send_file(ORDERS)
        backups.back_up(tmp_path, "2027-06-01", keep=3)
        await ann.say("/forget yes")
    backups.restore(tmp_path, "2027-06-01")
    assert not (tmp_path / "backups" / "2027-06-01" / "owners" / "5").exists()
    async with running(tmp_path) as bot:
        assert bot.services.store.owner(5) is None
        assert len(bot.services.store.files(6)) == 1


async def test_the_oldest_of_many_backups_can_be_restored(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        await bot.person(user_id=5).send_file(ORDERS)
    days = [f"2027-06-{day:02}" for day in range(1, 13)]
    for day in days:
        backups.back_up(tmp_path, day, keep=30)
    backups.restore(tmp_path, days[0])
    assert backups.names(tmp_path) == (*days, backups.BEFORE)
    async with running(tmp_path) as bot:
        assert len(bot.services.store.files(5)) == 1


async def test_the_commands_make_list_and_restore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POCKET_DATA", str(tmp_path / "data"))

    def told(*words: str) -> str:
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, done.output
        return done.stdout.strip()

    async with running(tmp_path / "data") as bot:
        await bot.person(user_id=5).send_file(ORDERS)
        made = Path(told("backup"))
        await bot.person(user_id=5).say("/undo")
    assert told("restore") == made.name
    assert made.name in told("restore", made.name)
    async with running(tmp_path / "data") as bot:
        assert len(bot.services.store.files(5)) == 1
    assert told("restore").splitlines() == [made.name, backups.BEFORE]


async def test_a_restore_killed_at_any_write_leaves_all_of_before_or_all_of_after(tmp_path: Path) -> None:
    stood, left = tmp_path / "stood", tmp_path / "left"
    async with running(stood, Telegram()) as bot:
        await bot.person(user_id=5).send("old.csv", sheet(0))
        backups.back_up(stood, FIRST)
        await bot.person(user_id=5).send("new.csv", sheet(20))
        summed_up(bot.services.store)
    left.mkdir()
    script = (sys.executable, "-m", "tests.bot.cut_off", str(stood), FIRST, str(left))
    killing = await asyncio.create_subprocess_exec(*script, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert await killing.wait() == 0
    points = sorted(int(folder.name) for folder in left.iterdir())
    assert len(points) > 30
    after = []
    for point in points:
        folder = left / str(point)
        # The next start, then the command once more.
        for again in (False, True):
            if again:
                backups.restore(folder, FIRST)
            store = Store(folder)
            told = files(folder / DATABASE)
            for file in store.current(5).values():
                assert file.is_file(), point
            assert store.spent(5, "2027-06") == 1.0, point
            store.close()
            assert told in ({"old.csv"}, {"old.csv", "new.csv"}), point
            after.append(told == {"old.csv"})
            kept = [folder / DATABASE, *(folder / "backups").glob(f"*/{DATABASE}")]
            assert any("new.csv" in files(database) for database in kept), f"{point}: what was there before is lost"
            assert not list(folder.glob("restor*")), point
        assert after[-1], point
    assert not after[0]
    assert after[-4], "the start finishes what was ready"


async def test_a_restore_again_after_a_kill_keeps_what_was_there_first(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        await bot.person(user_id=5).send("old.csv", sheet(0))
        backups.back_up(tmp_path, FIRST)
        await bot.person(user_id=5).send("new.csv", sheet(20))
    backups.restore(tmp_path, FIRST)
    # As a kill leaves it after all was ready.
    (tmp_path / "restoring" / "owners").mkdir(parents=True)
    with pytest.raises(backups.Unfinished):
        backups.back_up(tmp_path, "by hand")
    backups.restore(tmp_path, FIRST)
    assert "new.csv" in files(tmp_path / "backups" / backups.BEFORE / DATABASE)
    backups.restore(tmp_path, FIRST)
    assert files(tmp_path / "backups" / backups.BEFORE / DATABASE) == {"old.csv"}
    assert "new.csv" in files(tmp_path / "backups" / backups.BEFORE_THAT / DATABASE)
    backups.restore(tmp_path, backups.BEFORE_THAT)
    async with running(tmp_path) as bot:
        assert len(bot.services.store.files(5)) == 2
    # They stay for as long as any backup does.
    for day in range(3):
        backups.back_up(tmp_path, f"2027-07-0{day}", keep=3)
    assert backups.names(tmp_path) == ("2027-07-00", "2027-07-01", "2027-07-02")


async def test_a_restore_gives_no_summary_back_and_no_number_again(tmp_path: Path) -> None:
    telegram = Telegram()
    async with running(tmp_path, telegram) as bot:
        store = bot.services.store
        await bot.person(user_id=5).send("old.csv", sheet(0))
        summed_up(store, day=1)
        backups.back_up(tmp_path, FIRST)
        await bot.person(user_id=5).send("new.csv", sheet(20))
        number = store.files(5)[0].id
        summed_up(store, day=2)
        summed_up(store, day=3)
    for name in (FIRST, backups.BEFORE, FIRST):
        backups.restore(tmp_path, name)
        async with running(tmp_path) as bot:
            assert bot.services.store.spent(5, "2027-06") == 3.0
    async with running(tmp_path, telegram) as bot:
        await bot.person(user_id=5).send("third.csv", sheet(40))
        assert bot.services.store.files(5)[0].id > number


async def test_forgetting_everything_gives_no_summary_back_until_the_month_is_over(tmp_path: Path) -> None:
    hour = JUNE
    async with running(tmp_path, now=lambda: hour) as bot:
        ann, store = bot.person(user_id=5), bot.services.store
        await ann.send("old.csv", sheet(0))
        for month, day in (("2027-05", 1), ("2027-06", 1), ("2027-06", 2)):
            summed_up(store, month, day)
        backups.back_up(tmp_path, FIRST)
        for _ in range(2):
            (told,) = await ann.say("/forget yes")
            assert "how many summaries /share made this month" in told.words
            assert store.summaries(5) == (("2027-06", 2.0, ""),)
        made = backups.back_up(tmp_path, "after")
        for database in (made / DATABASE, tmp_path / "backups" / FIRST / DATABASE):
            with closing(sqlite3.connect(database)) as db:
                assert db.execute("SELECT count(*) FROM summaries").fetchone() == (0,)
        for hours, left in ((30 * 24 + 11, 2.0), (30 * 24 + 12, 0.0)):
            hour = JUNE + timedelta(hours=hours)
            await Night(bot.services).tick()
            assert store.spent(5, "2027-06") == left


async def test_over_a_broken_database_nothing_is_restored_and_that_is_said(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        await bot.person(user_id=5).send("old.csv", sheet(0))
        backups.back_up(tmp_path, FIRST)
    (tmp_path / DATABASE).write_bytes(b"no database at all " * 99)
    for act in (lambda: backups.restore(tmp_path, FIRST), lambda: Store(tmp_path)):
        with pytest.raises(Unusable, match="move pocket"):
            act()
    (tmp_path / DATABASE).rename(tmp_path / "elsewhere")
    backups.restore(tmp_path, FIRST)
    async with running(tmp_path) as bot:
        assert len(bot.services.store.files(5)) == 1
