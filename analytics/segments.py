"""Who the customers are: RFM in two vocabularies, and natural groups where there are any."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics import charts, language, natural, people, rfm
from analytics.analysis import Analysis, Asked, Member, Need, Play, Vocabulary
from analytics.dataset import Dataset, Kind, Role, Shop
from analytics.errors import OptionError, TooFewCustomers, UnknownGroup

FEWEST_CUSTOMERS = 30
DAYS_WORK = 12
LISTED = 10
TOP_SHARE = 0.2
SHOWN_FIRST = 4

# Whom to write to first, in each vocabulary: valued customers who went quiet; failing these, the best.
WIN_BACK: dict[str, tuple[str, ...]] = {
    "groups": ("cant_lose", "at_risk"),
    "classes": ("key_retain", "key_win_back"),
}
BEST: dict[str, str] = {"groups": "champions", "classes": "key_value"}


@dataclass(frozen=True)
class SegmentsOptions:
    """`group` picks the segment (or `cluster_1`…) whose names or list are wanted; None means the next step's."""

    vocabulary: Vocabulary
    as_of: date | None
    group: str | None


@dataclass(frozen=True)
class Segment:
    """One group of customers; shares are of all customers with orders, `spend`, `orders` and `silent` are medians.

    `rhythm` is the median of its members' mean days between orders, None where nobody ordered twice.
    """

    code: str
    customers: int
    sales: float
    share_of_customers: float
    share_of_sales: float
    spend: float
    orders: float
    silent: float
    rhythm: float | None


@dataclass(frozen=True)
class SegmentsReport:
    """The answer of `/segments`; `segments` is in the owner's `vocabulary`.

    A shop without orders has natural groups only: `segments` is empty, and everything about money is None.
    """

    customers: int
    vocabulary: Vocabulary
    currency: str | None
    first: date | None
    last: date | None
    reference: date | None
    sales: float | None
    anonymous_sales: float | None
    once: float | None
    top_customers: int | None
    top_share: float | None
    groups: tuple[Segment, ...]
    classes: tuple[Segment, ...]
    natural: natural.NaturalGroups | None
    play: Play | None
    group: str | None
    members: tuple[Member, ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments in the owner's vocabulary, the one with the highest sales first."""
        return self.groups if self.vocabulary == "groups" else self.classes

    @property
    def leading(self) -> tuple[Segment, ...]:
        """The four that matter most: those with the highest sales, and always the one the next step is about."""
        first = self.segments[:SHOWN_FIRST]
        about = next((s for s in self.segments if self.play and s.code == self.play.segment), None)
        return first if about is None or about in first else (*first[:-1], about)

    @property
    def rest(self) -> tuple[Segment, ...]:
        """The segments that `leading` leaves out."""
        return tuple(segment for segment in self.segments if segment not in self.leading)


def options(words: Sequence[str], asked: Asked) -> SegmentsOptions:
    """`/segments [group]`: a group's code (`at_risk`, or `at risk` as people type it), or nothing."""
    group = "_".join(words).lower() or None
    if group is not None and group not in (*rfm.GROUPS, *rfm.CLASSES) and not group.startswith("cluster_"):
        raise OptionError("segments", " ".join(words))
    return SegmentsOptions(asked.vocabulary, asked.as_of, group)


def run(shop: Shop, chosen: SegmentsOptions) -> SegmentsReport:
    """Segment by orders if there are any with customers, else by the customers' attributes."""
    if ORDERS.met_by(shop) and shop.orders is not None:
        return _by_orders(shop.orders, people.Contacts(shop.people), chosen)
    assert shop.customers is not None
    return _by_attributes(shop.customers, chosen)


def _by_orders(orders: Dataset, contacts: people.Contacts, chosen: SegmentsOptions) -> SegmentsReport:
    lines = _lines(orders, chosen)
    table = _customers(lines, chosen)
    assigned = _assigned(table)
    found, cluster_codes = natural.by_orders(table)
    vocabularies = {name: _segments(table, codes) for name, codes in assigned.items()}
    members = _Members(table, contacts)
    play = _play(members, assigned[chosen.vocabulary], chosen.vocabulary)
    sales, total = float(table.money.sum()), float(lines[Role.AMOUNT].sum())
    top = max(1, round(TOP_SHARE * len(table)))
    known = lines[Role.TIME].dropna()
    return SegmentsReport(
        customers=len(table),
        vocabulary=chosen.vocabulary,
        currency=orders.currency,
        first=known.min().date(),
        last=known.max().date(),
        reference=table.reference.date(),
        sales=sales,
        anonymous_sales=0.0 if math.isclose(sales, total, rel_tol=1e-9, abs_tol=1e-9) else total - sales,
        once=float((table.frequency == 1).mean()),
        top_customers=top,
        top_share=float(np.sort(table.money)[-top:].sum() / sales) if sales > 0 else None,
        groups=vocabularies["groups"],
        classes=vocabularies["classes"],
        natural=found,
        play=play,
        group=chosen.group,
        members=play.customers
        if chosen.group is None
        else members.best(_in_group(chosen.group, assigned, cluster_codes), LISTED),
    )


def _by_attributes(customers: Dataset, chosen: SegmentsOptions) -> SegmentsReport:
    if customers.rows < FEWEST_CUSTOMERS:
        raise TooFewCustomers("segments", customers.rows, FEWEST_CUSTOMERS)
    found, codes = natural.by_attributes(customers)
    if chosen.group is not None:
        _in_group(chosen.group, {}, codes)
    return SegmentsReport(
        customers=customers.rows,
        vocabulary=chosen.vocabulary,
        currency=None,
        first=None,
        last=None,
        reference=None,
        sales=None,
        anonymous_sales=None,
        once=None,
        top_customers=None,
        top_share=None,
        groups=(),
        classes=(),
        natural=found,
        play=None,
        group=chosen.group,
        members=(),
    )


def _lines(orders: Dataset, chosen: SegmentsOptions) -> pd.DataFrame:
    """The order lines before the day to judge from."""
    lines = orders.frame(Role.CUSTOMER, Role.ORDER, Role.TIME, Role.AMOUNT, Role.TAKEN_BACK)
    return lines if chosen.as_of is None else lines[lines[Role.TIME] < pd.Timestamp(chosen.as_of)]


def _customers(lines: pd.DataFrame, chosen: SegmentsOptions) -> rfm.CustomerTable:
    reference = None if chosen.as_of is None else pd.Timestamp(chosen.as_of)
    if not (lines[Role.CUSTOMER].notna() & lines[Role.TIME].notna()).any():
        raise TooFewCustomers("segments", 0, FEWEST_CUSTOMERS)
    table = rfm.customer_table(lines, reference)
    if len(table) < FEWEST_CUSTOMERS:
        raise TooFewCustomers("segments", len(table), FEWEST_CUSTOMERS)
    return table


def _assigned(table: rfm.CustomerTable) -> dict[str, npt.NDArray[np.object_]]:
    return {
        "groups": rfm.western_groups(table.recency, table.frequency, table.money),
        "classes": rfm.eight_classes(table.recency, table.frequency, table.money),
    }


def _segments(table: rfm.CustomerTable, codes: npt.NDArray[np.object_]) -> tuple[Segment, ...]:
    repeated = table.frequency > 1
    gaps = np.full(len(table), np.nan)
    gaps[repeated] = (table.tenure - table.recency)[repeated] / (table.frequency[repeated] - 1)
    sales = table.money.sum()
    found = []
    for code in dict.fromkeys(codes):
        inside = codes == code
        known = gaps[inside & repeated]
        found.append(
            Segment(
                code=code,
                customers=int(inside.sum()),
                sales=float(table.money[inside].sum()),
                share_of_customers=float(inside.mean()),
                share_of_sales=float(table.money[inside].sum() / sales) if sales > 0 else 0.0,
                spend=float(np.median(table.money[inside])),
                orders=float(np.median(table.frequency[inside])),
                silent=float(np.median(table.recency[inside])),
                rhythm=float(np.median(known)) if known.size else None,
            )
        )
    return tuple(sorted(found, key=lambda segment: (-segment.sales, segment.code)))


class _Members:
    """Customers as their owner knows them, and what they brought."""

    def __init__(self, table: rfm.CustomerTable, contacts: people.Contacts) -> None:
        self.table = table
        self.contacts = contacts

    def ranked(self, inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Positions of those inside, most money first; among equals by the name that the owner knows them by."""
        chosen = np.flatnonzero(inside)
        labels = [self.contacts.label(self.table.customer[i]) for i in chosen]
        order = np.lexsort((np.array(labels, str), -self.table.money[chosen]))
        ranked: npt.NDArray[np.int64] = chosen[order]
        return ranked

    def best(self, inside: npt.NDArray[np.bool_], most: int) -> tuple[Member, ...]:
        """Those inside who brought most money, at most so many."""
        return tuple(
            Member(
                customer=self.contacts.label(self.table.customer[i]),
                name=self.contacts.name(self.table.customer[i]),
                orders=int(self.table.frequency[i]),
                money=float(self.table.money[i]),
                silent=int(self.table.recency[i]),
            )
            for i in self.ranked(inside)[:most]
        )


def _play(members: _Members, codes: npt.NDArray[np.object_], vocabulary: Vocabulary) -> Play:
    """Win back whichever quiet group has most money at stake; where nobody valued is quiet, thank the best."""

    def play(kind: str, segment: str) -> Play:
        chosen = members.best(codes == segment, DAYS_WORK)
        return Play(kind, segment, chosen, sum(member.money for member in chosen))

    quiet = [play("win_back", segment) for segment in WIN_BACK[vocabulary] if (codes == segment).any()]
    if quiet:
        return max(quiet, key=lambda candidate: candidate.at_stake)
    if (codes == BEST[vocabulary]).any():
        return play("thank", BEST[vocabulary])
    return max((play("thank", segment) for segment in sorted(set(codes))), key=lambda candidate: candidate.at_stake)


def _in_group(
    group: str, assigned: dict[str, npt.NDArray[np.object_]], cluster_codes: npt.NDArray[np.object_] | None
) -> npt.NDArray[np.bool_]:
    """Which customers are in the group of that code, whichever vocabulary it is from."""
    for codes in (*assigned.values(), *(() if cluster_codes is None else (cluster_codes,))):
        inside: npt.NDArray[np.bool_] = codes == group
        if inside.any():
            return inside
    raise UnknownGroup(group)


def sheet(shop: Shop, chosen: SegmentsOptions, reader: str) -> tuple[str, pd.DataFrame]:
    """The customers of one group (all, if none is named) as rows, best first; headers in the reader's language."""
    if not (ORDERS.met_by(shop) and shop.orders is not None):
        return _attribute_sheet(shop, chosen, reader)
    table = _customers(_lines(shop.orders, chosen), chosen)
    assigned = _assigned(table)
    cluster_codes = None
    if chosen.group is not None and chosen.group.startswith("cluster_"):
        _, cluster_codes = natural.by_orders(table)
    inside = np.ones(len(table), bool) if chosen.group is None else _in_group(chosen.group, assigned, cluster_codes)
    contacts = people.Contacts(shop.people)
    order = _Members(table, contacts).ranked(inside)
    known = contacts.of(table.customer[order])
    rows = {
        **known,
        "segment": [language.named(code, reader) for code in assigned[chosen.vocabulary][order]],
        "orders": table.frequency[order],
        "money": table.money[order].round(2),
        "last_order": table.last[order].astype(object),
        "silent": table.recency[order],
    }
    return _list_name(chosen, reader), pd.DataFrame(rows).rename(columns=language.HEADERS[reader])


def _attribute_sheet(shop: Shop, chosen: SegmentsOptions, reader: str) -> tuple[str, pd.DataFrame]:
    assert shop.customers is not None
    rows = shop.customers.frame()
    if chosen.group is not None:
        _, codes = natural.by_attributes(shop.customers)
        rows = rows[_in_group(chosen.group, {}, codes)]
    known = pd.DataFrame(people.Contacts(shop.people).of(rows[str(Role.CUSTOMER)].to_numpy(object)), index=rows.index)
    headers = {column.name: column.header for column in shop.customers.columns} | language.HEADERS[reader]
    table = known.join(rows.drop(columns=str(Role.CUSTOMER)))
    return _list_name(chosen, reader), table.rename(columns=headers)


def _list_name(chosen: SegmentsOptions, reader: str) -> str:
    """What the file is called: the group's name as the owner knows it."""
    return (
        language.named(chosen.group, reader) if chosen.group in language.NAMES[reader] else chosen.group or "segments"
    )


def chart(report: SegmentsReport, reader: str) -> bytes | None:
    """Bars: each segment's share of sales against its share of customers; None where no sales are left to share."""
    if not report.segments or not report.sales or report.sales <= 0:
        return None
    say = language
    best = report.segments[0]
    title = {
        "en": f"{say.named(best.code, 'en')}: {say.percent(best.share_of_customers, 'en')} of customers, "
        f"{say.percent(best.share_of_sales, 'en')} of sales",
        "zh": f"{say.named(best.code, 'zh')}：{say.percent(best.share_of_customers, 'zh')} 的人，"
        f"{say.percent(best.share_of_sales, 'zh')} 的销售额",
    }[reader]
    subtitle = {
        "en": "dark: share of sales · pale: share of customers · orange: gone quiet, write first",
        "zh": "深色：占销售额 · 浅色：占客户数 · 橙色：好客户久未下单，先联系",
    }[reader]
    unit = {"en": "{} people · {} of sales", "zh": "{} 人 · 销售额 {}"}[reader]
    rows = [
        charts.Bar(
            label=say.named(segment.code, reader),
            value=segment.share_of_sales,
            ground=segment.share_of_customers,
            note=unit.format(say.count(segment.customers, reader), say.percent(segment.share_of_sales, reader)),
            accent=segment.code in WIN_BACK[report.vocabulary],
        )
        for segment in report.segments
    ]
    return charts.bars(title, subtitle, rows)


ORDERS = Need(Kind.ORDERS, (Role.CUSTOMER, Role.TIME, Role.AMOUNT))

ANALYSIS = Analysis(
    name="segments",
    requires=(ORDERS, Need(Kind.CUSTOMERS, (Role.CUSTOMER,))),
    options=options,
    run=run,
    chart=chart,
    views=("more", "why", "names", "method", "list"),
    sheet=sheet,
)
