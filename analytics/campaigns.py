"""What to do now: the best plays with whom, why, when, what they may bring and cost; and lists to act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from analytics import charts, language, movers, ranking, readout_chart, split
from analytics.analysis import BUYERS, Analysis, Tone
from analytics.assignment import assign
from analytics.campaign_options import VIEWS, CampaignsOptions, options, understood
from analytics.dataset import Role, Shop
from analytics.drafts import VERSIONS, Message
from analytics.economics import DISCOUNTS, BreakEven, break_even
from analytics.errors import TooFewCustomers, UnknownGroup, UnknownTrial
from analytics.freshness import Stale, stale
from analytics.letters import Letters
from analytics.plays import BY_LIFE, KINDS, SHORTEST_PAST, WINDOW, Rules, fits
from analytics.rhythm import FEWEST_RETURNING
from analytics.shown_trials import Shown, shown
from analytics.suggestions import Desk, Plan, Record, Suggestion, record
from analytics.trials import CUSTOMER, HOLDOUT, VERSION, Trial

FEWEST_CUSTOMERS = 10
BEST = 3
BARS = 6
WITHOUT = frozenset(["body", "off", "margin", "terms", "plan", "trial", "why", "method"])
"""Views that are about no play in particular."""
ABOUT_TERMS = frozenset(["off", "margin", "terms", "method"])
"""Views that show no plays, unless a discount is to be reckoned with."""


@dataclass(frozen=True)
class CampaignsReport:
    """The answer of `/campaigns`: all `suggestions`, best first.

    `chosen` is the one a page is about, None where nobody is left for the `kind` that was named: `barred` counts who may
    not be written to, by why. `even` are the
    break-evens of usual discounts at the owner's `margin`, `off` the discount reckoned with. With `unfair` so many loyal
    customers would pay more than those the chosen play is for. `lacking` is what would allow more: `returning` more
    customers who come back, `days` more of orders. These end on `last`, and may be `stale`.
    """

    customers: int
    currency: str | None
    last: date
    today: date
    stale: Stale | None
    margin: float | None
    apart: int
    tone: Tone
    budget: float | None
    off: float | None
    window: int
    suggestions: tuple[Suggestion, ...]
    kind: str | None
    chosen: Suggestion | None
    barred: Mapping[str, int]
    plan: Plan | None
    even: tuple[BreakEven, ...]
    unfair: int
    record: Record
    lacking: tuple[str, ...]
    returning: int
    days: int
    drafted: Trial | None
    message: Message | None
    shop: str | None

    @property
    def best(self) -> tuple[Suggestion, ...]:
        """Those for the first page."""
        return self.suggestions[:BEST]

    @property
    def breaks_even(self) -> BreakEven | None:
        """Of the discount reckoned with."""
        return break_even(self.margin, self.off) if self.margin and self.off else None


@dataclass(frozen=True)
class KeptReport:
    """The answer of `/campaigns trial 3`: a list that was made, and what came of it."""

    trial: Shown
    shop: str | None = None


def run(shop: Shop, chosen: CampaignsOptions) -> CampaignsReport | KeptReport:
    """Suggest plays, or show one of them, a list for a day, a discount, or what came of a list."""
    assert shop.orders is not None
    asked = chosen.asked
    if chosen.number is not None:
        return KeptReport(shown(_numbered(shop, chosen.number), shop, asked.today), asked.terms.shop)
    desk = _desk(shop, chosen, chosen.off or 0.0)
    suggestions = desk.suggestions()
    one = _chosen(suggestions, chosen)
    table, pace = desk.found.table, desk.found.judged.rhythm
    last = shop.orders.frame(Role.TIME)[Role.TIME].max().date()
    loyal = int((desk.found.kind == "vip").sum())
    drafted = _drafted(desk, one, chosen) if chosen.view == "make" and one is not None else None
    if drafted is not None and (same := next((old for old in shop.trials if _same(old, drafted)), None)):
        return KeptReport(shown(same, shop, asked.today), asked.terms.shop)
    return CampaignsReport(
        customers=len(table),
        currency=shop.orders.currency,
        last=last,
        today=desk.today,
        stale=stale(shop.orders, asked.today),
        margin=asked.terms.margin,
        apart=asked.terms.apart,
        tone=asked.terms.tone,
        budget=asked.terms.budget,
        off=chosen.off,
        window=WINDOW,
        suggestions=suggestions,
        kind=chosen.kind,
        chosen=one,
        barred=desk.reach[chosen.kind].left_out if chosen.kind and one is None else {},
        plan=desk.plan(chosen.minutes, chosen.budget or asked.terms.budget) if chosen.planned else None,
        even=tuple(break_even(asked.terms.margin, off) for off in DISCOUNTS) if asked.terms.margin else (),
        unfair=loyal if chosen.off and (one is None or one.kind != "vip") else 0,
        record=record(desk.readings),
        lacking=desk.found.lacking,
        returning=max(FEWEST_RETURNING - pace.returning, 0),
        days=max(SHORTEST_PAST - int(table.tenure.max()), 0),
        drafted=drafted,
        message=_message(desk, one, chosen) if chosen.view == "words" and one is not None else None,
        shop=asked.terms.shop,
    )


def _desk(shop: Shop, chosen: CampaignsOptions, off: float) -> Desk:
    assert shop.orders is not None
    asked = chosen.asked
    lines = ranking.order_lines(shop.orders, asked.as_of)
    table = movers.table_of(lines, None if asked.as_of is None else pd.Timestamp(asked.as_of))
    if table is None or len(table) < FEWEST_CUSTOMERS:
        raise TooFewCustomers("campaigns", 0 if table is None else len(table), FEWEST_CUSTOMERS)
    goods = chosen.kind not in BY_LIFE and (chosen.view not in ABOUT_TERMS or bool(chosen.off))
    found = fits(shop, lines, table, Rules(asked.vocabulary, asked.cuts, asked.as_of, asked.today, goods))
    return Desk(shop, found, asked, off)


def _chosen(suggestions: Sequence[Suggestion], chosen: CampaignsOptions) -> Suggestion | None:
    """The play a page is about: the one named, else the best; None where there is nobody for it."""
    if chosen.kind is None and chosen.view in WITHOUT:
        return None
    return next((one for one in suggestions if chosen.kind in {None, one.kind}), None)


def _message(desk: Desk, one: Suggestion, chosen: CampaignsOptions) -> Message:
    keys = list(desk.found.table.customer[list(one.places)])
    return Letters(desk, [one.kind] * len(keys), keys, chosen.channel).message(chosen.version)


def _drafted(desk: Desk, one: Suggestion, chosen: CampaignsOptions) -> Trial:
    """Who gets the message, which of two, or none: by lot, with the seed that is kept."""
    table, asked = desk.found.table, chosen.asked
    places = np.sort(np.array(one.places))
    held = one.test.share if one.test is not None and chosen.holdout else 0.0
    messages = ("A", "B") if chosen.both and one.people >= 2 * len("AB") else ("A",)
    versions, shares = messages, [(1 - held) / len(messages)] * len(messages)
    if held:
        versions, shares = (*messages, HOLDOUT), [*shares, held]
    drawn = assign(table.money[places], shares, asked.seed)
    return Trial(
        kind=one.kind,
        segment=one.play.segment,
        versions=versions,
        seed=asked.seed,
        days=WINDOW,
        made=desk.today,
        people=pa.table(
            {
                CUSTOMER: pa.array(table.customer[places], pa.string()),
                VERSION: pa.array(np.array(versions)[drawn], pa.string()),
            }
        ),
        left_out=one.left_out,
        off=desk.off,
    )


def _same(old: Trial, new: Trial) -> bool:
    """Whether the same list was made today already, and not sent: a second tap makes no second one."""
    about = ("kind", "segment", "versions", "days", "made", "off")
    return old.sent is None and all(getattr(old, name) == getattr(new, name) for name in about)


def _numbered(shop: Shop, number: int) -> Trial:
    found = next((trial for trial in shop.trials if trial.number == number), None)
    if found is None:
        raise UnknownTrial(number)
    return found


def sheet(shop: Shop, chosen: CampaignsOptions, reader: str) -> tuple[str, pd.DataFrame]:
    """Whom to write to, best first, with their contacts, what it is about and their messages, and nothing else."""
    if chosen.number is not None:
        return _trial_sheet(shop, _numbered(shop, chosen.number), chosen, reader)
    desk = _desk(shop, chosen, chosen.off or 0.0)
    one = None
    if chosen.planned:
        turns = desk.plan(chosen.minutes, chosen.budget).turns
        places = [desk.place[turn.key] for turn in turns]
        title = language.LISTS[reader]
    else:
        one = _chosen(desk.suggestions(), chosen)
        if one is None:
            raise UnknownGroup(f"play_{chosen.kind}")
        places, title = list(one.places), language.named(f"play_{one.kind}", reader)
    found, headers = desk.found, language.HEADERS[reader] | language.BASKET_HEADERS[reader]
    rows: dict[str, object] = dict(desk.members.contacts.of(found.table.customer[places]))
    if one is None:
        rows["play"] = [language.named(f"play_{found.kind[at]}", reader) for at in places]
    if any(found.product[at] is not None for at in places):
        rows["product"] = found.product[places]
    letters = Letters(desk, found.kind[places], found.table.customer[places], chosen.channel)
    rows |= letters.columns(VERSIONS[:1] if chosen.planned else VERSIONS, reader)
    return title, pd.DataFrame(rows).rename(columns=headers)


def _trial_sheet(shop: Shop, trial: Trial, chosen: CampaignsOptions, reader: str) -> tuple[str, pd.DataFrame]:
    """Who is sent a version, or any, of a list that was made, each with their message."""
    if trial.kind not in KINDS or (chosen.place or 0) >= len(trial.versions):
        raise UnknownTrial(trial.number)
    names = trial.messages if chosen.place is None else (trial.versions[chosen.place],)
    people = split.given(trial, names)
    keys, versions = people[CUSTOMER].tolist(), people[VERSION].tolist()
    desk = _desk(shop, replace(chosen, kind=trial.kind), trial.off)
    rows: dict[str, object] = dict(desk.members.contacts.of(keys))
    if names != (HOLDOUT,):
        rows |= {"version": versions, **Letters(desk, [trial.kind] * len(keys), keys).assigned(versions, reader)}
    return split.filename(trial, names, reader), pd.DataFrame(rows).rename(columns=language.HEADERS[reader])


def chart(report: CampaignsReport | KeptReport, reader: str) -> bytes | None:
    """What each play may bring at least and at most; None where the past is too short to say. Of a list, what came of it."""
    if isinstance(report, KeptReport):
        return readout_chart.chart(report.trial.reading, reader) if report.trial.reading else None
    told = [one for one in report.suggestions if one.gain is not None and one.gain.high > 0][:BARS]
    if not told:
        return None
    best = told[0]
    title = {
        "en": f"{language.named(f'play_{best.kind}', 'en')} first: it brings most for your time",
        "zh": f"先做“{language.named(f'play_{best.kind}', 'zh')}”：同样的时间收获最大",
    }[reader]
    kept = {
        "en": ("extra margin" if report.margin else "extra sales")
        + f" in {report.window} days: dark at least, pale at most",
        "zh": f"{report.window} 天内{'多赚的毛利' if report.margin else '多卖的金额'}：深色至少，浅色至多",
    }[reader]
    note = {"en": "{} people · {}–{}", "zh": "{} 人 · {}–{}"}[reader]
    rows = []
    for one in told:
        assert one.gain is not None
        low, high = (language.money(value, report.currency, reader) for value in (one.gain.low, one.gain.high))
        rows.append(
            charts.Bar(
                label=language.named(f"play_{one.kind}", reader),
                value=max(one.gain.low, 0.0),
                ground=one.gain.high,
                note=note.format(language.count(one.people, reader), low, high),
                accent=one is best,
            )
        )
    return charts.bars(title, kept, rows)


def draft(report: CampaignsReport | KeptReport) -> Trial | None:
    """The list that was made, to be kept."""
    return report.drafted if isinstance(report, CampaignsReport) else None


ANALYSIS = Analysis(
    name="campaigns",
    requires=(BUYERS,),
    options=options,
    run=run,
    chart=chart,
    views=VIEWS,
    sheet=sheet,
    pictured=("body", "trial"),
    draft=draft,
    names=True,
    understood=understood,
    offered=True,
)
