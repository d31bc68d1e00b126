"""Who bought what: order lines as pairs of customers and items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics import rfm
from analytics.dataset import Dataset, Role

Ints = npt.NDArray[np.int64]


def judged_on(orders: Dataset, as_of: date | None) -> pd.Timestamp:
    """The day to judge from: that one, else the day after the last order line, whoever it is of."""
    return rfm.reference_day(orders.frame(Role.TIME)[Role.TIME]) if as_of is None else pd.Timestamp(as_of)


@dataclass(frozen=True)
class Bought:
    """Which customer bought which item, each pair once, by customer; `customer` are positions in the CustomerTable.

    `names` are the items' names; an item that nobody in the table bought stands there, too.
    """

    customer: Ints
    item: Ints
    names: npt.NDArray[np.object_]

    @property
    def buyers(self) -> Ints:
        """How many customers bought each item."""
        return np.bincount(self.item, minlength=len(self.names)).astype(np.int64)


def order_lines(orders: Dataset | None, as_of: date | None = None) -> pd.DataFrame | None:
    """The order lines of customers before that day; None without such lines, or without customers, times or amounts."""
    if orders is None or not orders.has(Role.CUSTOMER, Role.TIME, Role.AMOUNT):
        return None
    wanted = (Role.CUSTOMER, Role.TIME, Role.AMOUNT, Role.ORDER, Role.TAKEN_BACK, Role.NOT_A_PRODUCT)
    lines = orders.frame(*wanted, Role.PRODUCT, Role.PRODUCT_NAME, Role.CATEGORY, Role.PLACE, numbered=(Role.ORDER,))
    kept = lines[Role.CUSTOMER].notna() & lines[Role.TIME].notna()
    if as_of is not None:
        kept &= lines[Role.TIME] < pd.Timestamp(as_of)
    return lines[kept] if kept.any() else None


def bought(lines: pd.DataFrame, table: rfm.CustomerTable, column: str) -> Bought:
    """What each customer of the table bought, by that column of the lines; fees and goods brought back are left out."""
    sold = without(lines[lines[column].notna()], Role.TAKEN_BACK, Role.NOT_A_PRODUCT)
    customer = customers_of(sold, table)
    item = sold[column].cat.codes.to_numpy(np.int64)
    names = names_of(sold, column)
    known = customer >= 0
    pairs = rfm.distinct(customer[known] * max(len(names), 1) + item[known])
    return Bought(pairs // max(len(names), 1), pairs % max(len(names), 1), names)


def names_of(sold: pd.DataFrame, column: str) -> npt.NDArray[np.object_]:
    """What the items of the column are called, by code; products known by a number as on most of their lines."""
    names: npt.NDArray[np.object_] = sold[column].cat.categories.to_numpy(object)
    if column == Role.PRODUCT and Role.PRODUCT_NAME in sold:
        return _named(sold[column].cat.codes.to_numpy(np.int64), names, sold[Role.PRODUCT_NAME])
    return names


def without(lines: pd.DataFrame, *flags: str) -> pd.DataFrame:
    """The lines on which none of these flags stands."""
    for flag in flags:
        if flag in lines and (on := lines[flag].fillna(value=False).to_numpy(bool)).any():
            lines = lines[~on]
    return lines


def customers_of(lines: pd.DataFrame, table: rfm.CustomerTable) -> Ints:
    """The position in the table of each line's customer; −1 for who is no customer."""
    place = pd.Index(table.customer).get_indexer(lines[Role.CUSTOMER].cat.categories).astype(np.int64)
    found: Ints = place[lines[Role.CUSTOMER].cat.codes.to_numpy()]
    return found


def _named(item: npt.NDArray[Any], numbers: npt.NDArray[np.object_], told: pd.Series[Any]) -> npt.NDArray[np.object_]:
    code, texts = told.cat.codes.to_numpy(np.int64), told.cat.categories.to_numpy(object)
    size = len(texts) + 1
    pairs, times = np.unique(item * size + code + 1, return_counts=True)
    # By how often, and of equals the first by name: never by the order of the lines.
    spelt = np.argsort(np.argsort(np.array(["", *texts], str), kind="stable"), kind="stable")
    order = np.lexsort((-spelt[pairs % size], times, pairs % size > 0))
    names = numbers.copy()
    names[pairs[order] // size] = np.array([None, *texts], object)[pairs[order] % size]
    return np.where(pd.isna(names), numbers, names).astype(object)
