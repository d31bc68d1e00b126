"""The arithmetic of the schedule, through years of weeks on every clock there is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.schedule import APART, WEEK, Rule, first_instant

ZONES = sorted(available_timezones())
NAMED = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
MONDAY = 0


def rule(zone: str, weekday: int | None = MONDAY, at: str = "09:00") -> Rule:
    return Rule(weekday, time.fromisoformat(at), ZoneInfo(zone))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


rules = st.builds(
    Rule,
    st.integers(0, 6),
    st.builds(time, st.integers(0, 23), st.sampled_from((0, 30, 59))),
    st.sampled_from(ZONES).map(ZoneInfo),
)
clocks = st.datetimes(datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2060-01-01"))
moments = clocks.map(lambda moment: moment.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("zone", "after", "due"),
    [
        ("Asia/Shanghai", "2027-06-01 00:00", "2027-06-07 01:00"),
        ("Europe/Berlin", "2027-03-22 08:00", "2027-03-29 07:00"),
        ("Europe/Berlin", "2027-10-25 07:00", "2027-11-01 08:00"),
        ("America/New_York", "2027-03-08 14:00", "2027-03-15 13:00"),
        ("America/New_York", "2027-11-01 13:00", "2027-11-08 14:00"),
        ("UTC", "2028-02-28 09:00", "2028-03-06 09:00"),
        ("UTC", "2028-12-31 23:59", "2029-01-01 09:00"),
    ],
)
def test_nine_on_monday_stays_nine_on_monday(zone: str, after: str, due: str) -> None:
    assert rule(zone).next(utc(after)) == utc(due)


def test_an_hour_that_is_skipped_is_made_up_for_by_the_next_moment() -> None:
    assert rule("Europe/Berlin", 6, "02:30").next(utc("2027-03-27 12:00")) == utc("2027-03-28 01:00")
    assert rule("Australia/Lord_Howe", 6, "02:15").next(utc("2027-10-02 12:00")) == utc("2027-10-02 15:30")


def test_an_hour_that_comes_twice_counts_once() -> None:
    sunday = rule("Europe/Berlin", 6, "02:30")
    first = sunday.next(utc("2027-10-30 12:00"))
    assert first == utc("2027-10-31 00:30")
    assert sunday.next(first) == utc("2027-11-07 01:30")


def test_a_day_that_is_skipped_is_made_up_for_at_midnight() -> None:
    """Samoa had no Friday, 30 December 2011."""
    friday = rule("Pacific/Apia", 4)
    made_up = friday.next(utc("2011-12-29 00:00"))
    assert made_up == utc("2011-12-30 10:00")
    assert made_up.astimezone(friday.zone).replace(tzinfo=None) == datetime.fromisoformat("2011-12-31")
    assert friday.last(made_up) == made_up
    assert friday.next(made_up) == utc("2012-01-05 19:00")


@pytest.mark.parametrize("zone", NAMED)
@pytest.mark.parametrize("at", ["00:00", "02:30", "09:00", "23:59"])
@pytest.mark.parametrize("weekday", [0, 1, 6])
def test_every_local_week_of_twelve_years_has_exactly_one(zone: str, weekday: int, at: str) -> None:
    weekly = rule(zone, weekday, at)
    instant, weeks = utc("2024-01-01 00:00"), []
    while (instant := weekly.next(instant)) < utc("2036-01-01 00:00"):
        weeks.append(instant.astimezone(weekly.zone).date())
    assert all(day.weekday() == weekday for day in weeks)
    assert {later - earlier for earlier, later in pairwise(weeks)} == {WEEK}
    assert date(2028, 2, 29) in weeks or weekday != 1


@pytest.mark.parametrize("zone", NAMED)
def test_every_local_day_of_four_years_has_exactly_one(zone: str) -> None:
    daily = rule(zone, None, "02:30")
    instant, days = utc("2027-01-01 12:00"), []
    while (instant := daily.next(instant)) < utc("2031-01-01 12:00"):
        days.append(instant.astimezone(daily.zone).date())
    assert {later - earlier for earlier, later in pairwise(days)} == {timedelta(days=1)}


@given(rules, moments)
def test_nothing_lies_between_the_last_and_the_next(weekly: Rule, now: datetime) -> None:
    last, due = weekly.last(now), weekly.next(now)
    assert last <= now < due
    assert weekly.next(last) == due
    assert weekly.last(due) == due
    # A day is the longest that any place has ever moved its clocks.
    assert abs(due - last - WEEK) <= timedelta(days=1)


@given(rules, moments)
def test_the_clock_on_the_wall_shows_the_hour_or_has_just_skipped_it(weekly: Rule, now: datetime) -> None:
    due = weekly.next(now)
    shown = due.astimezone(weekly.zone)
    before = (due - timedelta(seconds=1)).astimezone(weekly.zone)
    if (shown.weekday(), shown.time()) != (weekly.weekday, weekly.at):
        assert shown.utcoffset() != before.utcoffset()
        assert before.replace(tzinfo=None) < shown.replace(tzinfo=None) - timedelta(seconds=1)


@given(clocks, st.sampled_from(ZONES).map(ZoneInfo))
def test_local_times_come_in_their_order(local: datetime, zone: ZoneInfo) -> None:
    local = local.replace(microsecond=0)
    assert first_instant(local, zone) <= first_instant(local + timedelta(minutes=20), zone)


@given(rules, moments, st.timedeltas(timedelta(days=-4000), timedelta(days=4000)))
def test_a_clock_put_right_or_wrong_brings_nothing_twice_and_no_long_silence(
    weekly: Rule, now: datetime, jump: timedelta
) -> None:
    served = weekly.last(now)
    due = weekly.upcoming(now + jump, served)
    assert due > now + jump
    assert due - (now + jump) <= 2 * WEEK + timedelta(days=1)
    if jump < timedelta(0) and served > now + jump:
        assert due - (now + jump) >= WEEK


def test_two_letters_on_one_day_are_too_many() -> None:
    served = utc("2027-06-07 09:00")
    now = served + timedelta(hours=1)
    assert rule("UTC", MONDAY, "18:00").upcoming(now, served) == utc("2027-06-14 18:00")
    assert rule("UTC", MONDAY + 1, "09:00").upcoming(now, served) == served + timedelta(days=1)
    assert rule("UTC", None).upcoming(now, served) == served + timedelta(days=1)
    assert timedelta(hours=12) < APART < timedelta(hours=23)
