"""Replies reach the chat whatever their size, and progress is one bubble that becomes the answer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from analytics.analysis import Document
from analytics.charts import Bar, bars
from bot import delivery, progress
from bot.progress import Progress
from bot.render import Button, Reply
from bot.simulator.faults import ApiError, Fault
from tests.talk import Running, Talk

KEYS = ((Button("Yes", "help"),),)


@pytest.fixture
async def started(ann: Talk) -> Talk:
    await ann.say("/start")
    return ann


@pytest.fixture(scope="module")
def picture() -> bytes:
    return bars("Title", "subtitle", [Bar("A", 1.0, "1"), Bar("B", 2.0, "2")])


async def test_a_picture_and_its_words_are_one_message(bot: Running, started: Talk, picture: bytes) -> None:
    await delivery.send(bot.app.bot, started.person.user_id, Reply("<b>Short</b>", KEYS, photo=picture))
    assert started.last.photo is not None
    assert started.last.caption == "Short"
    assert started.last.button("Yes")


async def test_words_too_long_for_a_caption_follow_their_picture(bot: Running, started: Talk, picture: bytes) -> None:
    long = "\n".join(["A line of some forty characters in length."] * 30)
    await delivery.send(bot.app.bot, started.person.user_id, Reply(long, KEYS, photo=picture))
    *_, photo, text = started.messages
    assert photo.photo is not None
    assert not photo.buttons
    assert text.words == long
    assert text.button("Yes")


async def test_long_words_come_in_several_messages_with_the_keys_under_the_last(bot: Running, started: Talk) -> None:
    long = "\n".join(f"<b>{number}</b> A line of some forty characters in length." for number in range(300))
    before = len(started.messages)
    await delivery.send(bot.app.bot, started.person.user_id, Reply(long, KEYS))
    pieces = started.messages[before:]
    assert len(pieces) > 1
    assert [bool(piece.buttons) for piece in pieces] == [False] * (len(pieces) - 1) + [True]


async def test_a_document_keeps_its_name(bot: Running, started: Talk) -> None:
    await delivery.send(bot.app.bot, started.person.user_id, Reply("", document=Document("名单.csv", b"a\r\n")))
    assert started.last.document is not None
    assert (started.last.document.name, started.last.document.content) == ("名单.csv", b"a\r\n")


async def test_a_document_takes_the_place_of_one_that_a_killed_process_sent(bot: Running, started: Talk) -> None:
    owner, there = started.person.user_id, Document("名单.csv", b"a\r\n")
    sent = await delivery.send(bot.app.bot, owner, Reply("Here", document=there))
    again = delivery._media(bot.app.bot, owner, Reply("Here", document=Document("名单.csv", b"b\r\n")), captioned=True)
    await again.edit(sent.message_id)
    assert started.last.message_id == sent.message_id
    assert started.last.document is not None
    assert (started.last.document.name, started.last.document.content) == ("名单.csv", b"b\r\n")


async def test_a_message_that_telegram_cannot_parse_arrives_as_plain_text(bot: Running, started: Talk) -> None:
    await delivery.send(bot.app.bot, started.person.user_id, Reply("<b>5 &lt; 7</b><br>", KEYS))
    assert started.last.words == "5 < 7"


async def test_turning_to_the_same_page_is_no_fault(bot: Running, started: Talk) -> None:
    message = await delivery.send(bot.app.bot, started.person.user_id, Reply("Same", KEYS))
    await delivery.turn(message, Reply("Same", KEYS))
    assert started.last.words == "Same"


async def test_quick_work_shows_no_progress_message(bot: Running, started: Talk) -> None:
    before = len(started.messages)
    async with Progress(bot.app.bot, started.person.user_id, Reply("Working")) as working:
        await asyncio.sleep(0.05)
        await working.finish(Reply("Done"))
    assert [message.words for message in started.messages[before:]] == ["Done"]
    assert "typing" in str(bot.telegram.chat(started.person.user_id).actions)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.05)


@pytest.mark.usefixtures("impatient")
async def test_long_work_is_told_and_the_answer_takes_its_place(bot: Running, started: Talk) -> None:
    before = len(started.messages)
    async with Progress(bot.app.bot, started.person.user_id, Reply("Fetching")) as working:
        await bot.telegram.until(lambda: started.last.words == "Fetching")
        working.step(Reply("Reading"))
        await bot.telegram.until(lambda: started.last.words == "Reading")
        await working.finish(Reply("Done", KEYS))
    assert [message.words for message in started.messages[before:]] == ["Done"]


@pytest.mark.usefixtures("impatient")
async def test_a_picture_replaces_the_progress_message(bot: Running, started: Talk, picture: bytes) -> None:
    before = len(started.messages)
    async with Progress(bot.app.bot, started.person.user_id, Reply("Working")) as working:
        await bot.telegram.until(lambda: started.last.words == "Working")
        await working.finish(Reply("Done", photo=picture))
    assert [message.words for message in started.messages[before:]] == ["Done"]


@pytest.mark.usefixtures("impatient")
async def test_a_fault_leaves_no_progress_message_behind(bot: Running, started: Talk) -> None:
    before = len(started.messages)
    with pytest.raises(RuntimeError):
        async with Progress(bot.app.bot, started.person.user_id, Reply("Working")):
            await bot.telegram.until(lambda: started.last.words == "Working")
            raise RuntimeError
    assert started.messages[before:] == []


@pytest.mark.usefixtures("impatient")
async def test_progress_is_told_where_typing_cannot_be_shown(bot: Running, started: Talk) -> None:
    bot.telegram.faults.append(Fault("sendChatAction", ApiError(400, "Bad Request: strange"), times=99))
    before = len(started.messages)
    async with Progress(bot.app.bot, started.person.user_id, Reply("Working")) as working:
        await bot.telegram.until(lambda: started.last.words == "Working")
        await working.finish(Reply("Done"))
    assert [message.words for message in started.messages[before:]] == ["Done"]


@pytest.mark.usefixtures("impatient")
async def test_a_progress_message_that_the_reader_deletes_has_one_successor(bot: Running, started: Talk) -> None:
    before = len(started.messages)
    async with Progress(bot.app.bot, started.person.user_id, Reply("Fetching")) as working:
        await bot.telegram.until(lambda: started.last.words == "Fetching")
        started.messages.pop()
        for number in range(3):
            working.step(Reply(f"Step {number}"))
            await bot.telegram.until(lambda: started.last.words == f"Step {number}")  # noqa: B023 - awaited here
        assert len(started.messages) == before + 1
        await working.finish(Reply("Done"))
    assert [message.words for message in started.messages[before:]] == ["Done"]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("moments", range(4))
async def test_the_end_may_come_right_after_a_step(bot: Running, started: Talk, moments: int) -> None:
    before = len(started.messages)
    async with asyncio.timeout(20), Progress(bot.app.bot, started.person.user_id, Reply("Fetching")) as working:
        await bot.telegram.until(lambda: started.last.words == "Fetching")
        working.step(Reply("Reading"))
        for _ in range(moments):
            await asyncio.sleep(0)
        await working.finish(Reply("Done"))
    assert [message.words for message in started.messages[before:]] == ["Done"]


@pytest.mark.usefixtures("impatient")
async def test_a_step_does_not_wait_until_it_is_told(bot: Running, started: Talk) -> None:
    before = len(started.messages)
    async with Progress(bot.app.bot, started.person.user_id, Reply("Fetching")) as working:
        await bot.telegram.until(lambda: started.last.words == "Fetching")
        bot.telegram.faults.append(Fault("editMessageText", ApiError(502, "Bad Gateway")))
        working.step(Reply("Reading"))
        await bot.telegram.until(lambda: not bot.telegram.faults[0].times)
        await working.finish(Reply("Done"))
    assert [message.words for message in started.messages[before:]] == ["Done"]


@pytest.mark.usefixtures("impatient")
async def test_work_goes_on_when_progress_cannot_be_told(bot: Running, started: Talk) -> None:
    bot.telegram.faults.append(Fault("sendChatAction", ApiError(502, "Bad Gateway")))
    async with Progress(bot.app.bot, started.person.user_id, Reply("Working")) as working:
        await asyncio.sleep(0.1)
        await working.finish(Reply("Done"))
    assert started.last.words == "Done"


async def test_a_bug_is_told_with_its_number_and_nothing_of_it(
    bot: Running, ann: Talk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError(str(tmp_path))

    monkeypatch.setattr(bot.services.store, "uploads", broken)
    (answer,) = await ann.say("/start")
    assert "Something went wrong on my side" in answer.words
    assert str(tmp_path) not in answer.words
    number = answer.words.split("noted it as ")[1][:6]
    assert number in caplog.text


async def test_who_blocked_the_bot_is_left_alone(bot: Running, ann: Talk, caplog: pytest.LogCaptureFixture) -> None:
    await ann.say("/start")
    ann.person.say("/help")
    ann.person.block()
    await bot.settled()
    ann.person.unblock()
    await ann.say("/help")
    assert "fault" not in caplog.text
