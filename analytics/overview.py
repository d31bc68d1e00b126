"""What the shop's data says at first sight: size, period, the latest month, and how sales are spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analytics import charts, language
from analytics.analysis import Analysis, Asked, Need
from analytics.dataset import Dataset, Kind, Role, Shop
from analytics.errors import OptionError
from analytics.rfm import CustomerTable, customer_table, reference_day

MONTH = pd.Timedelta(days=30)
YEAR = pd.Timedelta(days=364)  # 52 weeks: the same weekdays
TOP_SHARE = 0.2
FEWEST_TO_CONCENTRATE = 30


@dataclass(frozen=True)
class Trend:
    """Sales of the last 30 days of the data beside an earlier 30 days; `against` says which."""

    sales: float
    before: float
    against: str

    @property
    def change(self) -> float | None:
        """Relative change, None where nothing positive was sold before."""
        return self.sales / self.before - 1 if self.before > 0 else None


@dataclass(frozen=True)
class Orders:
    """The order book; `customers` is None where the sheet does not tell customers apart, amounts in `currency`.

    `repeating` is the share of customers with more than one order, `top_share` the share of sales that the best fifth
    of the customers bring; `months` are (first day, sales) of calendar months, the last maybe unfinished.
    """

    lines: int
    orders: int | None
    customers: int | None
    first: date
    last: date
    sales: float
    currency: str | None
    order_value: float | None
    anonymous: float
    trend: Trend | None
    repeating: float | None
    top_share: float | None
    best_weekday: int
    best_weekday_share: float
    months: tuple[tuple[date, float], ...]
    unfinished: bool


@dataclass(frozen=True)
class OverviewReport:
    """What there is of each kind: the order book, the customer list's length and columns, rows of anything else.

    `met` is how many of the customer list have ordered, None without both. Orders without a date or an amount are
    `baskets`: how many there are, and of how many products.
    """

    orders: Orders | None
    baskets: tuple[int, int] | None
    customers: int | None
    met: int | None
    attributes: tuple[str, ...]
    others: tuple[tuple[str, int], ...]


def options(words: Sequence[str], asked: Asked) -> None:
    """`/overview` takes no words."""
    if words:
        raise OptionError("overview", words[0])


def run(shop: Shop, _: None) -> OverviewReport:
    """Count and sum; nothing is estimated."""
    return OverviewReport(
        orders=_orders(shop.orders) if shop.orders else None,
        baskets=_baskets(shop.orders) if shop.orders else None,
        customers=shop.customers.rows if shop.customers else None,
        met=_met(shop.orders, shop.customers) if shop.orders and shop.customers else None,
        attributes=_described_by(shop.customers) if shop.customers else (),
        others=tuple(
            (str(kind), dataset.rows)
            for kind in Kind
            if kind not in (Kind.ORDERS, Kind.CUSTOMERS, Kind.PEOPLE) and (dataset := shop.dataset(kind))
        ),
    )


def _baskets(orders: Dataset) -> tuple[int, int] | None:
    product = next((name for name in (Role.PRODUCT, Role.PRODUCT_NAME) if orders.has(name)), None)
    if orders.has(Role.TIME, Role.AMOUNT) or product is None or not orders.has(Role.ORDER):
        return None
    return _distinct(orders, Role.ORDER), _distinct(orders, product)


def _distinct(dataset: Dataset, name: str) -> int:
    return len(dataset.table(name)[name].unique().drop_null())


def _met(orders: Dataset, customers: Dataset) -> int | None:
    if not orders.has(Role.CUSTOMER):
        return None
    bought, listed = (
        set(table.table(Role.CUSTOMER)[Role.CUSTOMER].unique().to_pylist()) for table in (orders, customers)
    )
    return len(bought & listed - {None})


def _described_by(customers: Dataset) -> tuple[str, ...]:
    return tuple(column.header for column in customers.columns if column.role is not Role.CUSTOMER)


def _orders(dataset: Dataset) -> Orders | None:
    lines = dataset.frame(Role.CUSTOMER, Role.ORDER, Role.TIME, Role.AMOUNT, Role.TAKEN_BACK, numbered=(Role.ORDER,))
    if not dataset.has(Role.TIME, Role.AMOUNT) or lines[Role.TIME].isna().all():
        return None
    time, amount = lines[Role.TIME], lines[Role.AMOUNT].fillna(0)
    sold = ~lines[Role.TAKEN_BACK].astype(bool) if Role.TAKEN_BACK in lines else pd.Series(True, lines.index)
    sales = float(amount.sum())
    known = Role.CUSTOMER in lines and (lines[Role.CUSTOMER].notna() & time.notna()).any()
    table = customer_table(lines) if known else None
    # Without order numbers, the days on which a customer bought are their orders.
    unnumbered = int(table.frequency.sum()) if table else None
    orders = _count(lines[sold]) if Role.ORDER in lines else unnumbered
    by_weekday = amount.groupby(time.dt.day_of_week).sum().reindex(range(7), fill_value=0.0).to_numpy()
    sold_in = amount.groupby(time.dt.to_period("M")).sum()
    months = pd.period_range(sold_in.index.min(), sold_in.index.max(), freq="M")
    last = time.max()
    return Orders(
        lines=len(lines),
        orders=orders,
        customers=len(table) if table else None,
        first=time.min().date(),
        last=last.date(),
        sales=sales,
        currency=dataset.currency,
        order_value=sales / orders if orders else None,
        anonymous=float(amount[lines[Role.CUSTOMER].isna()].sum()) if Role.CUSTOMER in lines else sales,
        trend=_trend(time, amount),
        repeating=float((table.frequency > 1).mean()) if table else None,
        top_share=_top_share(table),
        best_weekday=int(by_weekday.argmax()),
        best_weekday_share=float(by_weekday.max() / sales) if sales > 0 else 0.0,
        months=tuple((month.start_time.date(), float(sold_in.get(month, 0.0))) for month in months),
        unfinished=(last + pd.Timedelta(days=1)).month == last.month,
    )


def _count(sold: pd.DataFrame) -> int:
    """Order numbers, and for lines without one the days on which each customer bought."""
    unnumbered = sold[sold[Role.ORDER].isna()]
    buyers = [unnumbered[Role.CUSTOMER]] if Role.CUSTOMER in sold else []
    days = pd.concat([unnumbered[Role.TIME].dt.normalize(), *buyers], axis=1).drop_duplicates()
    return int(sold[Role.ORDER].nunique()) + len(days)


def _top_share(table: CustomerTable | None) -> float | None:
    if table is None or len(table) < FEWEST_TO_CONCENTRATE or table.money.sum() <= 0:
        return None
    top = max(1, round(TOP_SHARE * len(table)))
    return float(np.sort(table.money)[-top:].sum() / table.money.sum())


def _trend(time: pd.Series[pd.Timestamp], amount: pd.Series[float]) -> Trend | None:
    """Against the same weeks a year before where the data reaches back that far, else against the 30 days before."""
    end = reference_day(time)
    start = time.min().normalize()

    def sold(until: pd.Timestamp) -> float:
        return float(amount[(time >= until - MONTH) & (time < until)].sum())

    if start <= end - MONTH - YEAR:
        return Trend(sold(end), sold(end - YEAR), "year")
    if start <= end - 2 * MONTH:
        return Trend(sold(end), sold(end - MONTH), "month")
    return None


def chart(report: OverviewReport, reader: str) -> bytes | None:
    """Sales by calendar month, an unfinished last month pale; None where there are fewer than three, or none sold."""
    if report.orders is None or len(report.orders.months) < 3:
        return None
    book = report.orders
    values = [value for _, value in book.months]
    whole = values[:-1] if book.unfinished else values
    if max(whole) <= 0:
        return None
    best = whole.index(max(whole))
    when, most = language.month(book.months[best][0], reader), language.money(whole[best], book.currency, reader)
    title = {"en": f"The best month was {when}: {most}", "zh": f"卖得最好的是{when}：{most}"}[reader]
    subtitle = {"en": "sales by month", "zh": "每月销售额"}[reader]
    if book.unfinished:
        subtitle += {"en": " · pale: month not over yet", "zh": " · 浅色：当月还没结束"}[reader]
    labels = [language.short_month(first, reader) for first, _ in book.months]
    unfinished = [False] * (len(values) - 1) + [book.unfinished]
    told = dict.fromkeys((best, len(values) - 1))
    notes = {position: language.money(values[position], book.currency, reader) for position in told}
    return charts.columns(title, subtitle, labels, values, unfinished, notes)


ANALYSIS = Analysis(
    name="overview",
    requires=tuple(Need(kind, ()) for kind in Kind if kind is not Kind.PEOPLE),
    options=options,
    run=run,
    chart=chart,
)
