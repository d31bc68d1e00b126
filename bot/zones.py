"""Time zones as people know them: by a city, in either language."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from zoneinfo import available_timezones

from babel.dates import get_timezone_location

from analytics.language import LANGUAGES, LOCALES

# Offered first, by the language that somebody speaks; the first one is the guess.
NEAR: dict[str, tuple[str, ...]] = {
    "en": ("Europe/London", "America/New_York", "America/Los_Angeles", "Europe/Berlin", "Asia/Singapore"),
    "zh": ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo"),
}
# Around the world, from west to east: every clock most people live by.
WORLD: tuple[str, ...] = (
    "Pacific/Honolulu",
    "America/Anchorage",
    "America/Los_Angeles",
    "America/Denver",
    "America/Chicago",
    "America/New_York",
    "America/Halifax",
    "America/Sao_Paulo",
    "Europe/London",
    "Africa/Lagos",
    "Europe/Berlin",
    "Africa/Johannesburg",
    "Europe/Athens",
    "Europe/Istanbul",
    "Asia/Dubai",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Dhaka",
    "Asia/Bangkok",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Brisbane",
    "Australia/Sydney",
    "Pacific/Auckland",
)
# What there is no word for in the tables, and large cities that go by another one's clock.
WORDS: dict[tuple[str, str], str] = {("Asia/Kolkata", "zh"): "加尔各答"}
BY_ANOTHER: dict[str, str] = {
    **dict.fromkeys(("beijing", "shenzhen", "guangzhou", "china"), "Asia/Shanghai"),
    **dict.fromkeys(("北京", "深圳", "广州", "杭州", "成都", "重庆", "南京", "武汉", "西安", "中国"), "Asia/Shanghai"),
    **dict.fromkeys(("munich", "hamburg", "frankfurt", "慕尼黑", "德国"), "Europe/Berlin"),
    **dict.fromkeys(("boston", "washington", "miami", "波士顿", "华盛顿"), "America/New_York"),
    **dict.fromkeys(("san francisco", "seattle", "旧金山", "西雅图"), "America/Los_Angeles"),
    **dict.fromkeys(("mumbai", "delhi", "india", "孟买", "印度"), "Asia/Kolkata"),
    **dict.fromkeys(("osaka", "大阪", "日本"), "Asia/Tokyo"),
    **dict.fromkeys(("manchester", "uk", "英国"), "Europe/London"),
}


def city(zone: str, language: str) -> str:
    """The city that a zone is named after: Shanghai, 上海."""
    known = WORDS.get((zone, language))
    return known or get_timezone_location(zone, locale=LOCALES[language], return_city=True).rpartition("/")[2]


def nearby(server: str, language: str) -> tuple[str, ...]:
    """The zones to offer first: the server's, unless it is only UTC, and those where the language is spoken."""
    first = () if server == "UTC" else (server,)
    return tuple(dict.fromkeys((*first, *NEAR[language])))


def find(words: Sequence[str]) -> str | None:
    """The zone that somebody means by its IANA name or by a city: `europe/lisbon`, `New York`, `北京`; None: no such."""
    said = " ".join(words).casefold()
    return _known().get(said.replace("_", " ")) or BY_ANOTHER.get(said)


@cache
def _known() -> dict[str, str]:
    """Every zone by its name and by its city's in both languages, in small letters, with spaces."""
    found: dict[str, str] = {}
    places = (zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    for zone in ("UTC", *WORLD, *sorted(places, key=lambda zone: (not _is_namesake(zone), zone))):
        own = zone.casefold().replace("_", " ")
        cities = (city(zone, language).casefold() for language in LANGUAGES)
        for place in (own, own.rpartition("/")[2], *cities):
            found.setdefault(place, zone)
    return found


def _is_namesake(zone: str) -> bool:
    """Whether a zone is called after its city, not an old or second name: Asia/Shanghai, not Asia/Chongqing."""
    return zone.rpartition("/")[2].replace("_", " ") == city(zone, "en")
