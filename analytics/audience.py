"""The customers of a group that is to get a message, and what they did without one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics import people, ranking, rfm, typed_splits
from analytics.analysis import BUYERS, Asked, Vocabulary
from analytics.dataset import Role, Shop
from analytics.errors import MissingData, TooFewCustomers, UnknownGroup

KNOWN_THEN = 30
"""So many people of a group tell what such people do."""


@dataclass(frozen=True)
class Audience:
    """Customers by key, in the order of their keys, (n,); `value` is the money that each brought so far."""

    customer: tuple[str, ...]
    value: npt.NDArray[np.float64]

    def among(self, kept: tuple[str, ...]) -> Audience:
        """Those of them who are kept."""
        inside = rfm.among(np.array(self.customer, object), kept)
        return Audience(tuple(np.array(self.customer, object)[inside]), self.value[inside])


def audience(shop: Shop, group: str, asked: Asked) -> Audience:
    """Who is in the group: a segment of either vocabulary, all who ordered, or everybody on the customer list.

    Raises UnknownGroup where nobody is, MissingData without the table, TooFewCustomers where there is nothing to rank.
    """
    if group == typed_splits.FILE or (group == typed_splits.ALL and not BUYERS.met_by(shop)):
        return _listed(shop, asked)
    if not BUYERS.met_by(shop):
        raise MissingData("split")
    assert shop.orders is not None
    table = _table(
        ranking.order_lines(shop.orders, asked.as_of), None if asked.as_of is None else pd.Timestamp(asked.as_of)
    )
    inside = _inside(table, group, asked)
    if not inside.any():
        raise UnknownGroup(group)
    return _sorted(table.customer[inside], table.money[inside])


def groups(shop: Shop, asked: Asked) -> dict[str, Audience]:
    """Every group that there is, in the owner's vocabulary: those worth writing to first, then the largest."""
    found = {}
    if BUYERS.met_by(shop):
        assert shop.orders is not None
        lines = ranking.order_lines(shop.orders, asked.as_of)
        table = _table(lines, None if asked.as_of is None else pd.Timestamp(asked.as_of))
        if len(table) >= ranking.FEWEST_CUSTOMERS:
            vocabulary = ranking.in_force(table, asked.vocabulary)
            codes = ranking.assigned(table, vocabulary, asked.cuts)
            first = ranking.WIN_BACK[vocabulary]
            for code in sorted(set(codes), key=lambda code: (code not in first, -int((codes == code).sum()), code)):
                found[code] = _sorted(table.customer[codes == code], table.money[codes == code])
        if len(table):
            found[typed_splits.ALL] = _sorted(table.customer, table.money)
    if shop.customers is not None and shop.customers.has(Role.CUSTOMER):
        found[typed_splits.FILE] = _listed(shop, asked)
    return found


def usual_share(shop: Shop, group: str, days: int, asked: Asked) -> float | None:
    """Of those who were in such a group so many days ago, the share who ordered since, with no trial in mind.

    What they would do anyway, learnt from the shop's own past. None where too few were, or the data is too short.
    """
    if not BUYERS.met_by(shop):
        return None
    assert shop.orders is not None
    lines = ranking.order_lines(shop.orders, asked.as_of)
    lines = lines[lines[Role.CUSTOMER].notna() & lines[Role.TIME].notna()]
    if lines.empty:
        return None
    end = rfm.reference_day(lines[Role.TIME]) if asked.as_of is None else pd.Timestamp(asked.as_of)
    then = end - pd.Timedelta(days=days)
    before, since = lines[lines[Role.TIME] < then], lines[lines[Role.TIME] >= then]
    if before.empty:
        return None
    if Role.TAKEN_BACK in since:
        since = since[~since[Role.TAKEN_BACK].astype(bool)]
    if group == typed_splits.FILE:
        known = np.array(_listed(shop, asked).customer, object)
    else:
        table = rfm.customer_table(before, then)
        if len(table) < ranking.FEWEST_CUSTOMERS:
            return None
        known = table.customer[_inside(table, group, asked)]
    if len(known) < KNOWN_THEN:
        return None
    return float(rfm.among(known, set(since[Role.CUSTOMER].unique())).mean())


def _table(lines: pd.DataFrame, reference: pd.Timestamp | None) -> rfm.CustomerTable:
    if not (lines[Role.CUSTOMER].notna() & lines[Role.TIME].notna()).any():
        raise TooFewCustomers("split", 0, 1)
    return rfm.customer_table(lines, reference)


def _inside(table: rfm.CustomerTable, group: str, asked: Asked) -> npt.NDArray[np.bool_]:
    if group == typed_splits.ALL:
        return np.ones(len(table), bool)
    if len(table) < ranking.FEWEST_CUSTOMERS:
        raise TooFewCustomers("segments", len(table), ranking.FEWEST_CUSTOMERS)
    vocabulary: Vocabulary = "groups" if group in rfm.GROUPS else "classes"
    inside: npt.NDArray[np.bool_] = ranking.assigned(table, vocabulary, asked.cuts) == group
    return inside


def _listed(shop: Shop, asked: Asked) -> Audience:
    """Everybody on the customer list, with what they brought if there are orders."""
    if shop.customers is None or not shop.customers.has(Role.CUSTOMER):
        raise UnknownGroup(typed_splits.FILE)
    keys = people.listed(shop.customers).frame(Role.CUSTOMER)[str(Role.CUSTOMER)].astype(object).to_numpy()
    if not BUYERS.met_by(shop) or shop.orders is None:
        return _sorted(keys, np.zeros(len(keys)))
    lines = ranking.order_lines(shop.orders, asked.as_of)
    paid = lines.groupby(Role.CUSTOMER, observed=True)[Role.AMOUNT].sum()
    return _sorted(keys, pd.Series(keys).map(paid).astype(float).fillna(0.0))


def _sorted(customer: npt.NDArray[np.object_], value: npt.ArrayLike) -> Audience:
    order = np.argsort(customer.astype(str), kind="stable")
    return Audience(tuple(map(str, customer[order])), np.asarray(value, np.float64)[order])
