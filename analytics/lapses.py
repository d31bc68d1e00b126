"""Which regulars have fallen silent since a day, by their own rhythm, and whether these are more than usual."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from analytics import weeks
from analytics.rfm import CustomerTable
from analytics.rhythm import Occasions, rhythm

REGULAR = 3
"""From the third day of buying on one is a regular."""
SPANS, FEWEST_SPANS = 12, 4
"""Earlier spans of the same length that the latest is compared with."""
LEVEL = 0.02
"""Half of it, 1 %, are spans called beyond chance where nothing changed: only more than usual is news."""


@dataclass(frozen=True)
class Lapses:
    """Of the `regulars` who kept their rhythm on the morning of `since`, the `customers` (keys) are silent by `until`.

    `money` is what these have spent, `returned` how many came back in the same time after a silence. `usual` many lapse
    in such a span, by chance alone up to `most`; None where there are too few earlier spans to say.
    """

    since: date
    until: date
    regulars: int
    customers: tuple[str, ...]
    money: float
    returned: int
    usual: float | None
    most: float | None
    beyond: bool


def lapses(table: CustomerTable, bought: Occasions, since: date, until: date) -> Lapses | None:
    """Who lapsed between two mornings; None where too few customers ever came back to know their rhythm.

    A silence begins when a gap outlasts nine in ten of the customer's usual ones (`Rhythm.late`).
    """
    pace = rhythm(table, bought)
    if pace.basis == "default":
        return None
    customer, day = bought.customer, bought.day
    place = np.arange(len(day)) - np.searchsorted(customer, customer)
    ended = np.append(np.where(np.diff(customer) == 0, day[1:], np.iinfo(np.int64).max), np.iinfo(np.int64).max)
    regular = place >= REGULAR - 1
    begin, end, owner = day[regular], ended[regular], customer[regular]
    lapsed = begin + np.ceil(pace.late[owner]).astype(np.int64)
    silent = lapsed < end

    today, first = ((edge - date(1970, 1, 1)).days for edge in (until, since))
    span = today - first
    edges = today - span * np.arange(SPANS + 2)
    edges = edges[edges >= day.min()]
    counts = np.array([np.count_nonzero(silent & (lapsed >= low) & (lapsed < high)) for high, low in pairwise(edges)])
    keeping = np.array([np.count_nonzero((begin < low) & (np.minimum(end, lapsed) >= low)) for low in edges[1:]])
    now = silent & (lapsed >= first) & (lapsed < today) & (end >= today)
    who = np.unique(owner[now])
    usual = most = None
    beyond = False
    alike = 2 * keeping[1:] >= keeping[:1]
    if alike.sum() >= FEWEST_SPANS and keeping[0]:
        earlier = (counts[1:] * keeping[0] / np.maximum(keeping[1:], 1))[alike]
        found = weeks.judged(counts[:1].astype(float), earlier, weeks.COUNTS, LEVEL)
        usual, most, beyond = found.usual, found.high, found.change > 0
    return Lapses(
        since=since,
        until=until,
        regulars=int(keeping[0]) if len(keeping) else 0,
        customers=tuple(str(key) for key in table.customer[who]),
        money=float(table.money[who].sum()),
        returned=len(np.unique(owner[silent & (end >= first) & (end < today)])),
        usual=usual,
        most=most,
        beyond=beyond,
    )
