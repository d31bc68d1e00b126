"""The nightly backup: at a quiet hour of the server's clock, once, and made up for."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import retention
from bot.nightly import Night
from bot.resources import SAMPLES
from bot.store import backups
from bot.store.base import DATABASE
from tests.talk import Running, running

ORDERS = SAMPLES / "en" / "orders.csv"
EVENING = datetime(2027, 6, 1, 20, tzinfo=UTC)


async def test_one_is_made_every_night_and_the_last_ones_are_kept(tmp_path: Path) -> None:
    hour = EVENING
    async with running(tmp_path, backups=2, timezone="Asia/Shanghai", now=lambda: hour) as bot:
        ann, night = bot.person(user_id=5), Night(bot.services)
        await ann.send_file(ORDERS)
        await bot.telegram.until(lambda: backups.names(tmp_path))
        made = []
        for _ in range(72):
            hour += timedelta(hours=1)
            made.append(await night.tick())
        # 03:30 in Shanghai is 19:30 in UTC.
        names = [name for name in made if name]
        assert [name[-4:] for name in names] == ["2000", "2000", "2000"]
        assert backups.names(tmp_path) == tuple(names[-2:])
        answer = (await ann.say("/segments"))[-1].html
        await ann.say("/undo")
    backups.restore(tmp_path, names[-1])
    async with running(tmp_path, bot.telegram, timezone="Asia/Shanghai", now=lambda: hour) as bot:
        assert (await bot.person(user_id=5).say("/segments"))[-1].html == answer


async def test_a_night_that_was_slept_through_is_made_up_for_after_the_start(tmp_path: Path) -> None:
    for days, expected in ((0, 1), (0, 1), (3, 2), (3, 2)):
        async with running(tmp_path, backups=9, now=lambda: EVENING + timedelta(days=days)) as bot:  # noqa: B023
            await bot.telegram.until(lambda: len(backups.names(tmp_path)) >= expected)  # noqa: B023
            assert await Night(bot.services).tick() is None
        assert len(backups.names(tmp_path)) == expected


async def test_a_clock_that_was_ahead_does_not_keep_from_the_next_backup(tmp_path: Path) -> None:
    async with running(tmp_path, backups=9, now=lambda: EVENING) as bot:
        backups.back_up(tmp_path, backups.stamp(EVENING + timedelta(days=900)), keep=9)
        assert await Night(bot.services).tick() is not None


async def test_with_none_wanted_there_is_none(tmp_path: Path) -> None:
    async with running(tmp_path, backups=0) as bot:
        await bot.person().say("/start")
    assert backups.names(tmp_path) == ()


async def test_whoever_is_forgotten_while_a_backup_waits_is_not_in_it(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        ann, bob = bot.person(user_id=5), bot.person(user_id=6)
        await ann.send_file(ORDERS)
        await bob.send_file(ORDERS)
        backups.back_up(tmp_path, "before", keep=3)
        with backups.alone(tmp_path):
            making = asyncio.create_task(asyncio.to_thread(backups.back_up, tmp_path, "while", 3))
            await asyncio.sleep(0.2)
            assert not making.done()
            bot.services.store.forget(5)
        made = await making
    for name in ("before", "while"):
        assert [path.name for path in (tmp_path / backups.BACKUPS / name / "owners").iterdir()] == ["6"]
    with closing(sqlite3.connect(made / DATABASE)) as db:
        assert db.execute("SELECT user_id FROM owners").fetchall() == [(6,)]


@contextmanager
def backing_up(folder: Path) -> Iterator[Callable[[], bool]]:
    """A backup that takes its time: until it is let end. That says whether it was, before anybody's patience was over."""
    at_work, enough, ended = threading.Event(), threading.Event(), []

    def hold() -> None:
        with backups.alone(folder):
            at_work.set()
            ended.append(enough.wait(20))

    thread = threading.Thread(target=hold)
    thread.start()
    at_work.wait()

    def end() -> bool:
        enough.set()
        thread.join()
        return ended == [True]

    yield end
    end()


async def names_go(bot: Running) -> None:
    await retention.tidy(bot.app.bot, bot.services, EVENING + timedelta(days=400))


WAITING: dict[str, Callable[[Running, Any], object]] = {
    "everything": lambda _, ann: ann.person.say("/forget yes"),
    "somebody": lambda _, ann: ann.person.say("/forget C0001"),
    "names": lambda bot, _: asyncio.create_task(names_go(bot)),
}


@pytest.mark.parametrize("begin", WAITING.values(), ids=WAITING.keys())
async def test_others_are_answered_while_somebody_waits_for_a_backup_to_end(
    tmp_path: Path, begin: Callable[[Running, Any], Any]
) -> None:
    async with running(tmp_path, now=lambda: EVENING, retention_days=30) as bot:
        ann, bob = bot.person(user_id=5), bot.person(user_id=6)
        await ann.send_file(ORDERS)
        await bob.say("/start")
        with backing_up(tmp_path) as end:
            said, waiting = len(ann.messages), begin(bot, ann)
            bob.person.say("/help")
            await bot.telegram.until(lambda: "Send a spreadsheet" in bob.last.words)
            assert [message for message in ann.messages[said:] if message.from_bot] == []
            assert end(), "the event loop stood still"
        if isinstance(waiting, asyncio.Task):
            await waiting
            assert bot.services.store.retention(5, 1) == "gone"
        else:
            await bot.settled()
            assert ann.last.from_bot
