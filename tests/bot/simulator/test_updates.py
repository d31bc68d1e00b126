"""The queue: offsets, long polls, the second poller, what a person's acts look like."""

import asyncio
from typing import Any

import pytest

from bot.simulator import ApiError, Telegram


async def poll(telegram: Telegram, **params: Any) -> list[dict[str, Any]]:
    updates: list[dict[str, Any]] = await telegram.call("getUpdates", params)
    return updates


async def test_an_offset_confirms_what_is_below_it(telegram: Telegram) -> None:
    for text in ("one", "two", "three"):
        telegram.person(1).say(text)
    first, second, third = await poll(telegram)
    assert (second["update_id"], third["update_id"]) == (first["update_id"] + 1, first["update_id"] + 2)
    assert await poll(telegram, limit=1) == [first]
    assert await poll(telegram, offset=second["update_id"]) == [second, third]
    assert await poll(telegram) == [second, third], "a confirmed update never comes back"
    assert await poll(telegram, offset=-1) == [third]
    telegram.redeliver(first["update_id"])
    assert await poll(telegram) == [first, third]


async def test_a_long_poll_ends_with_the_update(telegram: Telegram) -> None:
    waiting = asyncio.create_task(poll(telegram, timeout=50))
    await asyncio.sleep(0)
    telegram.person(1).say("hello")
    async with asyncio.timeout(1):
        (update,) = await waiting
    assert update["message"]["text"] == "hello"


async def test_a_long_poll_ends_in_time(telegram: Telegram) -> None:
    telegram.updates.put("message", {})
    (update,) = await poll(telegram)
    async with asyncio.timeout(5):
        assert await poll(telegram, offset=update["update_id"] + 1, timeout=1) == []


async def test_a_second_poller_ends_the_first(telegram: Telegram) -> None:
    first = asyncio.create_task(poll(telegram, timeout=50))
    await asyncio.sleep(0)
    second = asyncio.create_task(poll(telegram, timeout=50))
    with pytest.raises(ApiError, match="409 Conflict: terminated by other getUpdates request"):
        await first
    telegram.person(1).say("hello")
    assert len(await second) == 1


async def test_no_polling_beside_a_webhook(telegram: Telegram) -> None:
    await telegram.call("setWebhook", {"url": "https://example.org/hook"})
    with pytest.raises(ApiError, match="409 Conflict: can't use getUpdates method while webhook is active"):
        await poll(telegram)
    telegram.person(1).say("hello")
    assert (await telegram.call("getWebhookInfo", {}))["pending_update_count"] == 1
    await telegram.call("deleteWebhook", {"drop_pending_updates": "true"})
    assert await poll(telegram) == []


async def test_allowed_updates_are_remembered(telegram: Telegram) -> None:
    await poll(telegram, allowed_updates='["callback_query"]')
    telegram.person(1).say("hello")
    assert await poll(telegram) == []
    await poll(telegram, allowed_updates="[]")
    telegram.person(1).say("hello again")
    assert len(await poll(telegram)) == 1


async def test_what_a_message_says(telegram: Telegram) -> None:
    person = telegram.person(7, first_name="小林", language="zh-hans")
    person.say("/start pair-123")
    person.language = "en"
    person.send_document("订单.csv.gz", b"xyz", caption="my orders")
    person.send_other(location={"latitude": 1.0, "longitude": 2.0})
    said, sent, other = [update["message"] for update in await poll(telegram)]
    assert said["from"] == {"id": 7, "is_bot": False, "first_name": "小林", "language_code": "zh-hans"}
    assert said["chat"] == {"id": 7, "type": "private", "first_name": "小林"}
    assert said["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert sent["from"]["language_code"] == "en"
    assert (sent["document"]["file_name"], sent["document"]["file_size"]) == ("订单.csv.gz", 3)
    assert (sent["document"]["mime_type"], sent["caption"]) == ("application/gzip", "my orders")
    assert other["location"] == {"latitude": 1.0, "longitude": 2.0}


async def test_an_edit_and_a_block_are_updates(telegram: Telegram) -> None:
    person = telegram.person(1)
    message = person.say("hello")
    person.edit(message.message_id, "goodbye")
    person.block()
    _, edited, blocked = await poll(telegram)
    assert edited["edited_message"]["text"] == "goodbye"
    assert blocked["my_chat_member"]["new_chat_member"]["status"] == "kicked"


def test_people_cannot_send_what_apps_do_not_send(telegram: Telegram) -> None:
    for wrong in ("", "   ", "x" * 4097):
        with pytest.raises(ValueError, match="1 to 4096"):
            telegram.person(1).say(wrong)
    with pytest.raises(ValueError, match="empty"):
        telegram.person(1).send_document("a.csv", b"")


def test_ids_grow_from_one_run_to_the_next() -> None:
    assert Telegram(clock=lambda: 2000.0).updates.last_id > Telegram(clock=lambda: 1000.0).person(1).say("x").message_id
