"""Where one customer stands and what may come: segment, due day, the least that would move them, what to offer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from analytics import purchases, rfm, rhythm
from analytics.analysis import Cuts, Vocabulary
from analytics.dataset import Role

FAVOURITES = 3
MOST_ORDERS = 3
SOONEST, LATEST = 7, 90
ALIKE = 50
FEWEST_ALIKE = 5
FURTHEST = 730


@dataclass(frozen=True)
class Standing:
    """The segment's code, the scores 1–5 behind the eleven groups, and the highs behind the eight classes."""

    segment: str
    recency: int
    frequency: int
    money: int
    recent: bool
    frequent: bool
    valuable: bool
    cuts: Cuts

    @property
    def often_and_much(self) -> int:
        """The mean of F and M, rounded half up."""
        return (self.frequency + self.money + 1) // 2


@dataclass(frozen=True)
class Due:
    """When the next order is due: on `day`, three in four by `likely`, nine in ten by `late`.

    `gap` is the days from an order to the next that are usual for this customer (`own`), or for the shop's customers.
    """

    gap: float
    own: bool
    day: date
    likely: date
    late: date
    overdue: int


@dataclass(frozen=True)
class Change:
    """The least that would move the customer: so many more orders of about this size, to begin with by that day."""

    orders: int
    size: float
    by: date
    segment: str


@dataclass(frozen=True)
class Offer:
    """What goes with what they have: a product that `buyers` of the `alike` customers of most similar taste bought."""

    product: str
    buyers: int
    alike: int


@dataclass(frozen=True)
class Rules:
    """By which vocabulary and which thresholds of the owner's customers are judged."""

    vocabulary: Vocabulary
    cuts: Cuts


def usual_size(sold: pd.DataFrame, table: rfm.CustomerTable, at: int) -> float:
    """The median of what the customer's orders came to; lines without a number are the day's order.

    For who kept nothing it is the shop's usual order.
    """
    if table.money[at] <= 0:
        return float(np.median(table.money / table.frequency))
    order = sold[Role.TIME].dt.normalize().astype(str)
    if Role.ORDER in sold:
        order = sold[Role.ORDER].astype(object).where(sold[Role.ORDER].notna(), order)
    return float(sold.groupby(order.to_numpy())[Role.AMOUNT].sum().median())


def standing(table: rfm.CustomerTable, at: int, rules: Rules) -> Standing:
    classed = _segment(table, at, Rules("classes", rules.cuts))
    recent, frequent, valuable = next(high for high, code in rfm.CLASS_OF_PATTERN.items() if code == classed)
    return Standing(
        segment=_segment(table, at, rules),
        recency=int(rfm.quintile_scores(-table.recency)[at]),
        frequency=int(rfm.quintile_scores(table.frequency)[at]),
        money=int(rfm.quintile_scores(table.money)[at]),
        recent=recent,
        frequent=frequent,
        valuable=valuable,
        cuts=rfm.resolved(table, rules.cuts),
    )


def _segment(
    table: rfm.CustomerTable,
    at: int,
    rules: Rules,
    recency: int | None = None,
    orders: int = 0,
    money: float = 0.0,
) -> str:
    """The customer's segment, had the last order been so many days ago and these orders and money come on top."""
    changed = table.recency.copy(), table.frequency.copy(), table.money.copy()
    changed[0][at] = table.recency[at] if recency is None else recency
    changed[1][at] += orders
    changed[2][at] += money
    if rules.vocabulary == "groups":
        return str(rfm.western_groups(*changed)[at])
    return str(rfm.eight_classes(*changed, rules.cuts)[at])


def change(
    table: rfm.CustomerTable, at: int, size: float, due: Due | None, standing: Standing, rules: Rules
) -> Change | None:
    """The fewest orders of the usual size that lift the customer to a better segment, everybody else being as today."""
    order = rfm.VOCABULARIES[rules.vocabulary]
    within = min(max(round(due.gap) if due else LATEST, SOONEST), LATEST)
    for orders in range(1, MOST_ORDERS + 1):
        segment = _segment(table, at, rules, recency=1, orders=orders, money=orders * size)
        if order.index(segment) < order.index(standing.segment):
            return Change(orders, size, table.reference.date() + timedelta(days=within * orders), segment)
    return None


def until(table: rfm.CustomerTable, at: int, standing: Standing, rules: Rules) -> date | None:
    """The last day of silence that keeps one of the best among them; None for others, and where silence changes nothing."""
    if standing.segment != rfm.VOCABULARIES[rules.vocabulary][0]:
        return None
    today = int(table.recency[at])

    def stays(days: int) -> bool:
        return _segment(table, at, rules, recency=today + days) == standing.segment

    if stays(FURTHEST):
        return None
    keeps, loses = 0, FURTHEST
    while loses - keeps > 1:
        middle = (keeps + loses) // 2
        keeps, loses = (middle, loses) if stays(middle) else (keeps, middle)
    return table.reference.date() + timedelta(days=keeps)


def due(lines: pd.DataFrame, table: rfm.CustomerTable, at: int) -> Due | None:
    """When the next order is due; None where too few customers ever came back to tell."""
    found = rhythm.rhythm(table, rhythm.occasions(lines, table))
    if found.basis == "default":
        return None
    last = table.last[at].astype(object)
    gap, likely, late = (float(values[at]) for values in (found.expected, found.slipping, found.late))
    return Due(
        gap=gap,
        own=bool(found.days[at] > 1),
        day=found.due[at].astype(object),
        likely=last + timedelta(days=int(np.ceil(max(likely, gap)))),
        late=last + timedelta(days=int(np.ceil(max(late, likely, gap)))),
        overdue=int(np.floor(found.overdue[at])),
    )


def _product(lines: pd.DataFrame) -> str | None:
    return next((str(role) for role in (Role.PRODUCT, Role.PRODUCT_NAME) if role in lines), None)


def favourites(sold: pd.DataFrame) -> tuple[tuple[str, int], ...]:
    """The products that were in most of the customer's orders, counted by days."""
    named = Role.PRODUCT_NAME if Role.PRODUCT_NAME in sold else _product(sold)
    if named is None:
        return ()
    if Role.NOT_A_PRODUCT in sold:
        sold = sold[~sold[Role.NOT_A_PRODUCT].fillna(value=False).to_numpy(bool)]
    pairs = pd.DataFrame({"product": sold[named].astype(object), "day": sold[Role.TIME].dt.normalize()}).dropna()
    counts = pairs.drop_duplicates()["product"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return tuple((str(product), int(times)) for product, times in counts.head(FAVOURITES).items())


def offer(lines: pd.DataFrame, table: rfm.CustomerTable, at: int) -> Offer | None:
    """The product that most of the customers of similar taste bought, and this one did not.

    Taste is alike by the cosine of two customers' sets of products; everybody as alike as the fiftieth counts.
    """
    column = _product(lines)
    if column is None:
        return None
    sold = purchases.bought(lines, table, column)
    has = np.zeros(len(sold.names), bool)
    has[sold.item[sold.customer == at]] = True
    shared = np.bincount(sold.customer[has[sold.item]], minlength=len(table))
    bought = np.bincount(sold.customer, minlength=len(table))
    # Who has nothing else has nothing to suggest.
    able = (shared > 0) & (bought > shared)
    able[at] = False
    if np.count_nonzero(able) < FEWEST_ALIKE:
        return None
    likeness = np.where(able, (shared / np.sqrt(np.maximum(bought, 1) * has.sum())).round(9), 0)
    alike = able & (likeness >= np.sort(likeness[able])[-ALIKE:][0])
    buyers = np.bincount(sold.item[alike[sold.customer]], minlength=len(has))
    buyers[has] = 0
    everywhere = sold.buyers
    best = min(range(len(has)), key=lambda item: (-buyers[item], everywhere[item], str(sold.names[item])))
    if buyers[best] < FEWEST_ALIKE:
        return None
    return Offer(str(sold.names[best]), int(buyers[best]), int(alike.sum()))
