"""Who the customers are: ranked in the owner's vocabulary, grouped by themselves, or cut by what is known of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from analytics import breakdown, grouping, language, people, portraits, ranking, reach, rfm
from analytics.analysis import BUYERS, Analysis, Asked, Cuts, Member, Need, Vocabulary
from analytics.breakdown import BreakdownReport
from analytics.clusters import Method
from analytics.dataset import Dataset, Kind, Role, Shop
from analytics.errors import MissingData, OptionError, TooFewCustomers, UnknownGroup
from analytics.freshness import Stale, stale
from analytics.grouping import Cut, GroupsReport
from analytics.members import Members
from analytics.naming import Name
from analytics.natural import Codes
from analytics.portraits import Portrait
from analytics.ranking import SegmentsReport

FEWEST_CUSTOMERS = 30
LISTED = 10

METHODS: dict[str, Method] = {
    "k_means": "k_means",
    "k-means": "k_means",
    "kmeans": "k_means",
    "k均值": "k_means",
    "ward": "ward",
    "hierarchical": "ward",
    "层次": "ward",
    "层次聚类": "ward",
    "mixture": "mixture",
    "gmm": "mixture",
    "gaussian": "mixture",
    "高斯": "mixture",
    "dbscan": "dbscan",
    "hdbscan": "hdbscan",
    "密度": "hdbscan",
}
NUMBERS = range(2, 9)
OWN_CUT = re.compile(r"[rfm]\d+(?:\.\d+)?", re.IGNORECASE)
THRESHOLD = re.compile(
    r"([rfm])\s*(?:<=|>=|=<|=>|≤|≥|<|>|=|:|：)?\s*[£$€¥￥]?\s*([\d,，]+(?:\.\d+)?)\s*(万|k\b)?\s*(?:天|次|单|元|days?|orders?)?",
    re.IGNORECASE,
)
TIMES = {"": 1, "k": 1_000, "万": 10_000}
BY = re.compile(r"^(?:by\s+|按\s*)(?=\S)", re.IGNORECASE)
PEOPLE = {"people", "attributes", "人", "属性"}


@dataclass(frozen=True)
class SegmentsOptions:
    """`group` is the code of the segment (or `cluster_1`…) whose people are wanted; None means the next step's.

    `by` names the attributes to cut by, `cut` how natural groups are to be made. Thresholds behind a group (`key_retain R30
    F3`) stand for the owner's own.
    """

    view: str
    vocabulary: Vocabulary
    cuts: Cuts
    as_of: date | None
    group: str | None = None
    by: str = ""
    cut: Cut = field(default_factory=Cut)
    remembered: str | None = None
    asked: Asked = field(default_factory=Asked)


@dataclass(frozen=True)
class MembersReport:
    """The people of one group to write to, best first, at most ten; `name` is that of a natural group.

    `customers` are all of the group: `left_out` of the list are those who may not be written to, by why. Without a group,
    and for a customer list, there is nobody to name: `code` is None or there are no `members`. The orders may be `stale`.
    """

    code: str | None
    name: Name | None
    cut: Cut
    currency: str | None
    customers: int
    members: tuple[Member, ...]
    left_out: Mapping[str, int]
    stale: Stale | None = None


@dataclass(frozen=True)
class PortraitReport:
    """Who is in one group: `code` and, for a natural one, its `name`."""

    code: str
    name: Name | None
    cut: Cut
    currency: str | None
    portrait: Portrait


Report = SegmentsReport | GroupsReport | BreakdownReport | MembersReport | PortraitReport


def understood(words: Sequence[str]) -> tuple[str, ...]:
    """The words as people type them, with the view that they ask for in front.

    `by city`, `按城市`, `ward 4`, `5`, `R≤30 F≥3`, `at risk`, `有流失风险的客户`; words that name a view already stay.
    """
    if not words or words[0] in VIEWS:
        return tuple(words)
    said = " ".join(words).strip()
    if BY.match(said):
        return "by", *BY.sub("", said).split()
    if words[0].casefold() in {*METHODS, *PEOPLE} or words[0].isdecimal():
        return "natural", *words
    if _thresholds(said) is not None:
        return "cuts", *words
    return "group", *words


def options(words: Sequence[str], asked: Asked) -> SegmentsOptions:
    """What the words behind the view ask for; OptionError where they ask for nothing there is."""
    view = asked.view
    chosen = SegmentsOptions(view, asked.vocabulary, asked.cuts, asked.as_of, remembered=asked.remembered, asked=asked)
    if view in {"by", "list"} and words and (view == "by" or words[0] == "by"):
        return replace(chosen, by=" ".join(words[1:] if view == "list" else words))
    if view == "by":
        return chosen
    if view == "cuts":
        cuts = _thresholds(" ".join(words))
        if cuts is None:
            raise OptionError("segments", " ".join(words))
        return replace(chosen, cuts=cuts, vocabulary="classes")
    if view in {"natural", "proof", "table"}:
        return replace(chosen, cut=_cut(words))
    named = [word for word in words if not OWN_CUT.fullmatch(word)]
    cuts = _thresholds(" ".join(word for word in words if OWN_CUT.fullmatch(word)))
    group, rest = _group(named)
    return replace(chosen, group=group, cut=_cut(rest), cuts=cuts or chosen.cuts)


def _group(words: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """The code of the group that the first words name, and the words behind it."""
    if not words:
        return None, ()
    if words[0].casefold().startswith("cluster_"):
        return words[0].casefold(), words[1:]
    said = " ".join(words)
    code = language.coded(said, (*rfm.GROUPS, *rfm.CLASSES))
    if code is None:
        raise OptionError("segments", said)
    return code, ()


def _cut(words: Sequence[str]) -> Cut:
    cut = Cut()
    for word in words:
        said = word.casefold()
        if said in METHODS:
            cut = replace(cut, method=METHODS[said])
        elif said in PEOPLE:
            cut = replace(cut, people=True)
        elif said.isdecimal() and int(said) in NUMBERS:
            cut = replace(cut, groups=int(said))
        else:
            raise OptionError("segments", word)
    return cut


def _thresholds(said: str) -> Cuts | None:
    """Own thresholds such as `R ≤ 30 天, F ≥ 3`; None where the words are something else."""
    found = {
        name.casefold(): float(re.sub("[,，]", "", figure)) * TIMES[unit.casefold()]
        for name, figure, unit in THRESHOLD.findall(said)
    }
    if not found or re.sub(r"[\s,，;；、]|and|和", "", THRESHOLD.sub("", said)):
        return None
    return Cuts(
        recency=int(found["r"]) if "r" in found else None,
        frequency=int(found["f"]) if "f" in found else None,
        money=found.get("m"),
    )


def run(shop: Shop, chosen: SegmentsOptions) -> Report:
    """Answer the view asked for; without orders, by what the customer list says."""
    if chosen.view == "by":
        return breakdown.breakdown(shop, _book(shop, chosen), chosen.by)
    if chosen.view in {"natural", "proof", "table"}:
        return _natural(shop, chosen)[0]
    if chosen.view == "group":
        return _portrait(shop, chosen)
    if chosen.view in {"names", "list"}:
        return _named(shop, chosen)
    if not BUYERS.met_by(shop):
        if chosen.view == "cuts":
            raise MissingData("segments")
        return _natural(shop, chosen)[0]
    orders, lines, members = _ranked(shop, chosen)
    writable = reach.writable(shop, members.table.customer, chosen.asked)
    found = ranking.report(orders, lines, members, chosen.vocabulary, chosen.cuts, writable)
    return replace(found, stale=_age(shop, chosen))


def _ranked(shop: Shop, chosen: SegmentsOptions) -> tuple[Dataset, pd.DataFrame, Members]:
    assert shop.orders is not None
    lines = ranking.order_lines(shop.orders, chosen.as_of)
    return shop.orders, lines, Members(ranking.customers(lines, chosen.as_of), people.Contacts(shop.people))


def _natural(shop: Shop, chosen: SegmentsOptions) -> tuple[GroupsReport, Codes, Members | None]:
    """Natural groups with each customer's code, by the customer list if there are no orders or the owner wants so."""
    if not BUYERS.met_by(shop) or (chosen.cut.people and shop.customers is not None):
        listed = None if shop.customers is None else people.listed(shop.customers)
        if listed is None or listed.rows < FEWEST_CUSTOMERS:
            raise TooFewCustomers("segments", 0 if listed is None else listed.rows, FEWEST_CUSTOMERS)
        return *grouping.of_list(listed, chosen.cut, chosen.remembered), None
    orders, _, members = _ranked(shop, chosen)
    return *grouping.of_orders(members.table, chosen.cut, orders.currency, chosen.remembered), members


def _portrait(shop: Shop, chosen: SegmentsOptions) -> PortraitReport:
    found = _inside(shop, chosen)
    portrait = portraits.portrait(shop, frozenset(found.keys), chosen.as_of, found.built_on)
    return PortraitReport(found.code, found.name, chosen.cut, found.currency, portrait)


@dataclass(frozen=True)
class _Inside:
    """One group: the keys of its customers, the name of a natural one and what it was built on.

    `members` are all who ordered, None where the group was made without looking at orders.
    """

    code: str
    keys: list[str]
    currency: str | None
    members: Members | None
    name: Name | None = None
    built_on: tuple[str, ...] = ()


def _inside(shop: Shop, chosen: SegmentsOptions) -> _Inside:
    """The group that is asked for, else that of the next step; UnknownGroup where nobody is in it."""
    code = chosen.group or ""
    if code.startswith("cluster_"):
        report, codes, members = _natural(shop, chosen)
        group = next((group for group in report.groups if group.cluster.code == code), None)
        if group is None or report.found is None:
            raise UnknownGroup(code)
        keys = members.table.customer if members is not None else _listed(shop)
        return _Inside(code, list(keys[codes == code]), report.currency, members, group.name, report.found.features)
    if not BUYERS.met_by(shop):
        raise MissingData("segments")
    orders, _, members = _ranked(shop, chosen)
    vocabulary: Vocabulary = "groups" if code in rfm.GROUPS else "classes"
    if not code:
        vocabulary = ranking.in_force(members.table, chosen.vocabulary)
        codes = ranking.assigned(members.table, vocabulary, chosen.cuts)
        writable = reach.writable(shop, members.table.customer, chosen.asked)
        code = ranking.next_step(members, codes, vocabulary, writable).segment
    inside = ranking.assigned(members.table, vocabulary, chosen.cuts) == code
    if not inside.any():
        raise UnknownGroup(code)
    return _Inside(code, list(members.table.customer[inside]), orders.currency, members)


def _listed(shop: Shop) -> Codes:
    assert shop.customers is not None
    keys: Codes = people.listed(shop.customers).frame(Role.CUSTOMER)[str(Role.CUSTOMER)].astype(object).to_numpy()
    return keys


def _named(shop: Shop, chosen: SegmentsOptions) -> MembersReport:
    """The people of a group; for a whole list or one by an attribute, only how many there are."""
    if chosen.group is None and (not BUYERS.met_by(shop) or chosen.view == "list"):
        return MembersReport(
            None, None, chosen.cut, None, len(_book(shop, chosen).customer), (), {}, _age(shop, chosen)
        )
    found = _inside(shop, chosen)
    size, kept = len(found.keys), reach.reachable(shop, found.keys, chosen.asked)
    if not BUYERS.met_by(shop):
        return MembersReport(found.code, found.name, chosen.cut, None, size, (), kept.left_out)
    members = found.members or _ranked(shop, chosen)[2]
    best = members.best(rfm.among(members.table.customer, kept.kept), LISTED if chosen.group else ranking.DAYS_WORK)
    age = _age(shop, chosen)
    return MembersReport(found.code, found.name, chosen.cut, found.currency, size, best, kept.left_out, age)


def _age(shop: Shop, chosen: SegmentsOptions) -> Stale | None:
    return stale(shop.orders, chosen.asked.today)


def _book(shop: Shop, chosen: SegmentsOptions, members: Members | None = None) -> breakdown.Book:
    """Everybody with their segment, from the orders (the `members`, if they are at hand), else from the customer list."""
    if not BUYERS.met_by(shop):
        return breakdown.Book(_listed(shop), None, None)
    table = (members or _ranked(shop, chosen)[2]).table
    vocabulary = ranking.in_force(table, chosen.vocabulary)
    return breakdown.Book(table.customer, table, ranking.assigned(table, vocabulary, chosen.cuts))


def sheet(shop: Shop, chosen: SegmentsOptions, reader: str) -> tuple[str, pd.DataFrame]:
    """The customers of one group as rows, best first, without who may not be written to; headers as the reader says them.

    If no group is named, it is all customers, with a note at those.
    """
    found = None if chosen.group is None else _inside(shop, chosen)
    book = _book(shop, chosen, found.members if found else None)
    name, keys = language.LISTS[reader], list(book.customer)
    if found is not None:
        keys = list(reach.reachable(shop, found.keys, chosen.asked).kept)
        name = language.group_name(found.name.claims, reader) if found.name else language.named(found.code, reader)
    contacts = people.Contacts(shop.people)
    if book.table is None:
        return name, _list_rows(shop, keys, contacts, chosen.asked, reader)
    members = Members(book.table, contacts)
    order = members.ranked(rfm.among(book.customer, keys))
    segment = book.segment if book.segment is not None else np.full(len(book.customer), "", object)
    rows: dict[str, object] = {
        **contacts.of(book.customer[order]),
        "segment": [language.named(code, reader) for code in segment[order]],
        "orders": book.table.frequency[order],
        "money": book.table.money[order].round(2),
        "last_order": book.table.last[order].astype(object),
        "silent": book.table.recency[order],
        **reach.noted(shop, book.customer[order], chosen.asked, reader),
    }
    last = (book.table.reference - pd.Timedelta(days=1)).date()
    frame = pd.DataFrame(rows).rename(columns=language.headers(reader, last))
    for attribute in breakdown.wanted(chosen.by, breakdown.available(shop)) if chosen.by else ():
        if attribute.kind is not None or attribute.code == "joined":
            told = breakdown.values(shop, book, attribute).to_numpy()[order]
            frame[language.column(attribute.name, reader)] = told
    return name, frame


def _list_rows(shop: Shop, keys: Sequence[str], contacts: people.Contacts, asked: Asked, reader: str) -> pd.DataFrame:
    """Rows of the customer list, in the owner's own columns."""
    assert shop.customers is not None
    rows = people.listed(shop.customers).frame()
    rows = rows[rows[str(Role.CUSTOMER)].astype(object).isin(keys)]
    who = rows[str(Role.CUSTOMER)].to_numpy(object)
    known = pd.DataFrame({**contacts.of(who), **reach.noted(shop, who, asked, reader)}, index=rows.index)
    headers = {column.name: column.header for column in shop.customers.columns} | language.HEADERS[reader]
    return known.join(rows.drop(columns=str(Role.CUSTOMER))).rename(columns=headers)


def chart(report: Report, reader: str) -> bytes | None:
    """What fits the answer: shares of sales, a map of the groups, or a cut by attributes."""
    from analytics import segment_charts

    match report:
        case SegmentsReport():
            return segment_charts.shares(report, reader)
        case GroupsReport():
            return segment_charts.groups(report, reader)
        case BreakdownReport():
            return segment_charts.levels(report, reader)
    return None


def remember(report: Report) -> str | None:
    """The names of natural groups, so that they stay after new data."""
    return report.memory if isinstance(report, GroupsReport) else None


VIEWS = ("more", "why", "names", "method", "list", "natural", "proof", "table", "group", "by", "cuts")

ANALYSIS = Analysis(
    name="segments",
    requires=(BUYERS, Need(Kind.CUSTOMERS, (Role.CUSTOMER,))),
    options=options,
    run=run,
    chart=chart,
    views=VIEWS,
    sheet=sheet,
    pictured=("body", "natural", "by", "cuts"),
    remember=remember,
    understood=understood,
    offered=True,
)
