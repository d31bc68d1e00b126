"""Festivals that move sales, and where they lie in each year, so that weeks are compared along them and not by date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

Market = Literal["china", "west"]

YEAR = 364
"""Days back to the same week a year before where no festival moves: the same weekdays."""
CHINESE = frozenset({"CNY", "HKD", "TWD", "MOP"})


@dataclass(frozen=True)
class Festival:
    """Sales differ from so many days `before` the festival's `day` of a year (None: not known) to so many `after` it."""

    code: str
    before: int
    after: int
    day: Callable[[int], date | None]


@dataclass(frozen=True)
class Occurrence:
    """A festival of one year, the same one a year `earlier` (days; None where that day is not known)."""

    code: str
    day: date
    earlier: int | None


def market_of(currency: str | None, language: str) -> Market:
    """Whose festivals count: by what the shop is paid in or, where the sheet does not say, by its owner's language."""
    chinese = language == "zh" if currency is None else currency in CHINESE
    return "china" if chinese else "west"


def during(first: date, last: date, market: Market) -> Occurrence | None:
    """The festival that these days feel, the nearest to their middle where there are several."""
    middle = first + (last - first) / 2
    found = [
        (abs((day - middle).days), festival, day)
        for year in range(first.year - 1, last.year + 2)
        for festival, day in of_year(market, year)
        if day - timedelta(days=festival.before) <= last and first <= day + timedelta(days=festival.after)
    ]
    if not found:
        return None
    _, festival, day = min(found, key=lambda one: one[0])
    past = festival.day(day.year - 1)
    return Occurrence(festival.code, day, (day - past).days if past else None)


def a_year_before(first: date, last: date, market: Market) -> timedelta | None:
    """How far back these days' like of the year before lie: as far from the festival as they are, if they feel one.

    None where nothing compares, because those days felt another festival or one that these do not.
    """
    felt = during(first, last, market)
    back = felt.earlier if felt else YEAR
    if back is None:
        return None
    past = during(first - timedelta(days=back), last - timedelta(days=back), market)
    return timedelta(days=back) if (past and past.code) == (felt and felt.code) else None


@lru_cache(maxsize=512)
def of_year(market: Market, year: int) -> tuple[tuple[Festival, date], ...]:
    """The festivals of that year whose days are known."""
    return tuple((festival, day) for festival in FESTIVALS[market] if (day := festival.day(year)))


@lru_cache(maxsize=256)
def spring_festival(year: int) -> date | None:
    """The first day of the Chinese year that begins in this one; None for years that the package `holidays` lacks."""
    import holidays

    named = holidays.country_holidays("CN", years=year, language="en_US")
    return min((day for day, name in named.items() if "Spring Festival" in name and day.year == year), default=None)


def easter(year: int) -> date:
    """Easter Sunday of the Western churches, by the anonymous Gregorian computus (Meeus 1991)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)


def _on(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


FESTIVALS: dict[Market, tuple[Festival, ...]] = {
    "china": (
        Festival("spring_festival", 14, 15, spring_festival),
        Festival("mid_year", 18, 2, _on(6, 18)),
        Festival("national_day", 1, 7, _on(10, 1)),
        Festival("singles_day", 11, 2, _on(11, 11)),
    ),
    "west": (
        Festival("easter", 9, 1, easter),
        Festival("black_friday", 4, 4, black_friday),
        Festival("christmas", 20, 10, _on(12, 25)),
    ),
}
"""Spring Festival from the last parcels to the Lantern Festival; 618 and 双11 with their presales; the Friday's week and Cyber Monday."""
