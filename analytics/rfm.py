"""Recency, frequency, money: the customer table, its scores, and the two vocabularies that marketers know."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analytics.analysis import Cuts

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MICROSECONDS_A_DAY = 86_400_000_000
FEWEST_FREQUENT = 0.2

# R then FM, where FM = (F + M) / 2 rounded half up: every one of the 25 cells has exactly one group.
GROUP_OF_CELL: dict[int, str] = {
    **dict.fromkeys((55, 54, 45), "champions"),
    **dict.fromkeys((53, 44, 35, 34), "loyal"),
    **dict.fromkeys((52, 42, 43, 33), "potential_loyalist"),
    51: "new",
    **dict.fromkeys((41, 31), "promising"),
    **dict.fromkeys((32, 23, 22), "needs_attention"),
    21: "about_to_sleep",
    **dict.fromkeys((25, 24, 13), "at_risk"),
    **dict.fromkeys((15, 14), "cant_lose"),
    12: "hibernating",
    11: "lost",
}
GROUPS: tuple[str, ...] = tuple(dict.fromkeys(GROUP_OF_CELL.values()))

# Whether R, F and M are high, as in the Chinese trade's eight classes; 重要 = M high.
CLASS_OF_PATTERN: dict[tuple[bool, bool, bool], str] = {
    (True, True, True): "key_value",
    (True, False, True): "key_growth",
    (False, True, True): "key_retain",
    (False, False, True): "key_win_back",
    (True, True, False): "general_value",
    (True, False, False): "general_growth",
    (False, True, False): "general_retain",
    (False, False, False): "general_win_back",
}
CLASSES: tuple[str, ...] = tuple(CLASS_OF_PATTERN.values())

VOCABULARIES: dict[str, tuple[str, ...]] = {"groups": GROUPS, "classes": CLASSES}


@dataclass(frozen=True)
class CustomerTable:
    """One entry a customer who ever bought, in order of the customers' names; all arrays have that length.

    `recency` is whole days from the last order to `reference`, `tenure` the same from the first order, `last` the day
    of the last order, `frequency` the number of orders, `money` what they paid less what they brought back.
    """

    customer: npt.NDArray[np.object_]
    recency: Ints
    tenure: Ints
    last: npt.NDArray[np.datetime64]
    frequency: Ints
    money: Floats
    reference: pd.Timestamp

    def __len__(self) -> int:
        return len(self.customer)


def reference_day(times: pd.Series[pd.Timestamp]) -> pd.Timestamp:
    """The midnight after the last order: an old export is judged by its own time, never by today's."""
    return times.max().normalize() + pd.Timedelta(days=1)


def customer_table(orders: pd.DataFrame, reference: pd.Timestamp | None = None) -> CustomerTable:
    """Order lines to customers.

    `orders` has the columns customer (categorical), time, amount and, where the sheet has them, order (categorical;
    lines without a number belong to the customer's order of that day) and taken_back (bool). Lines without a customer
    only tell how far the orders reach; lines taken back count against money and are no orders; who only ever brought back
    is no customer.
    """
    known = orders["customer"].notna() & orders["time"].notna()
    lines = orders if known.all() else orders[known]
    reference = reference_day(orders["time"]) if reference is None else reference
    customer = lines["customer"].cat.codes.to_numpy(np.int64)
    time = lines["time"].to_numpy("datetime64[us]")
    names = lines["customer"].cat.categories.to_numpy(object)
    amount = lines["amount"].fillna(0).to_numpy(np.float64)
    money = _settled(np.bincount(customer, weights=amount, minlength=len(names)).astype(np.float64))

    if "taken_back" in lines and (back := lines["taken_back"].to_numpy(bool)).any():
        customer, time, lines = customer[~back], time[~back], lines[~back]
    order = time.astype("datetime64[D]").astype(np.int64)
    order -= order.min(initial=0)
    size = int(order.max(initial=0)) + 1
    if "order" in lines:
        number = lines["order"].cat.codes.to_numpy(np.int64)
        order = np.where(number < 0, order, size + number)
        size += len(lines["order"].cat.categories)
    frequency = np.bincount(distinct(customer * size + order) // size, minlength=len(names))
    first = np.full(len(names), np.iinfo(np.int64).max)
    last = np.full(len(names), np.iinfo(np.int64).min)
    np.minimum.at(first, customer, time.astype(np.int64))
    np.maximum.at(last, customer, time.astype(np.int64))

    bought = np.flatnonzero(frequency)
    bought = bought[_alphabetically(lines["customer"].cat.categories)[bought].argsort(kind="stable")]
    return CustomerTable(
        customer=names[bought],
        recency=_days(reference, last[bought]),
        tenure=_days(reference, first[bought]),
        last=last[bought].astype("datetime64[us]").astype("datetime64[D]"),
        frequency=frequency[bought].astype(np.int64),
        money=money[bought],
        reference=reference,
    )


def order_of(lines: pd.DataFrame) -> Ints:
    """A number for each order line (n,), the same for lines of one order.

    By the order's number; lines without one are the customer's order of that day, and without a customer an order each.
    Columns: time and, where the sheet has them, order and customer (both categorical).
    """
    codes = [lines[name].cat.codes.to_numpy(np.int64) if name in lines else None for name in ("order", "customer")]
    order, who = (np.full(len(lines), -1, np.int64) if found is None else found for found in codes)
    day = lines["time"].to_numpy("datetime64[D]").astype(np.int64)
    named = (order < 0) & (who >= 0) & lines["time"].notna().to_numpy()
    span = int(day[named].max(initial=0)) + 1
    found: Ints = np.array(order, np.int64)
    found[named] = found.max(initial=-1) + 1 + np.unique(who[named] * span + day[named], return_inverse=True)[1]
    alone = found < 0
    found[alone] = found.max(initial=-1) + 1 + np.arange(alone.sum())
    return found


def _alphabetically(names: pd.Index[str]) -> Ints:
    """The place of each name in alphabetical order, (n,)."""
    places = np.empty(len(names), np.int64)
    order = pc.sort_indices(pa.array(names.astype(str), pa.string()))
    places[order.to_numpy()] = np.arange(len(names))
    return places


def among(keys: npt.NDArray[np.object_], chosen: Collection[str]) -> npt.NDArray[np.bool_]:
    """Which of the keys (n,) are among the chosen; np.isin would compare objects one by one."""
    inside: npt.NDArray[np.bool_] = pd.Index(keys).isin(list(chosen))
    return inside


def distinct(keys: Ints) -> Ints:
    """The distinct values, ascending; a sort and a mask, some thirty times as fast as `np.unique` in numpy 2.4."""
    ordered: Ints = np.sort(keys)
    first = np.ones(len(ordered), bool)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def _settled(money: Floats) -> Floats:
    """Sums to twelve figures of the largest, so that 0.1 + 0.2 ties with 0.3 and full returns leave nothing."""
    largest = np.abs(money).max(initial=0)
    settled: Floats = money if largest == 0 else money.round(11 - int(np.floor(np.log10(largest))))
    return settled


def _days(reference: pd.Timestamp, moments: Ints) -> Ints:
    """Whole days from moments (microseconds since 1970) to the reference."""
    days: Ints = (reference.value // 1000 - moments) // MICROSECONDS_A_DAY
    return days


def quintile_scores(values: npt.NDArray[Any]) -> Ints:
    """1 to 5 for each value: one more than the fifths of all values that lie strictly below it.

    Equal values get equal scores, and a crowd of ties counts low: where 60 % ordered once, they score 1, and whoever
    ordered twice scores 4. Where all are equal nobody is low: all score 3.
    """
    ordered = np.sort(values)
    if not len(values) or ordered[0] == ordered[-1]:
        return np.full(len(values), 3)
    below = np.searchsorted(ordered, values, side="left")
    return 1 + 5 * below // len(values)


def frequency_tells(frequency: Ints) -> bool:
    """Whether the number of orders tells customers apart: at least a fifth ordered more often than the least do."""
    return bool(len(frequency) and np.mean(frequency > frequency.min()) >= FEWEST_FREQUENT)


def threshold_scores(values: npt.NDArray[Any], thresholds: npt.ArrayLike) -> Ints:
    """One more than the number of thresholds that each value reaches, as in the R package `rfm`."""
    return 1 + np.searchsorted(np.asarray(thresholds), values, side="right").astype(np.int64)


def western_groups(recency: Ints, frequency: Ints, money: Floats) -> npt.NDArray[np.object_]:
    """Each customer's one of the eleven groups, by quintiles of R against the mean of those of F and M."""
    r = quintile_scores(-recency)
    fm = (quintile_scores(frequency) + quintile_scores(money) + 1) // 2
    names = np.full(56, "", object)
    names[list(GROUP_OF_CELL)] = list(GROUP_OF_CELL.values())
    chosen: npt.NDArray[np.object_] = names[10 * r + fm]
    return chosen


def eight_classes(recency: Ints, frequency: Ints, money: Floats, cuts: Cuts | None = None) -> npt.NDArray[np.object_]:
    """Each customer's one of the eight classes: R, F and M each high or low by the `cuts`; ties count as low.

    Where that leaves nobody recent, those who bought last are.
    """
    chosen = cuts or Cuts()
    recent = recency <= (_latest_half(recency) if chosen.recency is None else chosen.recency)
    often = frequency > np.median(frequency) if chosen.frequency is None else frequency >= chosen.frequency
    much = money > np.median(money) if chosen.money is None else money >= chosen.money
    names = np.array([CLASS_OF_PATTERN[bool(i & 4), bool(i & 2), bool(i & 1)] for i in range(8)], object)
    found: npt.NDArray[np.object_] = names[4 * recent + 2 * often + much]
    return found


def resolved(table: CustomerTable, cuts: Cuts) -> Cuts:
    """The thresholds in force: the owner's, and where they chose none, what the shop's middle comes to."""
    return Cuts(
        recency=_latest_half(table.recency) if cuts.recency is None else cuts.recency,
        frequency=int(np.floor(np.median(table.frequency))) + 1 if cuts.frequency is None else cuts.frequency,
        money=float(np.median(table.money)) if cuts.money is None else cuts.money,
    )


def _latest_half(recency: Ints) -> int:
    """The most days since the last order that still count as recent: fewer than the median, but never nobody's."""
    return max(int(np.ceil(np.median(recency))) - 1, int(recency.min()))
