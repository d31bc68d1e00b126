"""One customer: their story, where they stand and why, when they are due, and what would bring them further."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from analytics import charts, language, lookup, outlook, people, purchases, ranking, reach, rfm
from analytics.analysis import BUYERS, Analysis, Asked, Member, Vocabulary
from analytics.charts.story import Dot, story
from analytics.dataset import Role, Shop
from analytics.errors import TooFewCustomers, UnknownCustomer
from analytics.members import Members

FEWEST_CUSTOMERS = 30
CHOICES = 8


@dataclass(frozen=True)
class CustomerOptions:
    """Whom the owner asks about: a number, name, e-mail, phone or key; empty for nobody in particular."""

    query: str
    as_of: date | None
    rules: outlook.Rules
    asked: Asked = field(default_factory=Asked)


@dataclass(frozen=True)
class Choice:
    """A customer who may be meant; `key` is what a button asks for."""

    key: str
    member: Member


@dataclass(frozen=True)
class Card:
    """All about one customer; `rank` is by money among `everybody`, `favourites` are products with the orders they were in.

    `barred` says why they may not be written to, None where they may.
    `days` are the days of buying with what was paid then. `standing` is None in a shop of too few customers, `until` the
    last day on which one of the best may order and remain one.
    """

    key: str
    member: Member
    contact: str | None
    barred: str | None
    first: date
    last: date
    reference: date
    rank: int
    everybody: int
    size: float
    standing: outlook.Standing | None
    due: outlook.Due | None
    change: outlook.Change | None
    until: date | None
    favourites: tuple[tuple[str, int], ...]
    offer: outlook.Offer | None
    days: tuple[tuple[date, float], ...]


@dataclass(frozen=True)
class CustomerReport:
    """The answer of `/customer`: the `card`, or, where several may be meant or nobody was named, the `choices`."""

    query: str
    vocabulary: Vocabulary
    currency: str | None
    card: Card | None
    choices: tuple[Choice, ...]
    others: int


def options(words: Sequence[str], asked: Asked) -> CustomerOptions:
    """`/customer 13047`, or a name, an e-mail, a phone number."""
    return CustomerOptions(" ".join(words), asked.as_of, outlook.Rules(asked.vocabulary, asked.cuts), asked)


def run(shop: Shop, chosen: CustomerOptions) -> CustomerReport:
    """Find the customer and tell about them; raises UnknownCustomer where nobody is meant."""
    assert shop.orders is not None
    lines = purchases.order_lines(shop.orders, chosen.as_of)
    if lines is None:
        raise TooFewCustomers("customer", 0, 1)
    table = rfm.customer_table(lines, purchases.judged_on(shop.orders, chosen.as_of))
    if not len(table):
        raise TooFewCustomers("customer", 0, 1)
    rules = replace(chosen.rules, vocabulary=ranking.in_force(table, chosen.rules.vocabulary))
    chosen = replace(chosen, rules=rules)
    if chosen.query:
        matched = lookup.find(chosen.query, shop.people, table.customer)
        places = pd.Index(table.customer).get_indexer(pd.Index(matched, dtype=object))
        meant = places[places >= 0]
        if not len(meant):
            raise UnknownCustomer(chosen.query, listed=bool(matched))
    else:
        meant = np.argsort(-table.money, kind="stable")[:CHOICES]
    behind = lookup.behind(shop.people, table.customer[meant])
    ranked = sorted(meant.tolist(), key=lambda at: (-table.money[at], behind.label(str(table.customer[at]))))
    single = len(ranked) == 1 and bool(chosen.query)
    return CustomerReport(
        query=chosen.query,
        vocabulary=chosen.rules.vocabulary,
        currency=shop.orders.currency,
        card=_card(shop, lines, table, int(ranked[0]), behind, chosen) if single else None,
        choices=()
        if single
        else tuple(Choice(str(table.customer[at]), Members(table, behind).at(at)) for at in ranked[:CHOICES]),
        others=max(len(ranked) - CHOICES, 0),
    )


def _card(
    shop: Shop,
    lines: pd.DataFrame,
    table: rfm.CustomerTable,
    at: int,
    behind: people.Contacts,
    chosen: CustomerOptions,
) -> Card:
    member = Members(table, behind).at(at)
    own = lines[purchases.customers_of(lines, table) == at]
    sold = own[~own[Role.TAKEN_BACK].to_numpy(bool)] if Role.TAKEN_BACK in own else own
    days = sold.groupby(sold[Role.TIME].dt.normalize())[Role.AMOUNT].sum()
    size = outlook.usual_size(sold, table, at)
    due = outlook.due(lines, table, at)
    standing = outlook.standing(table, at, chosen.rules) if len(table) >= FEWEST_CUSTOMERS else None
    contacts = behind.of([str(table.customer[at])])
    told = next((contacts[role][0] for role in (Role.PHONE, Role.EMAIL) if contacts.get(role, [None])[0]), None)
    return Card(
        key=str(table.customer[at]),
        member=member,
        contact=None if told == member.customer else told,
        barred=reach.barred(shop, chosen.asked).get(str(table.customer[at])),
        first=days.index.min().date(),
        last=days.index.max().date(),
        reference=table.reference.date(),
        rank=1 + int(np.count_nonzero(table.money > table.money[at])),
        everybody=len(table),
        size=size,
        standing=standing,
        due=due,
        change=outlook.change(table, at, size, due, standing, chosen.rules) if standing else None,
        until=outlook.until(table, at, standing, chosen.rules) if standing else None,
        favourites=outlook.favourites(sold),
        offer=outlook.offer(lines, table, at),
        days=tuple((moment.date(), float(money)) for moment, money in days.items()),
    )


def chart(report: CustomerReport, reader: str) -> bytes | None:
    """The customer's orders along time and when the next is expected; None for who bought on one day only.

    Where nobody was named it is bars: what the best customers brought.
    """
    card = report.card
    if card is None:
        return None if report.query else _best(report, reader)
    if len(card.days) < 2:
        return None
    who = charts.shortened(card.member.name or card.member.customer, 24)
    title, subtitle, expected = _headline(report, card, who)[reader]
    most = max(card.days, key=lambda pair: pair[1])
    dots = [
        Dot(day, money, language.money(money, report.currency, reader) if (day, money) == most else "")
        for day, money in card.days
    ]
    due = card.due
    return story(
        title,
        subtitle,
        dots,
        (card.reference, {"en": "your data ends", "zh": "数据到这天为止"}[reader]),
        (due.day, due.likely, expected) if due else None,
        (language.day(card.first, reader), language.day(card.last, reader)),
    )


def _headline(report: CustomerReport, card: Card, who: str) -> dict[str, tuple[str, str, str]]:
    """What the picture shows, how to read it, and what the marked span is, in each language."""
    say, due, member = language, card.due, card.member
    many = f"{say.count(member.orders, 'en')} {'order' if member.orders == 1 else 'orders'}"
    read = {
        "en": f"larger dot, more money · {many}, {say.money(member.money, report.currency, 'en')}",
        "zh": f"点越大花得越多 · {say.count(member.orders, 'zh')} 单，{say.money(member.money, report.currency, 'zh')}",
    }
    if due is None:
        return {
            "en": (f"{who}: {many} in {say.count((card.last - card.first).days, 'en')} days", read["en"], ""),
            "zh": (f"{who}：{say.count((card.last - card.first).days, 'zh')} 天里 {member.orders} 单", read["zh"], ""),
        }
    gap = {reader: say.count(due.gap, reader) for reader in read}
    if due.overdue > 0:
        silent = {reader: say.count(member.silent, reader) for reader in read}
        return {
            "en": (f"{who}: usually every {gap['en']} days, now silent for {silent['en']}", read["en"], "was expected"),
            "zh": (f"{who}：平时约 {gap['zh']} 天一单，已经 {silent['zh']} 天没买", read["zh"], "本该在这段下单"),
        }
    return {
        "en": (f"{who}: every {gap['en']} days, next about {say.day(due.day, 'en')}", read["en"], "next order likely"),
        "zh": (f"{who}：约 {gap['zh']} 天一单，下一单约 {say.day(due.day, 'zh')}", read["zh"], "下一单大概在这段"),
    }


def _best(report: CustomerReport, reader: str) -> bytes | None:
    most = report.choices[0].member.money
    if most <= 0:
        return None
    title = {
        "en": f"Your best {len(report.choices)} customers by money spent",
        "zh": f"消费最多的 {len(report.choices)} 位客户",
    }[reader]
    subtitle = {"en": "net of returns", "zh": "已扣退货"}[reader]
    orders = {"en": ("{} · {} order", "{} · {} orders"), "zh": ("{} · {} 单",) * 2}[reader]
    rows = [
        charts.Bar(
            label=charts.shortened(choice.member.name or choice.member.customer, 30),
            value=choice.member.money / most,
            note=orders[choice.member.orders != 1].format(
                language.money(choice.member.money, report.currency, reader),
                language.count(choice.member.orders, reader),
            ),
        )
        for choice in report.choices
    ]
    return charts.bars(title, subtitle, rows)


ANALYSIS = Analysis(
    name="customer",
    requires=(BUYERS,),
    options=options,
    run=run,
    chart=chart,
    views=("why",),
    names=True,
)
