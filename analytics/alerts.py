"""What is worth a message at once: a fall in sales or a stop, one of the best gone quiet, a wave of complaints.

Each is raised by chance alone in at most one check in a hundred (tests/analytics/test_alerts.py).
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics import complaints, festivals, movers, ranking, reach, silence, weeks
from analytics.analysis import Asked
from analytics.dataset import Role, Shop
from analytics.rfm import CustomerTable, Ints
from analytics.rhythm import Occasions, occasions
from analytics.silence import Silence

BEST = 10
"""So many of the customers who brought most are watched."""
FEWEST_GAPS = 4
LEVEL = 0.01
"""In so many checks at most one of the ten is called quiet who keeps the own rhythm."""
SHAPES = (0.2, 10.0)
"""From the most irregular to the most regular buying that is believed."""
NEWS = 14
"""Days after which it is no news any more."""

Kind = Literal["fall", "stop", "quiet", "complaints"]


@dataclass(frozen=True)
class Quiet:
    """One of the best who has been silent for longer than the own rhythm explains; `usual` days between orders.

    `limit` is the silence in days that was to be expected at most. `place` 1 brought most.
    """

    customer: str
    place: int
    money: float
    usual: float
    silent: int
    limit: float
    last: date


@dataclass(frozen=True)
class AlertReport:
    """What to raise an alarm about; `kind` is None, and the report `silent`, where there is nothing.

    The `key` of a matter is its kind and day, and for a customer who. `memory` is what to remember once it was told.
    """

    kind: Kind | None
    key: str
    currency: str | None
    memory: str | None = None
    change: weeks.Change | None = None
    quiet: Quiet | None = None
    stop: Silence | None = None
    wave: complaints.Wave | None = None

    @property
    def silent(self) -> bool:
        return self.kind is None


def alert(shop: Shop, days: weeks.Daily, market: festivals.Market, told: tuple[str, ...], asked: Asked) -> AlertReport:
    """The weightiest matter that was not `told` yet. Data that ends two weeks before today holds no news.

    A stop is none by the calendar alone: something must say that the orders might have gone on.
    """
    today = asked.today
    checks = (_stop(shop, days, asked), _fall(days, market), _complaints(shop), _quiet(shop, asked))
    currency = shop.orders.currency if shop.orders else None
    for found in checks:
        last = found.wave.last if found and found.wave else days.last
        if found is not None and found.stop is not None and found.stop.told_by is not None:
            last = found.stop.told_by
        old = today is not None and (today - last).days > NEWS
        if found is not None and not old and not _is_told(found, told):
            return replace(found, currency=currency)
    return AlertReport(None, "", currency)


def _is_told(found: AlertReport, told: Collection[str]) -> bool:
    """Whether the same, or the same kind of thing about days that these overlap, was told before."""
    span = found.change or found.wave
    if span is None:
        return found.key in told
    return any(key >= f"{found.kind}:{span.first}" for key in told if key.startswith(f"{found.kind}:"))


def _stop(shop: Shop, days: weeks.Daily, asked: Asked) -> AlertReport | None:
    """No order until the day that another table, or the file itself, reaches; of an old file it is no news."""
    found = silence.silence(shop, days, asked.today, asked.sent)
    if found is None or found.told_by is None or found.days > silence.LONGEST:
        return None
    return AlertReport("stop", f"stop:{found.last}", None, stop=found)


def _fall(days: weeks.Daily, market: festivals.Market) -> AlertReport | None:
    change = weeks.change(days, market, levels=weeks.ALERT)
    if change is None or change.direction >= 0:
        return None
    return AlertReport("fall", f"fall:{change.last}", None, change=change)


def _complaints(shop: Shop) -> AlertReport | None:
    wave = complaints.wave(shop.comments) if shop.comments else None
    if wave is None or not wave.beyond:
        return None
    return AlertReport("complaints", f"complaints:{wave.last}", None, wave=wave)


def _quiet(shop: Shop, asked: Asked) -> AlertReport | None:
    """The best of those who crossed their limit lately, or since the orders before the latest file, and may be written to."""
    barred = reach.barred(shop, asked)
    found = [one for one in quiet_ones(shop) if one.customer not in barred]
    since = shop.earlier.frame(Role.TIME)[Role.TIME].max() if shop.earlier and shop.earlier.has(Role.TIME) else None
    for one in found:
        crossed = one.last + timedelta(days=math.ceil(one.limit))
        today = one.last + timedelta(days=one.silent)
        if (today - crossed).days <= NEWS or (since is not None and not pd.isna(since) and crossed > since.date()):
            return AlertReport("quiet", f"quiet:{one.customer}:{one.last}", None, quiet=one)
    return None


def quiet_ones(shop: Shop) -> tuple[Quiet, ...]:
    """Who of the shop's best has gone quiet, the best first."""
    assert shop.orders is not None
    lines = ranking.order_lines(shop.orders, None)
    table = movers.table_of(lines) if Role.CUSTOMER in lines else None
    return () if table is None else gone_quiet(table, occasions(lines, table))


def gone_quiet(table: CustomerTable, bought: Occasions) -> tuple[Quiet, ...]:
    """Who of the ten best with at least four gaps has been silent for too long, the best first.

    Gaps are taken for gamma variables of one shape and of each customer's own mean. The next one over the mean of n has
    then the F distribution with 2k and 2kn degrees of freedom. Longer than any own gap it must be as well.
    """
    from scipy.special import fdtri

    closed = np.diff(bought.customer) == 0
    owner, gap = bought.customer[1:][closed], np.diff(bought.day)[closed]
    number = np.bincount(owner, minlength=len(table))
    known = np.flatnonzero(number >= FEWEST_GAPS)
    best = known[np.lexsort((table.customer[known].astype(str), -table.money[known]))][:BEST]
    if not best.size:
        return ()
    k = shape(gap, owner, len(table))
    mean = np.bincount(owner, weights=gap, minlength=len(table))[best] / number[best]
    longest = np.array([gap[owner == one].max() for one in best])
    limit = np.maximum(mean * fdtri(2 * k, 2 * k * number[best], 1 - LEVEL / BEST), longest)
    return tuple(
        Quiet(
            customer=str(table.customer[one]),
            place=place,
            money=float(table.money[one]),
            usual=float(mean[place - 1]),
            silent=int(table.recency[one]),
            limit=float(limit[place - 1]),
            last=table.last[one].astype(object),
        )
        for place, one in enumerate(best, start=1)
        if table.recency[one] > limit[place - 1]
    )


def shape(gap: npt.NDArray[Any], owner: Ints, customers: int) -> float:
    """The shape k of gamma gaps whose means differ from customer to customer, by the method of moments.

    Of n gaps each over their mean has the variance (n - 1) / (nk + 1), as its share in their sum has a beta distribution.
    """
    number = np.bincount(owner, minlength=customers).astype(np.float64)
    mean = np.bincount(owner, weights=gap, minlength=customers) / np.maximum(number, 1)
    seen = float(((gap / mean[owner] - 1) ** 2).sum())

    def expected(k: float) -> float:
        return float((number * (number - 1) / (number * k + 1)).sum())

    low, high = SHAPES
    if seen <= expected(high):
        return high
    while high / low > 1.001:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if expected(middle) > seen else (low, middle)
    return low
