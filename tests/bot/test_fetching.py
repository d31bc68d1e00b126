"""A file is fetched whole or not at all, and again where that may help."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

import pytest

from bot import fetching, outbox, progress
from bot.resources import SAMPLES
from bot.simulator import ApiError, Dropped, Fault, Garbled, Unreachable
from bot.simulator.faults import bad_request
from tests.talk import Running, Talk

ORDERS = SAMPLES / "en" / "orders.csv"

PASSING = {
    "a cut line": Dropped(),
    "no line": Unreachable(),
    "a gateway": ApiError(502, "Bad Gateway"),
    "a page": Garbled(),
    "a page that calls itself fine": Garbled(200),
    "a file that ends too soon": Garbled(200, ORDERS.read_bytes()[:500]),
    "a file that is nothing": Garbled(200, b""),
    "a flood": ApiError(429, "Too Many Requests: retry later", retry_after=0.02),
}
LASTING = {
    "wrong id": Fault("getFile", bad_request("wrong file_id or the file is temporarily unavailable"), times=9),
    "not there": Fault("file", ApiError(404, "Not Found"), times=9),
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(outbox, "LONGEST_WAIT", 0.02)


@pytest.mark.parametrize("method", ["getFile", "file"])
@pytest.mark.parametrize("trouble", PASSING.values(), ids=PASSING.keys())
async def test_what_passes_is_waited_for(bot: Running, ann: Talk, trouble: Dropped, method: str) -> None:
    bot.telegram.faults.append(Fault(method, trouble, times=2))
    (answer,) = await ann.send_file(ORDERS)
    assert "I read" in answer.words
    assert len(bot.services.store.uploads(ann.person.user_id)) == 1


async def test_what_does_not_pass_is_told_after_some_tries(bot: Running, wang: Talk) -> None:
    fault = Fault("file", Garbled(200, b"half"), times=99)
    bot.telegram.faults.append(fault)
    (answer,) = await wang.send_file(ORDERS)
    assert "没取下来" in answer.words
    assert fault.times == 99 - fetching.MOST_TRIES
    assert bot.services.store.uploads(wang.person.user_id) == ()


async def test_a_file_is_on_the_disk_before_it_is_said_to_be_there(
    bot: Running, ann: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, fsync, synced = bot.services.store, os.fsync, set()

    def noted(descriptor: int) -> None:
        fsync(descriptor)
        if not store.uploads(ann.person.user_id):
            synced.add(os.fstat(descriptor).st_ino)

    # The store is this thread's: others may not look into it.
    monkeypatch.setattr(asyncio, "to_thread", inline)
    monkeypatch.setattr(os, "fsync", noted)
    await ann.send_file(ORDERS)
    (upload,) = store.uploads(ann.person.user_id)
    assert upload.raw is not None
    assert upload.raw.stat().st_ino in synced
    assert {file.stat().st_ino for file in store.current(ann.person.user_id).values()} <= synced


async def inline(function: Callable[..., Any], *args: Any) -> Any:
    return function(*args)


@pytest.mark.parametrize("fault", LASTING.values(), ids=LASTING.keys())
async def test_what_another_try_does_not_mend_is_told_at_once(bot: Running, ann: Talk, fault: Fault) -> None:
    bot.telegram.faults.append(fault)
    (answer,) = await ann.send_file(ORDERS)
    assert "could not fetch" in answer.words
    assert fault.times == 8


@pytest.mark.parametrize(("language", "words"), [("en", "larger than 20 MB"), ("zh-hans", "超过了 20 MB")])
async def test_a_file_that_turns_out_too_big_is_told_as_that(bot: Running, language: str, words: str) -> None:
    talk = bot.person(language)
    bot.telegram.faults.append(Fault("getFile", bad_request("file is too big"), times=9))
    (answer,) = await talk.send_file(ORDERS)
    assert words in answer.words
    assert bot.telegram.faults[0].times == 8


@pytest.mark.parametrize(("language", "words"), [("en", "fetching it again"), ("zh-hans", "正在重新取")])
async def test_another_try_is_told_and_can_be_cancelled(
    bot: Running, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    monkeypatch.setattr(outbox, "FIRST_WAIT", 30.0)
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    talk = bot.person(language)
    bot.telegram.faults.append(Fault("file", Dropped()))
    talk.person.send_document(ORDERS.name, ORDERS.read_bytes())
    await bot.telegram.until(lambda: words in talk.last.words)
    await talk.say("/cancel")
    (stopped,) = (message for message in talk.messages if message.from_bot)
    assert words not in stopped.words
    assert bot.services.store.uploads(talk.person.user_id) == ()


@pytest.mark.parametrize(("language", "said"), [("en", "Stop it!"), ("en", "/Cancel"), ("zh", "停止")])
async def test_who_says_stop_does_not_wait_for_what_is_to_be_stopped(
    bot: Running, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.setattr(outbox, "FIRST_WAIT", 5.0)
    tried = Fault("file", Dropped())
    bot.telegram.faults.append(tried)
    talk = bot.person(language)
    talk.person.send_document(ORDERS.name, ORDERS.read_bytes())
    await bot.telegram.until(lambda: not tried.times)
    await talk.say(said)
    assert bot.services.store.uploads(talk.person.user_id) == ()


async def test_nobody_waits_for_a_file_that_is_waited_for(
    bot: Running, ann: Talk, wang: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "FIRST_WAIT", 30.0)
    tried = Fault("file", Dropped(), times=3)
    bot.telegram.faults.append(tried)
    many = [bot.person() for _ in range(3)]
    for talk in many:
        talk.person.send_document(ORDERS.name, ORDERS.read_bytes())
    await bot.telegram.until(lambda: not tried.times)
    wang.person.send_document(ORDERS.name, ORDERS.read_bytes())
    await bot.telegram.until(lambda: wang.last.from_bot)
    assert bot.services.store.uploads(wang.person.user_id)
    for talk in many:
        talk.person.say("/cancel")
    await bot.settled()
