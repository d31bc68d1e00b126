"""Where each customer is on the way from first look to regular to lost, by the shop's own rhythm of buying."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, cast, get_args

import numpy as np
import pandas as pd

from analytics import browsing, charts, cohorts, language, movers, people, ranking, reach, rfm
from analytics.analysis import BUYERS, Analysis, Asked, Cuts, Member, Play, Vocabulary
from analytics.dataset import Role, Shop
from analytics.errors import OptionError, TooFewCustomers, UnknownGroup
from analytics.freshness import Stale, stale
from analytics.members import Mask, Members
from analytics.rhythm import Basis, Pace
from analytics.stages import BOUGHT, SLIPPING, Hindsight, Stage, Stages, hindsight, stages

FEWEST_CUSTOMERS = 10
DAYS_WORK = 10
MONTH, QUARTER = 30, 90

Page = Literal["stages", "cohorts", "movers"]
STAGES: tuple[str, ...] = (*browsing.STAGES, *BOUGHT)


@dataclass(frozen=True)
class LifecycleOptions:
    """`stage` is the stage (or `slipping`) whose names or list are wanted; None means those of the worst move.

    `page` is the side of the answer that is asked for, if it has a picture of its own. The movers' groups are those of the
    owner's `vocabulary` and `cuts`; `moves` says whether anybody asks for them.
    """

    vocabulary: Vocabulary
    cuts: Cuts
    as_of: date | None
    stage: str | None = None
    page: Page = "stages"
    moves: bool = False
    asked: Asked = field(default_factory=Asked)


@dataclass(frozen=True)
class LifecycleReport:
    """The answer of `/lifecycle`; `stages` are all seven, in the order of a customer's life.

    `slipping` are those of all stages who are late, as a stage of their own. Customers with `loyal_from` days of buying
    are loyal. `again` and `second` are the shop's pace, `basis` what limits stand on, `weight` as in `Rhythm`. Of those
    in the browsing log `faded` have not looked for long, and `unbooked` bought without an order. The `play` and `members`
    have none who may not be written to: of those named so many are `left_out`, by why. The
    orders may be `stale`.
    """

    customers: int
    currency: str | None
    first: date
    last: date
    reference: date
    sales: float
    anonymous_sales: float
    stages: tuple[Stage, ...]
    slipping: Stage
    faded: int | None
    unbooked: int | None
    loyal_from: int
    gaps: int
    returning: int
    basis: Basis
    again: Pace
    second: Pace
    weight: float | None
    hindsight: Hindsight | None
    cohorts: cohorts.CohortTable
    movers: movers.Movers | None
    play: Play
    page: Page
    stage: str | None
    members: tuple[Member, ...]
    left_out: Mapping[str, int]
    stale: Stale | None

    def of(self, code: str) -> Stage:
        """The stage of that code."""
        return next(stage for stage in (*self.stages, self.slipping) if stage.code == code)


def understood(words: Sequence[str]) -> tuple[str, ...]:
    """A stage as people type it, `Lost` or `流失`, asks for its people; other words stay."""
    codes = (*STAGES, SLIPPING)
    said = {language.named(f"stage_{code}", reader).casefold(): code for code in codes for reader in language.LANGUAGES}
    word = " ".join(words).strip().casefold()
    code = word if word in codes else said.get(word)
    return ("names", code) if code else tuple(words)


def options(words: Sequence[str], asked: Asked) -> LifecycleOptions:
    """`/lifecycle [stage]`: one of the seven stages, `slipping`, or nothing."""
    word = " ".join(words).lower()
    if word and word not in (*STAGES, SLIPPING):
        raise OptionError("lifecycle", " ".join(words))
    page = cast("Page", asked.view if asked.view in get_args(Page) else "stages")
    moves = asked.view in {"movers", "names"} and not word
    return LifecycleOptions(
        asked.vocabulary, asked.cuts, asked.as_of, stage=word or None, page=page, moves=moves, asked=asked
    )


def run(shop: Shop, chosen: LifecycleOptions) -> LifecycleReport:
    """Judge everybody by how long they have been silent, as against how long they and the shop's customers usually are."""
    assert shop.orders is not None
    lines = ranking.order_lines(shop.orders, chosen.as_of)
    judged = _judged(lines, chosen)
    table, pace, contacts = judged.table, judged.rhythm, people.Contacts(shop.people)
    members = Members(table, contacts)
    looking = _prospects(shop, judged)
    changes = _movers(shop, lines, judged, chosen) if chosen.moves else None
    meant = _meant(judged, looking, changes, chosen.stage)
    kept = reach.reachable(shop, meant, chosen.asked)
    known = lines[Role.TIME].dropna()
    return LifecycleReport(
        customers=len(table),
        currency=shop.orders.currency,
        first=known.min().date(),
        last=known.max().date(),
        reference=table.reference.date(),
        sales=float(table.money.sum()),
        anonymous_sales=ranking.anonymous_sales(lines),
        stages=(
            *(Stage(code, int((looking.stage == code).sum()) if looking else None) for code in browsing.STAGES),
            *(judged.told(code) for code in BOUGHT),
        ),
        slipping=judged.told(SLIPPING),
        faded=looking.faded if looking else None,
        unbooked=looking.unbooked if looking else None,
        loyal_from=judged.loyal_from,
        gaps=pace.gaps,
        returning=pace.returning,
        basis=pace.basis,
        again=pace.again,
        second=pace.second,
        weight=pace.weight,
        hindsight=hindsight(lines, table),
        cohorts=cohorts.cohorts(judged.bought, table.reference),
        movers=changes,
        play=_play(judged, members, reach.writable(shop, table.customer, chosen.asked)),
        page=chosen.page,
        stage=chosen.stage,
        members=_members(judged, looking, kept.kept, members, chosen.stage),
        left_out=kept.left_out,
        stale=stale(shop.orders, chosen.asked.today),
    )


def _judged(lines: pd.DataFrame, chosen: LifecycleOptions) -> Stages:
    table = movers.table_of(lines, None if chosen.as_of is None else pd.Timestamp(chosen.as_of))
    if table is None or len(table) < FEWEST_CUSTOMERS:
        raise TooFewCustomers("lifecycle", 0 if table is None else len(table), FEWEST_CUSTOMERS)
    return stages(lines, table)


def _prospects(shop: Shop, judged: Stages) -> browsing.Prospects | None:
    if shop.events is None or not shop.events.has(Role.CUSTOMER, Role.TIME, Role.EVENT):
        return None
    return browsing.prospects(shop.events, judged.table.customer, judged.table.reference)


def _movers(shop: Shop, lines: pd.DataFrame, judged: Stages, chosen: LifecycleOptions) -> movers.Movers | None:
    """Against the orders before the latest upload, or else against the shop one rhythm earlier, a month at least."""
    if shop.earlier is not None and shop.earlier.has(*BUYERS.columns):
        before = movers.table_of(ranking.order_lines(shop.earlier, chosen.as_of))
        if before is not None and (
            found := movers.movers(before, judged.table, chosen.vocabulary, "upload", chosen.cuts)
        ):
            return found
    days = min(max(MONTH, round(judged.rhythm.again.usual)), QUARTER)
    before = movers.table_before(lines, judged.table.reference - pd.Timedelta(days=days))
    return None if before is None else movers.movers(before, judged.table, chosen.vocabulary, "days", chosen.cuts)


def _play(judged: Stages, members: Members, writable: Mask) -> Play:
    """Write to those who are late, most money first; where nobody is, to the lost; where none are, thank the best."""
    plays = (("keep", SLIPPING), ("win_back", "lost"), ("thank", "loyalty"), ("thank", "use"), ("thank", "purchase"))
    there = [(kind, code) for kind, code in plays if judged.inside(code).any()]
    kind, code = next(((kind, code) for kind, code in there if (judged.inside(code) & writable).any()), there[0])
    chosen = members.best(judged.inside(code) & writable, DAYS_WORK)
    return Play(kind, code, chosen, sum(member.money for member in chosen))


def _meant(
    judged: Stages, looking: browsing.Prospects | None, changes: movers.Movers | None, stage: str | None
) -> Sequence[str]:
    """Who is at the stage or, where none is named, made the worst move, by key; UnknownGroup where nobody is."""
    if stage in browsing.STAGES:
        order = _lookers(looking, stage)
        assert looking is not None
        return list(looking.customer[order])
    if stage is None:
        return changes.worst.customers if changes is not None and changes.worst is not None else ()
    inside = judged.inside(stage)
    if not inside.any():
        raise UnknownGroup(stage)
    return list(judged.table.customer[inside])


def _members(
    judged: Stages, looking: browsing.Prospects | None, kept: Sequence[str], members: Members, stage: str | None
) -> tuple[Member, ...]:
    """The first of those `kept`, most money first; people who only look, the latest first."""
    contacts = members.contacts
    if stage in browsing.STAGES and looking is not None:
        silent = dict(zip(map(str, looking.customer), looking.silent.tolist(), strict=True))
        return tuple(Member(contacts.label(key), contacts.name(key), 0, 0.0, silent[key]) for key in kept[:DAYS_WORK])
    return members.best(rfm.among(judged.table.customer, kept), DAYS_WORK)


def _lookers(looking: browsing.Prospects | None, stage: str) -> rfm.Ints:
    """Positions of those at a stage before the first order, who looked last first."""
    chosen = np.flatnonzero(looking.stage == stage) if looking else np.zeros(0, np.int64)
    if looking is None or not chosen.size:
        raise UnknownGroup(stage)
    order: rfm.Ints = chosen[np.argsort(looking.silent[chosen], kind="stable")]
    return order


def sheet(shop: Shop, chosen: LifecycleOptions, reader: str) -> tuple[str, pd.DataFrame]:
    """The customers of one stage as rows, most money first, with their due day, without who may not be written to.

    If no stage is named, it is all who bought, with a note at those.
    """
    assert shop.orders is not None
    judged = _judged(ranking.order_lines(shop.orders, chosen.as_of), chosen)
    contacts = people.Contacts(shop.people)
    name = language.named(f"stage_{chosen.stage}", reader) if chosen.stage else "lifecycle"
    if chosen.stage in browsing.STAGES:
        looking = _prospects(shop, judged)
        order = _lookers(looking, chosen.stage)
        assert looking is not None
        order = order[reach.writable(shop, looking.customer[order], chosen.asked)]
        rows = {**contacts.of(looking.customer[order]), "silent": looking.silent[order]}
        headers = {**language.HEADERS[reader], "silent": language.HEADERS[reader]["last_seen"]}
        return name, pd.DataFrame(rows).rename(columns=headers)
    table = judged.table
    inside = np.ones(len(table), bool) if chosen.stage is None else judged.inside(chosen.stage)
    if not inside.any():
        raise UnknownGroup(str(chosen.stage))
    if chosen.stage is not None:
        inside = inside & reach.writable(shop, table.customer, chosen.asked)
    order = Members(table, contacts).ranked(inside)
    rows = {
        **contacts.of(table.customer[order]),
        "stage": [language.named(f"stage_{code}", reader) for code in judged.stage[order]],
        "orders": table.frequency[order],
        "money": table.money[order].round(2),
        "last_order": table.last[order].astype(object),
        "silent": table.recency[order],
        "due": judged.rhythm.due[order].astype(object),
        **reach.noted(shop, table.customer[order], chosen.asked, reader),
    }
    last = (table.reference - pd.Timedelta(days=1)).date()
    return name, pd.DataFrame(rows).rename(columns=language.headers(reader, last))


def chart(report: LifecycleReport, reader: str) -> bytes | None:
    """The picture of the page asked for: cohorts as a heat map, movers as flows, stages as bars; None for names."""
    if report.page == "cohorts":
        return cohorts.chart(report.cohorts, reader)
    if report.page == "movers":
        return movers.chart(report.movers, reader) if report.movers else None
    return _bars(report, reader) if report.stage is None else None


def _bars(report: LifecycleReport, reader: str) -> bytes:
    say = language
    lost, late = report.of("lost").share_of_customers, report.slipping
    title = {
        "en": f"{say.percent(lost, 'en')} of your customers are lost, {say.percent(late.share_of_customers, 'en')} are slipping",
        "zh": f"{say.percent(lost, 'zh')} 的客户已流失，{say.percent(late.share_of_customers, 'zh')} 该来没来",
    }[reader]
    subtitle = {
        "en": "dark: in their rhythm · pale: slipping · orange: lost",
        "zh": "深色：按节奏在买 · 浅色：该来没来 · 橙色：已流失",
    }[reader]
    note = {"en": "{} people · {} of sales", "zh": "{} 人 · 销售额 {}"}[reader]
    looks = {"en": "{} people", "zh": "{} 人"}[reader]
    rows = [
        charts.Bar(
            label=say.named(f"stage_{stage.code}", reader),
            value=stage.customers - stage.slipping,
            ground=stage.customers,
            note=(looks if stage.code in browsing.STAGES else note).format(
                say.count(stage.customers, reader), say.percent(stage.share_of_sales, reader)
            ),
            accent=stage.code == "lost",
        )
        for stage in report.stages
        if stage.customers is not None
    ]
    return charts.bars(title, subtitle, rows)


ANALYSIS = Analysis(
    name="lifecycle",
    requires=(BUYERS,),
    options=options,
    run=run,
    chart=chart,
    views=("cohorts", "movers", "names", "method", "why", "list"),
    sheet=sheet,
    pictured=("body", "cohorts", "movers"),
    understood=understood,
    offered=True,
)
