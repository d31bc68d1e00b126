"""Letters come when they were promised: once, through restarts, faults of the network and clocks that are put right."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from bot.compute import Compute
from bot.digest import Desk
from bot.queue import FairQueue
from bot.schedule import WEEK
from bot.simulator.faults import ApiError, Dropped, Fault, bad_request
from bot.simulator.messages import Message
from bot.simulator.telegram import Telegram
from bot.store import Store
from bot.store.digests import DIGEST, Appointment
from tests.talk import Running, Talk, running

HEADER = "Order ID,Date,Customer ID,Total\n"
MONDAY = "2027-06-07 09:00"


def orders(days: int, first: int = 0) -> bytes:
    """Two orders a day in the weeks before June 2027."""
    start = datetime(2027, 3, 1, tzinfo=UTC)
    rows = [f"{2 * n + k},{start + timedelta(days=n):%Y-%m-%d},K{(5 * n + k) % 23},{20 + n % 7}" for n in range(first, days) for k in (0, 1)]  # fmt: skip
    return (HEADER + "\n".join(rows)).encode()


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, text: str = "2027-06-01 00:00") -> None:
        self.set(text)

    def __call__(self) -> datetime:
        return self.now

    def set(self, text: str) -> None:
        self.now = datetime.fromisoformat(text).replace(tzinfo=UTC)

    def forward(self, step: timedelta) -> None:
        self.now += step


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def bot(tmp_path: Path, clock: Clock) -> AsyncIterator[Running]:
    async with running(tmp_path / "data", now=clock) as started:
        yield started


@pytest.fixture
async def ann(bot: Running) -> Talk:
    """Somebody with orders, in UTC, whose first letter comes on Monday, 7 June at 9:00."""
    ann = bot.person("en")
    await ann.send("orders.csv", orders(85))
    await ann.say("/digest zone UTC")
    await ann.say("/digest on")
    return ann


async def ticked(bot: Running, person: Talk) -> list[Message]:
    """What the person gets when the clock is looked at now."""
    before = len(person.messages)
    bot.desk.tick()
    await bot.desk.idle()
    return person.messages[before:]


def weekly(bot: Running, person: Talk) -> Appointment:
    found = bot.services.store.appointment(person.person.user_id, "weekly")
    assert found is not None
    return found


# Agreeing


async def test_nobody_is_written_to_who_has_not_agreed(bot: Running, clock: Clock) -> None:
    ann = bot.person("en")
    await ann.send("orders.csv", orders(85))
    for _ in range(30):
        clock.forward(timedelta(days=1))
        assert await ticked(bot, ann) == []


async def test_the_first_orders_bring_an_offer_and_a_tap_agrees(bot: Running, clock: Clock) -> None:
    wang = bot.person("zh-hans")
    (answer,) = await wang.send("订单.csv", orders(85))
    assert answer.button("每周一 9:00 给我发周报")
    (asked,) = await wang.tap("给我发周报")
    assert "每周一 9:00 发" in asked.words
    assert "UTC" in asked.words
    (settled,) = await wang.tap("上海 · 8:00")
    assert "下一期：6 天后，2027年6月7日（周一）9:00" in settled.words
    assert "都按上海时间（现在 8:00）。" in settled.words
    clock.set("2027-06-07 00:59")
    assert await ticked(bot, wang) == []
    clock.set("2027-06-07 01:00")
    (letter,) = await ticked(bot, wang)
    assert "订单只到2027年5月24日，已经过去 14 天" in letter.words
    (answer,) = await wang.send("订单.csv", orders(92, 85))
    with pytest.raises(ValueError, match="no button"):
        answer.button("周报")


async def test_a_typed_day_and_hour_agree_too(bot: Running) -> None:
    wang = bot.person("zh-hans")
    await wang.say("/digest zone 成都")
    (answer,) = await wang.say("/digest 周五 18点")
    assert "每周五 18:00" in answer.words


async def test_a_place_that_nobody_knows_changes_nothing(bot: Running, ann: Talk) -> None:
    before = weekly(bot, ann)
    (answer,) = await ann.say("/digest zone Atlantis")
    assert "no place called “Atlantis”" in answer.words
    assert weekly(bot, ann) == before


async def test_other_words_are_a_question_to_the_digest(ann: Talk) -> None:
    (answer,) = await ann.say("/digest 25:00")
    assert "25:00" in answer.words


async def test_every_key_turns_its_page_in_place(bot: Running, ann: Talk) -> None:
    (page,) = await ann.say("/digest")
    for key, told in [
        ("Day", "On which day"),
        ("Thursday", "every Thursday at 9:00"),
        ("Hour", "At what time"),
        ("20:00", "every Thursday at 20:00"),
        ("Time zone", "What time is it with you"),
        ("Elsewhere", "Honolulu"),
        ("Tokyo", "All by Tokyo time"),
        ("Alerts in between", "once a day at most"),
        ("No alerts", "every Thursday at 20:00"),
        ("Pause", "paused"),
        ("Go on", "every Thursday at 20:00"),
        ("Turn off", "I write only when you do"),
        ("Turn the digest on again", "comes every Thursday at 20:00"),
    ]:
        (turned,) = await ann.tap(key)
        assert turned is page
        assert told in turned.words + "".join(button.label for row in turned.buttons for button in row)
    assert weekly(bot, ann).next_at == datetime(2027, 6, 3, 11, tzinfo=UTC)


async def test_today_is_the_owners_own_day(bot: Running, ann: Talk, clock: Clock) -> None:
    clock.set("2027-06-01 20:00")
    for place, day in (("Asia/Shanghai", 2), ("America/New_York", 1)):
        await ann.say(f"/digest zone {place}")
        owner = bot.services.store.owner(ann.person.user_id)
        assert owner is not None
        today = bot.services.asked(owner, "en").today
        assert today is not None
        assert today.day == day


# Once, and when it was promised


async def test_the_letter_comes_at_its_hour_once(bot: Running, ann: Talk, clock: Clock) -> None:
    clock.set("2027-06-07 08:59")
    assert await ticked(bot, ann) == []
    clock.set(MONDAY)
    assert len(await ticked(bot, ann)) == 1
    for _ in range(6 * 24):
        clock.forward(timedelta(hours=1))
        assert await ticked(bot, ann) == []
    assert "tomorrow, Monday, 14 Jun 2027, 9:00" in (await ann.say("/digest"))[0].words


async def test_it_asks_for_newer_orders_once_and_then_waits(bot: Running, ann: Talk, clock: Clock) -> None:
    clock.set(MONDAY)
    letters = []
    for _ in range(5):
        letters.append(len(await ticked(bot, ann)))
        clock.forward(WEEK)
    assert letters == [1, 1, 0, 0, 0]
    await ann.send("more.csv", orders(125, 85))
    assert len(await ticked(bot, ann)) == 1


async def test_looking_at_it_now_tells_the_next_letter_nothing(bot: Running, ann: Talk, clock: Clock) -> None:
    (shown,) = await ann.say("/digest now")
    assert bot.services.store.remembered(ann.person.user_id, DIGEST) is None
    clock.set(MONDAY)
    (letter,) = await ticked(bot, ann)
    (sold,) = (line for line in shown.words.splitlines() if "and" in line and "orders" in line and "2027" in line)
    assert sold in letter.words, "all but how old the data is"
    assert bot.services.store.remembered(ann.person.user_id, DIGEST) is not None


async def test_a_year_of_weeks_on_three_clocks(bot: Running, clock: Clock) -> None:
    """Without orders nothing is worked out, but every week is done with in its hour."""
    zones = ("Asia/Shanghai", "Europe/Berlin", "America/New_York")
    people = [bot.person("en") for _ in zones]
    clock.set("2027-10-03 12:00")
    for person, zone in zip(people, zones, strict=True):
        await person.say(f"/digest zone {zone}")
        await person.say("/digest monday 9:00")
    done: list[list[datetime]] = [[] for _ in zones]
    while clock.now < datetime(2028, 11, 13, tzinfo=UTC):
        await ticked(bot, people[0])
        for person, seen in zip(people, done, strict=True):
            sent = weekly(bot, person).sent_for
            if sent is not None and sent not in seen:
                assert sent == clock.now
                seen.append(sent)
        clock.forward(timedelta(hours=1))
    for zone, seen in zip(zones, done, strict=True):
        local = [sent.astimezone(ZoneInfo(zone)) for sent in seen]
        assert {(sent.weekday(), sent.time()) for sent in local} == {(0, time(9))}
        assert len({sent.isocalendar()[:2] for sent in local}) == len(seen) == 58


async def test_without_orders_that_is_said_once(bot: Running, clock: Clock) -> None:
    ann = bot.person("en")
    await ann.say("/digest on")
    clock.set(MONDAY)
    told = []
    for _ in range(3):
        told += await ticked(bot, ann)
        clock.forward(WEEK)
    assert len(told) == 1
    assert "in place of your weekly digest" in told[0].words


# Downtime, kills and faults of the network


async def test_a_day_of_downtime_makes_it_late_and_that_is_said(bot: Running, ann: Talk, clock: Clock) -> None:
    clock.set("2027-06-08 10:00")
    (letter,) = await ticked(bot, ann)
    assert "was due on Monday, 7 Jun 2027, at 9:00" in letter.words
    assert await ticked(bot, ann) == []
    clock.set("2027-06-14 09:20")
    (letter,) = await ticked(bot, ann)
    assert "was due" not in letter.words


async def test_a_letter_that_is_late_does_not_come_in_the_night(bot: Running, ann: Talk, clock: Clock) -> None:
    for night in ("2027-06-07 22:30", "2027-06-08 03:00", "2027-06-08 07:59"):
        clock.set(night)
        assert await ticked(bot, ann) == []
    clock.set("2027-06-08 08:00")
    (letter,) = await ticked(bot, ann)
    assert "was due on Monday, 7 Jun 2027, at 9:00" in letter.words


async def test_who_wants_it_late_gets_it_late(bot: Running, ann: Talk, clock: Clock) -> None:
    await ann.say("/digest monday 23:00")
    clock.set("2027-06-07 23:00")
    assert len(await ticked(bot, ann)) == 1


async def test_several_weeks_of_downtime_bring_one_letter(bot: Running, ann: Talk, clock: Clock) -> None:
    clock.set("2027-07-02 10:00")
    assert len(await ticked(bot, ann)) == 1
    clock.set("2027-07-05 08:00")
    assert await ticked(bot, ann) == []
    clock.set("2027-07-05 09:00")
    assert len(await ticked(bot, ann)) == 1


class Killed(BaseException):
    """The process dies here."""


def killed(*_: object) -> None:
    raise Killed


@pytest.mark.parametrize(("killed_at", "letters"), [("begin_letter", 1), ("finish_letter", 2)])
async def test_killed_on_the_way_it_comes_after_the_restart(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, killed_at: str, letters: int
) -> None:
    telegram = Telegram()
    async with running(tmp_path / "data", telegram, now=clock) as first:
        ann = first.person("en")
        await ann.send("orders.csv", orders(85))
        await ann.say("/digest on")
        clock.set(MONDAY)
        before = len(ann.messages)
        with monkeypatch.context() as patched:
            patched.setattr(Store, killed_at, killed)
            await ticked(first, ann)
    clock.forward(timedelta(minutes=2))
    async with running(tmp_path / "data", telegram, now=clock) as again:
        for _ in range(3):
            await ticked(again, ann)
            clock.forward(timedelta(minutes=2))
        assert weekly(again, ann).outcome == "sent"
    assert len(ann.messages) - before == letters


async def test_killed_twice_there_is_no_third_and_that_is_said(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    telegram = Telegram()
    async with running(tmp_path / "data", telegram, now=clock) as first:
        ann = first.person("en")
        await ann.send("orders.csv", orders(85))
        await ann.say("/digest zone UTC")
        await ann.say("/digest on")
        before = len(ann.messages)
        clock.set(MONDAY)
        monkeypatch.setattr(Store, "finish_letter", killed)
        await ticked(first, ann)
    async with running(tmp_path / "data", telegram, now=clock) as second:
        await ticked(second, ann)
        assert len(ann.messages) - before == 2
        monkeypatch.undo()
        ann.running = second
        (told,) = await ticked(second, ann)
        assert "never heard whether it arrived" in told.words
        assert await ticked(second, ann) == []
        assert "never heard whether it arrived" in (await ann.say("/digest"))[0].words
        clock.set("2027-06-14 09:00")
        assert len(await ticked(second, ann)) == 1


@pytest.mark.parametrize(("times", "outcome"), [(1, "sent"), (2, "unsure"), (9, "unsure")])
async def test_an_answer_that_is_lost_brings_one_repeat_at_most(
    bot: Running, ann: Talk, clock: Clock, times: int, outcome: str
) -> None:
    clock.set(MONDAY)
    bot.telegram.faults.append(Fault("sendPhoto", Dropped(), "after", times))
    got: list[Message] = []
    for _ in range(5):
        got += await ticked(bot, ann)
        clock.forward(timedelta(minutes=5))
    assert len([message for message in got if message.photo is not None]) == 2
    assert weekly(bot, ann).outcome == outcome
    assert ("never heard whether it arrived" in got[-1].words) == (outcome == "unsure")


async def test_an_outage_of_telegram_is_not_passed_over_in_silence(bot: Running, ann: Talk, clock: Clock) -> None:
    clock.set(MONDAY)
    bot.telegram.faults += [Fault(method, ApiError(502, "Bad Gateway"), times=2) for method in ("sendPhoto",)]
    got: list[Message] = []
    for _ in range(5):
        got += await ticked(bot, ann)
        clock.forward(timedelta(minutes=5))
    (told,) = got
    assert told.button("Show me now")


class Unreachable(Dropped, httpx.ConnectError):
    """No connection at all, so that nothing can have been said."""

    def __init__(self) -> None:
        httpx.ConnectError.__init__(self, "no route")


async def test_what_certainly_did_not_go_out_is_tried_until_it_does(bot: Running, ann: Talk, clock: Clock) -> None:
    clock.set(MONDAY)
    down = [Fault(method, Unreachable(), "before", 99) for method in ("sendPhoto", "sendMessage")]
    bot.telegram.faults += down
    for _ in range(10):
        assert await ticked(bot, ann) == []
        clock.forward(timedelta(minutes=20))
    assert sum(fault.times for fault in down) == 2 * 99 - 10
    bot.telegram.faults.clear()
    (letter,) = await ticked(bot, ann)
    assert "was due" in letter.words
    clock.forward(timedelta(minutes=1))
    assert await ticked(bot, ann) == []


async def test_one_who_is_told_to_wait_holds_nobody_up(bot: Running, ann: Talk, clock: Clock) -> None:
    bob = bot.person("en")
    await bob.say("/digest zone UTC")
    await bob.say("/digest on")
    bot.telegram.faults += [Fault("sendPhoto", ApiError(429, "Too Many Requests", retry_after=1))]
    clock.set(MONDAY)
    before = len(ann.messages)
    bot.desk.tick()
    await bot.telegram.until(lambda: "in place of your weekly digest" in bob.last.words)
    assert len(ann.messages) == before
    await bot.desk.idle()
    assert len(ann.messages) == before + 1
    assert ann.last.photo is not None


async def test_told_to_wait_too_often_it_comes_later(
    bot: Running, ann: Talk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.ratelimit.TRIES", 1)
    clock.set(MONDAY)
    storm = ApiError(429, "Too Many Requests", retry_after=120)
    bot.telegram.faults += [Fault(method, storm) for method in ("sendPhoto", "sendMessage")]
    assert await ticked(bot, ann) == []
    clock.forward(timedelta(seconds=119))
    assert await ticked(bot, ann) == []
    bot.telegram.faults.clear()
    clock.forward(timedelta(seconds=1))
    assert len(await ticked(bot, ann)) == 1


async def test_a_message_that_telegram_refuses_is_not_tried_for_good(bot: Running, ann: Talk, clock: Clock) -> None:
    clock.set(MONDAY)
    bot.telegram.faults += [Fault(m, bad_request("MEDIA_EMPTY"), times=9) for m in ("sendPhoto", "sendMessage")]
    await ticked(bot, ann)
    bot.telegram.faults.clear()
    assert weekly(bot, ann).outcome == "refused"
    assert "could not be written" in (await ann.say("/digest"))[0].words


# Clocks


async def test_a_clock_that_is_put_back_brings_nothing_twice(bot: Running, ann: Talk, clock: Clock) -> None:
    clock.set(MONDAY)
    assert len(await ticked(bot, ann)) == 1
    await ann.send("more.csv", orders(125, 85))
    for back in ("2027-06-07 08:00", "2027-06-05 12:00", "2027-05-28 12:00"):
        clock.set(back)
        while clock.now < datetime(2027, 6, 7, 12, tzinfo=UTC):
            assert await ticked(bot, ann) == []
            clock.forward(timedelta(hours=3))
    clock.set("2027-06-14 09:00")
    assert len(await ticked(bot, ann)) == 1


async def test_a_clock_that_was_years_ahead_costs_one_letter_and_no_silence(
    bot: Running, ann: Talk, clock: Clock
) -> None:
    clock.set("2035-01-03 12:00")
    assert len(await ticked(bot, ann)) == 1
    clock.forward(timedelta(hours=1))
    assert await ticked(bot, ann) == []
    await ann.send("more.csv", orders(100, 85))
    clock.set("2027-06-04 12:00")
    came: list[Message] = []
    while clock.now < datetime(2027, 7, 1, tzinfo=UTC) and not came:
        came = await ticked(bot, ann)
        clock.forward(timedelta(hours=1))
    assert len(came) == 1
    assert clock.now.date() == datetime(2027, 6, 14, tzinfo=UTC).date()


async def test_another_setting_of_the_server_counts_from_the_next_start(tmp_path: Path, clock: Clock) -> None:
    telegram = Telegram()
    async with running(tmp_path / "data", telegram, now=clock) as first:
        ann = first.person("en")
        await ann.say("/digest on")
        assert weekly(first, ann).next_at == datetime(2027, 6, 7, 9, tzinfo=UTC)
    async with running(tmp_path / "data", telegram, now=clock, timezone="Asia/Shanghai") as again:
        assert weekly(again, ann).next_at == datetime(2027, 6, 7, 1, tzinfo=UTC)


# People


async def test_who_blocks_the_bot_is_left_alone_until_they_unblock_it(bot: Running, ann: Talk, clock: Clock) -> None:
    ann.person.block()
    await bot.settled()
    assert (weekly(bot, ann).state, weekly(bot, ann).reason) == ("paused", "blocked")
    clock.set(MONDAY)
    assert await ticked(bot, ann) == []
    clock.set("2027-06-09 09:00")
    ann.person.unblock()
    await bot.settled()
    assert "Good to have you back" in ann.last.words
    assert "in 5 days, Monday, 14 Jun 2027" in ann.last.words


async def test_a_letter_that_is_forbidden_pauses_and_the_next_word_resumes(
    bot: Running, ann: Talk, clock: Clock
) -> None:
    ann.person.blocked = True
    clock.set(MONDAY)
    await ticked(bot, ann)
    assert (weekly(bot, ann).state, weekly(bot, ann).reason) == ("paused", "blocked")
    ann.person.blocked = False
    answer, back = await ann.say("/help")
    assert "Send a spreadsheet" in answer.words
    assert "Good to have you back" in back.words
    assert len(await ann.say("/help")) == 1


async def test_who_paused_it_is_not_resumed_by_a_word(bot: Running, ann: Talk, clock: Clock) -> None:
    await ann.say("/digest pause")
    clock.set(MONDAY)
    assert await ticked(bot, ann) == []
    assert len(await ann.say("/help")) == 1
    await ann.say("/digest on")
    assert weekly(bot, ann).next_at == datetime(2027, 6, 14, 9, tzinfo=UTC)


async def test_who_may_no_longer_talk_to_the_bot_is_not_written_to(tmp_path: Path, clock: Clock) -> None:
    telegram = Telegram()
    async with running(tmp_path / "data", telegram, now=clock) as first:
        ann = first.person("en", 7)
        await ann.send("orders.csv", orders(85))
        await ann.say("/digest on")
    clock.set(MONDAY)
    before = len(ann.messages)
    async with running(tmp_path / "data", telegram, now=clock, owners="8") as again:
        await ticked(again, ann)
    assert len(ann.messages) == before


async def test_forgetting_takes_the_letters_along(bot: Running, ann: Talk, clock: Clock) -> None:
    clock.set(MONDAY)
    bot.desk.tick()
    async with bot.services.turn(ann.person.user_id):
        await asyncio.sleep(0.1)
        bot.services.store.forget(ann.person.user_id)
    before = len(ann.messages)
    await bot.desk.idle()
    assert len(ann.messages) == before
    assert bot.services.store.appointments(ann.person.user_id) == ()
    assert bot.services.store.remembered(ann.person.user_id, DIGEST) is None


async def test_whoever_changes_their_mind_while_it_is_written_is_heeded(bot: Running, ann: Talk, clock: Clock) -> None:
    clock.set(MONDAY)
    bot.desk.tick()
    ann.person.say("/digest friday 18:00")
    await bot.settled()
    await bot.desk.idle()
    assert weekly(bot, ann).sent_for is None or weekly(bot, ann).weekday == 4
    assert weekly(bot, ann).next_at > clock.now


async def test_a_letter_about_orders_that_are_gone_is_not_sent(bot: Running, ann: Talk, clock: Clock) -> None:
    clock.set(MONDAY)
    before = len(ann.messages)
    bot.desk.tick()
    async with bot.services.turn(ann.person.user_id):
        await asyncio.sleep(0.1)
        bot.services.store.undo(ann.person.user_id)
    await bot.desk.idle()
    assert len(ann.messages) == before
    (told,) = await ticked(bot, ann)
    assert "in place of your weekly digest" in told.words


# Alerts


async def test_alerts_are_off_until_asked_for(bot: Running, ann: Talk) -> None:
    store, owner = bot.services.store, ann.person.user_id
    assert store.appointment(owner, "alert") is None
    await ann.say("/digest alerts on")
    alert = store.appointment(owner, "alert")
    assert alert is not None
    assert (alert.weekday, alert.at, alert.next_at) == (None, time(9), datetime(2027, 6, 1, 9, tzinfo=UTC))
    await ann.say("/digest off")
    assert {letter.state for letter in store.appointments(owner)} == {"off"}


async def test_an_alert_comes_on_its_day_once_and_never_beside_the_letter(
    bot: Running, ann: Talk, clock: Clock
) -> None:
    await ann.say("/digest alerts on")
    came: list[str] = []
    clock.set("2027-06-07 00:00")
    while clock.now < datetime(2027, 6, 21, tzinfo=UTC):
        if f"{clock.now:%d %H}" == "08 12":
            await ann.send("hardly.csv", f"{HEADER}900,2027-06-06,K1,20".encode())
        came += [f"{clock.now:%a %d %H}" for _ in await ticked(bot, ann)]
        clock.forward(timedelta(hours=1))
    assert came == ["Mon 07 09", "Wed 09 09", "Mon 14 09"]
    assert "fall:" in (bot.services.store.remembered(ann.person.user_id, DIGEST) or "")


# Many


@pytest.mark.parametrize(("workers", "at_most"), [(0, 1), (3, 2)])
async def test_hundreds_in_the_same_minute_are_spread_and_conversations_go_on(
    bot: Running, clock: Clock, monkeypatch: pytest.MonkeyPatch, workers: int, at_most: int
) -> None:
    bot.services.settings = bot.services.settings.model_copy(update={"workers": workers})
    bot.services.queue = FairQueue(workers or 1)
    ann, many = bot.person("en"), 100
    people = [bot.person("en") for _ in range(many)]
    await ann.say("/start")
    store = bot.services.store
    for person in people:
        person.person.started = True
        store.welcome(person.person.user_id, "groups")
        store.appoint(person.person.user_id, "weekly", 0, time(9), datetime(2027, 6, 7, 9, tzinfo=UTC))
    at_once: list[int] = []
    compute = Compute.__call__

    async def counted(self: Compute, *args: object, **kwargs: object) -> object:
        at_once.append(at_once[-1] + 1 if at_once else 1)
        await asyncio.sleep(0)
        try:
            return await compute(self, *args, **kwargs)  # type: ignore[arg-type]
        finally:
            at_once.append(at_once[-1] - 1)

    monkeypatch.setattr(Compute, "__call__", counted)
    clock.set(MONDAY)
    loop = asyncio.get_running_loop()
    desk, began = Desk(bot.app, per_second=300), loop.time()
    desk.tick()
    (answer,) = await ann.say("/help")
    assert "Send a spreadsheet" in answer.words
    assert sum(len(person.messages) for person in people) < many
    await desk.idle()
    assert loop.time() - began >= many / 300
    assert [len(person.messages) for person in people] == [1] * many
    assert max(at_once) == at_most
