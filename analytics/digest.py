"""What changed since the last letter and is more than noise, who is due, what was decided, and one thing to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ValidationError

from analytics import (
    alerts,
    digest_chart,
    festivals,
    lapses,
    movers,
    next_purchase,
    people,
    ranking,
    reach,
    silence,
    weeks,
)
from analytics.alerts import AlertReport
from analytics.analysis import Analysis, Asked, Cuts, Member, Need, Play, Vocabulary
from analytics.basket_options import BasketOptions
from analytics.dataset import Kind, Role, Shop
from analytics.errors import MissingData, OptionError, QuestionError, TooFewCustomers
from analytics.freshness import stale
from analytics.members import Members
from analytics.readout import Reading, read_out
from analytics.rfm import among
from analytics.rhythm import occasions
from analytics.silence import Silence

MOST_WEEKS = 4
"""Who has not sent anything for longer hears of the last four weeks."""
DAYS_WORK = 10
MOST_KEPT = 200
"""So many things told are remembered; older ones do not come up again."""

Page = Literal["first", "news", "calm", "ask"]
Step = Literal["trial", "lapses", "due", "group", "send"]
QUIET = "quiet"


class Memory(BaseModel):
    """What was told so far: the data ended on `last`, and the letter went back to `since`; `asked` for more since then.

    `decided` are the numbers of trials and `alerts` the keys of alerts that were told. The owner said that between the
    days of `idle`, the first that of the last order then known, nothing was sold.
    """

    last: date | None = None
    since: date | None = None
    asked: bool = False
    decided: tuple[int, ...] = ()
    alerts: tuple[str, ...] = ()
    idle: tuple[date, date] | None = None


@dataclass(frozen=True)
class DigestOptions:
    """`since` is the day from which those who fell silent are wanted by name; with `quiet` it is the best who have gone quiet."""

    view: str
    memory: Memory
    language: str
    vocabulary: Vocabulary
    cuts: Cuts
    as_of: date | None
    today: date | None
    since: date | None = None
    quiet: bool = False
    asked: Asked = field(default_factory=Asked)


@dataclass(frozen=True)
class DigestReport:
    """The letter: `first` ever, `news`, or `calm` where nothing is beyond noise; or it does `ask` for newer data.

    `silent`: nothing is to be sent. The data ends on `last`, `stale` days before today (None: not long), and is told of
    since the day `since`. `due` are customers who are due now, and in the coming week (None: no products, too few
    customers, or the data is old). `decided` are the trials that were decided since, `lesson` the latest of them that
    tells what to do. `stop` is a pause after the last order that is longer than chance explains, and where the owner
    said that it is no gap in the data, its days count as empty up to `idle`. `step` is what to do, for a `group` the `play`. `members` have names only on the page of names, which is about the best who went `quiet` or the regulars who lapsed; of these those who may not be written to are `left_out`, by why.
    """

    page: Page
    silent: bool
    currency: str | None
    last: date
    stale: int | None
    stop: Silence | None
    idle: date | None
    since: date
    change: weeks.Change | None
    lapses: lapses.Lapses | None
    due: tuple[int, int] | None
    decided: tuple[Reading, ...]
    lesson: Reading | None
    step: Step
    play: Play | None
    members: tuple[Member, ...]
    left_out: Mapping[str, int]
    quiet: bool
    memory: str | None


def understood(words: Sequence[str]) -> tuple[str, ...]:
    """`/digest now` is the letter as it would be now."""
    return () if [word.casefold() for word in words] in (["now"], ["现在"]) else tuple(words)


def options(words: Sequence[str], asked: Asked) -> DigestOptions:
    """`/digest`; with `names` the day since when, or `quiet`."""
    chosen = DigestOptions(
        view=asked.view,
        memory=_remembered(asked.remembered),
        language=asked.language,
        vocabulary=asked.vocabulary,
        cuts=asked.cuts,
        as_of=asked.as_of,
        today=asked.today,
        quiet=asked.view == "names" and list(words) == [QUIET],
        asked=asked,
    )
    if not words or chosen.quiet:
        return chosen
    try:
        (word,) = words if asked.view == "names" else ()
        return replace(chosen, since=date.fromisoformat(word))
    except ValueError:
        raise OptionError("digest", " ".join(words)) from None


def _remembered(text: str | None) -> Memory:
    """What was remembered; nothing where it is of another form."""
    try:
        return Memory.model_validate_json(text or "{}")
    except ValidationError:
        return Memory()


def run(shop: Shop, chosen: DigestOptions) -> DigestReport | AlertReport:
    """The letter, the names behind it, or an alert."""
    assert shop.orders is not None
    lines = ranking.order_lines(shop.orders, chosen.as_of)
    days = weeks.daily(lines)
    if days is None:
        raise MissingData("digest", (str(Role.TIME),))
    market = festivals.market_of(shop.orders.currency, chosen.language)
    memory, letter = chosen.memory, chosen.view == "weekly"
    ended = days.last
    if chosen.view == "idle" and chosen.today is not None:
        memory = memory.model_copy(update={"idle": (ended, chosen.today)})
    # Newer orders show what was sold: what was said without knowing them no longer counts.
    idle = memory.idle[1] if memory.idle and memory.idle[0] == ended < memory.idle[1] else None
    if idle:
        days = days.until(idle)
    if chosen.view == "alert":
        return _alert(shop, days, market, chosen)
    fresh = memory.last is None or days.last > memory.last
    since = chosen.since or (memory.last if fresh else memory.since) or days.last - timedelta(days=weeks.DAYS)
    since = max(min(since, ended if idle else days.last - timedelta(days=1)), days.first)
    naming = chosen.view == "names"
    readings = () if naming else tuple(r for r in _readings(shop, chosen.today) if r.number not in memory.decided)
    asks = letter and not fresh and not readings
    again = letter and not fresh  # What changed was told before.
    span = max(round((days.last - since).days / weeks.DAYS), 1)
    span = span if idle else min(span, MOST_WEEKS)
    change = None if again else weeks.change(days, market, span)
    gone = None if again else _lapses(lines, since, days.last)
    age = stale(shop.orders, chosen.today)
    old = age is not None
    stop = None if naming or idle else silence.silence(shop, days, chosen.today, chosen.asked.sent)
    due = None if asks or naming or old else _due(shop, chosen)
    loud = bool(readings or (change and change.direction) or (gone and gone.beyond))
    play = _play(shop, lines, chosen)
    named = _named(shop, gone, quiet=chosen.quiet) if naming else ()
    kept = reach.reachable(shop, named, chosen.asked)
    lesson = next((reading for reading in readings if _teaches(reading)), None)
    return DigestReport(
        page="ask" if asks else "first" if memory.last is None else "news" if loud else "calm",
        silent=asks and memory.asked,
        currency=shop.orders.currency,
        last=ended,
        stale=age.days if age and not idle else None,
        stop=stop,
        idle=idle,
        since=since,
        change=change,
        lapses=gone,
        due=due,
        decided=readings,
        lesson=lesson,
        step="trial" if lesson else "send" if old and not idle else _step(gone, due, play),
        play=play,
        members=_members(shop, lines, kept.kept),
        left_out=kept.left_out,
        quiet=chosen.quiet,
        memory=_told(memory, days.last, since, readings, asks=asks) if letter else _said(memory, change, chosen),
    )


def _said(memory: Memory, change: weeks.Change | None, chosen: DigestOptions) -> str | None:
    """What the owner said of days without orders, and that these need no alarm any more."""
    if chosen.view != "idle":
        return None
    told = () if change is None else (f"fall:{change.last}",)
    return memory.model_copy(update={"alerts": (*memory.alerts, *told)[-MOST_KEPT:]}).model_dump_json(
        exclude_defaults=True
    )


def _readings(shop: Shop, today: date | None) -> tuple[Reading, ...]:
    """What came of the trials whose days are over, the latest first; a list sent to everybody decides nothing."""
    compared = (trial for trial in reversed(shop.trials) if trial.sent is not None and len(trial.versions) > 1)
    return tuple(reading for trial in compared if (reading := read_out(trial, shop, today)).complete)


def _teaches(reading: Reading) -> bool:
    """Whether what came of the trial is a reason to do something."""
    return reading.verdict in {"worked", "harmed"} or reading.best is not None


def _lapses(lines: pd.DataFrame, since: date, until: date) -> lapses.Lapses | None:
    """The regulars who fell silent between two mornings, from the orders up to the later one."""
    seen = lines[lines[Role.TIME] < pd.Timestamp(until)]
    table = movers.table_of(seen, pd.Timestamp(until)) if Role.CUSTOMER in lines else None
    return None if table is None else lapses.lapses(table, occasions(seen, table), since, until)


def _due(shop: Shop, chosen: DigestOptions) -> tuple[int, int] | None:
    asked = BasketOptions("due", chosen.vocabulary, chosen.cuts, chosen.as_of, asked=chosen.asked)
    try:
        found = next_purchase.due_now(shop, asked)
    except QuestionError:
        return None
    return found.now, found.week


def _play(shop: Shop, lines: pd.DataFrame, chosen: DigestOptions) -> Play | None:
    """Whom to write to first by their group; None with too few customers for groups."""
    if Role.CUSTOMER not in lines:
        return None
    try:
        table = ranking.customers(lines, chosen.as_of)
    except TooFewCustomers:
        return None
    vocabulary = ranking.in_force(table, chosen.vocabulary)
    codes = ranking.assigned(table, vocabulary, chosen.cuts)
    writable = reach.writable(shop, table.customer, chosen.asked)
    return ranking.next_step(Members(table, people.Contacts(None)), codes, vocabulary, writable)


def _step(gone: lapses.Lapses | None, due: tuple[int, int] | None, play: Play | None) -> Step:
    """Who fell silent is written to first, then who is due, then the group that most is at stake with."""
    if gone and gone.beyond:
        return "lapses"
    if due and due[0]:
        return "due"
    return "group" if play else "send"


def _named(shop: Shop, gone: lapses.Lapses | None, *, quiet: bool) -> Sequence[str]:
    """Those who lapsed, or the best who went quiet, by key."""
    return [one.customer for one in alerts.quiet_ones(shop)] if quiet else gone.customers if gone else ()


def _members(shop: Shop, lines: pd.DataFrame, keys: Sequence[str]) -> tuple[Member, ...]:
    """The first of them, most money first."""
    table = movers.table_of(lines) if keys else None
    if table is None:
        return ()
    return Members(table, people.Contacts(shop.people)).best(among(table.customer, keys), DAYS_WORK)


def _told(memory: Memory, last: date, since: date, readings: Sequence[Reading], *, asks: bool) -> str:
    """What to remember once the letter has arrived."""
    fresh = memory.last is None or last > memory.last
    told = {
        "last": last,
        "since": since if fresh else memory.since,
        "asked": asks or (memory.asked and not fresh),
        "decided": (*memory.decided, *(reading.number for reading in readings))[-MOST_KEPT:],
    }
    return memory.model_copy(update=told).model_dump_json(exclude_defaults=True)


def _alert(shop: Shop, days: weeks.Daily, market: festivals.Market, chosen: DigestOptions) -> AlertReport:
    found = alerts.alert(shop, days, market, chosen.memory.alerts, chosen.asked)
    told = {"alerts": (*chosen.memory.alerts, found.key)[-MOST_KEPT:]}
    return replace(found, memory=chosen.memory.model_copy(update=told).model_dump_json(exclude_defaults=True))


def remember(report: DigestReport | AlertReport) -> str | None:
    """What was told by a letter or an alert, so that it is not told again; None where nothing was."""
    return None if report.silent else report.memory


def chart(report: DigestReport | AlertReport, reader: str) -> bytes | None:
    """Sales by week, the last beside what was to be expected; None for a letter of one line, or with too little to show."""
    one_line = isinstance(report, DigestReport) and report.page == "calm" and report.memory is not None
    if one_line or report.silent or report.change is None:
        return None
    return digest_chart.chart(report.change, report.currency, reader)


ANALYSIS = Analysis(
    name="digest",
    requires=(Need(Kind.ORDERS, (Role.TIME, Role.AMOUNT)),),
    options=options,
    run=run,
    chart=chart,
    views=("weekly", "alert", "idle", "names", "why"),
    pictured=("body", "weekly", "alert", "idle"),
    remember=remember,
    understood=understood,
)
