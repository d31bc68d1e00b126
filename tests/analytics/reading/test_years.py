# ruff: noqa: DTZ001 - times of a shop have no zone
"""Dates without a year: what tells it, in which order, and that no day is moved on the way."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import NothingUsable
from analytics.reading import Choices
from tests.analytics.reading.sheets import column, noted, one

TODAY = date(2026, 11, 2)
NOW = Choices(today=TODAY)
WRITTEN = {
    "zh": lambda day: f"{day.month}月{day.day}日",
    "zh, two digits": lambda day: f"{day.month:02}月{day.day:02}号",
    "en": lambda day: f"{day.day} {day:%b}",
    "en, month first": lambda day: f"{day:%B} {day.day}",
}


def sheet(days: list[str], headers: str = "日期,客人,金额") -> str:
    return "\n".join([headers, *(f"{day},客{n % 7},{10 + n}" for n, day in enumerate(days))])


def years(days: list[str], filename: str = "账本.csv", choices: Choices = NOW, **given: str) -> list[int]:
    return [time.year for time in column(one(sheet(days, **given), filename, choices), "time")]


def test_the_latest_year_that_puts_no_day_in_the_future() -> None:
    dataset = one(sheet(["8月1日", "9月3日", "11月2日"]), choices=NOW)
    assert column(dataset, "time") == [datetime(2026, 8, 1), datetime(2026, 9, 3), datetime(2026, 11, 2)]
    assert noted(dataset) == {"year_assumed": 3}
    assert years(["8月1日", "9月3日", "11月3日"]) == [2025] * 3


def test_without_a_clock_nothing_is_guessed() -> None:
    with pytest.raises(NothingUsable):
        one(sheet(["8月1日", "9月3日"]))


def test_a_run_over_new_year_is_two_years() -> None:
    assert years(["11月20日", "12月30日", "1月2日", "2月5日"]) == [2025, 2025, 2026, 2026]
    assert years(["2月5日", "1月2日", "12月30日", "11月20日"]) == [2026, 2026, 2025, 2025]
    assert years(["11月20日", "12月30日", "1月2日"], choices=Choices(year=2024)) == [2023, 2023, 2024]


def test_days_in_no_order_are_of_one_year() -> None:
    assert years(["1月5日", "8月3日", "2月9日", "10月1日", "3月3日"]) == [2026] * 5


def test_a_leap_day_needs_a_leap_year() -> None:
    assert years(["2月28日", "2月29日", "3月1日"]) == [2024] * 3


def test_whole_dates_around_go_before_everything_but_the_owner() -> None:
    mixed = ["2023-12-29", "12月30日", "2024-01-02", "1月3日"]
    assert years(mixed, "2019流水.csv") == [2023, 2023, 2024, 2024]
    dataset = one(sheet(mixed), choices=NOW)
    assert noted(dataset) == {"year_found": 2}


def test_a_title_or_a_name_goes_before_the_calendar() -> None:
    assert years(["8月1日", "9月3日"], "2024流水.csv") == [2024, 2024]
    assert column(one("2023年的账,,\n" + sheet(["8月1日", "9月3日"]), choices=NOW), "time")[0].year == 2023
    assert years(["12月1日", "1月3日"], "2022-2023.csv") == [2022, 2023]


@pytest.mark.parametrize("written", ["9/4", "09-04", "9.4", "9/4 14:30"])
def test_chinese_writes_the_month_first(written: str) -> None:
    (found, *_) = column(one(sheet([written, "9/5", "9/6"]), choices=NOW), "time")
    assert (found.month, found.day) == (9, 4)


@pytest.mark.parametrize("days", [("4.9.", "13.9."), ("4 Sep 14:30", "13 Sep 9:05"), ("Sep 4th 14:30", "Sep 13th")])
def test_a_year_stands_before_the_time_of_day_and_in_place_of_a_dot(days: tuple[str, str]) -> None:
    assert years([*days], headers="date,customer,amount") == [2026, 2026]


def test_english_goes_by_the_days_that_prove_it() -> None:
    days = column(one(sheet(["4/9", "15/9", "30/9"], "date,who,amount"), choices=NOW), "time")
    assert [(day.day, day.month) for day in days] == [(4, 9), (15, 9), (30, 9)]
    days = column(one(sheet(["9/4", "9/15", "9/30"], "date,who,amount"), choices=NOW), "time")
    assert [(day.day, day.month) for day in days] == [(4, 9), (15, 9), (30, 9)]


def test_a_birthday_is_no_date_of_an_order() -> None:
    dataset = one("日期,客人,金额,生日\n2026-09-01,甲,5,3月5日\n2026-09-02,乙,6,4月6日\n", choices=NOW)
    assert noted(dataset) == {}


@settings(max_examples=150, deadline=None)
@given(
    last=st.dates(date(2025, 11, 3), TODAY),
    steps=st.lists(st.integers(0, 45), min_size=2, max_size=30),
    write=st.sampled_from(list(WRITTEN)),
    falling=st.booleans(),
)
def test_a_run_of_days_comes_back_as_it_was(last: date, steps: list[int], write: str, *, falling: bool) -> None:
    days = [last]
    for step in steps:
        days.append(days[-1] - timedelta(step))
    days = days if falling else days[::-1]
    if any((day.month, day.day) == (2, 29) for day in days):
        return
    headers = "日期,客人,金额" if write.startswith("zh") else "date,who,amount"
    written = [WRITTEN[write](day) for day in days]
    found = [time.date() for time in column(one(sheet(written, headers), choices=NOW), "time")]
    assert found == days


@settings(max_examples=100, deadline=None)
@given(days=st.lists(st.dates(date(2020, 1, 1), date(2026, 12, 31)), min_size=2, max_size=30))
def test_no_day_is_moved_and_none_lies_ahead(days: list[date]) -> None:
    found = [time.date() for time in column(one(sheet([WRITTEN["zh"](day) for day in days]), choices=NOW), "time")]
    assert [(day.month, day.day) for day in found] == [(day.month, day.day) for day in days]
    assert max(found) <= TODAY


@settings(max_examples=100, deadline=None)
@given(
    days=st.lists(st.dates(date(2023, 1, 1), date(2023, 12, 31)), min_size=3, max_size=30, unique=True), data=st.data()
)
def test_one_whole_date_settles_a_year_in_order(days: list[date], data: st.DataObject) -> None:
    days = sorted(days)
    whole = data.draw(st.integers(0, len(days) - 1))
    written = [day.isoformat() if n == whole else WRITTEN["zh"](day) for n, day in enumerate(days)]
    found = [time.date() for time in column(one(sheet(written), choices=NOW), "time")]
    steps = [(b - a).days for a, b in itertools.pairwise(days)]
    assert found[whole] == days[whole]
    if min(steps) < 55 and max(steps) < 300:
        assert found == days
