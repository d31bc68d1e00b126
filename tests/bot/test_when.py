"""Days, hours and places as people type them."""

from __future__ import annotations

from datetime import time
from zoneinfo import available_timezones

import pytest

from analytics.language import LANGUAGES
from bot import zones
from bot.when import DAYS, when


@pytest.mark.parametrize(
    ("typed", "day", "at"),
    [
        ("friday 18:00", 4, "18:00"),
        ("every tue at 7:30am", 1, "07:30"),
        ("Thursday, 8 p.m.", 3, "20:00"),
        ("sundays", 6, None),
        ("18", None, "18:00"),
        ("12am", None, "00:00"),
        ("12 pm", None, "12:00"),
        ("周五 18点", 4, "18:00"),
        ("每周日晚上八点半", 6, "20:30"),
        ("礼拜三", 2, None),
        ("星期天下午3点", 6, "15:00"),
        ("周一十点", 0, "10:00"),
        ("周二 二十三点", 1, "23:00"),
        ("中午12点", None, "12:00"),
        ("１８：３０", None, "18:30"),
    ],
)
def test_a_day_and_an_hour(typed: str, day: int | None, at: str | None) -> None:
    assert when(typed) == (day, None if at is None else time.fromisoformat(at))


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "25:00",
        "9:75",
        "13pm",
        "0am",
        "money",
        "tomorrow",
        "monday friday",
        "9:00 10:00",
        "周八",
        "friday why",
        "weekly",
    ],
)
def test_what_is_no_day_and_hour_is_not_guessed_at(typed: str) -> None:
    assert when(typed) is None


@pytest.mark.parametrize("weekday", range(7))
def test_keys_say_what_they_mean(weekday: int) -> None:
    assert when(DAYS[weekday]) == (weekday, None)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("asia/shanghai", "Asia/Shanghai"),
        ("上海", "Asia/Shanghai"),
        ("北京", "Asia/Shanghai"),
        ("New York", "America/New_York"),
        ("new_york", "America/New_York"),
        ("柏林", "Europe/Berlin"),
        ("Kolkata", "Asia/Kolkata"),
        ("加尔各答", "Asia/Kolkata"),
        ("utc", "UTC"),
        ("Atlantis", None),
        ("../../etc/passwd", None),
        ("", None),
    ],
)
def test_a_place_is_known_by_its_zone_or_a_city(typed: str, zone: str | None) -> None:
    assert zones.find(typed.split()) == zone


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_that_is_offered_is_there_and_found_by_its_name(language: str) -> None:
    offered = {*zones.WORLD, *zones.nearby("UTC", language), *zones.nearby("Asia/Tokyo", language)}
    assert offered <= available_timezones()
    assert all(zones.find(zones.city(zone, language).split()) == zone for zone in offered)


def test_the_servers_own_place_is_offered_first_where_it_says_one() -> None:
    assert zones.nearby("Europe/Lisbon", "zh")[0] == "Europe/Lisbon"
    assert zones.nearby("UTC", "zh")[0] == "Asia/Shanghai"
