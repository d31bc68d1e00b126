"""How many customers a shop meets in a week, and what they do in a stretch of days without being asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from analytics.dataset import Role
from analytics.rfm import Ints, distinct
from analytics.samples import Floats, Money, Share

WEEK = 7
FEWEST_WEEKS, MOST_WEEKS = 4, 52
FARTHEST = 26
"""Nobody tests for longer than half a year."""
LOOK_BACK = 90
FEWEST_CUSTOMERS = 30
SLOW, BUSY = 0.1, 0.9


@dataclass(frozen=True)
class Traffic:
    """Distinct buyers in the last whole `weeks`: `weekly` in one of them on average, `slow` and `busy` in one of ten.

    `reach[w - 1]` are distinct buyers in `w` weeks on end, on average over all such spans: fewer than w weeks' buyers,
    as people come again. `reach_slow` and `reach_busy` are those of one span in ten. Beyond the weeks that there are, it
    goes on as it did in their second half.
    """

    weeks: int
    weekly: float
    slow: float
    busy: float
    reach: tuple[float, ...]
    reach_slow: tuple[float, ...]
    reach_busy: tuple[float, ...]

    def weeks_for(self, people: float) -> tuple[int | None, int | None, int | None]:
        """Weeks until so many different customers have bought: on average, if busy, if slow; None: not in half a year."""
        return _first(self.reach, people), _first(self.reach_busy, people), _first(self.reach_slow, people)


@dataclass(frozen=True)
class Usual:
    """What known customers did in each of the last `stretches` of so many `days`, from `first` to `last`.

    Known are those with an order before the stretch; each counts once in every stretch. `buyers` are who bought in it,
    `spend` is their net money, nothing for everybody else.
    """

    days: int
    stretches: int
    first: date
    last: date
    buyers: Share
    spend: Money


def traffic(lines: pd.DataFrame) -> Traffic | None:
    """From order lines with customer and time; None below four weeks.

    Weeks are counted backwards from the last day, so that all are whole.
    """
    customer, day = _visits(lines)
    if not len(day):
        return None
    last = int(day.max())
    weeks = min((last - int(day.min()) + 1) // WEEK, MOST_WEEKS)
    if weeks < FEWEST_WEEKS:
        return None
    # Week 0 is the last one; a visit before all weeks is in none.
    ago = (last - day) // WEEK
    visits = distinct(customer[ago < weeks] * weeks + (weeks - 1 - ago[ago < weeks]))
    buyer, week = visits // weeks, visits % weeks
    before = np.where(np.diff(buyer, prepend=-1) == 0, np.roll(week, 1), -1)
    # met[p, t]: who bought in week t, and before that last in week p - 1 (p = 0: never). First in a span from s: p <= s.
    met = np.bincount((before + 1) * weeks + week, minlength=(weeks + 1) * weeks).reshape(weeks + 1, weeks)
    first_in = np.cumsum(met, axis=0)
    spans = [
        np.array([first_in[start, start : start + long].sum() for start in range(weeks - long + 1)], float)
        for long in range(1, min(weeks, FARTHEST) + 1)
    ]
    mean, slow, busy = (
        _extended([float(say(span)) for span in spans])
        for say in (np.mean, lambda span: np.quantile(span, SLOW), lambda span: np.quantile(span, BUSY))
    )
    return Traffic(weeks, mean[0], slow[0], busy[0], mean, slow, busy)


def usual(lines: pd.DataFrame, days: int) -> Usual | None:
    """From order lines with customer, time and amount: the stretches of so many days in the last 90, one at least.

    None where there was no such stretch with 30 known customers before it.
    """
    customer, day = _visits(lines)
    if not len(day):
        return None
    people = len(lines[Role.CUSTOMER].cat.categories)
    first = np.full(people, np.iinfo(np.int64).max)
    np.minimum.at(first, customer, day)
    everyone = lines[Role.CUSTOMER].cat.codes.to_numpy(np.int64)
    when = _days_of(lines)
    amount = lines[Role.AMOUNT].fillna(0).to_numpy(np.float64)
    end = int(day.max()) + 1
    found: list[Floats] = []
    bought = 0
    for number in range(max(LOOK_BACK // days, 1)):
        stop, start = end - number * days, end - (number + 1) * days
        known = first < start
        if known.sum() < FEWEST_CUSTOMERS:
            break
        inside = (when >= start) & (when < stop)
        spent = np.bincount(everyone[inside], weights=amount[inside], minlength=people).astype(np.float64)
        found.append(spent[known])
        came = distinct(customer[(day >= start) & (day < stop)])
        bought += int(known[came].sum())
    if not found:
        return None
    rows = np.concatenate(found)
    return Usual(
        days=days,
        stretches=len(found),
        first=date(1970, 1, 1) + timedelta(days=end - len(found) * days),
        last=date(1970, 1, 1) + timedelta(days=end - 1),
        buyers=Share(len(rows), bought),
        spend=Money.of(rows),
    )


def customers(lines: pd.DataFrame) -> int:
    """How many different customers have ever bought."""
    return len(distinct(_visits(lines)[0]))


def _visits(lines: pd.DataFrame) -> tuple[Ints, Ints]:
    """Customer and day (since 1970) of each line that is no return."""
    if Role.TAKEN_BACK in lines:
        lines = lines[~lines[Role.TAKEN_BACK].fillna(value=False).to_numpy(bool)]
    customer = np.asarray(lines[Role.CUSTOMER].cat.codes, np.int64)
    return customer, _days_of(lines)


def _days_of(lines: pd.DataFrame) -> Ints:
    days: Ints = lines[Role.TIME].to_numpy("datetime64[D]").astype(np.int64)
    return days


def _extended(reach: list[float]) -> tuple[float, ...]:
    half = len(reach) // 2
    step = (reach[-1] - reach[half - 1]) / (len(reach) - half)
    return (*reach, *(reach[-1] + step * more for more in range(1, FARTHEST - len(reach) + 1)))


def _first(reach: tuple[float, ...], people: float) -> int | None:
    return next((weeks for weeks, met in enumerate(reach, 1) if met >= people), None)
