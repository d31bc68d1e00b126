"""Who is due to buy a product again: by their own gaps, drawn towards the product's, and by the product's own otherwise."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass

import numpy as np

from analytics.sequences import Purchases
from analytics.sequences_chance import FEWEST
from analytics.sequences_risk import Bools, Floats, Ints, changes
from analytics.survival import kaplan_meier

AHEAD = 6
"""Days after today that are still this week."""
OWN_GAPS = 2
WELL_SEEN = 20
"""With fewer still waiting, one customer would swing the curve."""
LATE = 0.9
"""The share of those who buy again that has done so by the time somebody counts as lost."""
SHORTEST_LATE = 30.0
"""Nobody is given up sooner: people travel and fall ill."""


@dataclass(frozen=True)
class Due:
    """One row a customer and product due by the end of the week, by `due` day and then by money, the most first; (n,) each.

    `customer` and `item` are those of the purchases, days are counted as there: `last` bought, `due`, and `late`, the days
    since it was due: negative for those still to come, 0 today. `expected` is the gap in days, from `gaps` of the
    customer's own where these are 2 or more and customers differ (`own`). `money` is what the customer usually pays for
    the product. `chance` is the share of those waiting as long who still buy it again, as far as the data can tell.
    """

    customer: Ints
    item: Ints
    last: Ints
    due: Ints
    late: Ints
    expected: Floats
    gaps: Ints
    own: Bools
    money: Floats
    chance: Floats

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def today(self) -> Bools:
        """Due today."""
        today: Bools = self.late == 0
        return today

    @property
    def this_week(self) -> Bools:
        """Due on one of the coming days."""
        coming: Bools = self.late < 0
        return coming

    @property
    def overdue(self) -> Bools:
        """Due before today, and not yet lost."""
        past: Bools = self.late > 0
        return past


def due(bought: Purchases, refills: Ints, ahead: int = AHEAD) -> Due:
    """Who is to buy one of the `refills` (items bought again beyond chance) by `ahead` days from `bought.today`.

    Half of those who ever buy a product again have done so within its usual gap (Kaplan & Meier 1958: open gaps count);
    whoever is later than nine in ten of them is lost, not due.
    """
    chosen = np.zeros(max(bought.items, 1), bool)
    chosen[refills] = True
    kept = np.flatnonzero(chosen[bought.item])
    # They are by customer and day already.
    kept = kept[np.argsort(bought.item[kept], kind="stable")]
    item, customer, day, money = bought.item[kept], bought.customer[kept], bought.day[kept], bought.money[kept]
    limits = np.concatenate([np.flatnonzero(changes(item)), [len(item)]])
    found = [_nobody()]
    for begin, end in itertools.pairwise(limits):
        part = slice(begin, end)
        found.append(_of_item(int(item[begin]), customer[part], day[part], money[part], bought.today, ahead))
    names = [field.name for field in dataclasses.fields(Due)]
    whole = {name: np.concatenate([getattr(rows, name) for rows in found]) for name in names}
    order = np.lexsort((whole["item"], whole["customer"], -whole["money"], whole["due"]))
    return Due(**{name: values[order] for name, values in whole.items()})


def _nobody() -> Due:
    whole, real = np.zeros(0, np.int64), np.zeros(0)
    return Due(whole, whole, whole, whole, whole, real, whole, np.zeros(0, bool), real, real)


def _of_item(item: int, customer: Ints, day: Ints, money: Floats, today: int, ahead: int) -> Due:
    """From one product's days of purchase, by customer and then by day."""
    new = changes(customer)
    owner, start = np.cumsum(new) - 1, np.flatnonzero(new)
    gap, of_gap = np.diff(day)[~new[1:]].astype(np.float64), owner[1:][~new[1:]]
    gaps = np.bincount(of_gap, minlength=len(start)).astype(np.int64)
    if (gaps > 0).sum() < FEWEST:
        return _nobody()
    last = day[np.append(start[1:], len(day)) - 1]
    closed = np.arange(len(gap) + len(last)) < len(gap)
    open_ = (today - 1 - last).astype(np.float64)
    usual = kaplan_meier(np.concatenate([gap, open_]), closed).within(0.5)
    assert usual is not None
    pace, weight = credible_pace(gap / usual, of_gap, len(start))
    own = (gaps >= OWN_GAPS) & (weight is not None)
    # Sums differ in their last digits with the order of customers; nobody's day may.
    expected = np.where(own, np.maximum(usual * pace, 1), usual).round(6)
    curve = kaplan_meier(np.concatenate([gap / expected[of_gap], open_ / expected]).round(9), closed)
    limit = curve.within(LATE)
    assert limit is not None
    when = last + np.ceil(expected).astype(np.int64)
    rows = np.flatnonzero((when - today <= ahead) & (today - last <= np.maximum(limit * expected, SHORTEST_LATE)))
    waiting = curve.at((open_ / expected)[rows].round(9))
    in_the_end = float(curve.share[curve.at_risk >= min(WELL_SEEN, curve.at_risk[0])][-1])
    return Due(
        customer=customer[start][rows],
        item=np.full(len(rows), item),
        last=last[rows],
        due=when[rows],
        late=today - when[rows],
        expected=expected[rows],
        gaps=gaps[rows],
        own=own[rows],
        money=(np.bincount(owner, weights=money)[rows] / (gaps[rows] + 1)).round(6),
        chance=np.maximum(1 - in_the_end / np.maximum(waiting, 1e-12), 0),
    )


def credible_pace(ratio: Floats, owner: Ints, customers: int) -> tuple[Floats, float | None]:
    """Each customer's gap as a multiple of the usual one, drawn towards 1 as far as chance may have had a part in it.

    The geometric mean of the `ratio`s of n gaps counts n/(n+K), where K is the variance of their logarithms within customers
    over that between them: Bühlmann & Straub (1970); Bühlmann & Gisler (2005), A Course in Credibility Theory, section 4.8. Returns
    the multiples and K, None where customers do not differ by more than chance.
    """
    values = np.log(ratio)
    number = np.bincount(owner, minlength=customers).astype(np.float64)
    seen = number > 0
    mean = np.bincount(owner, weights=values, minlength=customers) / np.maximum(number, 1)
    within = float(((values - mean[owner]) ** 2).sum()) / max(len(values) - int(seen.sum()), 1)
    spread = float((number * (mean - values.mean()) ** 2)[seen].sum()) - (int(seen.sum()) - 1) * within
    between = spread / max(len(values) - float((number**2).sum()) / len(values), 1e-9)
    if len(values) == seen.sum() or between <= 1e-9:
        return np.ones(customers), None
    weight = within / between
    return np.exp(mean * number / np.maximum(number + weight, 1e-9)), weight
