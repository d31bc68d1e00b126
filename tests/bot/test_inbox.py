"""Nothing fetched is lost, nothing is answered twice, and one chat does not wait for another."""

from __future__ import annotations

import asyncio
from pathlib import Path

from telegram import Update

from bot.simulator.faults import ApiError, Fault
from tests.talk import Running, Talk, running


async def test_an_update_delivered_twice_is_answered_once(bot: Running, ann: Talk) -> None:
    await ann.say("/help")
    bot.telegram.redeliver(bot.telegram.updates.last_id)
    await bot.settled()
    assert len([message for message in ann.messages if message.from_bot]) == 1


async def test_an_update_that_was_fetched_but_not_finished_is_taken_up_at_the_next_start(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as bot:
        ann = bot.person()
        await ann.say("/start")
        update = Update.de_json(
            {
                "update_id": bot.telegram.updates.last_id + 5,
                "message": ann.last.to_api(ann.person.chat_to_api())
                | {
                    "from": ann.person.to_api(),
                    "text": "/help",
                    "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
                },
            },
            bot.app.bot,
        )
        bot.services.store.receive([(update.update_id, ann.person.user_id, update.to_dict())])
    async with running(tmp_path / "data", bot.telegram) as again:
        await bot.telegram.until(lambda: "Send a spreadsheet" in ann.last.words)
        await again.settled()
        assert again.services.store.waiting() == ()


async def test_what_was_said_is_not_kept_once_it_is_answered(bot: Running, ann: Talk) -> None:
    await ann.say("my secret plan")
    kept = bot.services.store.db.query("SELECT body FROM inbox")
    assert {row["body"] for row in kept} == {""}


async def test_one_chat_keeps_its_order(bot: Running, ann: Talk) -> None:
    for number in range(8):
        ann.person.say(f"/receipt {number}" if number % 2 else "/help")
    await bot.settled()
    answers = [message.words for message in ann.messages if message.from_bot]
    assert [("Send a spreadsheet" in words) for words in answers] == [True, False] * 4


async def test_a_chat_told_to_wait_does_not_hold_up_another(bot: Running, ann: Talk, wang: Talk) -> None:
    bot.telegram.faults.append(Fault("sendMessage", ApiError(429, "Too Many Requests: retry after 1", retry_after=1)))
    ann.person.say("/help")
    await asyncio.sleep(0.1)
    wang.person.say("/help")
    await bot.telegram.until(lambda: wang.messages[-1].from_bot, 0.8)
    assert not ann.messages[-1].from_bot
    await bot.telegram.until(lambda: ann.messages[-1].from_bot, 5)
