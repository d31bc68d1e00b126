"""Nothing fetched is lost, nothing is answered twice, and one chat does not wait for another."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from pathlib import Path
from typing import Any, cast

import pytest
from telegram import Update

from bot import inbox
from bot.inbox import KeepingBot
from bot.resources import SAMPLES
from bot.simulator import ApiError, Fault, Message, Person, Telegram
from bot.store import Store
from bot.store.inbox import Inbox
from bot.store.lock import InUse
from tests.talk import Running, Talk, running

ORDERS = SAMPLES / "en" / "orders.csv"


def command(person: Person, number: int, text: str, message_id: int = 1) -> dict[str, Any]:
    """An update as Telegram hands it over."""
    entities = [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]
    message = {"message_id": message_id, "date": 1, "chat": person.chat_to_api(), "from": person.to_api()}
    return {"update_id": number, "message": {**message, "text": text, "entities": entities}}


async def test_an_update_delivered_twice_is_answered_once(bot: Running, ann: Talk) -> None:
    await ann.say("/help")
    bot.telegram.redeliver(bot.telegram.updates.last_id)
    await bot.settled()
    assert len([message for message in ann.messages if message.from_bot]) == 1


async def test_an_update_delivered_twice_at_once_is_answered_once(bot: Running, ann: Talk) -> None:
    await ann.say("/start")
    update = Update.de_json(command(ann.person, bot.telegram.updates.last_id + 5, "/help"), bot.app.bot)
    for kept in await cast("KeepingBot", bot.app.bot).keep((update, update)):
        await bot.app.update_queue.put(kept)
    await bot.settled()
    assert len(answers(ann)) == 2


async def test_an_update_that_was_fetched_but_not_finished_is_taken_up_at_the_next_start(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as bot:
        ann = bot.person()
        await ann.say("/start")
        update = command(ann.person, bot.telegram.updates.last_id + 5, "/help")
        await bot.services.store.inbox.receive([(update["update_id"], ann.person.user_id, update)])
    async with running(tmp_path / "data", bot.telegram) as again:
        await bot.telegram.until(lambda: "Send a spreadsheet" in ann.last.words)
        await again.settled()
        assert again.services.store.inbox.waiting() == ()


async def test_what_was_said_is_not_kept_once_it_is_answered(bot: Running, ann: Talk) -> None:
    await ann.say("my secret plan")
    kept = sqlite3.connect(bot.services.store.folder / "inbox.sqlite")
    assert kept.execute("SELECT DISTINCT body, user_id FROM updates").fetchall() == [("", 0)]
    assert kept.execute("SELECT * FROM sent").fetchall() == []
    kept.close()
    files = bot.services.store.folder.glob("inbox.sqlite*")
    assert not any(b"secret plan" in file.read_bytes() for file in files)


async def test_the_loop_does_not_wait_for_the_disk(bot: Running, ann: Talk) -> None:
    release = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow_disk() -> None:
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result()

    await ann.say("/start")
    stuck = bot.services.store.inbox._do(slow_disk)
    ann.person.say("/help")
    await asyncio.sleep(0.2)
    assert len(answers(ann)) == 1, "it is not answered before it is on disk"
    release.set()
    await bot.settled()
    assert stuck.done()
    assert len(answers(ann)) == 2


async def test_one_chat_keeps_its_order(bot: Running, ann: Talk) -> None:
    for number in range(8):
        ann.person.say(f"/receipt {number}" if number % 2 else "/help")
    await bot.settled()
    assert [("Send a spreadsheet" in message.words) for message in answers(ann)] == [True, False] * 4


async def test_a_chat_told_to_wait_does_not_hold_up_another(bot: Running, ann: Talk, wang: Talk) -> None:
    bot.telegram.faults.append(Fault("sendMessage", ApiError(429, "Too Many Requests: retry after 1", retry_after=1)))
    ann.person.say("/help")
    await asyncio.sleep(0.1)
    wang.person.say("/help")
    await bot.telegram.until(lambda: wang.messages[-1].from_bot, 0.8)
    assert not ann.messages[-1].from_bot
    await bot.telegram.until(lambda: ann.messages[-1].from_bot, 5)


async def test_a_thousand_words_of_one_person_keep_nobody_out(bot: Running, ann: Talk, wang: Talk) -> None:
    async with bot.services.turn(ann.person.user_id):
        for number in range(1_000):
            ann.person.say(f"/receipt {number}")
        await bot.telegram.until(lambda: not len(bot.telegram.updates))
        wang.person.say("/help")
        await bot.telegram.until(lambda: answers(wang))


async def test_the_same_question_again_while_it_is_in_work_has_one_answer(bot: Running, ann: Talk) -> None:
    await ann.send_file(ORDERS)
    before = len(answers(ann))
    async with bot.services.turn(ann.person.user_id):
        for _ in range(5):
            ann.person.say("/segments")
        await bot.telegram.until(lambda: not len(bot.telegram.updates))
    await bot.settled()
    assert len(answers(ann)) == before + 1
    await ann.say("/segments")
    assert len(answers(ann)) == before + 2


async def test_a_button_tapped_five_times_does_one_thing(bot: Running, ann: Talk) -> None:
    await ann.send_file(ORDERS)
    await ann.say("/start")
    message, before = ann.last, len(answers(ann))
    async with bot.services.turn(ann.person.user_id):
        for _ in range(5):
            ann.person.tap(message.message_id, message.button("Everything I can do").data or "")
        await bot.telegram.until(lambda: not len(bot.telegram.updates))
    await bot.settled()
    assert len(answers(ann)) == before + 1
    assert len(bot.telegram.chat(ann.person.user_id).toasts) == 5, "every tap is acknowledged"


async def test_typing_undo_twice_takes_back_two_files(bot: Running, ann: Talk) -> None:
    await ann.send_file(ORDERS)
    await ann.send("more.csv", b"Order ID,Date,Customer ID,Total\n1,2026-01-02,7,5.0\n2,2026-01-03,8,5.0\n")
    async with bot.services.turn(ann.person.user_id):
        ann.person.say("/undo")
        ann.person.say("/undo")
        await bot.telegram.until(lambda: not len(bot.telegram.updates))
    await bot.settled()
    assert bot.services.store.uploads(ann.person.user_id) == ()


async def test_of_several_pages_wished_for_the_last_is_shown(bot: Running, ann: Talk) -> None:
    await ann.send_file(ORDERS)
    await ann.say("/basket")
    message = ann.last
    pages = [button for row in message.buttons for button in row if (button.data or "").startswith("~")]
    assert len(pages) >= 2, "this test needs an answer with two pages"
    edits: list[str] = []
    bot.telegram.listeners.append(lambda event: edits.append(event.subject.html) if _edits(event, message) else None)
    async with bot.services.turn(ann.person.user_id):
        for button in (*pages, *pages):
            ann.person.tap(message.message_id, button.data or "")
        await bot.telegram.until(lambda: not len(bot.telegram.updates))
    await bot.settled()
    assert len(edits) == 1


async def test_a_second_program_with_the_same_token_is_told_once_and_both_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(inbox, "SLOWLY", 0.2)
    telegram = Telegram()
    async with running(tmp_path / "one", telegram), running(tmp_path / "two", telegram):
        ann = telegram.person(7)
        await telegram.until(lambda: "Another program" in caplog.text)
        ann.say("/help")
        await telegram.until(lambda: telegram.chat(7).messages[-1].from_bot)
        await asyncio.sleep(1)
    told = [record for record in caplog.records if "Another program" in record.message]
    assert 1 <= len(told) <= 2, "once by each"
    assert all(record.levelno == logging.ERROR for record in told)
    assert telegram.token not in caplog.text


async def test_a_second_process_in_the_same_folder_is_refused(bot: Running) -> None:
    with pytest.raises(InUse, match="is running in"):
        Store(bot.services.store.folder)


def answers(talk: Talk) -> list[Message]:
    return [message for message in talk.messages if message.from_bot]


def _edits(event: Any, message: Message) -> bool:
    return event.kind == "message" and event.subject is message


async def test_what_is_kept_of_many_updates_at_once_stays_small(tmp_path: Path) -> None:
    inbox, body = Inbox(tmp_path), {"text": "x" * 400}
    for batch in range(100):
        numbers = range(batch * 100, batch * 100 + 100)
        await inbox.receive([(number, 5, body) for number in numbers])
        for number in numbers:
            inbox.finish(number)
    assert await inbox.receive([(4_242, 5, body)]) == {4_242}
    inbox.close()
    assert (tmp_path / "inbox.sqlite").stat().st_size < 2**20
