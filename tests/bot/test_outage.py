"""Telegram is away, wrong, or does not want this bot; owners are away, too. It waits where waiting helps, and says what would."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from telegram.error import InvalidToken

from bot import app, inbox, outbox, settings
from bot.inbox import CONFLICT, HOOKED, REFUSED, UNREACHABLE, UNREADABLE, KeepingBot
from bot.resources import SAMPLES
from bot.simulator import ApiError, Dropped, Fault, Garbled, Message, Telegram, Unreachable, serve
from tests.talk import Running, Talk, running

ORDERS = SAMPLES / "en" / "orders.csv"
HELP = "Send a spreadsheet"
MONDAY = datetime(2027, 6, 7, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(outbox, "LONGEST_WAIT", 0.02)
    monkeypatch.setattr(inbox, "SLOWLY", 0.05)


def answers(talk: Talk) -> list[Message]:
    return [message for message in talk.messages if message.from_bot]


# At the start


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (Unreachable(), "no route to host"),
        (Dropped(), UNREACHABLE),
        (ApiError(502, "Bad Gateway"), "Bad Gateway"),
        (Garbled(404, b"<h1>404 page not found</h1>"), "is POCKET_API_URL right?"),
        (Garbled(200, b"[" * 100_000), "is POCKET_API_URL right?"),
        (Garbled(200, b'{"ok":true}'), "is POCKET_API_URL right?"),
    ],
)
async def test_a_start_without_telegram_waits_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, trouble: Dropped, told: str
) -> None:
    telegram = Telegram()
    telegram.faults.append(Fault("getMe", trouble, times=4))
    async with running(tmp_path / "data", telegram) as bot:
        assert await bot.person().say("/help")
    assert caplog.text.count(UNREACHABLE) == 1
    assert told in caplog.text
    assert telegram.token not in caplog.text


async def test_a_menu_that_may_not_be_set_keeps_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "IN_PASSING", 0.05)
    telegram = Telegram()
    telegram.faults.append(Fault("setMyDescription", ApiError(429, "Too Many Requests", retry_after=3600)))
    async with running(tmp_path / "data", telegram) as bot:
        assert await bot.person().say("/help")


async def test_a_language_is_chosen_though_the_menu_stays_as_it_is(
    bot: Running, ann: Talk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await ann.say("/start")
    monkeypatch.setattr(outbox, "IN_PASSING", 0.05)
    bot.telegram.faults.append(Fault("setMyCommands", ApiError(429, "Too Many Requests", retry_after=3600)))
    assert await ann.say("/language zh")
    assert "an owner's menu may be as before" in caplog.text
    assert await ann.say("/help")


async def test_a_wrong_token_is_told_and_is_nothing_to_start_again_for(tmp_path: Path) -> None:
    server = await serve(Telegram())
    given = {"TOKEN": "123456:wrong", "API_URL": server.address, "DATA": str(tmp_path / "data"), "OWNERS": "7"}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("POCKET_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        env=clean | {f"POCKET_{name}": value for name, value in given.items()},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await asyncio.wait_for(process.communicate(), 60)
    await server.close()
    assert "does not take POCKET_TOKEN" in told.decode()
    assert "Traceback" not in told.decode()
    assert "123456:wrong" not in told.decode()
    assert process.returncode == 2
    unit = (Path(__file__).parents[2] / "deploy" / "pocket-marketer.service").read_text("utf-8")
    assert f"RestartPreventExitStatus={process.returncode}\n" in unit


# The token


async def test_a_token_that_is_revoked_ends_the_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(inbox, "MOST_REFUSALS", 2)
    telegram = Telegram()
    server = await serve(telegram)
    token = telegram.token
    given = settings.load(token=token, api_url=server.address, data=tmp_path / "data", owners="*", workers=0, backups=0)
    at_work = asyncio.create_task(app.run(given))
    await telegram.until(lambda: telegram.profile.commands({"type": "default"}, ""), 30)
    telegram.person(7).say("/help")
    await telegram.until(lambda: telegram.chat(7).replies)
    telegram.token = "1:new"
    # Else the long poll that is in the air lasts for half a minute.
    telegram.person(7).say("/start")
    with pytest.raises(InvalidToken):
        await asyncio.wait_for(at_work, 30)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().remove_signal_handler(number)
    await server.close()
    assert caplog.text.count(REFUSED) == 1
    assert token not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("bot"))


async def test_a_token_that_is_refused_once_is_tried_again(bot: Running, ann: Talk) -> None:
    bot.telegram.faults.append(Fault("getUpdates", ApiError(401, "Unauthorized")))
    await ann.say("/help")
    await bot.telegram.until(lambda: not bot.telegram.faults[0].times)
    assert await ann.say("/help")
    assert not cast("KeepingBot", bot.app.bot).refused.is_set()


async def test_what_was_asked_under_a_refused_token_is_answered_under_the_next(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as bot:
        ann = bot.person()
        await ann.say("/start")
        bot.telegram.faults.append(Fault("sendMessage", ApiError(401, "Unauthorized")))
        ann.person.say("/help")
        await bot.telegram.until(lambda: not bot.telegram.faults[0].times)
        await asyncio.sleep(0.1)
    async with running(tmp_path / "data", bot.telegram) as again:
        await again.settled()
        assert [HELP in message.words for message in answers(ann)] == [False, True]


# Others


async def test_a_webhook_that_somebody_else_set_is_told(
    bot: Running, ann: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    await ann.say("/start")
    bot.telegram.webhook = "https://elsewhere.example/hook"
    ann.person.say("/help")
    await bot.telegram.until(lambda: HOOKED in caplog.text)
    bot.telegram.webhook = ""
    await bot.settled()
    assert CONFLICT not in caplog.text
    assert len(answers(ann)) == 2


async def test_what_cannot_be_read_is_told_once_and_tried_again(
    bot: Running, ann: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    await ann.say("/start")
    strange = Garbled(200, b'{"ok":true,"result":5}')
    bot.telegram.faults.append(Fault("getUpdates", strange, times=2))
    ann.person.say("/help")
    await bot.telegram.until(lambda: len(answers(ann)) == 2 and "come in again" in caplog.text)
    assert caplog.text.count(UNREADABLE) == 1


# Hours later


async def test_hundreds_of_old_messages_are_answered_in_order(tmp_path: Path) -> None:
    telegram = Telegram()
    people = [telegram.person(number) for number in range(11, 16)]
    for number in range(100):
        for person in people:
            person.say(f"/receipt {number}" if number % 3 else "/help")
    async with running(tmp_path / "data", telegram) as bot:
        await bot.settled()
    for person in people:
        said = [HELP in message.words for message in telegram.chat(person.user_id).replies]
        assert said == [number % 3 == 0 for number in range(100)]


async def test_a_tap_of_hours_ago_is_answered(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = [1_800_000_000.0]
    telegram = Telegram(clock=lambda: clock[0])
    async with running(tmp_path / "data", telegram) as bot:
        ann = bot.person()
        await ann.send_file(ORDERS)
        await ann.say("/start")
    asked = ann.last
    ann.person.tap(asked.message_id, asked.button("Everything I can do").data or "")
    clock[0] += 5 * 3600
    async with running(tmp_path / "data", telegram) as again:
        await again.settled()
    assert HELP in ann.last.words
    assert telegram.chat(ann.person.user_id).toasts == []
    assert "fault" not in caplog.text


# Owners who are away


async def test_who_blocks_the_bot_while_a_file_is_fetched_finds_it_there_later(
    bot: Running, ann: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    await ann.say("/start")
    gate = bot.services.fetching
    await gate.acquire()
    await gate.acquire()
    ann.person.send_document(ORDERS.name, ORDERS.read_bytes())
    await bot.telegram.until(lambda: bot.services.running)
    ann.person.block()
    gate.release()
    gate.release()
    await bot.settled()
    ann.person.unblock()
    (answer,) = await ann.say("/files")
    assert ORDERS.name in answer.words
    assert "fault" not in caplog.text
    assert list(bot.services.store.folder_of(ann.person.user_id).glob("sent-*.part")) == []


GONE = {
    "deactivated": ApiError(403, "Forbidden: user is deactivated"),
    "kicked": ApiError(403, "Forbidden: bot was kicked from the group chat"),
    "no chat": ApiError(400, "Bad Request: chat not found"),
    "moved": ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-100500),
}


@pytest.mark.parametrize("gone", GONE.values(), ids=GONE.keys())
async def test_who_is_gone_harms_nobody(
    bot: Running, ann: Talk, caplog: pytest.LogCaptureFixture, gone: ApiError
) -> None:
    await ann.say("/start")
    bot.telegram.faults.append(Fault("sendMessage", gone))
    assert await ann.say("/help") == []
    assert await ann.say("/help")
    bot.telegram.faults.append(Fault("sendMessage", gone, times=2))
    group = bot.telegram.group(-5)
    group.say(ann.person, "/help@pocket_marketer_bot")
    await bot.settled()
    group.say(ann.person, "/help@pocket_marketer_bot")
    await bot.settled()
    assert [message.from_bot for message in group.messages] == [False, False, True]
    assert "fault" not in caplog.text


@pytest.mark.parametrize(
    ("trouble", "state"),
    [
        (GONE["deactivated"], "paused"),
        (GONE["no chat"], "paused"),
        (Garbled(403), "on"),
        (Garbled(404), "on"),
        (ApiError(401, "Unauthorized"), "on"),
    ],
)
async def test_letters_end_for_who_is_gone_and_for_nobody_else(tmp_path: Path, trouble: Dropped, state: str) -> None:
    async with running(tmp_path / "data", now=lambda: MONDAY) as bot:
        ann = bot.person()
        await ann.say("/start")
        bot.services.store.appoint(ann.person.user_id, "weekly", 0, MONDAY.time(), MONDAY)
        bot.telegram.faults.append(Fault("sendMessage", trouble))
        bot.desk.tick()
        await bot.desk.idle()
        letter = bot.services.store.appointment(ann.person.user_id, "weekly")
        assert letter is not None
        assert letter.state == state
        answered, *back = await ann.say("/help")
        assert HELP in answered.words
        assert len(back) == (state == "paused")
