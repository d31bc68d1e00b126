"""Who could have bought what for the first time, and on which days: the counts behind `analytics.sequences`."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

GIANT = 2_000
"""Whoever bought more different things is a till, a dealer, or everybody without an account."""
PERIODS, A_PERIOD = 12, 100
"""Most strata of time, and days of buying that each should hold."""
SIZES = 4
"""Strata of basket size: 1, 2–3, 4–7 and more items."""


@dataclass(frozen=True)
class Risk:
    """Days of buying and first purchases, both by customer and then by day; `left_out` customers are not among them.

    Days of buying: `day`; `weight`, the places in the basket, 0 on a customer's first, when nothing can follow yet;
    `stratum` of time and basket size. First purchases of an item by a customer: `customer`, `item`; `at` and `last`,
    positions of that day of buying and of the customer's last; `again`, that of the item's second purchase, −1 without;
    `rest`, the weight of the customer's days of buying after `at`; `start` and `stop`, where the customer's first purchases
    begin and end. `by_item` are first purchases by item and then customer, item i's from `of_item[i]` to `of_item[i + 1]`.
    """

    day: Ints
    weight: Ints
    stratum: Ints
    customer: Ints
    item: Ints
    at: Ints
    last: Ints
    again: Ints
    rest: Ints
    start: Ints
    stop: Ints
    by_item: Ints
    of_item: Ints
    items: int
    left_out: int
    _margins: dict[int, tuple[Floats, Floats]] = field(default_factory=dict)

    def of(self, item: int) -> Ints:
        """The first purchases of the item, by customer."""
        return self.by_item[self.of_item[item] : self.of_item[item + 1]]

    def per_item(self, chosen: Bools) -> Ints:
        """How many of the chosen first purchases there are of each item."""
        return np.bincount(self.item[chosen], minlength=self.items).astype(np.int64)

    @property
    def returning(self) -> Bools:
        """The first purchases that were not made on the customer's first day."""
        returning: Bools = self.weight[self.at] > 0
        return returning

    @property
    def until_again(self) -> Ints:
        """The weight of the days of buying after each first purchase, up to the second of the item."""
        so_far = np.cumsum(self.weight)
        return so_far[np.where(self.again >= 0, self.again, self.last)] - so_far[self.at]

    def places(self, after: Ints, until: Ints) -> Floats:
        """Places in baskets by stratum, on the days of buying after the one position and up to the other."""
        days = ranges(after + 1, until + 1)
        strata = int(self.stratum.max(initial=0)) + 1
        return np.bincount(self.stratum[days], weights=self.weight[days], minlength=strata).astype(np.float64)

    def margin(self, item: int) -> tuple[Floats, Floats]:
        """By stratum: first purchases of the item by returning customers, and the places at risk of one."""
        if item not in self._margins:
            mine = self.of(item)
            everything = np.bincount(self.stratum, weights=self.weight)
            events = np.bincount(self.stratum[self.at[mine][self.returning[mine]]], minlength=len(everything))
            at_risk = everything - self.places(self.at[mine], self.last[mine])
            self._margins[item] = events.astype(np.float64), at_risk.astype(np.float64)
        return self._margins[item]


def risk_of(customer: Ints, day: Ints, item: Ints, items: int) -> Risk:
    """From purchases by customer, day and item, each once, (n,); customers who buy more than a person does are left out."""
    by_pair = np.lexsort((day, item, customer))
    first = changes(customer[by_pair], item[by_pair])
    different = np.bincount(customer[by_pair[first]], minlength=1)
    giants = int((different > GIANT).sum())
    if giants:
        kept = different[customer] <= GIANT
        customer, day, item = customer[kept], day[kept], item[kept]
        by_pair = np.lexsort((day, item, customer))
        first = changes(customer[by_pair], item[by_pair])

    opening = changes(customer, day)
    place = np.cumsum(opening) - 1
    owner, days, size = customer[opening], day[opening], np.bincount(place, minlength=0)
    weight = (size * ~changes(owner)).astype(np.int64)
    so_far = np.cumsum(weight)
    last_of = np.searchsorted(owner, owner, side="right") - 1

    found = np.flatnonzero(first)
    repeated = np.append(~first, [False])[found + 1]
    again = np.where(repeated, place[np.append(by_pair, [0])[found + 1]] if len(place) else -1, -1)
    found = by_pair[found]
    in_time = np.argsort(found)
    found, again = found[in_time], again[in_time]
    who, what, at = customer[found], item[found], place[found]
    return Risk(
        day=days,
        weight=weight,
        stratum=_strata(days, size, weight > 0),
        customer=who,
        item=what,
        at=at,
        last=last_of[at],
        again=again,
        rest=so_far[last_of[at]] - so_far[at],
        start=np.searchsorted(who, who, side="left"),
        stop=np.searchsorted(who, who, side="right"),
        by_item=np.argsort(what, kind="stable"),
        of_item=np.concatenate([[0], np.cumsum(np.bincount(what, minlength=items))]).astype(np.int64),
        items=items,
        left_out=giants,
    )


def changes(*keys: Ints) -> Bools:
    """Where any of the keys, all (n,), differs from the entry before; the first does."""
    new = np.zeros(len(keys[0]), bool)
    new[:1] = True
    for key in keys:
        new[1:] |= key[1:] != key[:-1]
    return new


def ranges(start: Ints, stop: Ints) -> Ints:
    """start[0] … stop[0] - 1, start[1] … stop[1] - 1 and so on."""
    lengths = stop - start
    ends = np.cumsum(lengths)
    numbers: Ints = np.arange(int(lengths.sum())) + np.repeat(start - ends + lengths, lengths)
    return numbers


def _strata(day: Ints, size: Ints, asked: Bools) -> Ints:
    """Periods with about as many of the days of buying `asked` each, by sizes of baskets."""
    periods = min(max(int(asked.sum()) // A_PERIOD, 1), PERIODS)
    ordered = np.sort(day[asked])
    limits = ordered[np.arange(1, periods) * len(ordered) // periods]
    period = np.searchsorted(limits, day, side="right")
    return (period * SIZES + np.minimum(np.log2(np.maximum(size, 1)).astype(np.int64), SIZES - 1)).astype(np.int64)
