"""Gaps and values far from the usual, treated the way the owner said; what was sent stays as it is.

Policies are applied whenever a shop is opened for a question, so that switching one is instant and reversible.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analytics.dataset import Dataset, Kind, Role, Shop

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

FEWEST = 30
MOST_SHARE = 0.05
TIMES_THE_USUAL = 10
ALPHA, LEAST_CUT = 0.05, 3.5
NORMAL_MAD, NORMAL_MEAN_DEVIATION = 1.4826, 1.2533
LOPSIDED = 0.2
NOTHING = 1e-9
UNKNOWN = "?"
"""The group of those of whom a text is not known; the same sign in both languages, for lists that leave as files."""


class Missing(StrEnum):
    """What becomes of a gap: it stays one, takes a value worked out from the others, or is a group of its own."""

    EMPTY = "empty"
    MEAN = "mean"
    MEDIAN = "median"
    INTERPOLATE = "interpolate"
    FREQUENT = "frequent"
    GROUP = "group"


class Outliers(StrEnum):
    """What becomes of a value far from the usual: it counts, counts as the farthest usual value, or does not count."""

    KEEP = "keep"
    CAP = "cap"
    LEAVE_OUT = "leave_out"


@dataclass(frozen=True)
class Policy:
    """How one column is cleaned; the defaults change nothing."""

    missing: Missing = Missing.EMPTY
    outliers: Outliers = Outliers.KEEP


Policies = Mapping[str, Policy]
"""By the `code` of the column."""

# Columns that may be cleaned besides a customer's attributes. Who, what and when are never touched.
CLEANED: dict[Kind, tuple[Role, ...]] = {
    Kind.ORDERS: (Role.AMOUNT, Role.QUANTITY, Role.PRICE),
    Kind.CUSTOMERS: (Role.AGE, Role.SEX, Role.PLACE),
}
AMOUNTS: frozenset[str] = frozenset({Role.AMOUNT, Role.QUANTITY, Role.PRICE})


@dataclass(frozen=True)
class Orders:
    """Lines gathered into orders; `order` (lines,) says which of the others (orders,) a line is part of.

    `totals` are net; an order of which every line was taken back is not `sold`.
    """

    order: Ints
    totals: Floats
    sold: Bools


def code(kind: Kind, name: str) -> str:
    """A short name of a column for buttons, the same in every upload: `orders.amount`, `customers.1f0e9a3c`."""
    if name.startswith(f"{Role.ATTRIBUTE}:"):
        name = hashlib.blake2b(name.encode(), digest_size=4).hexdigest()
    return f"{kind}.{name}"


def applied(shop: Shop, policies: Policies) -> Shop:
    """The shop with its orders, also the earlier ones, and customers cleaned."""

    def part(dataset: Dataset | None) -> Dataset | None:
        return None if dataset is None else cleaned(dataset, policies)

    return replace(shop, orders=part(shop.orders), customers=part(shop.customers), earlier=part(shop.earlier))


def cleaned(dataset: Dataset, policies: Policies) -> Dataset:
    """The dataset as its owner wants it counted; the very same one where no policy changes anything.

    Values far from the usual are judged, and gaps filled, from the data as it was sent; gaps are filled after outliers
    were treated, so a value left out is a gap like any other. Orders left out go with all their lines. A policy that
    does not fit its column is ignored.
    """
    chosen = {
        name: policies[code(dataset.kind, name)] for name in dataset.names if code(dataset.kind, name) in policies
    }
    chosen = {name: policy for name, policy in chosen.items() if policy != Policy()}
    if not chosen:
        return dataset
    sent = dataset.table()
    table, kept = sent, np.ones(sent.num_rows, bool)
    for name, policy in chosen.items():
        missing, outliers = choices(dataset.kind, sent, name)
        if dataset.kind is Kind.ORDERS and name == Role.AMOUNT and policy.outliers in outliers:
            amounts, kept = _orders_treated(sent, policy.outliers)
            table = _with(table, name, amounts)
            continue
        column = sent[name]
        if policy.outliers in outliers and policy.outliers is not Outliers.KEEP:
            column = _treated(sent, name, policy.outliers)
        if policy.missing in missing and policy.missing is not Missing.EMPTY:
            column = _filled(column, policy.missing, sent)
        table = _with(table, name, column)
    return replace(dataset, source=table if kept.all() else table.filter(pa.array(kept)))


def choices(kind: Kind, table: pa.Table, name: str) -> tuple[tuple[Missing, ...], tuple[Outliers, ...]]:
    """What may be done about the gaps and the outliers of this column; nothing where it is not to be touched."""
    if name not in CLEANED.get(kind, ()) and not (kind is Kind.CUSTOMERS and name.startswith(f"{Role.ATTRIBUTE}:")):
        return (), ()
    column = table[name]
    if kind is Kind.ORDERS and name == Role.AMOUNT:
        # Money that nobody wrote down is never made up.
        return (), tuple(Outliers)
    if pa.types.is_dictionary(column.type):
        return ((Missing.EMPTY, Missing.GROUP, Missing.FREQUENT), ()) if _is_category(column) else ((), ())
    if not pa.types.is_floating(column.type) or column.null_count == len(column):
        return (), ()
    timed = (Missing.INTERPOLATE,) if Role.TIME in table.column_names else ()
    return (Missing.EMPTY, Missing.MEAN, Missing.MEDIAN, *timed), tuple(Outliers)


def _is_category(column: pa.ChunkedArray) -> bool:
    """Whether texts repeat, so that they sort rows into groups; names, numbers and days of joining do not."""
    known: int = len(column) - column.null_count
    distinct: int = pc.count_distinct(column.cast(pa.string()), mode="only_valid").as_py()
    return 0 < 2 * distinct <= known


def find_outliers(values: Floats, *, amounts: bool = False) -> Bools:
    """Which values lie so far from the usual that not even one in twenty shops has a single one by chance.

    Hampel's identifier, median ± c · 1.4826 MAD, with c growing with the number of values (Davies & Gather 1993, "The
    identification of multiple outliers", eq. 3 with α_n = 1 − (1 − α)^(1/n)), but 3.5 at least (Iglewicz & Hoaglin 1993).
    Where more than half of the values are equal the mean deviation takes the place of the MAD, as the latter advise.
    `amounts`, and positive columns as lopsided as amounts, are judged by their logarithms, upwards only, from ten times
    the usual; a negative amount (goods that came back) by its size. Nothing is an outlier among fewer than 30 values,
    and nothing that more than one in twenty are.
    """
    known = values[~np.isnan(values)]
    none = np.zeros(len(values), bool)
    amounts = amounts or _lopsided(known)
    base = known[known > 0] if amounts else known
    if len(base) < FEWEST or (not amounts and len(np.unique(base)) < 3):
        return none
    outlying: Bools
    if amounts:
        logs = np.log(base)
        middle = float(np.median(logs))
        far = max(_cut(len(base)) * _spread(logs, middle), float(np.log(TIMES_THE_USUAL)))
        with np.errstate(divide="ignore"):
            outlying = np.log(np.abs(values)) - middle > far
    else:
        middle = float(np.median(base))
        spread = _spread(base, middle)
        outlying = np.abs(values - middle) > _cut(len(base)) * spread
    return none if outlying.sum() > max(1, MOST_SHARE * len(base)) else outlying


def _lopsided(known: Floats) -> bool:
    """Positive, and Bowley's skewness of the quartiles like that of amounts; unlike the moments', one value cannot sway it."""
    if not known.size or known.min() <= 0:
        return False
    low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
    return bool(high > low and (high + low - 2 * middle) / (high - low) > LOPSIDED)


def _cut(size: int) -> float:
    alpha: float = 1 - (1 - ALPHA) ** (1 / size)
    return max(LEAST_CUT, NormalDist().inv_cdf(1 - alpha / 2))


def _spread(values: Floats, middle: float) -> float:
    """The standard deviation that a normal crowd of this MAD would have; of this mean deviation, where the MAD is 0."""
    deviations = np.abs(values - middle)
    mad = float(np.median(deviations))
    return (
        NORMAL_MAD * mad if mad > NOTHING * max(1.0, abs(middle)) else NORMAL_MEAN_DEVIATION * float(deviations.mean())
    )


def usual_range(values: Floats, outlying: Bools) -> tuple[float, float]:
    """The least and the most of the values that are not outliers."""
    usual = values[~outlying & ~np.isnan(values)]
    return float(usual.min()), float(usual.max())


def gathered(table: pa.Table) -> Orders:
    """Lines to orders: by number; where there is none, what a customer bought that day; failing that, each by itself."""
    order = np.arange(table.num_rows, dtype=np.int64)
    unnumbered = np.ones(table.num_rows, bool)
    if Role.ORDER in table.column_names:
        number = _codes(table, Role.ORDER)
        unnumbered = number < 0
        order[~unnumbered] = 2 * table.num_rows + number[~unnumbered]
    if unnumbered.any() and {Role.CUSTOMER, Role.TIME} <= set(table.column_names):
        who, days = _codes(table, Role.CUSTOMER), table[Role.TIME].to_pandas().dt.normalize()
        known = unnumbered & (who >= 0) & days.notna().to_numpy()
        day = days[known].to_numpy().astype(np.int64)
        order[known] = table.num_rows + pd.factorize(pd.MultiIndex.from_arrays([who[known], day]))[0]
    order = pd.factorize(order)[0].astype(np.int64)
    size = int(order.max(initial=-1)) + 1
    amount = np.nan_to_num(numbers(table[Role.AMOUNT]))
    back = np.zeros(table.num_rows, bool)
    if Role.TAKEN_BACK in table.column_names:
        back = pc.fill_null(table[Role.TAKEN_BACK], False).to_numpy()
    return Orders(
        order=order,
        totals=np.bincount(order, weights=amount, minlength=size).astype(np.float64),
        sold=np.bincount(order, weights=~back, minlength=size) > 0,
    )


def _orders_treated(table: pa.Table, outliers: Outliers) -> tuple[pa.ChunkedArray, Bools]:
    """Amounts of the lines with outlying orders shrunk to the largest usual one, and which lines are kept."""
    orders = gathered(table)
    outlying = find_outliers(orders.totals, amounts=True)
    amounts, kept = table[Role.AMOUNT], np.ones(table.num_rows, bool)
    if not outlying.any() or outliers is Outliers.KEEP:
        return amounts, kept
    if outliers is Outliers.LEAVE_OUT:
        return amounts, ~outlying[orders.order]
    most = usual_range(orders.totals[orders.sold], outlying[orders.sold])[1]
    factor = np.ones(len(orders.totals))
    factor[outlying] = most / np.abs(orders.totals[outlying])
    return _column(numbers(amounts) * factor[orders.order]), kept


def _treated(table: pa.Table, name: str, outliers: Outliers) -> pa.ChunkedArray:
    values = numbers(table[name])
    among = judged(table, name)
    outlying = find_outliers(among, amounts=name in AMOUNTS)
    if not outlying.any():
        return table[name]
    if outliers is Outliers.LEAVE_OUT:
        return _column(np.where(outlying, np.nan, values))
    return _column(np.where(outlying, np.clip(values, *usual_range(among, outlying)), values))


def _filled(column: pa.ChunkedArray, missing: Missing, table: pa.Table) -> pa.ChunkedArray:
    if missing is Missing.INTERPOLATE:
        return _column(interpolated(numbers(column), table))
    value = filling(column, missing)
    if not pa.types.is_dictionary(column.type):
        return pc.fill_null(column, value)
    return pc.fill_null(column.cast(pa.string()), value).combine_chunks().dictionary_encode().cast(column.type)


def filling(column: pa.ChunkedArray, missing: Missing) -> float | str | None:
    """The one value that every gap of the column takes; None where each has its own, or stays."""
    if missing is Missing.MEAN:
        return float(np.nanmean(numbers(column)))
    if missing is Missing.MEDIAN:
        return float(np.nanmedian(numbers(column)))
    if missing is Missing.FREQUENT:
        counts = column.to_pandas().value_counts()
        return min(str(level) for level in counts.index[counts == counts.max()])
    return UNKNOWN if missing is Missing.GROUP else None


def interpolated(values: Floats, table: pa.Table) -> Floats:
    """Gaps on the straight line between the known neighbours in time, of the same product where there are products.

    Before the first known value and after the last it is that value; a gap without a time, or without any neighbour,
    stays one.
    """
    time = table[Role.TIME].cast(pa.int64()).to_pandas().to_numpy(np.float64)
    group = np.zeros(len(values), np.int64)
    for name in (Role.PRODUCT, Role.PRODUCT_NAME):
        if name in table.column_names:
            group = _codes(table, name)
            break
    frame = pd.DataFrame({"group": group, "time": time, "value": values})
    gaps = frame[frame["value"].isna() & frame["time"].notna()]
    known = frame[frame["group"].isin(gaps["group"].unique())].dropna()
    # Several values of one moment: their mean, whatever the order of the rows.
    moments = known.groupby(["group", "time"])["value"].mean().reset_index().set_index("group")
    filled = values.copy()
    for key, rows in gaps.groupby("group"):
        if key in moments.index:
            line = moments.loc[[key]]
            filled[rows.index] = np.interp(rows["time"], line["time"], line["value"])
    return filled


def judged(table: pa.Table, name: str) -> Floats:
    """The column's values among which outliers are sought: a fee's price or quantity is neither usual nor unusual."""
    values = numbers(table[name])
    if name in {Role.PRICE, Role.QUANTITY} and Role.NOT_A_PRODUCT in table.column_names:
        products = np.where(pc.fill_null(table[Role.NOT_A_PRODUCT], False).to_numpy(), np.nan, values)
        return values if np.isnan(products).all() else products
    return values


def numbers(column: pa.ChunkedArray) -> Floats:
    """The column as floats, gaps as NaN."""
    values: Floats = column.to_pandas().to_numpy(np.float64, copy=True)
    return values


def _codes(table: pa.Table, name: str) -> Ints:
    codes: Ints = table[name].to_pandas().cat.codes.to_numpy(np.int64)
    return codes


def _column(values: Floats) -> pa.Array:
    return pa.array(values, pa.float64(), from_pandas=True)


def _with(table: pa.Table, name: str, column: pa.ChunkedArray | pa.Array) -> pa.Table:
    position = table.column_names.index(name)
    return table.set_column(position, table.schema.field(position).with_nullable(True), column)
