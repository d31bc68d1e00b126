"""Who may talk to the bot, where, and how one becomes its owner."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot import access
from bot.__main__ import main
from bot.resources import SAMPLES
from bot.simulator.telegram import Telegram
from bot.store.facts import Facts
from tests.searching import found
from tests.talk import Running, Talk, running

ORDERS = SAMPLES / "en" / "orders.csv"
WELCOME, STRANGER, GONE = "I find out who your customers are", "private assistant", "does not work any more"
DAY = datetime(2027, 6, 1, tzinfo=UTC)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = DAY

    def __call__(self) -> datetime:
        return self.now


def opening(bot: Running) -> str:
    """The code in the link that a start prints."""
    link = bot.services.access.opening_link("pocket_marketer_bot", bot.services.now())
    assert link is not None
    assert link.startswith("https://t.me/pocket_marketer_bot?start=")
    return link.partition("=")[2]


async def said(talk: Talk, text: str) -> str:
    """What the bot says to something; nothing, if it is silent."""
    before = len(talk.messages)
    talk.person.say(text)
    await talk.running.settled()
    return "\n".join(message.words for message in talk.messages[before:] if message.from_bot)


async def test_strangers_get_one_polite_line_and_nothing_is_stored(tmp_path: Path) -> None:
    async with running(tmp_path / "data", owners="7") as bot:
        stranger = bot.person(user_id=8)
        stranger.person.send_document("orders.csv", ORDERS.read_bytes())
        await bot.telegram.until(lambda: len(stranger.messages) == 2)
        assert STRANGER in stranger.last.words
        assert await said(stranger, "let me in") == ""
        assert await said(stranger, "/start guess") == ""
        assert bot.services.store.owner(8) is None
        assert not (bot.services.store.folder / "owners").exists()
        assert bot.services.store.inbox.waiting() == ()
        assert found(tmp_path, "let me in", "guess", "orders.csv", "Order ID") == []
        assert STRANGER not in (await bot.person(user_id=7).say("/start"))[0].words


async def test_whoever_opens_the_pairing_link_first_becomes_the_owner(tmp_path: Path) -> None:
    async with running(tmp_path / "data", owners="") as bot:
        code = opening(bot)
        assert 32 <= len(code) <= 64
        ann, eve = bot.person(), bot.person()
        assert WELCOME in await said(ann, f"/start {code}")
        assert STRANGER in await said(eve, f"/start {code}")
        assert bot.services.access.opening_link("x", DAY) is None
    async with running(tmp_path / "data", bot.telegram, owners="") as again:
        assert again.services.access.opening_link("x", DAY) is None
        assert again.services.access.admits(ann.person.user_id)
        assert not again.services.access.admits(eve.person.user_id)


async def test_a_link_works_for_an_hour_and_only_the_latest_does(tmp_path: Path) -> None:
    clock = Clock()
    async with running(tmp_path / "data", owners="", now=clock) as bot:
        first = opening(bot)
        second = opening(bot)
        assert GONE in await said(bot.person(), f"/start {first}")
        clock.now += timedelta(hours=1)
        assert GONE in await said(bot.person(), f"/start {second}")
        third = opening(bot)
        clock.now += timedelta(minutes=59)
        assert WELCOME in await said(bot.person(), f"/start {third}")


async def test_guesses_are_few_for_each_and_for_all(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with running(tmp_path / "data", owners="") as bot:
        door, code = bot.services.access, opening(bot)
        for guess in range(access.MOST_GUESSES):
            assert not door.pair(8, f"guess{guess}", DAY)
        assert not door.pair(8, code, DAY), "who guessed too often is not listened to any more"
        assert door.is_open
        for person in range(100, 100 + access.MOST_GUESSES_OF_ALL):
            door.pair(person, "guess", DAY)
        assert "too many wrong pairing codes" in caplog.text
        assert code not in caplog.text
        assert not door.pair(9, code, DAY), "after too many guesses in all the code is void"
        assert door.pair(8, opening(bot), DAY), "a new code is a new start"


async def test_the_code_itself_is_stored_nowhere(tmp_path: Path) -> None:
    async with running(tmp_path / "data", owners="") as bot:
        code = opening(bot)
        held = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
        assert code.encode() not in held


async def test_a_forgotten_owner_pairs_again_without_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DATA": str(tmp_path / "data"), "OWNERS": ""}.items():
        monkeypatch.setenv(f"POCKET_{name}", value)
    # The command has the real clock.
    async with running(tmp_path / "data", owners="", now=lambda: datetime.now(UTC)) as bot:
        ann = bot.person()
        assert WELCOME in await said(ann, f"/start {opening(bot)}")
        assert "pocket-marketer pair" in await said(ann, "/forget yes")
        assert not bot.services.access.admits(ann.person.user_id)
        printed = CliRunner().invoke(main, ["pair"])
        assert printed.exit_code == 0, printed.output
        code = printed.stdout.strip().partition("?start=")[2]
        eve = bot.person()
        assert WELCOME in await said(eve, f"/start {code}")
        # A lost phone: the new one takes the place of the old.
        code = CliRunner().invoke(main, ["pair"]).stdout.strip().partition("?start=")[2]
        assert WELCOME in await said(ann, f"/start {code}")
        assert not bot.services.access.admits(eve.person.user_id)


def test_there_is_nobody_to_pair_where_owners_are_named_or_nothing_ever_ran(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POCKET_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("POCKET_OWNERS", "7")
    assert "POCKET_OWNERS" in CliRunner().invoke(main, ["pair"]).output
    monkeypatch.setenv("POCKET_OWNERS", "")
    never = CliRunner().invoke(main, ["pair"])
    assert never.exit_code == 1
    assert "never ran" in never.output
    assert Facts.beside(tmp_path / "data") is None


# In a group


async def hears(bot: Running, talk: Talk, text: str, **more: Any) -> tuple[list[str], list[str]]:
    """Say something in the group; what the bot then says there, and in private."""
    group = bot.telegram.group(-100, "The shop")
    before = len(group.messages), len(talk.messages)
    group.say(talk.person, text, **more)
    await bot.settled()
    return (
        [message.words for message in group.messages[before[0] :] if message.from_bot],
        [message.words for message in talk.messages[before[1] :] if message.from_bot],
    )


async def test_in_a_group_an_owner_is_answered_when_addressed_and_in_private(tmp_path: Path) -> None:
    async with running(tmp_path / "data", owners="7,9") as bot:
        ann = bot.person(user_id=7)
        await ann.send_file(ORDERS)
        group = bot.telegram.group(-100, "The shop")
        for text in ("/segments", "who are my best customers?", "/segments@other_bot", "@pocket_marketer_bots hello"):
            assert await hears(bot, ann, text) == ([], []), text
        for text in ("/segments@pocket_marketer_bot", "@Pocket_Marketer_Bot who are my best customers?"):
            there, here = await hears(bot, ann, text)
            assert there == ["I answered you in private: what I know of a shop is for its owner only."]
            assert "of your sales" in here[0]
        line = next(message for message in reversed(group.messages) if message.from_bot)
        there, here = await hears(bot, ann, "/overview", reply_to=line.message_id)
        assert len(there) == len(here) == 1
        there, here = await hears(bot, ann, "/customer@pocket_marketer_bot nobody@nowhere.example")
        assert len(there) == len(here) == 1, "what went wrong is told in private, too"


async def test_in_a_group_nobody_else_is_heard(tmp_path: Path) -> None:
    async with running(tmp_path / "data", owners="7,9") as bot:
        ann, eve, bob = bot.person(user_id=7), bot.person(user_id=8), bot.person("zh", user_id=9)
        await ann.send_file(ORDERS)
        assert await hears(bot, eve, "/overview@pocket_marketer_bot") == ([], [])
        there, here = await hears(bot, bob, "/overview@pocket_marketer_bot")
        assert here == [], "the bot may not write to somebody who never wrote to it"
        assert there == ["我只在私聊里回答，但现在还不能给你发消息：先打开和我的私聊，发送 /start，再来问。"]


async def test_a_pairing_link_is_not_taken_in_a_group(tmp_path: Path) -> None:
    async with running(tmp_path / "data", owners="") as bot:
        code = opening(bot)
        assert await hears(bot, bot.person(), f"/start@pocket_marketer_bot {code}") == ([], [])
        assert bot.services.access.is_open


@pytest.mark.parametrize(("owner", "stays"), [("8", True), ("7", False)])
async def test_a_group_that_a_stranger_brought_the_bot_into_is_left(tmp_path: Path, owner: str, stays: bool) -> None:
    telegram = Telegram()
    async with running(tmp_path / "data", telegram, owners=owner) as bot:
        group = telegram.group(-100, "Strangers")
        group.add_bot(bot.person(user_id=8).person)
        await bot.settled()
        assert group.has_bot == stays
