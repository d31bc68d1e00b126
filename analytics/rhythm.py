"""How often customers buy: the shop's rhythm, each customer's own, and when the next order is due.

A gap is the time from one day of buying to the customer's next. The gap after the last order is still open, so all shares
are read off a Kaplan–Meier curve: gaps seen closed are the short ones, and their plain median would be too short.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.rfm import CustomerTable, Floats, Ints, distinct
from analytics.survival import kaplan_meier

Basis = Literal["own", "shop", "default"]

FEWEST_RETURNING = 20
"""With fewer customers who ever came back, the shop's rhythm is a guess."""
FEWEST_GAPS = 100
"""With fewer gaps, one cannot tell whether customers differ in their rhythm: all are judged by the shop's."""
USUAL, SLIPPING, LATE = 0.5, 0.75, 0.9
"""Shares of those who come back, by the limits of a Pace."""
SHORTEST_LATE = 30.0
"""Nobody is given up sooner, however often they came: people travel and fall ill."""


@dataclass(frozen=True)
class Occasions:
    """Days of buying, one entry a customer and day, by customer and then by day.

    `customer` are positions in the CustomerTable, `day` whole days since 1970.
    """

    customer: Ints
    day: Ints


@dataclass(frozen=True)
class Pace:
    """Days within which half, three in four and nine in ten of those who order again do so."""

    usual: float
    slipping: float
    late: float


DEFAULT = Pace(40.0, 90.0, 180.0)
"""What marketers go by for want of better."""


@dataclass(frozen=True)
class Rhythm:
    """The shop's rhythm and each customer's; arrays are aligned to the CustomerTable.

    `gaps` closed gaps of `returning` customers were seen. `basis` says what limits stand on: the customer's `own` gaps,
    the `shop`'s alone, or, where too few came back, marketers' `default`. `again` is the pace from any order to the next,
    `second` from the first to the second. `days` are days of buying, `silent` days since the last of them, `expected` the
    days to the next order, which is `due` on that day; `slipping` and `late` are the customer's limits of silence in days.
    `weight` is how many gaps of one's own it takes to count as much as the shop's (None: customers do not differ).
    """

    gaps: int
    returning: int
    basis: Basis
    again: Pace
    second: Pace
    days: Ints
    silent: Ints
    expected: Floats
    due: npt.NDArray[np.datetime64]
    slipping: Floats
    late: Floats
    weight: float | None

    @property
    def overdue(self) -> Floats:
        """Days past the due day; negative while it is still to come."""
        past: Floats = self.silent - self.expected
        return past


def occasions(lines: pd.DataFrame, table: CustomerTable) -> Occasions:
    """The distinct days on which each customer of the table bought, from the order lines that the table was made of.

    `lines` has the columns customer (categorical), time and, where the sheet has it, taken_back: goods brought back are
    no order.
    """
    kept = lines["customer"].notna() & lines["time"].notna()
    if "taken_back" in lines:
        kept &= ~lines["taken_back"].astype(bool)
    lines = lines if kept.all() else lines[kept]
    place = pd.Index(table.customer).get_indexer(lines["customer"].cat.categories)
    customer = place[lines["customer"].cat.codes.to_numpy()].astype(np.int64)
    day = lines["time"].to_numpy("datetime64[D]").astype(np.int64)
    first = int(day.min(initial=0))
    span = int(day.max(initial=0)) - first + 1
    keys = distinct(customer * span + day - first)
    return Occasions(keys // span, keys % span + first)


def rhythm(table: CustomerTable, bought: Occasions) -> Rhythm:
    """The rhythm of a shop whose customers bought on these days, judged on the table's reference day."""
    today = int(table.reference.to_datetime64().astype("datetime64[D]").astype(np.int64))
    last = table.last.astype(np.int64)
    silent = today - last
    days = np.bincount(bought.customer, minlength=len(table)).astype(np.int64)
    came_back = days > 1
    closed = np.diff(bought.customer) == 0
    gap, owner = np.diff(bought.day)[closed], bought.customer[1:][closed]
    first_gap = np.flatnonzero(np.diff(owner, prepend=-1))
    waited = silent.copy()
    waited[came_back] = gap[first_gap]

    weight = None
    if came_back.sum() < FEWEST_RETURNING:
        basis: Basis = "default"
        again = second = DEFAULT
    else:
        basis = "shop" if len(gap) < FEWEST_GAPS else "own"
        again = _pace(gap, silent)
        second = _pace(waited[came_back], waited[~came_back])
    expected, slipping, late = (
        np.where(came_back, of_again, of_second)
        for of_again, of_second in zip(dataclasses.astuple(again), dataclasses.astuple(second), strict=True)
    )
    if basis == "own":
        mean, weight = credible_means(gap, owner, len(table))
        mean = mean.round(6)  # Sums differ in their last digits with the order of customers; nobody's stage may.
        own = _pace(gap / mean[owner], (silent / mean)[came_back])
        expected = np.where(came_back, mean, expected)
        slipping = np.where(came_back, mean * own.slipping, slipping)
        late = np.where(came_back, mean * own.late, late)
    return Rhythm(
        gaps=len(gap),
        returning=int(came_back.sum()),
        basis=basis,
        again=again,
        second=second,
        days=days,
        silent=silent,
        expected=expected,
        due=(last + np.ceil(expected).astype(np.int64)).astype("datetime64[D]"),
        slipping=slipping,
        late=np.maximum(late, SHORTEST_LATE),
        weight=weight,
    )


def credible_means(values: npt.NDArray[np.int64], owner: Ints, customers: int) -> tuple[Floats, float | None]:
    """Each customer's mean, drawn towards everybody's by as much as chance may have had a part in it.

    Linear credibility with unequal numbers of observations, the common mean weighted by credibility: Bühlmann & Straub
    (1970); Bühlmann & Gisler (2005), A Course in Credibility Theory, chapter 4. A customer with n values gets
    n/(n+K) of the own mean and K/(n+K) of the common one, where K is the variance within customers over that between
    them. Returns the means and K, None where customers do not differ by more than chance.
    """
    number = np.bincount(owner, minlength=customers).astype(np.float64)
    total = np.bincount(owner, weights=values, minlength=customers)
    seen = number > 0
    mean = np.divide(total, number, out=np.zeros(customers), where=seen)
    common = float(values.mean())
    within = float(((values - mean[owner]) ** 2).sum()) / max(len(values) - seen.sum(), 1)
    between = (float((number * (mean - common) ** 2)[seen].sum()) - (seen.sum() - 1) * within) / max(
        len(values) - float((number**2).sum()) / len(values), 1e-9
    )
    if between <= 0:
        return np.full(customers, common), None
    weight = within / between
    credibility = np.divide(number, number + weight, out=np.zeros(customers), where=seen)
    common = float((credibility * mean).sum() / credibility.sum())
    return credibility * mean + (1 - credibility) * common, weight


def _pace(closed: npt.NDArray[Any], still_open: npt.NDArray[Any]) -> Pace:
    """From the gaps that an order closed and those still open; there is at least one of the former."""
    curve = kaplan_meier(np.concatenate([closed, still_open]), np.arange(len(closed) + len(still_open)) < len(closed))
    usual, slipping, late = (curve.within(share) for share in (USUAL, SLIPPING, LATE))
    assert usual is not None
    assert slipping is not None
    assert late is not None
    return Pace(usual, slipping, late)
