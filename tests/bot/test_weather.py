"""Bad weather between the bot and Telegram: what is lost is said again, what arrived is not, and nobody waits for another."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot import delivery, outbox, progress, webhook
from bot.render import Reply
from bot.resources import SAMPLES
from bot.simulator import ApiError, Dropped, Fault, Garbled, Message, Telegram, Unreachable
from bot.simulator.courier import bring
from bot.simulator.faults import bad_request
from bot.store.inbox import Inbox
from tests.talk import Running, Talk, running

ORDERS = SAMPLES / "en" / "orders.csv"
HELP = "Send a spreadsheet"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(outbox, "LONGEST_WAIT", 0.02)


def answers(talk: Talk) -> list[Message]:
    return [message for message in talk.messages if message.from_bot]


LOST = {
    "a cut line": Dropped(),
    "a page instead of JSON": Garbled(),
    "a page that calls itself fine": Garbled(200),
    "a gateway": ApiError(502, "Bad Gateway"),
    "an inner fault": ApiError(500, "Internal Server Error"),
}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("lost", LOST.values(), ids=LOST.keys())
async def test_a_lost_answer_is_there_once(bot: Running, ann: Talk, lost: Dropped, when: str) -> None:
    await ann.say("/start")
    bot.telegram.faults.append(Fault("sendMessage", lost, when))  # type: ignore[arg-type]
    await ann.say("/help")
    assert [HELP in message.words for message in answers(ann)] == [False, True]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_lost_picture_and_a_lost_list_are_there_once(bot: Running, ann: Talk, when: str) -> None:
    await ann.send_file(ORDERS)
    before = len(answers(ann))
    bot.telegram.faults.append(Fault("sendPhoto", Dropped(), when))  # type: ignore[arg-type]
    await ann.say("/segments")
    bot.telegram.faults.append(Fault("sendDocument", Dropped(), when))  # type: ignore[arg-type]
    await ann.tap("Download list")
    photo, document = answers(ann)[before:]
    assert photo.photo
    assert photo.buttons
    assert document.document


async def test_an_answer_is_not_taken_for_one_that_came_before_it(bot: Running, ann: Talk, wang: Talk) -> None:
    await ann.say("/help")
    await wang.say("/help")
    bot.telegram.faults.append(Fault("sendMessage", Dropped()))
    await ann.say("/help")
    assert [HELP in message.words for message in answers(ann)] == [True, True]
    assert len(answers(wang)) == 1


async def test_a_letter_is_not_taken_for_the_answer_to_a_tap_in_an_older_message(bot: Running, ann: Talk) -> None:
    await ann.send_file(ORDERS)
    await ann.say("/start")
    asked = ann.last
    await delivery.send(bot.app.bot, ann.person.user_id, Reply("A letter that nobody asked for."))
    bot.telegram.faults.append(Fault("sendMessage", Dropped()))
    ann.person.tap(asked.message_id, asked.button("Everything I can do").data or "")
    await bot.settled()
    letter, answer = answers(ann)[-2:]
    assert letter.words == "A letter that nobody asked for."
    assert HELP in answer.words


async def test_a_lost_edit_is_made_again(bot: Running, ann: Talk) -> None:
    await ann.send_file(ORDERS)
    await ann.say("/segments")
    before, count = ann.last.html, len(ann.messages)
    page = next(button for row in ann.last.buttons for button in row if (button.data or "").startswith("~"))
    bot.telegram.faults.append(Fault("editMessageCaption", Dropped(), "before"))
    bot.telegram.faults.append(Fault("editMessageCaption", Dropped(), "after"))
    await ann.tap(page.label)
    assert ann.last.html != before
    assert len(ann.messages) == count


async def test_without_a_connection_an_answer_waits_for_it(bot: Running, ann: Talk) -> None:
    await ann.say("/start")
    bot.telegram.faults.append(Fault("sendMessage", Unreachable(), times=50))
    await ann.say("/help")
    assert [HELP in message.words for message in answers(ann)] == [False, True]


async def test_being_told_to_wait_again_and_again_loses_nothing_and_keeps_the_order(bot: Running) -> None:
    people = (bot.person(), bot.person())
    storm = ApiError(429, "Too Many Requests: retry after 0.02", retry_after=0.02)
    bot.telegram.faults.append(Fault("sendMessage", storm, times=40))
    for number in range(6):
        for talk in people:
            talk.person.say(f"/receipt {number}" if number % 2 else "/help")
    await bot.settled()
    for talk in people:
        assert [HELP in message.words for message in answers(talk)] == [True, False] * 3


async def test_hours_without_a_network_are_told_once_and_nothing_is_lost(
    bot: Running, ann: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    await ann.say("/start")
    bot.telegram.faults.append(Fault("getUpdates", Unreachable(), times=2))
    for _ in range(3):
        ann.person.say("/help")
    await bot.telegram.until(lambda: len(answers(ann)) == 4 and "come in again" in caplog.text, 20)
    assert caplog.text.count("cannot be reached") == 1
    assert caplog.text.count("come in again") == 1
    assert bot.telegram.token not in caplog.text


async def test_the_bot_starts_before_its_network(tmp_path: Path) -> None:
    telegram = Telegram()
    telegram.faults += [Fault("getMe", Unreachable(), times=5), Fault("getMyCommands", Dropped())]
    async with running(tmp_path / "data", telegram) as bot:
        assert await bot.person().say("/help")


async def test_a_tap_that_cannot_be_acknowledged_any_more_is_answered(bot: Running, ann: Talk) -> None:
    await ann.send_file(ORDERS)
    await ann.say("/start")
    late = bad_request("query is too old and response timeout expired or query ID is invalid")
    bot.telegram.faults.append(Fault("answerCallbackQuery", late))
    await ann.tap("Everything I can do")
    assert HELP in ann.last.words


async def test_a_page_whose_message_was_deleted_comes_as_a_new_message(bot: Running, ann: Talk) -> None:
    await ann.send_file(ORDERS)
    await ann.say("/segments")
    asked = ann.last
    page = next(button for row in asked.buttons for button in row if (button.data or "").startswith("~"))
    async with bot.services.turn(ann.person.user_id):
        ann.person.tap(asked.message_id, page.data or "")
        bot.telegram.chat(ann.person.user_id).messages.remove(asked)
    await bot.settled()
    assert ann.last.from_bot
    assert ann.last is not asked


async def test_who_blocks_the_bot_during_an_answer_harms_nobody(
    bot: Running, ann: Talk, wang: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    await ann.send_file(ORDERS)
    async with bot.services.turn(ann.person.user_id):
        ann.person.say("/segments")
        await bot.telegram.until(lambda: not len(bot.telegram.updates))
        ann.person.block()
    await bot.settled()
    assert await wang.say("/help")
    ann.person.unblock()
    assert await ann.say("/help")
    assert "fault" not in caplog.text


# Killed after something was sent


class Forgetful:
    """Makes a bot die, as far as its inbox can tell, before it writes down that it has answered."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, also_where: bool) -> None:
        self._patch = monkeypatch
        monkeypatch.setattr(Inbox, "finish", lambda inbox, update_id: None)
        if also_where:
            monkeypatch.setattr(Inbox, "arrived", lambda inbox, update_id, place, message_id: None)

    def recover(self) -> None:
        self._patch.undo()


@pytest.mark.parametrize("also_where", [False, True], ids=["known where", "not known where"])
@pytest.mark.parametrize("says", ["/help", "/segments", "/undo"])
async def test_an_answer_that_was_sent_before_a_kill_is_not_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, *, also_where: bool
) -> None:
    async with running(tmp_path / "data") as bot:
        ann = bot.person()
        await ann.send_file(ORDERS)
        await ann.send("more.csv", b"Order ID,Date,Customer ID,Total\n1,2026-01-02,7,5.0\n2,2026-01-03,8,5.0\n")
        before = len(answers(ann))
        forgetful = Forgetful(monkeypatch, also_where=also_where)
        ann.person.say(says)
        await bot.telegram.until(lambda: len(answers(ann)) > before)
        files = len(bot.services.store.uploads(ann.person.user_id))
        words = ann.last.words
    forgetful.recover()
    async with running(tmp_path / "data", bot.telegram) as again:
        await again.settled()
        assert len(answers(ann)) == before + 1
        assert ann.last.words == words
        assert len(again.services.store.uploads(ann.person.user_id)) == files


async def test_words_of_progress_left_behind_by_a_kill_become_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    async with running(tmp_path / "data") as bot:
        ann = bot.person()
        await ann.send_file(ORDERS)
        before = len(answers(ann))
        async with bot.services.queue.turn(0):
            ann.person.say("/receipt 1")
            ann.person.say("/segments")
            await bot.telegram.until(lambda: "next in line" in ann.last.words)
            # As a kill would: nothing of it is finished, and the message stays.
            for task in tuple(bot.app.update_processor._at_work):  # type: ignore[attr-defined]
                monkeypatch.setattr(delivery, "remove", _nothing)
                bot.app.update_processor._stopping = True  # type: ignore[attr-defined]
                task.cancel()
            await asyncio.sleep(0.05)
    monkeypatch.undo()
    assert "next in line" in ann.last.words
    async with running(tmp_path / "data", bot.telegram) as again:
        await again.settled()
        receipt, answer = answers(ann)[before:]
        assert not receipt.photo
        assert answer.photo


async def _nothing(message: object) -> None:
    pass


# Brought to a webhook

HOOK = "https://shop.example.com/telegram"


@pytest.fixture
async def hooked(tmp_path: Path, unused_port: int) -> AsyncIterator[tuple[Running, str]]:
    """The bot behind a webhook, and the address on this machine that the public one leads to."""
    telegram = Telegram()
    address = f"http://127.0.0.1:{unused_port}/telegram"
    courier = asyncio.create_task(bring(telegram, address))
    async with running(tmp_path / "data", telegram, webhook=HOOK, webhook_listen=f"127.0.0.1:{unused_port}") as bot:
        yield bot, address
    courier.cancel()


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_what_is_brought_to_the_webhook_is_answered_once(hooked: tuple[Running, str]) -> None:
    bot, _ = hooked
    ann = bot.person()
    assert await ann.say("/help")
    bot.telegram.redeliver(bot.telegram.updates.last_id)
    await bot.settled()
    assert len(answers(ann)) == 1
    assert bot.telegram.webhook == HOOK


async def test_who_does_not_know_the_secret_is_refused(hooked: tuple[Running, str]) -> None:
    bot, address = hooked
    ann = bot.person()
    await ann.say("/start")
    forged = {"update_id": 9, "message": ann.messages[0].to_api(ann.person.chat_to_api())}
    async with httpx.AsyncClient(trust_env=False) as client:
        for headers in ({}, {webhook.HEADER: "guessed"}, {webhook.HEADER: ""}):
            assert (await client.post(address, json=forged, headers=headers)).status_code == 403
        known = {webhook.HEADER: bot.telegram.webhook_secret}
        assert (await client.post(address, content=b"{", headers=known)).status_code == 200
        assert (await client.post(address, json=[1], headers=known)).status_code == 200
        assert (await client.get(address, headers=known)).status_code == 405
    await bot.settled()
    assert len(answers(ann)) == 1


async def test_the_webhook_says_yes_only_when_the_update_is_on_disk(hooked: tuple[Running, str]) -> None:
    bot, _ = hooked
    ann = bot.person()
    await ann.say("/start")
    full = bot.services.store.inbox._do

    def broken(function: object, *args: object) -> object:
        if function == bot.services.store.inbox._receive:
            raise OSError("disk full")
        return full(function, *args)  # type: ignore[arg-type]

    bot.services.store.inbox._do = broken  # type: ignore[method-assign,assignment]
    ann.person.say("/help")
    await asyncio.sleep(0.3)
    assert len(bot.telegram.updates) == 1, "it is brought again"
    bot.services.store.inbox._do = full  # type: ignore[method-assign]
    await bot.settled()
    assert len(answers(ann)) == 2


async def test_the_secret_outlives_a_restart_and_fetching_takes_over_where_there_is_no_address(
    tmp_path: Path, unused_port: int
) -> None:
    telegram = Telegram()
    secrets = []
    for _ in range(2):
        async with running(tmp_path / "data", telegram, webhook=HOOK, webhook_listen=f"127.0.0.1:{unused_port}"):
            secrets.append(telegram.webhook_secret)
    assert len(set(secrets)) == 1
    assert len(secrets[0]) >= 32
    telegram.person(7).say("/help")
    async with running(tmp_path / "data", telegram) as bot:
        await bot.settled()
        assert telegram.webhook == ""
        assert telegram.chat(7).replies
