"""What each column holds, what looks odd in it, and what the owner has decided about that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa

from analytics import charts, cleaning, distribution, language
from analytics.analysis import Analysis, Asked, Need
from analytics.cleaning import Missing, Outliers, Policies, Policy
from analytics.dataset import Count, Dataset, Kind, Role, Shop
from analytics.errors import OptionError

EXAMPLES = 3
MOST_SLICES = 5
MONEY = frozenset({Role.AMOUNT, Role.PRICE})


@dataclass(frozen=True)
class CleanOptions:
    """`column` is the code of the column to be shown by itself, None for the one that most needs a look."""

    policies: Policies
    column: str | None


@dataclass(frozen=True)
class Example:
    """One value far from the usual; `times` is how many times the median, None for columns that are no amounts."""

    value: float
    times: float | None
    order: str | None
    day: date | None


@dataclass(frozen=True)
class Effect:
    """What the policy does now.

    `treated` outliers, which count as at least `low` and at most `high` where capped, and `filled` gaps, each with
    `filling` unless each has its own; `sales` before and after.
    """

    treated: int
    low: float
    high: float
    filled: int
    filling: float | str | None
    sales: tuple[float, float] | None


@dataclass(frozen=True)
class ColumnReport:
    """One column as it was sent. `rows` counts orders for the amounts of orders, else lines or customers.

    A column of numbers has `figures`, `histogram` and what is `usual`, the median (of amounts, of those above zero), one
    of texts `levels`.
    """

    code: str
    kind: Kind
    name: str
    currency: str | None
    rows: int
    missing: int
    figures: distribution.Figures | None
    histogram: distribution.Histogram | None
    levels: distribution.Levels | None
    usual: float | None
    outliers: int
    examples: tuple[Example, ...]
    policy: Policy
    missing_choices: tuple[Missing, ...]
    outlier_choices: tuple[Outliers, ...]
    effect: Effect

    @property
    def is_money(self) -> bool:
        return self.kind is Kind.ORDERS and self.name in MONEY

    @property
    def is_decided(self) -> bool:
        """Whether the owner wants anything changed."""
        return self.policy != Policy()

    @property
    def is_odd(self) -> bool:
        """Whether there is anything to decide, or decided."""
        return bool(self.outliers or self.missing) or self.is_decided


@dataclass(frozen=True)
class CleanReport:
    """All columns that may be cleaned, those with something odd first; `column` is the one to be shown by itself.

    `unread` are rows of the latest file with orders that could not be read, by reason, beside `used` that could, and
    `lacks_much` whether that is more than a slip here and there. `nameless` of `lines` name no customer, though others do.
    """

    columns: tuple[ColumnReport, ...]
    column: ColumnReport | None
    unread: tuple[Count, ...] = ()
    used: int = 0
    lacks_much: bool = False
    nameless: int = 0
    lines: int = 0

    @property
    def odd(self) -> tuple[ColumnReport, ...]:
        """The columns with something to decide."""
        return tuple(column for column in self.columns if column.is_odd)

    @property
    def orders(self) -> int | None:
        """How many orders there are."""
        return next((column.rows for column in self.columns if _is_amount(column)), None)

    @property
    def customers(self) -> int | None:
        """How many customers the list has."""
        return next((column.rows for column in self.columns if column.kind is Kind.CUSTOMERS), None)


def options(words: Sequence[str], asked: Asked) -> CleanOptions:
    """`/clean`, `/clean column [code]`, `/clean all`."""
    if len(words) > 1:
        raise OptionError("clean", " ".join(words))
    return CleanOptions(asked.policies, words[0] if words else None)


def run(shop: Shop, chosen: CleanOptions) -> CleanReport:
    """Describe every column that may be cleaned."""
    columns = []
    for kind in cleaning.CLEANED:
        dataset = shop.dataset(kind)
        columns += _columns(dataset, chosen.policies) if dataset is not None else []
    # A stable sort: among equals the order of the sheet.
    columns.sort(key=lambda column: (not column.outliers, not column.is_odd, not _is_amount(column)))
    named = [column for column in columns if chosen.column in (None, column.code)]
    if chosen.column is not None and not named:
        raise OptionError("clean", chosen.column)
    report = CleanReport(tuple(columns), named[0] if named else None)
    return report if shop.orders is None else _with_rows(report, shop.orders)


def _with_rows(report: CleanReport, orders: Dataset) -> CleanReport:
    """What no column shows: rows that were not read, and lines of nobody."""
    receipt = orders.receipt
    nameless = orders.table(Role.CUSTOMER)[Role.CUSTOMER].null_count if orders.has(Role.CUSTOMER) else 0
    return replace(
        report,
        unread=receipt.unread,
        used=receipt.rows_used,
        lacks_much=receipt.lacks_much,
        nameless=nameless if nameless < orders.rows else 0,
        lines=orders.rows,
    )


def _is_amount(column: ColumnReport) -> bool:
    return column.kind is Kind.ORDERS and column.name == Role.AMOUNT


def _columns(dataset: Dataset, policies: Policies) -> list[ColumnReport]:
    wanted = (Role.ORDER, Role.TIME, Role.CUSTOMER, Role.TAKEN_BACK, Role.PRODUCT, Role.PRODUCT_NAME)
    context = wanted if dataset.kind is Kind.ORDERS else (Role.TIME,)
    offered = [*cleaning.CLEANED[dataset.kind], *(dataset.attributes if dataset.kind is Kind.CUSTOMERS else ())]
    table = dataset.table(*context, *offered)
    found = []
    for name in (name for name in offered if name in table.column_names):
        missing, outliers = cleaning.choices(dataset.kind, table, name)
        if not missing and not outliers:
            continue
        code = cleaning.code(dataset.kind, name)
        policy = policies.get(code, Policy())
        if dataset.kind is Kind.ORDERS and name == Role.AMOUNT:
            report = _amounts(dataset, table, code, policy)
        elif pa.types.is_dictionary(table.schema.field(name).type):
            report = _texts(dataset, table, str(name), policy, missing)
        else:
            report = _numbers(dataset, table, str(name), policy, (missing, outliers))
        if report is not None:
            found.append(report)
    return found


def _amounts(dataset: Dataset, table: pa.Table, code: str, policy: Policy) -> ColumnReport | None:
    """The totals of orders; what only came back is no order."""
    orders = cleaning.gathered(table)
    outlying = cleaning.find_outliers(orders.totals, amounts=True)
    if not orders.sold.any():
        return None
    totals, odd = orders.totals[orders.sold], outlying[orders.sold]
    after = cleaning.cleaned(_of(dataset, table), {code: policy}).table(Role.AMOUNT)[Role.AMOUNT]
    treated = int(odd.sum()) if policy.outliers is not Outliers.KEEP else 0
    first = np.full(len(orders.totals), -1)
    first[orders.order[::-1]] = np.arange(table.num_rows)[::-1]
    return ColumnReport(
        code=code,
        kind=dataset.kind,
        name=str(Role.AMOUNT),
        currency=dataset.currency,
        rows=len(totals),
        missing=0,
        figures=distribution.figures(totals),
        histogram=distribution.histogram(totals, odd),
        levels=None,
        usual=_usual(totals, amounts=True),
        outliers=int(odd.sum()),
        examples=_examples(table, totals, odd, first[orders.sold], amounts=True),
        policy=policy,
        missing_choices=(),
        outlier_choices=tuple(Outliers),
        effect=Effect(
            treated=treated,
            low=0.0,
            high=cleaning.usual_range(totals, odd)[1],
            filled=0,
            filling=None,
            sales=(float(orders.totals.sum()), float(np.nansum(cleaning.numbers(after)))),
        ),
    )


def _numbers(
    dataset: Dataset,
    table: pa.Table,
    name: str,
    policy: Policy,
    choices: tuple[tuple[Missing, ...], tuple[Outliers, ...]],
) -> ColumnReport:
    code = cleaning.code(dataset.kind, name)
    values = cleaning.numbers(table[name])
    amounts = dataset.kind is Kind.ORDERS
    among = cleaning.judged(table, name)
    outlying = cleaning.find_outliers(among, amounts=amounts)
    low, high = cleaning.usual_range(among, outlying)
    left = Policy(outliers=policy.outliers)
    gaps = cleaning.cleaned(_of(dataset, table), {code: left}).table(name)[name]
    after = cleaning.cleaned(_of(dataset, table), {code: policy}).table(name)[name]
    return ColumnReport(
        code=code,
        kind=dataset.kind,
        name=name,
        currency=dataset.currency,
        rows=len(values),
        missing=int(np.isnan(values).sum()),
        figures=distribution.figures(values),
        histogram=distribution.histogram(values, outlying),
        levels=None,
        usual=_usual(values, amounts=amounts),
        outliers=int(outlying.sum()),
        examples=_examples(table, values, outlying, np.arange(len(values)), amounts=amounts),
        policy=policy,
        missing_choices=choices[0],
        outlier_choices=choices[1],
        effect=Effect(
            treated=int(outlying.sum()) if policy.outliers is not Outliers.KEEP else 0,
            low=low,
            high=high,
            filled=gaps.null_count - after.null_count,
            filling=cleaning.filling(gaps, policy.missing),
            sales=None,
        ),
    )


def _texts(dataset: Dataset, table: pa.Table, name: str, policy: Policy, choices: tuple[Missing, ...]) -> ColumnReport:
    column = table[name]
    missing = column.null_count
    return ColumnReport(
        code=cleaning.code(dataset.kind, name),
        kind=dataset.kind,
        name=name,
        currency=None,
        rows=len(column),
        missing=missing,
        figures=None,
        histogram=None,
        levels=distribution.levels(column.to_pandas()),
        usual=None,
        outliers=0,
        examples=(),
        policy=policy,
        missing_choices=choices,
        outlier_choices=(),
        effect=Effect(
            treated=0,
            low=0.0,
            high=0.0,
            filled=missing if policy.missing is not Missing.EMPTY else 0,
            filling=cleaning.filling(column, policy.missing),
            sales=None,
        ),
    )


def _of(dataset: Dataset, table: pa.Table) -> Dataset:
    """The same dataset, its columns at hand."""
    return Dataset(dataset.kind, dataset.columns, dataset.receipt, dataset.currency, table)


def _usual(values: cleaning.Floats, *, amounts: bool) -> float:
    """The median; of amounts, of those above zero."""
    positive = values > 0
    return float(np.median(values[positive])) if amounts and positive.any() else float(np.nanmedian(values))


def _examples(
    table: pa.Table, values: cleaning.Floats, outlying: cleaning.Bools, row: cleaning.Ints, *, amounts: bool
) -> tuple[Example, ...]:
    """The values farthest from the usual, with the order each stands in, or the day where orders have no number."""
    if not outlying.any():
        return ()
    usual = _usual(values, amounts=amounts)
    positions = np.flatnonzero(outlying)
    farthest = positions[np.argsort(-np.abs(values[positions] - (0 if amounts else usual)), kind="stable")][:EXAMPLES]
    found = []
    for position in farthest:
        line = table.slice(int(row[position]), 1).to_pylist()[0]
        moment = line.get(str(Role.TIME)) if amounts else None
        value = float(values[position])
        times = value / usual if amounts else None
        found.append(Example(value, times, line.get(str(Role.ORDER)), moment.date() if moment else None))
    return tuple(found)


def chart(report: CleanReport, reader: str) -> bytes | None:
    """The column's values as they were sent: a histogram, a pie of a few parts, or bars."""
    column = report.column
    if column is None:
        return None
    if column.histogram is not None and column.usual is not None:
        return _histogram(column, column.histogram, column.usual, reader)
    return _levels(column, column.levels, reader) if column.levels is not None else None


def _histogram(column: ColumnReport, spread: distribution.Histogram, usual: float, reader: str) -> bytes:
    def said(value: float) -> str:
        return language.money(value, column.currency, reader) if column.is_money else language.number(value, reader)

    name, middle = language.column(column.name, reader), said(usual)
    rows = language.count(column.rows - column.missing, reader)
    title = {"en": f"{name}: typically {middle}", "zh": f"{name}：一般 {middle}"}[reader]
    of = {
        "en": {"orders": "orders", "lines": "order lines", "customers": "customers"},
        "zh": {"orders": "笔订单", "lines": "条明细", "customers": "位客户"},
    }[reader]
    unit = of["orders" if _is_amount(column) else "lines" if column.kind is Kind.ORDERS else "customers"]
    subtitle = {"en": f"how many of {rows} {unit}", "zh": f"{rows} {unit}的分布"}[reader]
    if spread.growth:
        times = {2: {"en": "double", "zh": "两"}, 10: {"en": "ten times", "zh": "十"}}[spread.growth][reader]
        subtitle += {"en": f" · each step {times} the last", "zh": f" · 每一格约是前一格的{times}倍"}[reader]
    if column.outliers:
        subtitle += {"en": " · orange: far from the usual", "zh": " · 橙色：远离平常"}[reader]
    bins = [charts.Bin(values, odd) for values, odd in zip(spread.counts, spread.odd, strict=True)]
    if spread.single:
        edges = {place + 0.5: said(edge + 0.5) for place, edge in enumerate(spread.edges[:-1])}
    else:
        known = [(place, edge) for place, edge in enumerate(spread.edges) if np.isfinite(edge)]
        step = -(-len(known) // 6)
        edges = {float(place): said(edge) for place, edge in known[::step]}
    return charts.histogram(title, subtitle, bins, edges)


def _levels(column: ColumnReport, levels: distribution.Levels, reader: str) -> bytes:
    first = levels.largest[0]
    leading, share = charts.shortened(first.label, 24), language.percent(first.rows / column.rows, reader)
    name = language.column(column.name, reader)
    title = {
        "en": f"{name}: {share} are {leading}",
        "zh": f"{name}：{leading}占 {share}",
    }[reader]
    subtitle = {
        "en": f"{language.count(column.rows, 'en')} customers",
        "zh": f"{language.count(column.rows, 'zh')} 位客户",
    }[reader]
    rows = [(level.label, level.rows, False) for level in levels.largest]
    others, unknown = {"en": ("{} others", "not known"), "zh": ("其他 {} 种", "未填")}[reader]
    rows += [(others.format(levels.more), levels.rows_in_more, False)] if levels.more else []
    rows += [(unknown, column.missing, True)] if column.missing else []
    slices = [
        charts.Bar(
            label=charts.shortened(label, 40),
            value=count,
            note=f"{language.count(count, reader)} · {language.percent(count / column.rows, reader)}",
            accent=accent,
        )
        for label, count, accent in rows
    ]
    if 2 <= len(slices) <= MOST_SLICES:
        return charts.pie(title, subtitle, slices)
    return charts.bars(title, subtitle, slices)


ANALYSIS = Analysis(
    name="clean",
    requires=(Need(Kind.ORDERS, (Role.AMOUNT,)), Need(Kind.CUSTOMERS, (Role.CUSTOMER,))),
    options=options,
    run=run,
    chart=chart,
    views=("column", "all"),
    pictured=("body", "column"),
    raw=True,
)
