"""As slow as Telegram wants and no slower, everybody in turn; and where it says to wait, that is heeded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.ratelimit import MOST_REMEMBERED, ChatRateLimiter, Limits, Pace
from bot.simulator import ApiError, DirectRequest, Fault, Telegram
from bot.simulator.faults import Flood
from bot.transport import Transport
from tests.talk import Running, Talk, running

HELP = "Send a spreadsheet"


def paced(telegram: Telegram, limits: Limits | None) -> Transport:
    return Transport(DirectRequest(telegram), DirectRequest(telegram), limits)


def said(talk: Talk) -> list[bool]:
    return [HELP in message.words for message in talk.messages if message.from_bot]


@given(
    most=st.integers(1, 5),
    seconds=st.integers(1, 20),
    steps=st.lists(st.integers(0, 10), min_size=1, max_size=60),
)
def test_no_stretch_of_time_has_more_than_it_may_and_nobody_waits_needlessly(
    most: int, seconds: int, steps: Sequence[int]
) -> None:
    pace, now, granted = Pace(most, seconds), 0, list[float]()
    for step in steps:
        now += step
        earliest = max(now, granted[-most] + seconds) if len(granted) >= most else now
        granted.append(now + pace.reserve(now))
        assert granted[-1] == earliest
        assert not pace.is_idle(granted[-1] + seconds - 1)
    assert granted == sorted(granted)
    assert all(later - earlier >= seconds for earlier, later in zip(granted, granted[most:], strict=False))
    assert pace.is_idle(granted[-1] + seconds)


async def test_many_owners_are_answered_at_the_pace_of_all(tmp_path: Path) -> None:
    telegram, many = Telegram(), 60
    limits = Limits(overall=(10, 0.1), private=(99, 1.0), group=(99, 1.0))
    async with running(tmp_path / "data", telegram, transport=paced(telegram, limits)) as bot:
        loop = asyncio.get_running_loop()
        people, began = [bot.person() for _ in range(many)], loop.time()
        for talk in people:
            talk.person.say("/help")
        await bot.settled()
        assert loop.time() - began >= (many / 10 - 1) * 0.1
        assert [said(talk) for talk in people] == [[True]] * many


async def test_who_asks_a_lot_keeps_nobody_waiting(tmp_path: Path) -> None:
    telegram = Telegram()
    limits = Limits(overall=(10, 0.05), private=(2, 1.0), group=(99, 1.0))
    async with running(tmp_path / "data", telegram, transport=paced(telegram, limits)) as bot:
        ann, others = bot.person(), [bot.person() for _ in range(20)]
        for number in range(8):
            ann.person.say(f"/receipt {number}" if number % 2 else "/help")
        await bot.telegram.until(lambda: len(said(ann)) == 2)
        for talk in others:
            talk.person.say("/help")
        await bot.telegram.until(lambda: all(said(talk) for talk in others))
        assert len(said(ann)) < 8
        await bot.settled()
        assert said(ann) == [True, False] * 4


async def test_groups_have_a_pace_of_their_own(tmp_path: Path) -> None:
    telegram = Telegram()
    limits = Limits(overall=(99, 1.0), private=(99, 1.0), group=(1, 0.3))
    async with running(tmp_path / "data", telegram, transport=paced(telegram, limits)) as bot:
        ann, group, loop = bot.person(), telegram.group(-5), asyncio.get_running_loop()
        began = loop.time()
        for _ in range(3):
            group.say(ann.person, "/help@pocket_marketer_bot")
        await bot.settled()
        assert len([message for message in group.messages if message.from_bot]) == 3
        assert loop.time() - began >= 0.6


async def test_a_storm_of_refusals_loses_nothing_and_keeps_the_order(tmp_path: Path) -> None:
    telegram = Telegram()
    each, everybody = Flood(2, 0.1, each=True), Flood(8, 0.1, each=False)
    async with running(tmp_path / "data", telegram) as bot:
        people = [bot.person() for _ in range(12)]
        telegram.floods = [each, everybody]
        for number in range(6):
            for talk in people:
                talk.person.say(f"/receipt {number}" if number % 2 else "/help")
        await bot.settled()
        assert [said(talk) for talk in people] == [[True, False] * 3] * len(people)
        assert each.refused
        assert everybody.refused


async def test_who_is_told_to_wait_for_an_hour_waits_alone(bot: Running, ann: Talk, wang: Talk) -> None:
    await ann.say("/start")
    bot.telegram.faults.append(Fault("sendMessage", ApiError(429, "Too Many Requests", retry_after=3600)))
    ann.person.say("/help")
    await bot.telegram.until(lambda: not bot.telegram.faults[0].times)
    wang.person.say("/help")
    await bot.telegram.until(lambda: wang.messages[-1].from_bot)
    assert said(ann) == [False]


async def test_an_hour_of_refused_fetches_harms_only_the_fetching(bot: Running, ann: Talk) -> None:
    async with bot.services.turn(ann.person.user_id):
        ann.person.say("/help")
        await bot.telegram.until(lambda: not len(bot.telegram.updates))
        bot.telegram.faults.append(Fault("getUpdates", ApiError(429, "Too Many Requests", retry_after=3600)))
    await bot.telegram.until(lambda: ann.messages[-1].from_bot)


async def test_chats_that_rest_are_forgotten() -> None:
    limiter = ChatRateLimiter(lambda number: None, Limits((10**6, 1.0), (1, 1e-6), (1, 1e-6)))

    async def sent() -> bool:
        return True

    for chat in range(3 * MOST_REMEMBERED):
        await limiter.process_request(sent, (), {}, "sendMessage", {"chat_id": chat}, None)
    assert len(limiter._paces) <= MOST_REMEMBERED


def test_telegrams_own_limits_are_kept_over_the_network() -> None:
    limits = Transport.http().limits
    assert limits is not None
    assert limits.overall[0] / limits.overall[1] <= 30
    assert limits.private[0] / limits.private[1] <= 1
    assert limits.group[0] / limits.group[1] <= 20 / 60
