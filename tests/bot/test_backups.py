"""A copy made while the bot runs is whole, and brings back the shop as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.resources import SAMPLES
from bot.simulator.telegram import Telegram
from bot.store import backups
from tests.talk import running

ORDERS = SAMPLES / "en" / "orders.csv"


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
