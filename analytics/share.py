"""A summary of the shop that may be shown to strangers: noisy counts of a year, no small groups, nobody in it.

The unit of privacy is one customer, all of whose orders come or go together. Limits are the same for every shop, none is
taken from its data. Two releases at half the budget each add up to `EPSILON` (sequential composition, Dwork & Roth 2014,
Theorem 3.14): customers by how often they bought, where each stands in one group (sensitivity 1), and orders of this year
and the year before, of which `MOST_ORDERS` a customer and year count (sensitivity 2 * `MOST_ORDERS`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import TypeAdapter

from analytics import rfm
from analytics.dataset import Dataset, Role
from analytics.errors import MissingData
from analytics.private_counts import half_width, released, scale

EPSILON = 1.0
YEAR = timedelta(days=365)
MOST_ORDERS = 5
STEPS = (1, 2, 4)
"""From how many orders in the year on a customer counts as of the next group."""
LEAST_SHOWN = 30
"""A group of noisy size below this joins its neighbour: one of fewer than 10 passes for it once in some 70,000 times."""
WIDEST = 0.5
SURE, SURE_OF_BOTH = 0.95, 0.975


@dataclass(frozen=True)
class Around:
    """A noisy count, which the true one is within `give` of, 95 times of 100."""

    count: int
    give: int


@dataclass(frozen=True)
class Group:
    """Customers with `low` to `high` orders in the year (None: no end)."""

    low: int
    high: int | None
    size: Around


@dataclass(frozen=True)
class Range:
    """A share or ratio, which lies between these two, 95 times of 100."""

    low: float
    high: float


@dataclass(frozen=True)
class Summary:
    """What may be told of the year up to the day `until`, that one included.

    `customers` who bought, None where they are too few to tell anything; `repeat` the share of them who bought more than
    once, `orders` those of the year as a multiple of the year before's, each None where too little is known of it.
    """

    until: date
    epsilon: float
    customers: Around | None
    groups: tuple[Group, ...]
    repeat: Range | None
    orders: Range | None


SUMMARY = TypeAdapter(Summary)


def sum_up(orders: Dataset | None, until: date) -> Summary:
    """The summary of the year up to that day. Each call draws noise anew, and costs `EPSILON`.

    Raises MissingData without orders that tell customers and days.
    """
    if orders is None or not orders.has(Role.CUSTOMER, Role.TIME):
        raise MissingData("share", (str(Role.CUSTOMER), str(Role.TIME)))
    now, before = _orders_each(orders, until), _orders_each(orders, until - YEAR)
    ends = (*STEPS[1:], None)
    sizes = [int(np.sum((now >= low) & (now < (end or np.inf)))) for low, end in zip(STEPS, ends, strict=True)]
    noisy_sizes = released(sizes, 1, EPSILON / 2)
    capped = [int(np.minimum(each, MOST_ORDERS).sum()) for each in (now, before)]
    noisy_orders = released(capped, 2 * MOST_ORDERS, EPSILON / 2)
    return told(until, noisy_sizes, noisy_orders)


def told(until: date, sizes: Sequence[int], orders: Sequence[int]) -> Summary:
    """What the noisy sizes of the groups, and the noisy orders of this year and the year before, allow to say."""
    noise = scale(1, EPSILON / 2)
    groups = _large_enough(sizes)
    total = sum(size for _, size in groups)
    if total < LEAST_SHOWN:
        return Summary(until, EPSILON, None, (), None, None)
    shown = tuple(
        Group(
            low=STEPS[places[0]],
            high=STEPS[places[-1] + 1] - 1 if places[-1] + 1 < len(STEPS) else None,
            size=Around(size, half_width(noise, len(places))),
        )
        for places, size in groups
    )
    repeat = _share(sum(sizes[1:]), sizes[0], noise, len(sizes) - 1) if shown[0].high == 1 else None
    return Summary(
        until, EPSILON, Around(total, half_width(noise, len(sizes))), shown, repeat, _multiple(orders[0], orders[1])
    )


def dumped(summary: Summary) -> str:
    """The summary as text, to be kept."""
    return SUMMARY.dump_json(summary).decode()


def loaded(text: str) -> Summary:
    """A summary as it was kept."""
    return SUMMARY.validate_json(text)


def _orders_each(orders: Dataset, until: date) -> npt.NDArray[np.int64]:
    """How many orders each customer of the year up to that day made."""
    lines = orders.frame(Role.CUSTOMER, Role.TIME, Role.ORDER, Role.TAKEN_BACK, numbered=(Role.ORDER,))
    days = lines[Role.TIME].dt.normalize()
    inside = (days <= pd.Timestamp(until)) & (days > pd.Timestamp(until - YEAR)) & lines[Role.CUSTOMER].notna()
    return rfm.customer_table(lines[inside].assign(amount=0.0), pd.Timestamp(until)).frequency


def _large_enough(sizes: Sequence[int]) -> list[tuple[list[int], int]]:
    """Places and size of each group, the small ones together with the next smaller number of orders, else the next larger."""
    groups = [([place], size) for place, size in enumerate(sizes)]
    while len(groups) > 1:
        small = next((place for place in reversed(range(len(groups))) if groups[place][1] < LEAST_SHOWN), None)
        if small is None:
            break
        left = max(small - 1, 0)
        (places, size), (more, added) = groups[left], groups[left + 1]
        groups[left : left + 2] = [(places + more, size + added)]
    return groups


def _share(part: int, rest: int, noise: float, summands: int) -> Range:
    """Between what the part is of the whole, both counts being anywhere within their noise at once."""
    part_give, rest_give = half_width(noise, summands, SURE_OF_BOTH), half_width(noise, 1, SURE_OF_BOTH)
    low, high = max(part - part_give, 0), part + part_give
    return Range(low / max(low + rest + rest_give, 1), high / max(high + max(rest - rest_give, 0), 1))


def _multiple(now: int, before: int) -> Range | None:
    give = half_width(scale(2 * MOST_ORDERS, EPSILON / 2), 1, SURE_OF_BOTH)
    if min(now, before) <= give:
        return None
    found = Range((now - give) / (before + give), (now + give) / (before - give))
    return found if found.high - found.low <= WIDEST else None
