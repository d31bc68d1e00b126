"""The line itself breaks, in every way that a line can: what was asked is answered once, in order, and nothing half-done stays."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot import fetching, outbox, progress
from bot.resources import SAMPLES
from bot.simulator import Message, Telegram, serve
from bot.transport import Transport
from tests.bot.storm import HARMS, Harm, Storm
from tests.talk import Running, Talk, running

ORDERS = SAMPLES / "en" / "orders.csv"
HELP = "Send a spreadsheet"
SILENCE = 0.4


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(outbox, "LONGEST_WAIT", 0.02)


@asynccontextmanager
async def stormy(folder: Path) -> AsyncIterator[tuple[Running, Storm]]:
    """The bot, and what stands between it and Telegram's port; it is calm to begin with."""
    telegram = Telegram()
    server = await serve(telegram)
    async with Storm(server.port) as storm:
        transport = replace(Transport.http(read_timeout=SILENCE), limits=None)
        async with running(folder, telegram, transport=transport, api_url=storm.address) as bot:
            yield bot, storm
    await server.close()


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[tuple[Running, Storm]]:
    async with stormy(tmp_path / "data") as both:
        yield both


def answers(talk: Talk) -> list[Message]:
    return [message for message in talk.messages if message.from_bot]


def once(method: str, harm: Harm) -> Callable[[str], Harm | None]:
    """Harm the first request of that method."""
    left = [harm]
    return lambda called: left.pop() if left and called == method else None


@pytest.mark.parametrize("harm", HARMS)
async def test_an_answer_whose_request_is_harmed_is_there_once(line: tuple[Running, Storm], harm: Harm) -> None:
    bot, storm = line
    ann = bot.person()
    await ann.say("/start")
    storm.weather = once("sendMessage", harm)
    await ann.say("/help")
    assert [HELP in message.words for message in answers(ann)] == [False, True]


@pytest.mark.parametrize("harm", HARMS)
async def test_a_file_whose_download_is_harmed_is_taken_in_whole(line: tuple[Running, Storm], harm: Harm) -> None:
    bot, storm = line
    ann = bot.person()
    storm.weather = once("file", harm)
    (answer,) = await ann.send_file(ORDERS)
    assert "I read" in answer.words
    storm.weather = once("getFile", harm)
    (answer,) = await ann.send("more.csv", b"Order ID,Date,Customer ID,Total\n1,2026-01-02,7,5.0\n2,2026-01-03,8,5.0\n")
    assert "I read" in answer.words


async def test_a_file_that_is_cut_off_every_time_is_told_and_nothing_of_it_stays(line: tuple[Running, Storm]) -> None:
    bot, storm = line
    ann = bot.person()
    tried: list[str] = []
    storm.weather = lambda method: tried.append(method) or "half" if method == "file" else None  # type: ignore[func-returns-value]
    (answer,) = await ann.send_file(ORDERS)
    assert "the network let me down" in answer.words
    assert len(tried) == fetching.MOST_TRIES
    assert bot.services.store.uploads(ann.person.user_id) == ()
    assert list(bot.services.store.folder_of(ann.person.user_id).glob("sent-*.part")) == []


async def test_without_any_line_all_waits_and_then_comes_in_order(line: tuple[Running, Storm]) -> None:
    bot, storm = line
    ann = bot.person()
    await ann.send_file(ORDERS)
    before = len(answers(ann))
    async with bot.services.turn(ann.person.user_id):
        for text in ("/segments", "/help", "/receipt 1"):
            ann.person.say(text)
        await bot.telegram.until(lambda: not len(bot.telegram.updates))
        await storm.cut_off()
    await asyncio.sleep(0.3)
    assert len(answers(ann)) == before
    await storm.clear()
    await bot.settled()
    segments, helped, receipt = answers(ann)[before:]
    assert segments.photo
    assert HELP in helped.words
    assert HELP not in receipt.words


async def conversation(bot: Running, ann: Talk) -> None:
    """A first evening with the bot, most of it said before the answers come."""
    ann.person.say("/start")
    ann.person.send_document(ORDERS.name, ORDERS.read_bytes())
    ann.person.say("/segments")
    await bot.settled()
    segments = ann.last
    page = next(button for row in segments.buttons for button in row if (button.data or "").startswith("~"))
    shown = segments.html
    ann.person.tap(segments.message_id, page.data or "")
    ann.person.say("/help")
    await bot.settled()
    assert segments.html != shown
    ann.person.say("/undo")
    ann.person.say("/files")
    await bot.settled()


class Weather:
    """As bad as said, by lot; `harmed` counts what came of it."""

    def __init__(self, seed: int, badness: float, *spared: str) -> None:
        self._dice, self._badness, self._spared = random.Random(seed), badness, spared
        self.harmed = 0

    def __call__(self, method: str) -> Harm | None:
        if method in self._spared or self._dice.random() >= self._badness:
            return None
        self.harmed += 1
        return self._dice.choice(HARMS)


async def stays_whole(bot: Running, ann: Talk, caplog: pytest.LogCaptureFixture) -> None:
    """What must be so after a conversation, whatever the weather was."""
    started, taken, segments, helped, undone, files = answers(ann)
    assert started.buttons
    assert "I read" in taken.words
    assert segments.photo
    assert HELP in helped.words
    assert ORDERS.name in undone.words
    assert HELP not in files.words
    assert bot.services.store.uploads(ann.person.user_id) == ()
    assert list(bot.services.store.folder_of(ann.person.user_id).glob("sent-*.part")) == []
    told = [record for record in caplog.records if record.name.startswith("bot") and record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in told if "cannot be reached" not in record.getMessage()] == []


async def test_a_bot_that_ends_without_a_line_ends_at_once_and_answers_at_the_next_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    telegram = Telegram()
    server = await serve(telegram)
    async with Storm(server.port) as storm:
        transport = replace(Transport.http(read_timeout=SILENCE), limits=None)
        async with asyncio.timeout(30):
            async with running(tmp_path / "data", telegram, transport=transport, api_url=storm.address) as bot:
                ann = bot.person()
                await ann.send_file(ORDERS)
                before = len(answers(ann))
                async with bot.services.turn(ann.person.user_id):
                    for text in ("/segments", "/help"):
                        ann.person.say(text)
                    await bot.telegram.until(lambda: not len(bot.telegram.updates))
                    await storm.cut_off()
                await bot.telegram.until(lambda: "cannot be reached" in caplog.text)
        await storm.clear()
        async with running(tmp_path / "data", telegram, transport=transport, api_url=storm.address) as again:
            await again.settled()
        segments, helped = answers(ann)[before:]
        assert segments.photo
        assert HELP in helped.words
    await server.close()


# Between two tries to fetch updates lie seconds, so that these are spared where it has to be quick.
@pytest.mark.parametrize("seed", range(3))
async def test_a_conversation_through_bad_weather_reads_as_one_in_fine_weather(
    line: tuple[Running, Storm], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.01 * seed)
    monkeypatch.setattr(progress, "ACTION_LASTS", 0.02)
    bot, storm = line
    ann = bot.person()
    storm.weather = bad = Weather(seed, 0.3, "getUpdates")
    await conversation(bot, ann)
    await stays_whole(bot, ann, caplog)
    assert bad.harmed


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 130))
async def test_many_conversations_through_worse_weather_read_as_in_fine_weather(
    line: tuple[Running, Storm], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(fetching, "MOST_TRIES", 50)
    monkeypatch.setattr(progress, "PATIENCE", 0.01 * (seed % 4))
    monkeypatch.setattr(progress, "ACTION_LASTS", 0.02)
    bot, storm = line
    ann = bot.person()
    storm.weather = bad = Weather(seed, 0.4, *(["getUpdates"] if seed % 5 else []))
    await conversation(bot, ann)
    await stays_whole(bot, ann, caplog)
    assert bad.harmed
