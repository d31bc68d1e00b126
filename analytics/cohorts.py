"""Cohorts: customers by the month of their first order, and how many of them order again in each month after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from analytics import charts, language
from analytics.rfm import distinct
from analytics.rhythm import Occasions

Unit = Literal["month", "quarter"]

MOST_ROWS, MOST_COLUMNS, FEWEST_SHOWN = 12, 10, 15
MOST_MONTHS = 24
"""A longer period is told in quarters."""
CHANCE = 0.05
OLD_CUSTOMERS = 1.5
"""A first cohort this many times as large as the median of the next three holds customers from before the data."""


@dataclass(frozen=True)
class Cohort:
    """Customers whose first order was in the period that begins on `first`.

    `active[k]` of them ordered in the k-th period after it; `active[0]` are all of them.
    """

    first: date
    active: tuple[int, ...]

    @property
    def customers(self) -> int:
        return self.active[0]

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of its customers who ordered in each period."""
        return tuple(number / self.customers for number in self.active)


@dataclass(frozen=True)
class Trend:
    """The newest cohorts that can be judged against all before: shares who ordered in the period after their first.

    `customers` are those of the newest; `differs` where chance alone would do so in fewer than one shop of twenty (Fisher's
    exact test).
    """

    newest: float
    before: float
    customers: int
    differs: bool


@dataclass(frozen=True)
class CohortTable:
    """All cohorts, the oldest first; a `unit` is a calendar month or, where the data is long, a quarter.

    `partial`: the last unit is not over, so the last entry of every cohort is too low and is not compared.
    `truncated`: the first cohort holds customers of before the data begins; it is not compared either.
    """

    unit: Unit
    cohorts: tuple[Cohort, ...]
    partial: bool
    truncated: bool

    def retention(self, after: int) -> float | None:
        """The share of new customers who order in that many units after their first; None where none can be judged."""
        return _pooled(self._judged(after), after)

    @property
    def trend(self) -> Trend | None:
        """The newest three cohorts beside those before; None with fewer than three on either side."""
        judged = self._judged(1)
        if len(judged) < 6:
            return None
        newest, before = judged[-3:], judged[:-3]
        from scipy import stats

        back, all_ = ([sum(c.active[k] for c in group) for group in (newest, before)] for k in (1, 0))
        chance = stats.fisher_exact(np.array([back, np.subtract(all_, back)])).pvalue
        return Trend(back[0] / all_[0], back[1] / all_[1], all_[0], bool(chance < CHANCE))

    @property
    def drawn(self) -> tuple[Cohort, ...]:
        """The latest cohorts about which there is anything to draw."""
        return tuple(cohort for cohort in self.cohorts if len(cohort.active) > 1)[-MOST_ROWS:]

    def _judged(self, after: int) -> tuple[Cohort, ...]:
        """The cohorts whose share after so many units is whole and of new customers."""
        needed = after + 1 + self.partial
        return tuple(cohort for cohort in self.cohorts[self.truncated :] if len(cohort.active) >= needed)


def cohorts(bought: Occasions, reference: pd.Timestamp, unit: Unit | None = None) -> CohortTable:
    """The table for these days of buying, seen on the `reference` day (the first that is not in the data)."""
    starts = np.diff(bought.customer, prepend=-1) != 0
    months = bought.day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    if unit is None:
        unit = "month" if months.max() - months.min() < MOST_MONTHS else "quarter"
    size = 1 if unit == "month" else 3
    period = months // size
    begin, end = int(period.min()), int(period.max())
    cohort = period[starts][np.cumsum(starts) - 1]
    width = end - begin + 1
    # A customer who orders twice in a period is one of its active customers.
    cell = (cohort - begin) * width + period - cohort
    visits = distinct(bought.customer * width * width + cell) % (width * width)
    counts = np.bincount(visits, minlength=width * width).reshape(width, width)
    found = tuple(
        Cohort(_first_day(begin + row, size), tuple(int(number) for number in counts[row, : width - row]))
        for row in range(width)
        if counts[row, 0]
    )
    return CohortTable(
        unit=unit,
        cohorts=found,
        partial=reference.date() < _first_day(end + 1, size),
        truncated=_holds_old_customers(found),
    )


def _first_day(period: int, size: int) -> date:
    months = period * size
    return date(1970 + months // 12, months % 12 + 1, 1)


def _holds_old_customers(found: tuple[Cohort, ...]) -> bool:
    following = [cohort.customers for cohort in found[1:4]]
    return len(following) == 3 and found[0].customers > OLD_CUSTOMERS * float(np.median(following))


def _pooled(group: tuple[Cohort, ...], after: int) -> float | None:
    customers = sum(cohort.customers for cohort in group)
    return sum(cohort.active[after] for cohort in group) / customers if customers else None


def chart(table: CohortTable, reader: str) -> bytes | None:
    """A heat map of the latest cohorts; None where there are not two, or nothing to compare them by."""
    again = table.retention(1)
    if len(table.cohorts) < 2 or again is None:
        return None
    percent = f"{100 * again:.0f}"
    after, unfinished = {
        ("en", "month"): ("in the month after", "month not over"),
        ("en", "quarter"): ("in the quarter after", "quarter not over"),
        ("zh", "month"): ("次月", "当月未完"),
        ("zh", "quarter"): ("下一季度", "当季未完"),
    }[reader, table.unit]
    title = {
        "en": f"Of 100 new customers, {percent} order again {after}",
        "zh": f"每 100 位新客户，{after}有 {percent} 位再下单",
    }[reader]
    subtitle = {
        "en": f"% who ordered again 1, 2 … {table.unit}s later",
        "zh": f"之后第 1、2……个{'月' if table.unit == 'month' else '季度'}又下单的百分比",
    }[reader]
    rows = []
    for cohort in table.drawn:
        old = table.truncated and cohort is table.cohorts[0]
        shares = cohort.shares[1 : MOST_COLUMNS + 1]
        faint = [table.partial and later == len(cohort.active) - 1 for later in range(1, len(shares) + 1)]
        label = f"{'≤ ' if old else ''}{_named(cohort.first, table.unit, reader)} · {language.count(cohort.customers, reader)}"
        few = cohort.customers < FEWEST_SHOWN
        rows.append(charts.Cells(label, shares, tuple(few or too_early for too_early in faint)))
    columns = [str(after) for after in range(1, max(len(row.shares) for row in rows) + 1)]
    small = any(cohort.customers < FEWEST_SHOWN for cohort in table.drawn)
    told = {"en": f"under {FEWEST_SHOWN} customers", "zh": f"不足 {FEWEST_SHOWN} 人"}[reader]
    if table.partial or small:
        why = [words for words, applies in ((unfinished, table.partial), (told, small)) if applies]
        subtitle += {"en": " · grey: ", "zh": " · 灰："}[reader] + {"en": ", ", "zh": "或"}[reader].join(why)
    return charts.heat(title, subtitle, columns, rows)


def _named(first: date, unit: Unit, reader: str) -> str:
    if unit == "month":
        return language.month(first, reader)
    number = (first.month + 2) // 3
    return f"Q{number} {first.year}" if reader == "en" else f"{first.year}年{number}季度"
