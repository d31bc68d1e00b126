"""Customers by what is known of them: how many, and what they spend, for each value of an attribute, or of two at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics import language, rfm, traits
from analytics.cleaning import code
from analytics.dataset import Dataset, Kind, Role, Shop
from analytics.errors import UnknownAttribute

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_LEVELS, MOST_CROSSED = 8, 5
FEW_NUMBERS = 6
COUNTED_FROM = (1, 2, 3, 6, 11)
COUNTS = ("1", "2", "3–5", "6–10", "11+")
DECADES = (20.0, 30.0, 40.0, 50.0, 60.0)
AND = re.compile(r"\s+(?:by|and|x)\s+|\s*[,，、×&+]\s*|\s*[按和与]\s*", re.IGNORECASE)

# What people call the attributes that every shop may have; the owner's own headers are known besides.
CALLED: dict[str, tuple[str, ...]] = {
    "place": (
        "place",
        "city",
        "town",
        "country",
        "region",
        "province",
        "state",
        "where",
        "地区",
        "城市",
        "省",
        "省份",
        "国家",
        "地方",
    ),
    "sex": ("sex", "gender", "性别", "男女"),
    "age": ("age", "ages", "年龄", "岁数"),
    "category": ("category", "categories", "department", "类目", "品类", "分类", "类别"),
    "segment": ("segment", "segments", "group", "groups", "客户群", "分群", "分层"),
    "orders": ("orders", "frequency", "how often", "订单数", "次数", "购买次数", "频次"),
    "spend": ("spend", "spending", "money", "value", "消费", "金额", "消费额", "价值"),
    "joined": ("joined", "first order", "since", "cohort", "首单", "首单时间", "新老", "加入时间"),
}
# Who spends more has ordered more and been here longer: cut by these, spending differs of course.
BY_MONEY = {"segment", "spend", "orders", "joined"}
COMPUTED = ("segment", "orders", "spend", "joined")


@dataclass(frozen=True)
class Attribute:
    """Something known of customers: `code` for buttons, `name` the column (or what it is computed from)."""

    code: str
    name: str
    kind: Kind | None


@dataclass(frozen=True)
class Level:
    """One value, or a band of numbers (from `low`, below `high`; None is open); `other` pools the rare, `unknown` the gaps."""

    sort: Literal["value", "band", "other", "unknown"]
    label: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Row:
    """The customers of one level (of each attribute). Money is None without orders.

    `spend` is the median, `repeating` the share who ordered more than once, both None of fewer than ten; `times` says how many times the middle
    customer's spend theirs is, only where chance does not explain it.
    """

    levels: tuple[Level, ...]
    customers: int
    share_of_customers: float
    sales: float | None
    share_of_sales: float | None
    spend: float | None
    repeating: float | None
    times: float | None


@dataclass(frozen=True)
class BreakdownReport:
    """The answer of `/segments by …`; `rows` by the order of the levels, `pooled` how many rare values are in "other"."""

    attributes: tuple[Attribute, ...]
    customers: int
    currency: str | None
    spend: float | None
    rows: tuple[Row, ...]
    pooled: int
    available: tuple[Attribute, ...]

    @property
    def standing_out(self) -> Row | None:
        """The level whose customers spend most above the middle, beyond chance."""
        above = [row for row in self.rows if row.times is not None and row.times > 1]
        return max(above, key=lambda row: (row.times or 0, row.customers), default=None)

    @property
    def by_money(self) -> bool:
        """Whether the customers are cut by what they spend or what goes with it, so that of course it differs."""
        return bool(BY_MONEY & {attribute.code for attribute in self.attributes})

    @property
    def foremost(self) -> Row:
        """The customers who bring most; without orders, of whom there are most."""
        return max(self.named or self.rows, key=lambda row: (row.sales or 0, row.customers))

    @property
    def named(self) -> tuple[Row, ...]:
        """The rows of values that have a name, most customers first."""
        told = [row for row in self.rows if all(level.sort in {"value", "band"} for level in row.levels)]
        return tuple(sorted(told, key=lambda row: -row.customers))

    @property
    def others(self) -> tuple[Attribute, ...]:
        """What else the customers could be told apart by."""
        return tuple(attribute for attribute in self.available if attribute not in self.attributes)

    def level(self, position: int) -> tuple[Level, ...]:
        """The levels of one attribute, in order."""
        return tuple(dict.fromkeys(row.levels[position] for row in self.rows))

    def cell(self, first: Level, second: Level) -> Row | None:
        """The customers of a pair of levels; None where there are none."""
        return next((row for row in self.rows if row.levels == (first, second)), None)


@dataclass(frozen=True)
class Book:
    """Customers with what they brought: `segment` codes (n,) in the owner's words; `table` None without orders."""

    customer: npt.NDArray[np.object_]
    table: rfm.CustomerTable | None
    segment: npt.NDArray[np.object_] | None


def available(shop: Shop) -> tuple[Attribute, ...]:
    """What the shop's customers can be told apart by."""
    found: dict[str, Attribute] = {}
    if shop.customers is not None:
        for name in shop.customers.names:
            if name in (Role.PLACE, Role.SEX, Role.AGE) or _tells_apart(shop.customers, name):
                short = name if name in set(Role) else code(Kind.CUSTOMERS, name).partition(".")[2]
                found[short] = Attribute(short, name, Kind.CUSTOMERS)
    if shop.orders is not None and shop.orders.has(Role.CUSTOMER, Role.TIME, Role.AMOUNT):
        for role in (Role.PLACE, Role.CATEGORY):
            if shop.orders.has(role):
                found.setdefault(role, Attribute(role, role, Kind.ORDERS))
        for name in COMPUTED:
            found[name] = Attribute(name, name, None)
    return tuple(found.values())


def _tells_apart(customers: Dataset, name: str) -> bool:
    """Whether an attribute puts customers into kinds; running texts, days and numbers of their own do not."""
    if not name.startswith(f"{Role.ATTRIBUTE}:"):
        return False
    column = customers.frame(name)[name]
    return pd.api.types.is_numeric_dtype(column) or 0 < 2 * column.nunique() <= int(column.notna().sum())


def wanted(text: str, known: Sequence[Attribute]) -> tuple[Attribute, ...]:
    """The one or two attributes that the text names; raises UnknownAttribute with those there are."""
    whole = _named(text, known)
    if whole is not None:
        return (whole,)
    words = text.split()
    pairs = [[part for part in AND.split(text.strip()) if part]]
    pairs += [[" ".join(words[:at]), " ".join(words[at:])] for at in range(1, len(words))]
    for parts in pairs:
        found = tuple(dict.fromkeys(attribute for part in parts if (attribute := _named(part, known)) is not None))
        if 1 <= len(parts) <= 2 and len(found) == len(parts):
            return found
    raise UnknownAttribute("segments", text, tuple((attribute.code, attribute.name) for attribute in known))


def _named(text: str, known: Sequence[Attribute]) -> Attribute | None:
    said = text.strip().casefold()
    if not said:
        return None
    for attribute in known:
        shown = [language.column(attribute.name, reader).casefold() for reader in language.LANGUAGES]
        if said in (attribute.code, *shown, *CALLED.get(attribute.code, ())):
            return attribute
    close = [attribute for attribute in known if len(said) > 1 and said in attribute.name.partition(":")[2].casefold()]
    return close[0] if len(close) == 1 else None


def breakdown(shop: Shop, book: Book, text: str) -> BreakdownReport:
    """Customers by the one or two attributes that `text` names."""
    known = available(shop)
    attributes = wanted(text, known)
    most = MOST_LEVELS if len(attributes) == 1 else MOST_CROSSED
    levels, codes, pooled = [], np.zeros(len(book.customer), np.int64), 0
    for attribute in attributes:
        own, places, rare = _levels(attribute, values(shop, book, attribute), most)
        levels.append(own)
        codes = codes * len(own) + places
        pooled += rare
    money = None if book.table is None else book.table.money
    frequency = None if book.table is None else book.table.frequency
    # Groups made by money, or by time to spend it in, differ in money: to test that would be to go round in a circle.
    beyond = (
        {} if money is None or BY_MONEY & {attribute.code for attribute in attributes} else _beyond_chance(codes, money)
    )
    rows = []
    for cell in np.unique(codes):
        inside = codes == cell
        thin = np.count_nonzero(inside) < traits.FEWEST
        cells = np.unravel_index(cell, [len(own) for own in levels])
        rows.append(
            Row(
                levels=tuple(own[place] for own, place in zip(levels, cells, strict=True)),
                customers=int(inside.sum()),
                share_of_customers=float(inside.mean()),
                sales=None if money is None else float(money[inside].sum()),
                share_of_sales=None if money is None or money.sum() <= 0 else float(money[inside].sum() / money.sum()),
                spend=None if money is None or thin else float(np.median(money[inside])),
                repeating=None if frequency is None or thin else float((frequency[inside] > 1).mean()),
                times=beyond.get(int(cell)),
            )
        )
    return BreakdownReport(
        attributes=attributes,
        customers=len(book.customer),
        currency=shop.orders.currency if shop.orders is not None and book.table is not None else None,
        spend=None if money is None else float(np.median(money)),
        rows=tuple(rows),
        pooled=pooled,
        available=known,
    )


def values(shop: Shop, book: Book, attribute: Attribute) -> pd.Series[Any]:
    """The attribute of each customer of the book (n,): numbers or texts, missing where it is not known."""
    if attribute.kind is Kind.CUSTOMERS and shop.customers is not None:
        frame = shop.customers.frame(Role.CUSTOMER, attribute.name)
        told = frame.drop_duplicates(str(Role.CUSTOMER)).set_index(str(Role.CUSTOMER))[attribute.name]
        told.index = told.index.astype(object)
        return told.reindex(book.customer)
    if attribute.kind is Kind.ORDERS and shop.orders is not None:
        return _usual(shop.orders, attribute.name).reindex(book.customer)
    table, segment = book.table, book.segment
    assert table is not None
    if attribute.code == "segment":
        return pd.Series(segment, index=book.customer)
    if attribute.code == "joined":
        first = pd.Series(pd.to_datetime(table.reference) - pd.to_timedelta(table.tenure, "D"))
        return pd.Series(first.dt.year.astype(str) + "-Q" + first.dt.quarter.astype(str)).set_axis(book.customer)
    return pd.Series(table.frequency if attribute.code == "orders" else table.money, index=book.customer, dtype=float)


def _usual(orders: Dataset, name: str) -> pd.Series[Any]:
    """The text that most of a customer's lines have; of several as many, the first in the alphabet."""
    frame = orders.frame(Role.CUSTOMER, name).dropna()
    counts = frame.groupby([str(Role.CUSTOMER), name], observed=True).size().reset_index(name="lines")
    ordered = counts.astype({name: str, str(Role.CUSTOMER): str}).sort_values(["lines", name], ascending=[False, True])
    return ordered.drop_duplicates(str(Role.CUSTOMER)).set_index(str(Role.CUSTOMER))[name]


def _levels(attribute: Attribute, told: pd.Series[Any], most: int) -> tuple[list[Level], Ints, int]:
    """The levels of an attribute, which of them each customer has, and how many rare values were pooled."""
    if attribute.code == "orders":
        told = pd.Series(np.array(COUNTS)[np.searchsorted(COUNTED_FROM, told, side="right") - 1], index=told.index)
    numeric = pd.api.types.is_numeric_dtype(told) and told.nunique() > FEW_NUMBERS
    if numeric:
        levels, places = _bands(told.to_numpy(float), DECADES if attribute.code == "age" else None, most)
        pooled = 0
    else:
        levels, places, pooled = _texts(told, most, in_order=attribute.code in {"joined", "orders"})
    if (unknown := told.isna().to_numpy()).any():
        places = np.where(unknown, len(levels), places)
        levels = [*levels, Level("unknown")]
    return levels, places, pooled


def _texts(told: pd.Series[Any], most: int, *, in_order: bool) -> tuple[list[Level], Ints, int]:
    labels = told.astype(object).map(
        lambda value: f"{value:g}" if isinstance(value, float) else str(value), na_action="ignore"
    )
    counts = labels.value_counts()
    ranked = sorted(counts.index, key=lambda label: (-counts[label], label))
    kept = ranked[: most if len(ranked) <= most else most - 1]
    pooled = len(ranked) - len(kept)
    if in_order or pd.api.types.is_numeric_dtype(told):
        kept = sorted(kept, key=lambda label: (*map(float, re.findall(r"\d+(?:\.\d+)?", label)), label))
    position = {label: place for place, label in enumerate(kept)}
    places = labels.map(position).fillna(len(kept)).to_numpy(np.int64)
    return [*(Level("value", label) for label in kept), *([Level("other")] if pooled else [])], places, pooled


def _bands(numbers: Floats, edges: Sequence[float] | None, most: int) -> tuple[list[Level], Ints]:
    """Bands between round numbers near the quarters of all customers; whole decades for ages."""
    known = numbers[~np.isnan(numbers)]
    if edges is None:
        shares = np.linspace(0, 1, min(most, 5))[1:-1]
        edges = [_round(value) for value in np.quantile(known, shares)]
    inner = sorted({edge for edge in edges if known.min() < edge <= known.max()})
    ends = [None, *inner, None]
    places: Ints = np.searchsorted(inner, numbers, side="right").astype(np.int64)
    return [Level("band", low=low, high=high) for low, high in pairwise(ends)], places


def _round(value: float) -> float:
    """To two figures."""
    return float(f"{value:.2g}")


def _beyond_chance(codes: Ints, money: Floats) -> dict[int, float]:
    """For the cells whose customers spend more or less than chance explains: times the middle customer's spend."""
    found = traits.traits(codes.astype(str), {"money": money})
    return {
        int(cell): trait.ratio
        for cell, some in found.items()
        for trait in some
        if trait.ratio is not None and trait.share > 0
    }
