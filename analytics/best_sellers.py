"""Best sellers: what each product sold lately, and whether it sells more or less often than before, beyond chance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from analytics import basketing, purchases
from analytics.dataset import Dataset, Role
from analytics.rfm import Floats, Ints, order_of, reference_day

DAYS = 90
"""A quarter of a year: long enough to sell the slower things, short enough to be what sells now."""
CHANCE = 0.05
FEWEST = 6
"""So few orders, taken together, can show no change (one chance in 32 at best)."""

Change = Literal["up", "down", "none", "few"]


@dataclass(frozen=True)
class Product:
    """What one product sold: `sales` (net of returns) and their `share` of all, `units` where the sheet counts them.

    It is in `orders` orders, and was in `before` in the period before. Between the two there is a change beyond chance
    (`up`, `down`), `none`, or too `few` orders to tell; None where there is no such period.
    """

    name: str
    sales: float
    share: float
    units: float | None
    orders: int
    before: int | None
    change: Change | None


@dataclass(frozen=True)
class BestSellers:
    """All products sold from `first` to `last`, those with most sales at the top; `sold` is what all of them did.

    `compared` says whether the shop was running for all of the same time before.
    """

    first: date
    last: date
    sold: float
    compared: bool
    products: tuple[Product, ...]


def best_sellers(orders: Dataset) -> BestSellers | None:
    """The products of the last 90 days of the orders; None without days, amounts or products, or where none was sold."""
    if not orders.has(Role.TIME, Role.AMOUNT) or (not orders.has(Role.PRODUCT) and not orders.has(Role.PRODUCT_NAME)):
        return None
    counted = basketing.counted_by(orders, "product")
    wanted = (Role.ORDER, Role.CUSTOMER, Role.TIME, Role.AMOUNT, Role.QUANTITY, Role.TAKEN_BACK, Role.NOT_A_PRODUCT)
    lines = orders.frame(*dict.fromkeys((*wanted, counted, Role.PRODUCT_NAME)), numbered=(Role.ORDER,))
    lines = purchases.without(lines[lines[counted].notna() & lines[Role.TIME].notna()], Role.NOT_A_PRODUCT)
    if lines.empty:
        return None
    end, begin = reference_day(lines[Role.TIME]), lines[Role.TIME].min().normalize()
    start = max(end - pd.Timedelta(days=DAYS), begin)
    earlier = start - pd.Timedelta(days=DAYS)
    # Only where the orders reach further back than the earlier period was the shop running for all of it.
    compared = begin < earlier
    names = purchases.names_of(lines, counted)
    now, before = lines[lines[Role.TIME] >= start], lines[lines[Role.TIME].between(earlier, start, inclusive="left")]
    item = now[counted].cat.codes.to_numpy(np.int64)
    sales = _summed(now, item, Role.AMOUNT, len(names))
    units = _summed(now, item, Role.QUANTITY, len(names)) if Role.QUANTITY in now else None
    often = _orders_with(now, counted, len(names))
    was = _orders_with(before, counted, len(names)) if compared else None
    found = changes(often, was) if was is not None else None
    sold = float(sales.sum())
    there = np.flatnonzero((often > 0) & (sales > 0))
    if not there.size:
        return None
    ranked = sorted(there.tolist(), key=lambda at: (-sales[at], str(names[at])))
    return BestSellers(
        first=start.date(),
        last=(end - pd.Timedelta(days=1)).date(),
        sold=sold,
        compared=compared,
        products=tuple(
            Product(
                name=str(names[at]),
                sales=float(sales[at]),
                share=float(sales[at] / sold),
                units=None if units is None or units[at] <= 0 else float(units[at]),
                orders=int(often[at]),
                before=None if was is None else int(was[at]),
                change=None if found is None else found[at],
            )
            for at in ranked
        ),
    )


def changes(now: Ints, before: Ints) -> list[Change]:
    """Whether each product (n,) was in more or fewer orders of a period than of one of the same length before.

    The exact conditional test of two Poisson counts (Przyborowski & Wilenski 1940), both sides, at 5 % in all: Holm's
    (1979) steps over every product that was in enough orders to show anything.
    """
    from scipy.special import bdtr, bdtrc

    both = now + before
    tested = np.flatnonzero(both >= FEWEST)
    more, less = bdtrc(now[tested] - 1, both[tested], 0.5), bdtr(now[tested], both[tested], 0.5)
    more[now[tested] == 0] = 1.0
    chance = 2 * np.minimum(more, less)
    found: list[Change] = ["none" if number >= FEWEST else "few" for number in both]
    for step, place in enumerate(np.argsort(chance, kind="stable")):
        if chance[place] * (len(tested) - step) > CHANCE:
            break
        at = tested[place]
        found[at] = "up" if now[at] > before[at] else "down"
    return found


def _summed(lines: pd.DataFrame, item: Ints, column: str, items: int) -> Floats:
    weights = lines[column].fillna(0).to_numpy(np.float64)
    found: Floats = np.bincount(item, weights=weights, minlength=items).astype(np.float64).round(6)
    return found


def _orders_with(lines: pd.DataFrame, counted: str, items: int) -> Ints:
    """In how many orders each product was sold, (items,)."""
    lines = purchases.without(lines, Role.TAKEN_BACK)
    pairs = pd.DataFrame({"order": order_of(lines), "item": lines[counted].cat.codes.to_numpy(np.int64)})
    found: Ints = np.bincount(pairs.drop_duplicates()["item"], minlength=items).astype(np.int64)
    return found
