"""This week's sales against the same weeks before: what is beyond noise, festivals aligned.

A week is seven whole days that end before the day of the last order: that day may still have been running when the sheet
was made. Counts are judged by their Anscombe roots and money by started logarithms, which makes their noise even; the
interval is Student's for one more observation, with no less noise than chance alone has (Poisson).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics import festivals, rfm
from analytics.dataset import Role

Floats = npt.NDArray[np.float64]
Basis = Literal["weeks", "year"]
YearAgo = Literal["comparable", "unknown", "new", "small"]
"""The shop a year before: its weeks are `unknown`, or those of a shop that was `new`, or `small` beside what it is."""

DAYS = 7
MOST_WEEKS, FEWEST_WEEKS = 12, 4
SIZE = 0.25
"""A shop that was smaller than this part of what it is now says little about the year."""
LOOK_BACK = 26
"""Weeks back from which the latest twelve without a festival are taken."""


@dataclass(frozen=True)
class Levels:
    """How often, by chance alone, the orders and the money of an unchanged shop may be called changed (0-1, both sides)."""

    orders: float
    money: float


DIGEST = Levels(orders=0.0125, money=0.0125)
"""Together at most 4 % of the letters to a shop where nothing changes (tests/analytics/test_weeks.py)."""
ALERT = Levels(orders=0.01, money=0.01)
"""Of these only falls alarm: together at most 1 %."""
SEASON = Levels(orders=0.1, money=0.1)
"""A season is taken for one sooner than a change for news: to look for one costs little."""


@dataclass(frozen=True)
class Daily:
    """Orders placed and net money of each day from `first` on; arrays of one length."""

    first: date
    orders: Floats
    money: Floats

    @property
    def last(self) -> date:
        return self.first + timedelta(days=len(self.orders) - 1)

    def until(self, last: date) -> Daily:
        """The same with nothing sold on the days after, up to that one."""
        more = max((last - self.last).days, 0)
        return replace(self, orders=np.pad(self.orders, (0, more)), money=np.pad(self.money, (0, more)))

    def sums(self, first: date) -> tuple[float, float]:
        """Orders and money of the week that begins on that day."""
        start = (first - self.first).days
        return float(self.orders[start : start + DAYS].sum()), float(self.money[start : start + DAYS].sum())


@dataclass(frozen=True)
class Week:
    """One week; `felt` is the festival that it felt, `counts` whether it is one of those compared with."""

    first: date
    orders: float
    money: float
    felt: str | None = None
    counts: bool = False


@dataclass(frozen=True)
class Judged:
    """A figure beside what was to be expected; between `low` and `high` chance alone may have put it.

    `change` is -1 for a fall beyond noise, 1 for a rise, else 0.
    """

    value: float
    usual: float
    low: float
    high: float
    change: int


@dataclass(frozen=True)
class Change:
    """The last whole weeks of the data, `first` to `last`, against others.

    `basis` says against which: the `weeks` before, or those of the `year` before, each festival beside itself. It is None,
    and there is no verdict, where nothing compares: the weeks `felt` a festival, and the one of `year_ago` is no measure,
    or there are fewer than four to compare with (`compared`). Money has none either where there were no orders to value it by.
    `now` are the weeks in question, `past` those before, `like` those of a year before (None: not known), oldest first.
    """

    first: date
    last: date
    basis: Basis | None
    felt: str | None
    year_ago: YearAgo
    compared: int
    orders: Judged | None
    money: Judged | None
    now: tuple[Week, ...]
    past: tuple[Week, ...]
    like: tuple[Week, ...] | None

    @property
    def direction(self) -> int:
        """-1 for a fall beyond noise, 1 for a rise, 0 for neither; money decides where both changed."""
        return next((found.change for found in (self.money, self.orders) if found and found.change), 0)


@dataclass(frozen=True)
class Scale:
    """A scale on which a week's figure varies evenly: there, back, and how much at least by chance (standard deviation)."""

    there: Callable[[Floats], Floats]
    back: Callable[[float], float]
    noise: float


def daily(lines: pd.DataFrame) -> Daily | None:
    """Order lines by day; None where none has a time.

    Columns: time, amount and, where the sheet has them, order, customer (both categorical) and taken_back. An order
    (`rfm.order_of`) counts on its first day.
    """
    lines = lines[lines[Role.TIME].notna()]
    if lines.empty:
        return None
    day = lines[Role.TIME].to_numpy("datetime64[D]").astype(np.int64)
    first = int(day.min())
    days = int(day.max()) - first + 1
    money = np.bincount(day - first, weights=lines[Role.AMOUNT].fillna(0).to_numpy(float), minlength=days)
    if Role.TAKEN_BACK in lines:
        sold = ~lines[Role.TAKEN_BACK].fillna(value=False).to_numpy(bool)
        lines, day = lines[sold], day[sold]
    begun = pd.Series(day - first).groupby(rfm.order_of(lines)).min()
    orders = np.bincount(begun.to_numpy(np.int64), minlength=days).astype(np.float64)
    return Daily(date(1970, 1, 1) + timedelta(days=first), orders, money.astype(np.float64).round(6))


def change(days: Daily, market: festivals.Market, weeks: int = 1, levels: Levels = DIGEST) -> Change | None:
    """What the last so many whole weeks (at most) were like; None where the data holds no whole week.

    Where the same weeks of the year before felt the same festival, they are the measure; where they changed in the same
    way, too. The first day of the data counts for nothing, as the last one does.
    """
    now = _weeks(days, days.last, weeks, market)
    if not now:
        return None
    past = _weeks(days, now[0].first, LOOK_BACK, market)
    felt = next((week.felt for week in reversed(now) if week.felt), None)
    plain = _plain(past)
    likes = {week.first: found for week in (*past, *now) if (found := _like(days, week, market))}
    paired = tuple(week for week in past if week.first in likes)[-MOST_WEEKS:]
    like = tuple(likes[week.first] for week in now) if all(week.first in likes for week in now) else None
    pairs = tuple(likes[week.first] for week in paired)
    year_ago = "unknown" if like is None else _a_year_ago(pairs, paired)
    basis: Basis | None = None
    chosen, orders, money = plain, None, None
    if not felt and len(plain) >= FEWEST_WEEKS:
        basis = "weeks"
        orders, money = _verdicts(now, plain, None, levels)
    if like and year_ago == "comparable" and (felt or _season(days, like, market, (orders, money))):
        basis, chosen = "year", paired
        yearly = _verdicts(now, paired, (like, pairs), levels)
        # A season explains a fall or not; what was no change before it is none after it.
        orders, money = yearly if felt else (_agreed(orders, yearly[0]), _agreed(money, yearly[1]))
    compared = {week.first for week in chosen}
    return Change(
        first=now[0].first,
        last=days.last - timedelta(days=1),
        basis=basis,
        felt=felt,
        year_ago=year_ago,
        compared=len(chosen),
        orders=orders,
        money=money,
        now=now,
        past=tuple(replace(week, counts=week.first in compared) for week in past[-MOST_WEEKS:]),
        like=like,
    )


def _plain(past: tuple[Week, ...]) -> tuple[Week, ...]:
    """The latest weeks without a festival."""
    return tuple(week for week in past if not week.felt)[-MOST_WEEKS:]


def _a_year_ago(pairs: tuple[Week, ...], paired: tuple[Week, ...]) -> YearAgo:
    """Whether the shop had been running for some weeks then, and was at least a quarter of what it is."""
    if len(paired) < FEWEST_WEEKS:
        return "new"
    return "comparable" if float(_orders(pairs).mean()) >= SIZE * float(_orders(paired).mean()) else "small"


def _season(
    days: Daily, like: tuple[Week, ...], market: festivals.Market, found: tuple[Judged | None, Judged | None]
) -> bool:
    """Whether there is a change and the weeks of a year before seem to have differed as well from those before them."""
    past = _plain(_weeks(days, like[0].first, LOOK_BACK, market))
    if len(past) < FEWEST_WEEKS or not any(one and one.change for one in found):
        return False
    then = _verdicts(like, past, None, SEASON)
    return any(
        one and other and one.change and one.change == other.change for one, other in zip(found, then, strict=True)
    )


def _agreed(one: Judged | None, other: Judged | None) -> Judged | None:
    """The other verdict, a change only if both say so."""
    return other and replace(other, change=other.change if one and one.change == other.change else 0)


def _verdicts(
    now: Sequence[Week], past: Sequence[Week], beside: tuple[Sequence[Week], Sequence[Week]] | None, levels: Levels
) -> tuple[Judged, Judged | None]:
    """Orders and money of the weeks `now` against those `past`, or each as against the week `beside` it (now, past)."""

    def verdict(of: Callable[[Sequence[Week]], Floats], scale: Scale, level: float, uneven: float) -> Judged:
        return judged(of(now), of(past), scale, level, (of(beside[0]), of(beside[1])) if beside else None, uneven)

    usual = float(_orders(past).mean())
    worth = amounts(usual, float(_money(past).mean()))
    # Beside a festival's like the scales are no longer even: roots vary more in full weeks, logarithms in empty ones.
    size = (float(_orders(beside[0]).mean()) + 1) / (usual + 1) if beside else 1.0
    money = verdict(_money, worth, levels.money, max(1.0, 1 / size)) if worth else None
    return verdict(_orders, COUNTS, levels.orders, max(1.0, size)), money


def _weeks(days: Daily, end: date, most: int, market: festivals.Market) -> tuple[Week, ...]:
    """The last so many weeks before that day, oldest first, as far as there are data."""
    most = min(most, ((end - days.first).days - 1) // DAYS)
    firsts = (end - timedelta(days=DAYS * back) for back in range(most, 0, -1))
    return tuple(_week(days, first, market) for first in firsts)


def _week(days: Daily, first: date, market: festivals.Market) -> Week:
    felt = festivals.during(first, first + timedelta(days=DAYS - 1), market)
    return Week(first, *days.sums(first), felt.code if felt else None)


def _like(days: Daily, week: Week, market: festivals.Market) -> Week | None:
    """The same week of the year before; None where the data does not reach back to it, or nothing compares."""
    back = festivals.a_year_before(week.first, week.first + timedelta(days=DAYS - 1), market)
    return None if back is None or week.first - back <= days.first else _week(days, week.first - back, market)


def _orders(weeks: Sequence[Week]) -> Floats:
    return np.array([week.orders for week in weeks], float)


def _money(weeks: Sequence[Week]) -> Floats:
    return np.array([week.money for week in weeks], float)


def judged(
    now: Floats,
    past: Floats,
    scale: Scale,
    level: float,
    beside: tuple[Floats, Floats] | None = None,
    uneven: float = 1.0,
) -> Judged:
    """Figures of weeks, taken together, against those past, or each as against the figure `beside` it (now, past).

    Student's interval for the mean of so many more observations (Geisser 1993, Predictive Inference, section 2.1), which
    an unchanged shop leaves with chance `level`. `uneven` times the variance of those past is that of one of these weeks.
    """
    from scipy.special import stdtrit

    before, found, base, noise = scale.there(past), scale.there(now), 0.0, scale.noise
    if beside:
        base, before, noise = (
            float(scale.there(beside[0]).mean()),
            before - scale.there(beside[1]),
            noise * math.sqrt(2),
        )
    spread = max(float(before.std(ddof=1)), noise) * math.sqrt(uneven / len(now) + 1 / len(past))
    reach = float(stdtrit(len(past) - 1, 1 - level / 2)) * spread
    middle, here = base + float(before.mean()), float(found.mean())
    usual, low, high = (len(now) * max(scale.back(at), 0.0) for at in (middle, middle - reach, middle + reach))
    beyond = 1 if here > middle + reach else -1 if here < middle - reach else 0
    return Judged(float(now.sum()), usual, low, high, beyond)


COUNTS = Scale(lambda x: 2 * np.sqrt(x + 3 / 8), lambda y: max(y, 0.0) ** 2 / 4 - 3 / 8, 1.0)
"""Roots of counts: Anscombe (1948), Biometrika 35."""


def amounts(orders: float, money: float) -> Scale | None:
    """Logarithms of weekly money, started at one order's worth so that a week without any has one (Tukey 1977).

    For weeks of so many orders and so much money on average; None where there is no worth of an order.
    """
    if orders <= 0 or money <= 0:
        return None
    start = money / orders
    noise = 1 / math.sqrt(orders + 1)
    return Scale(lambda x: np.log(np.maximum(x, 0) + start), lambda y: math.exp(min(y, 700)) - start, noise)
