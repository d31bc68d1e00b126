"""Stages of a customer's life with a shop, by rhythm: bought, came back, is loyal, is lost; and whether that is right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.dataset import Role
from analytics.movers import table_before
from analytics.rfm import CustomerTable
from analytics.rhythm import Occasions, Rhythm, occasions, rhythm

BOUGHT: tuple[str, ...] = ("purchase", "use", "loyalty", "lost")
SLIPPING = "slipping"
LOYAL_SHARE, LOYAL_LEAST = 0.75, 3
"""Loyal is the quarter of those who came back who did so most often, and nobody with fewer than three days of buying."""
LOOK_BACK = 90
"""Days back from which the limits are put to the test."""
FEWEST_TO_TEST = 10


@dataclass(frozen=True)
class Stage:
    """One stage; shares are of all customers with orders and of their sales, `slipping` how many are past their limit.

    `silent` and `expected` are medians in days: since the last order, and usually between orders. Stages before the first
    order have no sales, and no `customers` either (None) where there is no browsing log.
    """

    code: str
    customers: int | None
    sales: float = 0.0
    share_of_customers: float = 0.0
    share_of_sales: float = 0.0
    slipping: int = 0
    silent: float | None = None
    expected: float | None = None


@dataclass(frozen=True)
class Stages:
    """Each customer's stage, one of `BOUGHT`, and whether they are past their usual gap; aligned to the `table`.

    Customers with at least `loyal_from` days of buying are loyal while they keep their rhythm.
    """

    table: CustomerTable
    bought: Occasions
    rhythm: Rhythm
    stage: npt.NDArray[np.object_]
    slipping: npt.NDArray[np.bool_]
    loyal_from: int

    def inside(self, code: str) -> npt.NDArray[np.bool_]:
        """Who is at the stage; `slipping` are those of all stages."""
        chosen: npt.NDArray[np.bool_] = self.slipping if code == SLIPPING else self.stage == code
        return chosen

    def told(self, code: str) -> Stage:
        """The stage in figures."""
        inside = self.inside(code)
        money, sales = float(self.table.money[inside].sum()), float(self.table.money.sum())
        return Stage(
            code=code,
            customers=int(inside.sum()),
            sales=money,
            share_of_customers=float(inside.mean()),
            share_of_sales=money / sales if sales > 0 else 0.0,
            slipping=int((inside & self.slipping).sum()),
            silent=float(np.median(self.table.recency[inside])) if inside.any() else None,
            expected=float(np.median(self.rhythm.expected[inside])) if inside.any() else None,
        )


@dataclass(frozen=True)
class Hindsight:
    """The limits put to the test: of those who would have been called lost `days` earlier, the share who ordered since.

    `lost` is how many these were, `others` the share of everybody else who ordered since.
    """

    days: int
    lost: int
    returned: float
    others: float


def stages(lines: pd.DataFrame, table: CustomerTable) -> Stages:
    """Everybody's stage from the order lines and the table made of them.

    Who has been silent for longer than nine in ten of those who come back is lost; longer than three in four, slipping.
    """
    bought = occasions(lines, table)
    pace = rhythm(table, bought)
    often = pace.days[pace.days > 1]
    limit = int(np.quantile(often, LOYAL_SHARE, method="higher")) if often.size else LOYAL_LEAST
    limit = max(limit, LOYAL_LEAST)
    stage = np.where(pace.days >= limit, "loyalty", np.where(pace.days > 1, "use", "purchase")).astype(object)
    stage[pace.silent > pace.late] = "lost"
    slipping = (pace.silent > pace.slipping) & (stage != "lost")
    return Stages(table, bought, pace, stage, slipping, limit)


def hindsight(lines: pd.DataFrame, table: CustomerTable) -> Hindsight | None:
    """How the same limits would have done `LOOK_BACK` days ago; None where there are too few to say."""
    day = table.reference - pd.Timedelta(days=LOOK_BACK)
    before = table_before(lines, day)
    if before is None:
        return None
    earlier = stages(lines[lines[Role.TIME] < day], before)
    lost = earlier.inside("lost")
    if min(lost.sum(), (~lost).sum()) < FEWEST_TO_TEST:
        return None
    since = dict(zip(table.customer, table.last >= np.datetime64(day, "D"), strict=True))
    ordered = np.array([since.get(customer, False) for customer in before.customer], bool)
    return Hindsight(LOOK_BACK, int(lost.sum()), float(ordered[lost].mean()), float(ordered[~lost].mean()))
