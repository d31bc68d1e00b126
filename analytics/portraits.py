"""A portrait of some customers: who they are, how, what and when they buy, what they are worth, and what to do."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics import language, people, purchases, rfm, traits
from analytics.dataset import Role, Shop
from analytics.traits import Trait

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

SHOWN = 3
QUIET = 2.0
WINDOW = 3
"""Hours of the day are looked at three by three."""


@dataclass(frozen=True)
class Moment:
    """When they buy more than chance allows: weekday 0–6 from Monday, or the first of three hours of the day.

    On average, `share` of such a customer's orders fall on it, `base` of anybody's.
    """

    at: int
    share: float
    base: float


@dataclass(frozen=True)
class Worth:
    """How they buy and what it brings.

    Medians of a customer's `orders`, money an order (`basket`), mean days between orders (`gap`, None where fewer than half came
    back), days `silent` and money (`spend`; of all customers `usual_spend`).
    """

    orders: float
    basket: float
    gap: float | None
    silent: float
    spend: float
    usual_spend: float
    sales: float
    share_of_sales: float | None


@dataclass(frozen=True)
class Portrait:
    """`customers` of `everybody`, described as far as the data goes: what is not known is None or empty.

    `age` is a median; `sex` and `place` are the commonest; `apart` is what sets them apart by the customer list, `likes`
    products and categories. `action` is a code for the one thing to do with them.
    """

    customers: int
    everybody: int
    age: float | None
    sex: Trait | None
    place: Trait | None
    apart: tuple[Trait, ...]
    worth: Worth | None
    likes: tuple[Trait, ...]
    weekday: Moment | None
    hours: Moment | None
    action: str


def portrait(
    shop: Shop, inside: Collection[str], as_of: date | None = None, built_on: Collection[str] = ()
) -> Portrait:
    """The portrait of the customers whose keys are `inside`, against all customers of the shop.

    With orders that know customers all are those who bought before `as_of`, else those on the customer list. Attributes
    in `built_on` made the group, and are not asked whether they set it apart.
    """
    lines = purchases.order_lines(shop.orders, as_of)
    if lines is None or shop.orders is None:
        assert shop.customers is not None
        keys = people.listed(shop.customers).frame(Role.CUSTOMER)[Role.CUSTOMER].astype(object).to_numpy()
        return _portrait(shop, keys, rfm.among(keys, inside), None, None, built_on)
    table = rfm.customer_table(lines, purchases.judged_on(shop.orders, as_of))
    members = rfm.among(table.customer, inside)
    return _portrait(shop, table.customer, members, lines, table, built_on)


def _portrait(
    shop: Shop,
    keys: npt.NDArray[np.object_],
    inside: Mask,
    lines: pd.DataFrame | None,
    table: rfm.CustomerTable | None,
    built_on: Collection[str],
) -> Portrait:
    about = _attributes(shop, keys, lines)
    groups = np.where(inside, "in", "out")
    apart = traits.traits(groups, about, built_on, ["in"])["in"] if inside.any() else ()
    ages = about[Role.AGE][inside].dropna() if Role.AGE in about else ()
    likes: tuple[Trait, ...] = ()
    weekday = hours = worth = None
    if lines is not None and table is not None and inside.any():
        likes = _likes(lines, table, inside)
        weekday, hours = _moments(lines, table, inside)
        worth = _worth(table, inside)
    return Portrait(
        customers=int(inside.sum()),
        everybody=len(keys),
        age=float(np.median(ages)) if len(ages) >= traits.FEWEST else None,
        sex=_sex(about, inside),
        place=_commonest(about, Role.PLACE, inside),
        apart=apart[:SHOWN],
        worth=worth,
        likes=likes,
        weekday=weekday,
        hours=hours,
        action=_action(worth, likes, _usual_gap(table)),
    )


def _attributes(shop: Shop, keys: npt.NDArray[np.object_], lines: pd.DataFrame | None) -> dict[str, pd.Series[Any]]:
    """What is known of each customer, aligned to the keys: from the customer list; the place else from the last order."""
    found: dict[str, pd.Series[Any]] = {}
    if shop.customers is not None and shop.customers.has(Role.CUSTOMER):
        listed = shop.customers.frame(Role.CUSTOMER, Role.AGE, Role.SEX, Role.PLACE, *shop.customers.attributes)
        listed = listed.dropna(subset=[Role.CUSTOMER]).drop_duplicates(Role.CUSTOMER).set_index(Role.CUSTOMER)
        rows = listed.index.astype(object).get_indexer(pd.Index(keys))
        for name in listed:
            values = listed[name].astype(object) if listed[name].dtype == "category" else listed[name]
            found[str(name)] = values.reset_index(drop=True).reindex(rows).reset_index(drop=True)
    if Role.PLACE not in found and lines is not None and Role.PLACE in lines:
        told = lines[[Role.CUSTOMER, Role.TIME, Role.PLACE]].dropna().sort_values([Role.TIME, Role.PLACE])
        last = told.drop_duplicates(Role.CUSTOMER, keep="last")
        places = pd.Series(last[Role.PLACE].astype(object).to_numpy(), index=last[Role.CUSTOMER].astype(object))
        found[str(Role.PLACE)] = places.reindex(keys).reset_index(drop=True)
    return {name: values for name, values in found.items() if values.notna().any()}


def _commonest(about: dict[str, pd.Series[Any]], name: str, inside: Mask) -> Trait | None:
    if name not in about:
        return None
    members, all_known = about[name][inside].dropna(), about[name].dropna()
    counts = members.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    if counts.empty or counts.iloc[0] < traits.FEWEST:
        return None
    base = float((all_known == counts.index[0]).mean())
    count, known = int(counts.iloc[0]), len(members)
    return Trait(str(name), str(counts.index[0]), count, known, count / known, base, 0.0)


def _sex(about: dict[str, pd.Series[Any]], inside: Mask) -> Trait | None:
    """The commoner sex, F or M however the sheet words it."""
    if Role.SEX not in about:
        return None
    return _commonest({Role.SEX: about[Role.SEX].map(language.sex, na_action="ignore")}, Role.SEX, inside)


def _worth(table: rfm.CustomerTable, inside: Mask) -> Worth:
    frequency, money = table.frequency[inside], table.money[inside]
    repeated = frequency > 1
    gaps = (table.tenure - table.recency)[inside][repeated] / (frequency[repeated] - 1)
    sales, theirs = math.fsum(table.money), math.fsum(money)
    return Worth(
        orders=float(np.median(frequency)),
        basket=float(np.median(money / frequency)),
        gap=float(np.median(gaps)) if 2 * gaps.size >= np.count_nonzero(inside) else None,
        silent=float(np.median(table.recency[inside])),
        spend=float(np.median(money)),
        usual_spend=float(np.median(table.money)),
        sales=theirs,
        share_of_sales=theirs / sales if sales > 0 else None,
    )


def _likes(lines: pd.DataFrame, table: rfm.CustomerTable, inside: Mask) -> tuple[Trait, ...]:
    """Products and categories that more of them bought than chance allows, and than their buying more explains."""
    product = Role.PRODUCT if Role.PRODUCT in lines else Role.PRODUCT_NAME
    compared: list[tuple[Trait, float]] = []
    for column in (product, Role.CATEGORY):
        if column not in lines:
            continue
        sold = purchases.bought(lines, table, column)
        everywhere = sold.buyers
        counts = np.bincount(sold.item[inside[sold.customer]], minlength=len(everywhere))
        asked = np.flatnonzero((everywhere >= traits.FEWEST) & (everywhere < len(table)))
        size = int(inside.sum())
        residuals, chances = traits.over_represented(counts[asked], everywhere[asked], size, len(table))
        broad = (counts.sum() / size) / (everywhere.sum() / len(table)) if everywhere.sum() else 0.0
        feature = "category" if column == Role.CATEGORY else "product"
        for item, residual, chance in zip(asked, residuals, chances, strict=True):
            share, base = counts[item] / size, everywhere[item] / len(table)
            enough = counts[item] >= traits.FEWEST and share / base > max(broad, 1)
            trait = Trait(
                feature, str(sold.names[item]), int(counts[item]), size, float(share), float(base), float(residual)
            )
            compared.append((trait, float(chance) if enough else 1.0))
    adjusted = traits.holm([chance for _, chance in compared])
    found = [
        trait
        for (trait, _), chance in zip(compared, adjusted, strict=True)
        if chance < traits.CHANCE and trait.residual > traits.BEYOND
    ]
    return tuple(sorted(found, key=lambda trait: (-trait.residual, trait.value or ""))[:SHOWN])


def _moments(lines: pd.DataFrame, table: rfm.CustomerTable, inside: Mask) -> tuple[Moment | None, Moment | None]:
    """The weekday and the hours of the day that set their orders apart most; None where none does."""
    kept = purchases.without(lines, Role.TAKEN_BACK)
    customer = purchases.customers_of(kept, table)
    time = kept[Role.TIME].to_numpy("datetime64[h]").astype(np.int64)
    first = int(time.min(initial=0))
    span = int(time.max(initial=0)) - first + 1
    keys = rfm.distinct(customer[customer >= 0] * span + time[customer >= 0] - first)
    customer, hour = keys // span, keys % span + first
    weekday = (hour // 24 + 3) % 7  # the first day of 1970 was a Thursday
    clocked = bool(np.mean(hour % 24 != 0) > 0.5)
    return (
        _moment(customer, weekday, inside, 1),
        _moment(customer, hour % 24 // WINDOW, inside, WINDOW) if clocked else None,
    )


def _moment(customer: Ints, slot: Ints, inside: Mask, wide: int) -> Moment | None:
    found = traits.most_apart(customer, slot, inside)
    return None if found is None else Moment(found[0] * wide, *found[1:])


def _usual_gap(table: rfm.CustomerTable | None) -> float:
    """The median over the shop's returning customers of their mean days between orders; 60 where nobody returned."""
    if table is None or not (table.frequency > 1).any():
        return 60.0
    repeated = table.frequency > 1
    return float(np.median((table.tenure - table.recency)[repeated] / (table.frequency[repeated] - 1)))


def _action(worth: Worth | None, likes: tuple[Trait, ...], usual_gap: float) -> str:
    """The one thing to do with them: a code."""
    if worth is None:
        return "get_to_know"
    if worth.orders <= 1:
        return "second_order" if worth.silent <= QUIET * usual_gap else "one_try"
    if worth.gap is not None and worth.silent > QUIET * worth.gap:
        return "win_back"
    if worth.spend >= 2 * worth.usual_spend > 0:
        return "thank"
    return "favourites" if likes else "larger_basket"
