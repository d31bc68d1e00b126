"""What customers buy one after the other, who is due, and what a group of them buys together."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics import basketing, people, purchases, ranking, reach, rfm, sequences
from analytics.analysis import BUYERS, Vocabulary
from analytics.association_contrast import Differences, differences
from analytics.basket_options import BasketOptions, words_of
from analytics.baskets import of_pairs
from analytics.bundles import SHOWN, frequent, product, spelt
from analytics.dataset import Role, Shop
from analytics.errors import MissingData, UnknownGroup
from analytics.freshness import Stale, stale
from analytics.keeping import once
from analytics.sequences import Purchases, Sequences
from analytics.sequences_due import AHEAD, due

DAYS_WORK = 10
FORTNIGHT = 14
PAIRS = 50
LIKELY = 0.2


@dataclass(frozen=True)
class Step:
    """After `first` comes `then` for `share` (`low` to `high`) of buyers within the horizon, half of them in `gap` days.

    `customers` were watched, of whom `support` did; `times` the rate of other returning customers. A refill, if the two
    are the same.
    """

    first: str
    then: str
    customers: int
    support: int
    share: float
    low: float
    high: float
    gap: float
    times: float

    @property
    def refill(self) -> bool:
        return self.first == self.then


@dataclass(frozen=True)
class NextReport:
    """The answer of `/basket next`: what is bought after what, `within` so many days; of all `found`, a page of `steps`."""

    customers: int
    within: int
    steps: tuple[Step, ...]
    found: int
    tried: int
    about: str | None
    due: int
    first_shown: int
    words: str


@dataclass(frozen=True)
class DueCustomer:
    """One customer and product: last bought, due, and usually paid; `chance` is that they still buy it again."""

    customer: str
    name: str | None
    product: str
    last: date
    due: date
    late: int
    money: float
    chance: float


@dataclass(frozen=True)
class DueReport:
    """The answer of `/basket due`: how many customers are due `now`, others in the coming `week`; `products` with how many.

    `customers` are those most likely to buy for most money, each once. All of these may be written to: `left_out` are
    those due who may not, by why. The orders may be `stale`.
    """

    currency: str | None
    today: date
    now: int
    week: int
    products: tuple[tuple[str, int], ...]
    customers: tuple[DueCustomer, ...]
    left_out: Mapping[str, int]
    stale: Stale | None


@dataclass(frozen=True)
class Pair:
    """Two products that customers of a group have both bought, `inside` of them, `times` as often as others do."""

    one: str
    other: str
    inside: int
    share: float
    times: float | None


@dataclass(frozen=True)
class GroupReport:
    """The answer of `/basket segment`: what the `customers` of a group buy together that others do not."""

    group: str
    customers: int
    everybody: int
    pairs: tuple[Pair, ...]
    groups: tuple[str, ...]


def customers(shop: Shop, chosen: BasketOptions) -> rfm.CustomerTable:
    """The customer table; MissingData where the orders name none, or no days or amounts."""
    assert shop.orders is not None
    if lacking := BUYERS.lacking(shop):
        raise MissingData("basket", lacking)
    return ranking.customers(ranking.order_lines(shop.orders, chosen.as_of), chosen.as_of)


def purchases_of(shop: Shop, chosen: BasketOptions) -> tuple[Purchases, rfm.CustomerTable, npt.NDArray[np.object_]]:
    """Who bought what when, with the customer table and the items' names."""
    table = customers(shop, chosen)
    assert shop.orders is not None
    column = basketing.counted_by(shop.orders, chosen.by)
    flags = (Role.TAKEN_BACK, Role.NOT_A_PRODUCT)
    lines = shop.orders.frame(
        *dict.fromkeys((Role.CUSTOMER, Role.TIME, Role.AMOUNT, *flags, column, Role.PRODUCT_NAME))
    )
    lines = lines[lines[Role.CUSTOMER].notna() & lines[Role.TIME].notna()]
    return sequences.of_lines(lines, table, column), table, purchases.names_of(lines, column)


def followed(shop: Shop, chosen: BasketOptions, bought: Purchases) -> Sequences:
    """What is bought after what, beyond chance."""
    return once(shop.kept, f"sequences-{chosen.by}", Sequences, partial(sequences.follow, bought), bought)


def next_purchases(shop: Shop, chosen: BasketOptions) -> NextReport:
    """What is bought after what, the surest first."""
    bought, table, names = purchases_of(shop, chosen)
    found = followed(shop, chosen, bought)
    about = None
    shown = np.arange(len(found))
    counts = np.bincount(bought.item, minlength=bought.items)
    if chosen.about:
        about = product(names, counts, chosen.about)
        shown = np.flatnonzero((found.first == about) | (found.then == about))
    start = SHOWN * chosen.page if SHOWN * chosen.page < len(shown) else 0
    return NextReport(
        customers=len(table),
        within=found.horizon,
        steps=tuple(_step(found, int(i), names) for i in shown[start : start + SHOWN]),
        found=len(shown),
        tried=found.tried,
        about=None if about is None else str(names[about]),
        due=int(writable_rows(shop, due_rows(bought, found), table, chosen)[0]["customer"].nunique()),
        first_shown=start,
        words=words_of(chosen, None if about is None else spelt(names, counts, about)),
    )


def _step(found: Sequences, i: int, names: npt.NDArray[np.object_]) -> Step:
    return Step(
        first=str(names[found.first[i]]),
        then=str(names[found.then[i]]),
        customers=int(found.at_risk[i]),
        support=int(found.support[i]),
        share=float(found.share[i]),
        low=float(found.low[i]),
        high=float(found.high[i]),
        gap=float(found.gap[i]),
        times=float(found.ratio[i]),
    )


def due_now(shop: Shop, chosen: BasketOptions) -> DueReport:
    """Who is to buy something next by the end of the week, or was to within the last fortnight."""
    bought, table, names = purchases_of(shop, chosen)
    rows, left_out = writable_rows(shop, due_rows(bought, followed(shop, chosen, bought)), table, chosen)
    counts = rows.groupby("item")["customer"].nunique()
    top = sorted(counts.index, key=lambda item: (-counts[item], str(names[item])))[:5]
    contacts = people.Contacts(shop.people)
    # Keys differ from owner to owner: among equals the name that the owner knows decides.
    known = [contacts.label(key) for key in table.customer[rows["customer"].to_numpy()]]
    expected = (rows["money"] * rows["chance"]).round(9)
    best = rows.assign(known=known, expected=-expected).sort_values(["expected", "due", "known"], kind="stable")
    now = rows.loc[rows["late"] >= 0, "customer"]
    assert shop.orders is not None
    return DueReport(
        currency=shop.orders.currency,
        today=day(bought.today),
        now=int(now.nunique()),
        week=int(rows.loc[~rows["customer"].isin(now), "customer"].nunique()),
        products=tuple((str(names[item]), int(counts[item])) for item in top),
        customers=tuple(
            _due_customer(row, table, names, contacts)
            for row in best.drop_duplicates("customer").head(DAYS_WORK).to_dict("records")
        ),
        left_out=left_out,
        stale=stale(shop.orders, chosen.asked.today),
    )


def writable_rows(
    shop: Shop, rows: pd.DataFrame, table: rfm.CustomerTable, chosen: BasketOptions
) -> tuple[pd.DataFrame, dict[str, int]]:
    """The rows, by `customer` (positions in the table), of those who may be written to; how many may not, by why."""
    keys = table.customer[rows["customer"].to_numpy(np.int64)]
    kept = reach.reachable(shop, list(dict.fromkeys(keys)), chosen.asked)
    return rows[rfm.among(keys, kept.kept)], kept.left_out


def _due_customer(
    row: Mapping[Hashable, Any], table: rfm.CustomerTable, names: npt.NDArray[np.object_], contacts: people.Contacts
) -> DueCustomer:
    key = table.customer[row["customer"]]
    return DueCustomer(
        customer=contacts.label(key),
        name=contacts.name(key),
        product=str(names[row["item"]]),
        last=day(row["last"]),
        due=day(row["due"]),
        late=row["late"],
        money=row["money"],
        chance=row["chance"],
    )


def due_rows(bought: Purchases, found: Sequences) -> pd.DataFrame:
    """One row a customer and product, soonest first: again (`sequences_due.due`), or next, after what one in five follow.

    Columns: customer, item, last (day of the purchase that leads to it), due, late (days, negative: still to come), money
    (what they, or customers, usually pay) and chance (the share that still follows). More than a fortnight late is past.
    """
    again = due(bought, found.refills)
    columns = {name: getattr(again, name) for name in ("customer", "item", "last", "due", "late", "money", "chance")}
    parts = [pd.DataFrame(columns)]
    first = pd.DataFrame({"customer": bought.customer, "item": bought.item, "day": bought.day, "money": bought.money})
    usual = first.groupby("item")["money"].median()
    first = first.drop_duplicates(["customer", "item"])
    buyer, item = first["customer"].to_numpy(), first["item"].to_numpy()
    for i in np.flatnonzero((found.first != found.then) & (found.share >= LIKELY))[:PAIRS]:
        one, then = int(found.first[i]), int(found.then[i])
        has = np.zeros(int(buyer.max(initial=0)) + 1, bool)
        has[buyer[item == then]] = True
        begun = np.flatnonzero(item == one)
        open_ = first.iloc[begun[~has[buyer[begun]]]]
        when = open_["day"] + round(float(found.gap[i]))
        parts.append(
            pd.DataFrame(
                {
                    "customer": open_["customer"],
                    "item": then,
                    "last": open_["day"],
                    "due": when,
                    "late": bought.today - when,
                    "money": float(usual.get(then, 0.0)),
                    "chance": float(found.share[i]),
                }
            )
        )
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[(rows["late"] >= -AHEAD) & (rows["late"] <= FORTNIGHT)]
    rows = rows.sort_values(["due", "money", "customer", "item"], ascending=[True, False, True, True], kind="stable")
    return rows.drop_duplicates(["customer", "item"]).reset_index(drop=True)


def day(number: int) -> date:
    """The day of that number, counted from 1970."""
    return date(1970, 1, 1) + timedelta(days=number)


def by_group(shop: Shop, chosen: BasketOptions) -> GroupReport:
    """Pairs of products that the customers of a group have, one basket a customer, against all others."""
    bought, table, names = purchases_of(shop, chosen)
    vocabulary: Vocabulary = ranking.in_force(table, chosen.vocabulary)
    if chosen.group is not None:
        vocabulary = "groups" if chosen.group in rfm.GROUPS else "classes"
    codes = ranking.assigned(table, vocabulary, chosen.cuts)
    group = chosen.group or ranking.BEST[vocabulary]
    inside = codes == group
    if not inside.any():
        raise UnknownGroup(group)
    owned = of_pairs(bought.customer, bought.item, len(table), bought.items)

    def work() -> Differences:
        return differences(owned, inside, frequent(owned, chosen)[1])

    told = once(shop.kept, "group", Differences, work, owned, inside, chosen.threshold)
    return GroupReport(
        group=group,
        customers=int(inside.sum()),
        everybody=len(table),
        pairs=tuple(
            Pair(
                str(names[told.one[i]]),
                str(names[told.other[i]]),
                int(told.inside[i]),
                float(told.inside[i] / told.group),
                float(told.ratio[i]) if np.isfinite(told.ratio[i]) else None,
            )
            for i in range(min(len(told), SHOWN))
        ),
        groups=tuple(sorted(set(codes) - {group}, key=lambda code: -int(np.sum(codes == code)))[:6]),
    )
