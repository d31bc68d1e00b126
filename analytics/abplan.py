"""Is the test worth it? How many people a plan takes, how long that is in this shop, and what its customers can show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from analytics import charts, language, purchases, traffic
from analytics.analysis import BUYERS, Analysis, Asked
from analytics.dataset import Shop
from analytics.errors import UnclearPlan
from analytics.planning import Advice, Gain, Plan, Variant, Weeks, advice
from analytics.traffic import Traffic, Usual
from analytics.typed_plans import Outcome, Wish, wish

HALF = 0.5


@dataclass(frozen=True)
class AbplanOptions:
    """What is wanted (None: the plan that is kept), in which view, and what the owner's business says.

    `today` is the day to count from, `kept` the plan that was made before, `margin` as in `Terms`.
    """

    wish: Wish | None
    view: str
    today: date | None
    as_of: date | None
    margin: float | None
    kept: Kept | None


@dataclass(frozen=True)
class Kept:
    """A planned look: judge once, when each of the `versions` has that many `people`, by `due` (None: nobody knows)."""

    outcome: Outcome
    base: float
    target: float
    deviation: float | None
    people: int
    versions: int
    made: date | None
    due: date | None
    currency: str | None


@dataclass(frozen=True)
class AbplanReport:
    """The answer of `/abplan`. Rates are 0–1; of money, `base` is the mean and `deviation` the spread of a person.

    `change` is what is to be seen (None: not said). It takes `people` a version for one look; `looking` for a reading
    that holds at any look, and by `half` of a version half of all such tests are decided (None: too many to count),
    `least` is how many there must be to judge at all.
    The people `at_hand` (`told`: as typed, else all customers; None: not known) can show `smallest` (None: nothing).
    `own`: the base is what customers do in `days` anyway, as `usual` tells. Else `weeks` are those until so many
    different customers of the `traffic` have bought: on average, if busy, if slow; None beyond what is known. `money` is
    the same plan for what each spends, beside a rate. `bolder` is what the people at hand could show, `other` the other
    meaning of a percent; `curve` are people a version by the size of the difference. `kept` is the planned look in force, `remember` what to keep of it.
    """

    outcome: Outcome
    base: float
    own: bool
    change: float | None
    deviation: float | None
    currency: str | None
    versions: int
    power: float
    level: float
    least: int
    days: int
    people: int | None
    looking: int | None
    half: int | None
    at_hand: int | None
    told: bool
    smallest: float | None
    traffic: Traffic | None
    weeks: Weeks | None
    usual: Usual | None
    advice: Advice
    gain: Gain | None
    money: tuple[float, float] | None
    words: str
    bolder: Variant | None
    variants: tuple[Variant, ...]
    other: Variant | None
    curve: tuple[tuple[float, int], ...]
    kept: Kept | None
    remember: str | None
    today: date | None

    @property
    def target(self) -> float:
        """What is hoped for; the base itself where nothing was said."""
        return self.base + (self.change or 0.0)

    @property
    def total(self) -> int | None:
        """People in all versions together."""
        return None if self.people is None else self.people * self.versions

    @property
    def rare(self) -> bool:
        """Whether only a jump would show: by more than half of what is there."""
        return self.smallest is not None and abs(self.smallest) > self.base / 2

    @property
    def price(self) -> float | None:
        """How many times as many people it takes to look at any time."""
        return None if self.looking is None or self.people is None else self.looking / self.people


def options(words: Sequence[str], asked: Asked) -> AbplanOptions:
    """`/abplan 5% +1%`, `/abplan money +2`, `/abplan 500 people`, or nothing for the shop's own figures."""
    kept = _read(asked.remembered)
    plain = None if kept and asked.view in {"look", "drop"} else Wish("share", own=True)
    wanted = wish(" ".join(words)) if words else plain
    return AbplanOptions(wanted, asked.view, asked.today, asked.as_of, asked.terms.margin, kept)


def run(shop: Shop, chosen: AbplanOptions) -> AbplanReport:
    """Plan for what is wanted, at what the shop sells."""
    kept = chosen.kept
    wanted = chosen.wish or _again(kept)
    lines = purchases.order_lines(shop.orders, chosen.as_of)
    usual = None if lines is None else traffic.usual(lines, wanted.days)
    plan = _plan(wanted, usual, sold=lines is not None)
    change = wanted.change(plan.base)
    people = None if change is None else plan.people(change)
    total = None if people is None else people * wanted.versions
    at_hand = wanted.people or (None if lines is None else traffic.customers(lines))
    smallest = None if at_hand is None else plan.smallest(at_hand // wanted.versions, fall=(change or 0) < 0)
    own = wanted.own or wanted.outcome == "money"
    # A send reaches customers once; only what happens in the shop has to wait for them.
    met = None if lines is None or own or wanted.people else traffic.traffic(lines)
    weeks = met.weeks_for(total) if met and total else None
    gain = _gain(wanted, usual, change, at_hand, chosen.margin) if own else None
    worth = advice(total, at_hand, weeks, gain)
    report = AbplanReport(
        outcome=wanted.outcome,
        base=plan.base,
        own=own,
        change=change,
        deviation=plan.deviation,
        currency=shop.orders.currency if shop.orders is not None else None,
        versions=wanted.versions,
        power=wanted.power,
        level=plan.level,
        least=plan.least,
        days=wanted.days,
        people=people,
        looking=plan.looking(change, wanted.power) if change else None,
        half=plan.looking(change, HALF) if change else None,
        at_hand=at_hand,
        told=wanted.people is not None,
        smallest=smallest,
        traffic=met,
        weeks=weeks,
        usual=usual if own else None,
        advice=worth,
        gain=gain,
        money=_spend(wanted, usual, at_hand) if wanted.outcome == "share" and own and change is None else None,
        words=wanted.words(plan.base, change),
        bolder=plan.variant(smallest) if smallest else None,
        variants=plan.variants(change),
        other=plan.other(),
        curve=plan.curve([size for size in (change, smallest) if size] or [plan.base / 5]),
        kept=kept,
        remember=None,
        today=chosen.today,
    )
    return _settled(report, chosen)


def _plan(wanted: Wish, usual: Usual | None, *, sold: bool) -> Plan:
    """The plan from the base that was typed, else from the shop's own; UnclearPlan that asks for what is missing."""
    if wanted.outcome == "money":
        deviation = wanted.deviation or (usual.spend.deviation if usual else None)
        if not deviation:
            raise UnclearPlan("", "few" if sold else "spread")
        mean = usual.spend.mean if usual else 0.0
        return Plan(wanted, mean if wanted.base is None else wanted.base, deviation)
    if wanted.base is not None:
        return Plan(wanted, wanted.base)
    rate = usual.buyers.rate if usual and 0 < usual.buyers.rate < 1 else None
    if wanted.own and rate is not None:
        return Plan(wanted, rate)
    nothing = wanted == Wish("share", own=True)
    raise UnclearPlan(
        "", "few" if nothing and sold else "nothing" if nothing else "base", wanted.words(None, None), rate
    )


def _gain(
    wanted: Wish, usual: Usual | None, change: float | None, at_hand: int | None, margin: float | None
) -> Gain | None:
    """By what a buyer of one of these stretches spends in it; in margin, where that is known."""
    if usual is None or change is None or at_hand is None or not usual.buyers.successes or usual.spend.total <= 0:
        return None
    value = usual.spend.total / usual.buyers.successes
    more = abs(change) * at_hand
    orders = more / value if wanted.outcome == "money" else more
    return Gain(orders, orders * value * (margin or 1.0))


def _spend(wanted: Wish, usual: Usual | None, at_hand: int | None) -> tuple[float, float] | None:
    """The mean spend of a customer, and the smallest difference of it that the people at hand can show."""
    if usual is None or at_hand is None or not usual.spend.deviation:
        return None
    smallest = Plan(wanted, usual.spend.mean, usual.spend.deviation).smallest(at_hand // wanted.versions)
    return None if smallest is None else (usual.spend.mean, smallest)


def _settled(report: AbplanReport, chosen: AbplanOptions) -> AbplanReport:
    """The report with the planned look that it now has: a new one, none any more, or that of before."""
    if chosen.view == "drop":
        return replace(report, kept=None, remember="")
    if chosen.view != "look" or chosen.wish is None:
        return report
    if report.people is None:
        raise UnclearPlan("", "change")
    kept = Kept(
        outcome=report.outcome,
        base=report.base,
        target=report.target,
        deviation=report.deviation,
        people=report.people,
        versions=report.versions,
        made=chosen.today,
        due=_due(report),
        currency=report.currency,
    )
    return replace(report, kept=kept, remember=json.dumps(asdict(kept), default=str))


def _due(report: AbplanReport) -> date | None:
    """When the people will be there: some days after one send, or after the weeks in the shop."""
    if report.today is None:
        return None
    if report.advice == "shop" and report.weeks and report.weeks[0]:
        return report.today + timedelta(weeks=report.weeks[0])
    return report.today + timedelta(days=report.days) if report.advice == "mail" else None


def _read(text: str | None) -> Kept | None:
    """What was kept; None where nothing was, or it is of another form."""
    try:
        told: dict[str, Any] = json.loads(text or "{}")
        days = {name: date.fromisoformat(told[name]) if told[name] else None for name in ("made", "due")}
        return Kept(**{**told, **days})
    except (ValueError, TypeError, KeyError):
        return None


def _again(kept: Kept | None) -> Wish:
    """The wish that the kept plan was made for."""
    assert kept is not None
    return Wish(
        kept.outcome, kept.base, amount=kept.target, unit="to", versions=kept.versions, deviation=kept.deviation
    )


def chart(report: AbplanReport, reader: str) -> bytes | None:
    """People a version against the difference to be seen, with how many there are; None where there is no curve."""
    if len(report.curve) < 2:
        return None

    sign = "−" if (report.change or 0) < 0 else "+"

    def size(value: float) -> str:
        if report.outcome == "money":
            return sign + language.money(value, report.currency, reader)
        said = language.number(100 * value, reader)
        unit = {"en": "point" if said == "1" else "points", "zh": "个百分点"}[reader]
        return f"{sign}{said} {unit}"

    marks, level = [], None
    if report.at_hand is not None:
        there = report.at_hand // report.versions
        said = language.count(there, reader)
        level = (there, {"en": f"you have {said} for each", "zh": f"每个版本有 {said} 人"}[reader])
        if report.smallest is not None:
            marks.append(charts.Mark(abs(report.smallest), there, "", accent=True))
    if report.change is not None and report.people is not None:
        note = f"{size(abs(report.change))} · {language.count(report.people, reader)}"
        marks.append(charts.Mark(abs(report.change), report.people, note))
    if report.smallest is not None and report.at_hand is not None:
        visible, number = size(abs(report.smallest)), language.count(report.at_hand, reader)
        title = {
            "en": f"{number} people show {visible} or more",
            "zh": f"{number} 人，看得出 {visible} 以上的差别",
        }[reader]
    else:
        title = {"en": "Small differences take many people", "zh": "差别越小，要的人越多"}[reader]
    subtitle = {
        "en": "people in each version, by the difference to be seen",
        "zh": "纵轴：每个版本要多少人 · 横轴：想看出多大的差别",
    }[reader]
    sides = (size, lambda value: language.count(value, reader))
    return charts.curve(title, subtitle, report.curve, marks, level, sides)


ANALYSIS = Analysis(
    name="abplan",
    requires=(BUYERS,),
    options=options,
    run=run,
    chart=chart,
    views=("method", "look", "drop"),
    remember=lambda report: report.remember,
    typed=True,
)
