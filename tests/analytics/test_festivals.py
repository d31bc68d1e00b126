from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import festivals
from analytics.festivals import FESTIVALS, a_year_before, black_friday, during, easter, market_of, spring_festival


@pytest.mark.parametrize(
    "day",
    [
        date(2008, 2, 7),
        date(2011, 2, 3),
        date(2014, 1, 31),
        date(2020, 1, 25),
        date(2023, 1, 22),
        date(2024, 2, 10),
        date(2025, 1, 29),
        date(2026, 2, 17),
        date(2027, 2, 6),
    ],
)
def test_spring_festival_is_the_first_day_of_the_chinese_year(day: date) -> None:
    assert spring_festival(day.year) == day


def test_spring_festival_of_years_that_no_calendar_has_is_not_known() -> None:
    assert spring_festival(1900) is None
    assert during(date(1900, 2, 1), date(1900, 2, 7), "china") is None


@pytest.mark.parametrize(
    "day", [date(2000, 4, 23), date(2016, 3, 27), date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5)]
)
def test_easter(day: date) -> None:
    assert easter(day.year) == day


@pytest.mark.parametrize("day", [date(2019, 11, 29), date(2024, 11, 29), date(2025, 11, 28), date(2026, 11, 27)])
def test_black_friday(day: date) -> None:
    assert black_friday(day.year) == day


@given(st.integers(1950, 2090))
def test_black_friday_follows_the_fourth_thursday(year: int) -> None:
    thursdays = [day for n in range(30) if (day := date(year, 11, 1) + timedelta(days=n)).weekday() == 3]
    assert black_friday(year) == thursdays[3] + timedelta(days=1)


def test_whose_festivals_count() -> None:
    assert [market_of(*shop) for shop in (("CNY", "en"), ("GBP", "zh"), (None, "zh"), (None, "en"))] == [
        "china",
        "west",
        "china",
        "west",
    ]


def test_the_festival_that_days_feel() -> None:
    felt = during(date(2025, 11, 24), date(2025, 11, 30), "west")
    assert felt is not None
    assert (felt.code, felt.day, felt.earlier) == ("black_friday", date(2025, 11, 28), 364)
    assert during(date(2025, 11, 24), date(2025, 11, 30), "china") is None
    turn = during(date(2025, 12, 29), date(2026, 1, 4), "west")
    assert turn is not None
    assert (turn.code, turn.day) == ("christmas", date(2025, 12, 25))


def test_a_week_lies_as_far_from_the_festival_as_its_like_of_the_year_before() -> None:
    first = date(2026, 2, 16)
    back = a_year_before(first, first + timedelta(days=6), "china")
    assert back == timedelta(days=384)
    assert first - back == date(2025, 1, 28)
    assert date(2026, 2, 17) - first == date(2025, 1, 29) - (first - back)


def test_618_and_double_eleven_keep_their_dates_and_other_weeks_their_weekdays() -> None:
    for first in (date(2025, 6, 14), date(2025, 11, 5)):
        back = a_year_before(first, first + timedelta(days=6), "china")
        assert back is not None
        assert (first - back).month == first.month
        assert (first - back).day == first.day
    assert a_year_before(date(2025, 8, 4), date(2025, 8, 10), "china") == timedelta(days=364)


def test_a_week_whose_like_felt_a_festival_that_it_does_not_has_no_like() -> None:
    """A year before the first week of February 2026 it was the holidays."""
    first = date(2026, 1, 19)
    assert during(first, first + timedelta(days=6), "china") is None
    assert a_year_before(first, first + timedelta(days=6), "china") is None


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from(["china", "west"]))
def test_what_is_compared_feels_the_same(first: date, market: festivals.Market) -> None:
    last = first + timedelta(days=6)
    back = a_year_before(first, last, market)
    if back is not None:
        here, there = during(first, last, market), during(first - back, last - back, market)
        assert (here and here.code) == (there and there.code)
        assert 340 <= back.days <= 390


def test_every_festival_has_its_words() -> None:
    codes = [festival.code for found in FESTIVALS.values() for festival in found]
    assert len(set(codes)) == len(codes)
