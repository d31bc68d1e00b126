"""Order lines to baskets: what was bought together, under which names, for how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics import purchases
from analytics.association import Ints, leave_out
from analytics.association_advice import ubiquitous
from analytics.baskets import Baskets, of_pairs
from analytics.dataset import Dataset, Role
from analytics.errors import MissingData

Floats = npt.NDArray[np.float64]
By = Literal["product", "category"]

DAYS_A_MONTH = 365.25 / 12
SHORTEST_MONTHS = 1.0
GIANT, TIMES_LARGER = 100, 8


@dataclass(frozen=True)
class Book:
    """The shop's baskets of products, or of categories.

    `names` (items,) are what the owner calls the items; `price` (items,) the median paid for an item in a basket, NaN
    where not known; `customer` (n,) numbers the `customers` (keys) who bought each basket, -1 for nobody known. Without
    order numbers a basket is a customer's day (`numbered` is false). `months` is None where there are no dates.
    `everywhere` are items left out because they go with everything, `giant` baskets left out as bulk orders of more than
    `largest` items.
    """

    baskets: Baskets
    names: npt.NDArray[np.object_]
    price: Floats
    customer: Ints
    customers: npt.NDArray[np.object_]
    numbered: bool
    first: date | None
    last: date | None
    months: float | None
    everywhere: tuple[str, ...]
    giant: int
    largest: int


def book(orders: Dataset, by: By = "product", as_of: date | None = None) -> Book:
    """Baskets from the lines of products sold, before the day to judge from; what came back was not bought."""
    counted = counted_by(orders, by)
    wanted = (Role.ORDER, Role.CUSTOMER, Role.TIME, Role.AMOUNT, Role.TAKEN_BACK, Role.NOT_A_PRODUCT)
    lines = orders.frame(*dict.fromkeys((*wanted, counted, Role.PRODUCT_NAME)), numbered=(Role.ORDER,))
    if as_of is not None and Role.TIME in lines:
        lines = lines[lines[Role.TIME] < pd.Timestamp(as_of)]
    sold = purchases.without(lines[lines[counted].notna()], Role.TAKEN_BACK, Role.NOT_A_PRODUCT)
    basket, numbered = _basket_of(sold)
    sold, basket = sold[basket >= 0], basket[basket >= 0]
    basket = (np.cumsum(np.bincount(basket) > 0) - 1)[basket]
    size = int(basket.max(initial=-1)) + 1
    item = np.asarray(sold[counted].cat.codes, np.int64)
    names = purchases.names_of(sold, counted)
    baskets = of_pairs(basket, item, size, len(names))
    largest = _largest(baskets)
    giant = baskets.sizes > largest
    kept = of_pairs(*_pairs(baskets, ~giant), int((~giant).sum()), len(names))
    unwanted = ubiquitous(kept)
    first, last = _span(sold)
    customer, customers = _owners(sold, basket, size)
    return Book(
        baskets=leave_out(kept, unwanted),
        names=names,
        price=_prices(sold, basket, item, len(names)),
        customer=customer[~giant],
        customers=customers,
        numbered=numbered,
        first=first,
        last=last,
        months=None if first is None or last is None else max((last - first).days / DAYS_A_MONTH, SHORTEST_MONTHS),
        everywhere=tuple(sorted(str(name) for name in names[unwanted])),
        giant=int(giant.sum()),
        largest=largest,
    )


def counted_by(orders: Dataset, by: By) -> str:
    """The column that tells items apart: a product's number rather than its name, which shops change.

    MissingData where the sheet has none.
    """
    wanted = (Role.CATEGORY,) if by == "category" else (Role.PRODUCT, Role.PRODUCT_NAME)
    found = [str(role) for role in wanted if orders.has(role)]
    if not found:
        raise MissingData("basket", (str(wanted[0]),))
    return found[0]


def _span(sold: pd.DataFrame) -> tuple[date | None, date | None]:
    """The first and the last day of the lines; None where there are no days."""
    if Role.TIME not in sold or not sold[Role.TIME].notna().any():
        return None, None
    days = sold[Role.TIME]
    return pd.Timestamp(days.min()).date(), pd.Timestamp(days.max()).date()


def _basket_of(sold: pd.DataFrame) -> tuple[Ints, bool]:
    """A number for each line's basket, -1 for none, and whether order numbers tell."""
    found: Ints = np.full(len(sold), -1, np.int64)
    if Role.ORDER in sold:
        found = np.array(sold[Role.ORDER].cat.codes, np.int64)
    numbered = bool((found >= 0).any())
    if {Role.CUSTOMER, Role.TIME} <= set(sold.columns):
        who = sold[Role.CUSTOMER].cat.codes.to_numpy(np.int64)
        day = sold[Role.TIME].to_numpy("datetime64[D]").astype(np.int64)
        unnumbered = (found < 0) & (who >= 0) & sold[Role.TIME].notna().to_numpy()
        days = who[unnumbered] * (int(day.max(initial=0)) + 1) + day[unnumbered]
        found[unnumbered] = int(found.max(initial=-1)) + 1 + np.unique(days, return_inverse=True)[1]
    return found, numbered


def _largest(baskets: Baskets) -> int:
    """More items than this is a bulk order, not what somebody chose to go together."""
    sizes = baskets.sizes
    return max(GIANT, TIMES_LARGER * int(np.quantile(sizes, 0.95))) if len(sizes) else GIANT


def _pairs(baskets: Baskets, kept: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """The (basket, item) pairs of the baskets kept, these numbered anew."""
    basket = np.repeat(np.cumsum(kept) - 1, baskets.sizes)
    wanted = np.repeat(kept, baskets.sizes)
    return basket[wanted], baskets.item[wanted].astype(np.int64)


def _owners(sold: pd.DataFrame, basket: Ints, size: int) -> tuple[Ints, npt.NDArray[np.object_]]:
    owner = np.full(size, -1, np.int64)
    if Role.CUSTOMER not in sold:
        return owner, np.empty(0, object)
    codes = sold[Role.CUSTOMER].cat.codes.to_numpy(np.int64)
    # The highest number, whatever the order of the lines; an order has one customer in any case.
    np.maximum.at(owner, basket, codes)
    return owner, sold[Role.CUSTOMER].cat.categories.to_numpy(object)


def _prices(sold: pd.DataFrame, basket: Ints, item: Ints, items: int) -> Floats:
    """The median that a basket pays for each item."""
    price = np.full(items, np.nan)
    if Role.AMOUNT not in sold:
        return price
    amount = sold[Role.AMOUNT].to_numpy(np.float64)
    known = ~np.isnan(amount)
    keys, places = np.unique(basket[known] * max(items, 1) + item[known], return_inverse=True)
    paid = pd.Series(np.bincount(places, weights=amount[known])).groupby(keys % max(items, 1)).median()
    price[paid.index.to_numpy()] = paid.to_numpy()
    return price
