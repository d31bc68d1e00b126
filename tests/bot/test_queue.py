"""Owners take turns, and whoever waits is told where they stand."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import progress
from bot.queue import FairQueue
from bot.resources import SAMPLES
from tests.talk import Running, Talk

ORDERS = SAMPLES / "en" / "orders.csv"


async def order_of(queue: FairQueue, owners: list[int], letters: list[int]) -> list[int]:
    """In which order the owners' jobs are begun, if all wait before the first is done; letters are negative."""
    begun: list[int] = []
    release = asyncio.Event()

    async def blocker() -> None:
        async with queue.turn(0):
            await release.wait()

    async def job(owner: int, *, last: bool) -> None:
        async with queue.turn(owner, last=last):
            begun.append(-owner if last else owner)
            await asyncio.sleep(0)

    first = asyncio.create_task(blocker())
    await asyncio.sleep(0)
    jobs = [asyncio.create_task(job(owner, last=True)) for owner in letters]
    await asyncio.sleep(0)
    jobs += [asyncio.create_task(job(owner, last=False)) for owner in owners]
    await asyncio.sleep(0)
    assert len(queue) == len(jobs)
    release.set()
    await asyncio.gather(first, *jobs)
    assert len(queue) == 0
    return begun


async def test_one_with_many_jobs_keeps_nobody_out() -> None:
    assert await order_of(FairQueue(1), [1] * 5 + [2, 3], []) == [1, 2, 3, 1, 1, 1, 1]


async def test_letters_come_last() -> None:
    assert await order_of(FairQueue(1), [1, 2, 1], [3, 4]) == [1, 2, 1, -3, -4]


@given(st.lists(st.integers(1, 5), max_size=20), st.lists(st.integers(6, 8), max_size=5))
@settings(max_examples=50, deadline=None)
def test_everybody_gets_their_turn_and_none_a_second_before_all_had_one(owners: list[int], letters: list[int]) -> None:
    begun = asyncio.run(order_of(FairQueue(1), owners, letters))
    assert Counter(begun) == Counter([*owners, *(-owner for owner in letters)])
    asked = begun[: len(owners)]
    assert all(owner > 0 for owner in asked)
    for owner in set(asked):
        turns = [place for place, one in enumerate(asked) if one == owner]
        for one, next_one in itertools.pairwise(turns):
            waiting = {other for other in asked[next_one:] if other != owner}
            assert waiting <= set(asked[one + 1 : next_one])


async def test_nobody_has_two_jobs_in_work_and_places_are_not_exceeded() -> None:
    queue, at_work, most = FairQueue(3), Counter[int](), 0

    async def job(owner: int) -> None:
        nonlocal most
        async with queue.turn(owner):
            at_work[owner] += 1
            assert at_work[owner] == 1
            most = max(most, at_work.total())
            await asyncio.sleep(0.001)
            at_work[owner] -= 1

    await asyncio.gather(*(job(number % 4) for number in range(40)))
    assert most == 3


async def test_who_gives_up_waiting_leaves_no_hole() -> None:
    queue, places = FairQueue(1), dict[str, int]()

    async def job(name: str, owner: int) -> None:
        async with queue.turn(owner, lambda place: places.update({name: place})):
            await asyncio.sleep(0.01)

    tasks = [asyncio.create_task(job(name, number)) for number, name in enumerate("abcd")]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert places == {"b": 1, "c": 2, "d": 3}
    tasks[1].cancel()
    await asyncio.gather(tasks[1], return_exceptions=True)
    assert places == {"b": 1, "c": 1, "d": 2}
    await asyncio.gather(*tasks, return_exceptions=True)
    assert len(queue) == 0
    async with asyncio.timeout(1), queue.turn(9):
        pass


async def test_who_gives_up_as_they_are_called_leaves_no_hole() -> None:
    queue, release = FairQueue(1), asyncio.Event()

    async def job(owner: int) -> None:
        async with queue.turn(owner):
            await release.wait()

    first, second = asyncio.create_task(job(1)), asyncio.create_task(job(2))
    await asyncio.sleep(0)
    release.set()
    await first
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    async with asyncio.timeout(1), queue.turn(3):
        pass


async def test_who_waits_is_told_their_place_and_then_gets_the_answer(
    bot: Running, ann: Talk, wang: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    monkeypatch.setattr(progress, "ACTION_LASTS", 0.05)
    await ann.send_file(ORDERS)
    await wang.send_file(ORDERS)
    async with bot.services.queue.turn(0):
        wang.person.say("/segments")
        await bot.telegram.until(lambda: "下一个就是你" in wang.last.words)
        ann.person.say("/segments")
        await bot.telegram.until(lambda: "You are second in line" in ann.last.words)
        wang.person.say("/cancel")
        await bot.telegram.until(lambda: "You are next in line" in ann.last.words)
    await bot.settled()
    assert ann.last.photo
    assert not wang.last.photo
    assert not any("in line" in message.words for message in ann.messages)
