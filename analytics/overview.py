"""What the shop's data says at first sight: size, period, the latest month, and how sales are spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analytics import charts, complaints, festivals, language, people, ranking, weeks
from analytics.analysis import BUYERS, Analysis, Asked, Need
from analytics.best_sellers import BestSellers, best_sellers
from analytics.complaints import Complaints
from analytics.dataset import Dataset, Kind, Role, Shop
from analytics.errors import MissingData, OptionError
from analytics.freshness import Stale, stale
from analytics.rfm import CustomerTable, among, customer_table, order_of, reference_day

DAY = pd.Timedelta(days=1)
MONTH = pd.Timedelta(days=30)
YEAR = pd.Timedelta(days=364)  # 52 weeks: the same weekdays
FOUR_WEEKS = 4
TOP_SHARE = 0.2
FEWEST_TO_CONCENTRATE = 30
SURE = 0.05
PRODUCTS, LIST = "products", "list"
SHOWN = 5


@dataclass(frozen=True)
class Trend:
    """Sales of the last 30 days of the data beside an earlier 30 days; `against` says which.

    These are the same weeks a `year` before where the shop of `year_ago` is comparable, else the `month` before. `felt` is
    a festival in the later days and not in the others; an `ordinary` change is one that the last four weeks, as the digest
    judges them, show to be no more than chance.
    """

    sales: float
    before: float
    against: str
    year_ago: weeks.YearAgo
    felt: str | None
    ordinary: bool

    @property
    def change(self) -> float | None:
        """Relative change, None where nothing positive was sold before."""
        return self.sales / self.before - 1 if self.before > 0 else None


@dataclass(frozen=True)
class Orders:
    """The order book; `customers` bought (None: the sheet does not tell customers apart), amounts in `currency`.

    `only_back` more people only ever brought something back. `anonymous` is what lines without a customer sold.
    `repeating` is the share of customers with more than one order, `top_share` the share of sales that the best fifth
    of the customers bring, `best_weekday` (0 for Monday) that on which more is ordered than on any other, beyond chance,
    with its share of the orders; `months` are (first day, sales) of calendar months, the last maybe unfinished.
    """

    lines: int
    orders: int | None
    customers: int | None
    only_back: int
    first: date
    last: date
    sales: float
    currency: str | None
    order_value: float | None
    anonymous: float
    trend: Trend | None
    repeating: float | None
    top_share: float | None
    best_weekday: tuple[int, float] | None
    months: tuple[tuple[date, float], ...]
    unfinished: bool


@dataclass(frozen=True)
class OverviewReport:
    """What there is of each kind: the order book, the people and columns of the customer list, rows of anything else.

    `met` is how many of the people on the customer list bought, None without both. Orders without a date or an amount are
    `baskets`: how many there are, and of how many products. `by_product` says whether the orders tell products apart, `products`
    are what sells best, None where nobody asks. Of the comments so many are `complaints`. The orders may be `stale`.
    """

    orders: Orders | None
    baskets: tuple[int, int] | None
    customers: int | None
    met: int | None
    attributes: tuple[str, ...]
    others: tuple[tuple[str, int], ...]
    complaints: Complaints | None
    by_product: bool
    products: BestSellers | None
    stale: Stale | None


@dataclass(frozen=True)
class OverviewOptions:
    """Whether the best sellers are wanted, whose festivals count where the sheet names no currency, and the owner's day."""

    products: bool = False
    language: str = "en"
    today: date | None = None


def options(words: Sequence[str], asked: Asked) -> OverviewOptions:
    """`/overview` takes no words."""
    if words:
        raise OptionError("overview", words[0])
    return OverviewOptions(asked.view in {PRODUCTS, LIST}, asked.language, asked.today)


def run(shop: Shop, chosen: OverviewOptions) -> OverviewReport:
    """Count and sum; nothing is estimated."""
    lines = ranking.order_lines(shop.orders, None) if shop.orders else None
    table = None if lines is None else _customers(lines)
    listed = people.listed(shop.customers).table(Role.CUSTOMER)[Role.CUSTOMER].to_pylist() if shop.customers else None
    return OverviewReport(
        orders=_orders(shop.orders, lines, table, chosen.language) if shop.orders and lines is not None else None,
        baskets=_baskets(shop.orders) if shop.orders else None,
        customers=None if listed is None else len(listed),
        met=None if listed is None or not table else int(among(table.customer, listed).sum()),
        attributes=_described_by(shop.customers) if shop.customers else (),
        others=tuple(
            (str(kind), dataset.rows)
            for kind in Kind
            if kind not in (Kind.ORDERS, Kind.CUSTOMERS, Kind.PEOPLE) and (dataset := shop.dataset(kind))
        ),
        complaints=complaints.complaints(shop.comments) if shop.comments else None,
        by_product=bool(shop.orders and {Role.PRODUCT, Role.PRODUCT_NAME} & set(shop.orders.names)),
        products=_best_sellers(shop) if chosen.products else None,
        stale=stale(shop.orders, chosen.today),
    )


def _best_sellers(shop: Shop) -> BestSellers:
    found = best_sellers(shop.orders) if shop.orders else None
    if found is None:
        wanted = (
            Role.TIME,
            Role.AMOUNT,
            *(() if shop.orders and shop.orders.has(Role.PRODUCT) else (Role.PRODUCT_NAME,)),
        )
        raise MissingData("overview", tuple(str(role) for role in wanted if shop.orders and not shop.orders.has(role)))
    return found


def _baskets(orders: Dataset) -> tuple[int, int] | None:
    product = next((name for name in (Role.PRODUCT, Role.PRODUCT_NAME) if orders.has(name)), None)
    if orders.has(Role.TIME, Role.AMOUNT) or product is None or not orders.has(Role.ORDER):
        return None
    return _distinct(orders, Role.ORDER), _distinct(orders, product)


def _distinct(dataset: Dataset, name: str) -> int:
    return len(dataset.table(name)[name].unique().drop_null())


def _customers(lines: pd.DataFrame) -> CustomerTable | None:
    if not set(BUYERS.columns) <= set(lines.columns):
        return None
    return customer_table(lines) if (lines[Role.CUSTOMER].notna() & lines[Role.TIME].notna()).any() else None


def _described_by(customers: Dataset) -> tuple[str, ...]:
    return tuple(column.header for column in customers.columns if column.role is not Role.CUSTOMER)


def _orders(dataset: Dataset, lines: pd.DataFrame, table: CustomerTable | None, reader: str) -> Orders | None:
    if not dataset.has(Role.TIME, Role.AMOUNT) or lines[Role.TIME].isna().all():
        return None
    time, amount = lines[Role.TIME], lines[Role.AMOUNT].fillna(0)
    sold = ~lines[Role.TAKEN_BACK].astype(bool) if Role.TAKEN_BACK in lines else pd.Series(True, lines.index)
    sales = float(amount.sum())
    # Lines that name neither an order nor a customer may be anything.
    orders = len(np.unique(order_of(lines[sold]))) if table or Role.ORDER in lines else None
    days = weeks.daily(lines)
    sold_in = amount.groupby(time.dt.to_period("M")).sum()
    months = pd.period_range(sold_in.index.min(), sold_in.index.max(), freq="M")
    last = time.max()
    return Orders(
        lines=len(lines),
        orders=orders,
        customers=len(table) if table else None,
        only_back=lines.loc[time.notna(), Role.CUSTOMER].nunique() - len(table) if table else 0,
        first=time.min().date(),
        last=last.date(),
        sales=sales,
        currency=dataset.currency,
        order_value=sales / orders if orders else None,
        anonymous=ranking.anonymous_sales(lines) if Role.CUSTOMER in lines else sales,
        trend=_trend(time, amount, days, festivals.market_of(dataset.currency, reader)),
        repeating=float((table.frequency > 1).mean()) if table else None,
        top_share=_top_share(table),
        best_weekday=_best_weekday(days) if days else None,
        months=tuple((month.start_time.date(), float(sold_in.get(month, 0.0))) for month in months),
        unfinished=(last + pd.Timedelta(days=1)).month == last.month,
    )


def _top_share(table: CustomerTable | None) -> float | None:
    if table is None or len(table) < FEWEST_TO_CONCENTRATE or table.money.sum() <= 0:
        return None
    top = max(1, round(TOP_SHARE * len(table)))
    return float(np.sort(table.money)[-top:].sum() / table.money.sum())


def _trend(
    time: pd.Series[pd.Timestamp], amount: pd.Series[float], days: weeks.Daily | None, market: festivals.Market
) -> Trend | None:
    """Against the same weeks a year before where these are a measure, else against the 30 days before."""
    end = reference_day(time)
    start = time.min().normalize()
    lately = weeks.change(days, market, FOUR_WEEKS) if days else None
    if lately is None or start > end - 2 * MONTH:
        return None
    year = lately.year_ago == "comparable" and start <= end - MONTH - YEAR
    back = YEAR if year else MONTH

    def sold(until: pd.Timestamp) -> float:
        return float(amount[(time >= until - MONTH) & (time < until)].sum())

    def felt(until: pd.Timestamp) -> str | None:
        found = festivals.during((until - MONTH).date(), (until - DAY).date(), market)
        return found.code if found else None

    alone = felt(end) if felt(end) != felt(end - back) else None
    ordinary = lately.basis is not None and lately.direction == 0
    return Trend(sold(end), sold(end - back), "year" if year else "month", lately.year_ago, alone, ordinary)


def _best_weekday(days: weeks.Daily) -> tuple[int, float] | None:
    """The day (0 for Monday) with most orders and its share of them; None where another may be as good.

    In whole weeks it had more orders than each of the others too often for chance (sign test, one-sided, 5 % in all over
    the seven days that may come out best). One day's crowd, as of a festival, makes no weekday a good one.
    """
    from scipy.special import bdtrc

    whole = days.orders[len(days.orders) % weeks.DAYS :].reshape(-1, weeks.DAYS)
    totals = whole.sum(axis=0)
    best = int(totals.argmax())
    rivals = np.delete(whole, best, axis=1)
    won, lost = ((whole[:, [best]] > rivals).sum(axis=0), (whole[:, [best]] < rivals).sum(axis=0))
    chance = weeks.DAYS * np.where(won > 0, bdtrc(won - 1, won + lost, 0.5), 1.0)
    if not (chance < SURE).all():
        return None
    return (days.last.weekday() + 1 + best) % weeks.DAYS, float(totals[best] / totals.sum())


def sheet(shop: Shop, chosen: OverviewOptions, reader: str) -> tuple[str, pd.DataFrame]:
    """Every product sold in the period as a row, most sales first; headers as the reader says them."""
    found = _best_sellers(shop)
    rows: dict[str, list[object]] = {
        "product": [one.name for one in found.products],
        "sales": [round(one.sales, 2) for one in found.products],
        "share_of_sales": [round(one.share, 4) for one in found.products],
        "units": [one.units for one in found.products],
        "orders_with": [one.orders for one in found.products],
        "orders_before": [one.before for one in found.products],
        "beyond_chance": [language.CHANGES[reader].get(one.change or "") for one in found.products],
    }
    told = {name: values for name, values in rows.items() if any(value is not None for value in values)}
    return language.BASKET_LISTS[reader]["products"], pd.DataFrame(told).rename(columns=language.BASKET_HEADERS[reader])


def chart(report: OverviewReport, reader: str) -> bytes | None:
    """Sales by calendar month, an unfinished last month pale; None where there are fewer than three, or none sold.

    Of the best sellers, bars of what they sold.
    """
    if report.products is not None:
        return _best_bars(report.products, report.orders.currency if report.orders else None, reader)
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


def _best_bars(found: BestSellers, currency: str | None, reader: str) -> bytes:
    best = found.products[0]
    title = {
        "en": f"{charts.shortened(best.name, 26)}: {language.percent(best.share, 'en')} of sales",
        "zh": f"{charts.shortened(best.name, 26)}：占销售额 {language.percent(best.share, 'zh')}",
    }[reader]
    span = language.span(found.first, found.last, reader)
    subtitle = {"en": f"sales by product, {span}", "zh": f"{span}，各商品销售额"}[reader]
    rows = [
        charts.Bar(charts.shortened(one.name, 30), one.sales, language.money(one.sales, currency, reader))
        for one in found.products[:SHOWN]
    ]
    return charts.bars(title, subtitle, rows)


ANALYSIS = Analysis(
    name="overview",
    requires=tuple(Need(kind, ()) for kind in Kind if kind is not Kind.PEOPLE),
    options=options,
    run=run,
    chart=chart,
    views=(PRODUCTS, LIST),
    sheet=sheet,
    pictured=("body", PRODUCTS),
)
