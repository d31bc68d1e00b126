"""Plays with what they may bring and cost, ranked by gain per effort, and whom to write to in the time there is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics import power
from analytics.analysis import Asked, Member, Play
from analytics.dataset import Role, Shop
from analytics.economics import NEARLY, Takings, gain, raised
from analytics.effort import A_MESSAGE, PERSONAL, Effort, effort, within
from analytics.members import Members
from analytics.people import Contacts
from analytics.plays import KINDS, Fits, Past
from analytics.proportions import Interval
from analytics.reach import reachable
from analytics.readout import Reading, read_out
from analytics.samples import Share
from analytics.timing import When, when
from analytics.trials import CLEAR
from analytics.uplift import Uplift, learnt

SHOWN = 12
WORTH_HOLDING = 20
"""With fewer people nothing can be learnt from holding some back."""
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5)
USUAL_SHARE = 0.2
OWN_WEIGHT = 2
"""A customer's own usual order counts as much as that of their kind after so many orders."""
SEGMENTS = {
    "birthday": "stage_use",
    "refill": "stage_use",
    "win_back": "stage_slipping",
    "second_purchase": "stage_purchase",
    "vip": "stage_loyalty",
    "bundle": "stage_use",
    "cross_sell": "stage_use",
    "last_try": "stage_lost",
}


@dataclass(frozen=True)
class HeldBack:
    """What a list of these sizes can show: so many `held` back; a rise by `smallest` is seen four times out of five.

    `smallest` is None where no rise is, or the past is not known.
    """

    share: float
    held: int
    smallest: float | None


def held_back(people: int, past: Past | None) -> HeldBack | None:
    """How many to hold back: the least share by which a clear rise is seen, a fifth where none is enough."""
    if people < WORTH_HOLDING:
        return None
    tests = [_of_share(people, past, share) for share in SHARES]
    clear = (test for test in tests if test.smallest is not None and test.smallest <= CLEAR)
    return next(clear, tests[SHARES.index(USUAL_SHARE)])


def _of_share(people: int, past: Past | None, share: float) -> HeldBack:
    held = round(share * people)
    smallest = None if past is None else power.smallest_difference(past.rate, held, ratio=(people - held) / held)
    return HeldBack(share, held, smallest)


@dataclass(frozen=True)
class Suggestion:
    """One play: `people` customers, of whom `play` has the first dozen; others are `left_out`, by why.

    By the `test` some of them are held back: gain, cost and effort are of those `written` to.
    `about` is the product for each of these. `places` are positions of all in the customer table, those first from whom
    most may come; `products` are what it is about, with how many people each. `gain` is what it may bring within the
    window over what comes anyway, in margin or, where that is not known, in sales; None where the past is too short to
    say. `given` is what the discount `off` costs for orders that come anyway. `drawn` orders the suggestions: gain a
    minute without discount, by lot where trials have taught something.
    """

    play: Play
    about: tuple[str | None, ...]
    places: tuple[int, ...]
    left_out: Mapping[str, int]
    products: tuple[tuple[str, int], ...]
    past: Past | None
    test: HeldBack | None
    uplift: Uplift
    off: float
    gain: Interval | None
    given: float
    effort: Effort
    when: When
    drawn: float

    @property
    def kind(self) -> str:
        return self.play.kind

    @property
    def people(self) -> int:
        return len(self.places)

    @property
    def written(self) -> int:
        """How many get the message."""
        return self.people - (self.test.held if self.test else 0)

    @property
    def raised(self) -> Interval | None:
        """The rate at which they may order with a message, as against `past.rate` without."""
        if self.past is None:
            return None
        return Interval(raised(self.past.rate, self.uplift.odds.low), raised(self.past.rate, self.uplift.odds.high))


@dataclass(frozen=True)
class Record:
    """Of so many `decided` suggestions `worked` ones brought more orders beyond chance."""

    decided: int
    worked: int


@dataclass(frozen=True)
class Turn:
    """One customer to write to, for which play, about which product, and what that may bring."""

    key: str
    member: Member
    kind: str
    product: str | None
    gain: Interval | None


@dataclass(frozen=True)
class Plan:
    """Whom to write to in `minutes`, in order. `budget` is the money there is, `each` what that is a person.

    `waiting` more could be written to with more time. `gain` is what all of it may bring; `instead` is a play that may
    bring more in the same time, as one message to many.
    """

    minutes: int
    budget: float | None
    turns: tuple[Turn, ...]
    waiting: int
    gain: Interval | None
    instead: Suggestion | None

    @property
    def each(self) -> float | None:
        return None if self.budget is None or not self.turns else self.budget / len(self.turns)


def readings(shop: Shop, asked: Asked) -> tuple[tuple[float, Reading], ...]:
    """What came of every play's trial with a holdout whose days are over, each behind its discount."""
    found = [
        (trial.off, read_out(trial, shop, asked.today))
        for trial in shop.trials
        if trial.sent is not None and trial.kind in KINDS
    ]
    return tuple((off, one) for off, one in found if one.complete and one.holdout and one.verdict != "untrusted")


def record(told: Sequence[Reading]) -> Record:
    """The hit rate."""
    return Record(len(told), sum(reading.verdict == "worked" for reading in told))


def learnt_of(told: Iterable[Reading], kind: str) -> Uplift:
    """What is believed of messages of this kind, after the shop's own trials with a holdout."""
    pairs = []
    for reading in told:
        if reading.kind == kind:
            buyers = sum(arm.buyers for arm in reading.arms[1:])
            pairs.append((Share(reading.control.people, reading.control.buyers), Share(reading.written, buyers)))
    return learnt(pairs)


class Desk:
    """Where suggestions are worked out: the shop's plays, who may be written to, and what is believed of messages."""

    def __init__(self, shop: Shop, found: Fits, asked: Asked, off: float) -> None:
        self.found, self.asked, self.off = found, asked, off
        self.members = Members(found.table, Contacts(shop.people))
        self.today = asked.today or found.table.reference.date()
        told = readings(shop, asked)
        self.readings = tuple(reading for _, reading in told)
        # What a discount brought says nothing of a message without one, nor of another discount.
        alike = [reading for given, reading in told if abs(given - off) < NEARLY]
        self.uplift = {kind: learnt_of(alike, kind) for kind in KINDS}
        self.when = when(_moments(shop, found), self.today, asked.hour if asked.today else None)
        table = found.table
        chosen = np.flatnonzero(found.kind != "")
        self.reach = {
            kind: reachable(shop, list(table.customer[chosen[found.kind[chosen] == kind]]), asked) for kind in KINDS
        }
        self.place = {key: at for at, key in enumerate(table.customer)}

    def suggestions(self) -> tuple[Suggestion, ...]:
        """All plays that anybody may be written to for, the best for the effort first, those of unknown gain last."""
        made = [self._suggestion(kind) for kind in KINDS if self.reach[kind].kept]
        return tuple(sorted(made, key=lambda one: (one.gain is None, -one.drawn, KINDS.index(one.kind))))

    def plan(self, minutes: int | None, budget: float | None) -> Plan:
        """Those from whom most may come in the time and for the money there is, each for their own play."""
        minutes = PERSONAL * SHOWN if minutes is None else minutes
        everybody = [(kind, self.place[key]) for kind in KINDS for key in self.reach[kind].kept]
        ranked = sorted(everybody, key=lambda one: self._turn_of(*one))
        affordable = len(ranked) if budget is None else int(budget / A_MESSAGE + NEARLY)
        chosen = ranked[: min(within(minutes), affordable)]
        turns = tuple(self._turn(kind, at) for kind, at in chosen)
        gains = [turn.gain for turn in turns if turn.gain is not None]
        total = Interval(sum(one.low for one in gains), sum(one.high for one in gains)) if gains else None
        better = (
            one
            for one in self.suggestions()
            if not one.effort.personal
            and one.effort.minutes <= minutes
            and one.gain
            and total
            and one.gain.low > total.low
            and one.gain.high > total.high
            and (budget is None or one.effort.money <= budget)
        )
        return Plan(minutes, budget, turns, len(ranked) - len(chosen), total, next(better, None))

    def expected(self, kind: str, at: int) -> float:
        """What a message to that customer brings on average, in sales, for ranking; 0 where nothing is known."""
        past = self.found.past.get(kind)
        if past is None:
            return 0.0
        rate, odds = past.rate, math.exp(self.uplift[kind].mean)
        return round((raised(rate, odds) - rate) * self._money(past, at), 9)

    def gain_of(self, kind: str, at: int) -> Interval | None:
        """What a message to that customer may bring."""
        past = self.found.past.get(kind)
        if past is None:
            return None
        usual = Takings(past.likely, self._money(past, at))
        return gain(usual, self.uplift[kind].odds, self.asked.terms.margin, self.off)

    def _turn(self, kind: str, at: int) -> Turn:
        key = str(self.found.table.customer[at])
        return Turn(key, self.members.at(at), kind, self.found.product[at], self.gain_of(kind, at))

    def _turn_of(self, kind: str, at: int) -> tuple[float, float, str]:
        """Who comes first: from whom most may come, of equals who spent most."""
        label = self.members.contacts.label(str(self.found.table.customer[at]))
        return -self.expected(kind, at), -float(self.found.table.money[at]), label

    def _money(self, past: Past, at: int) -> float:
        """The customer's usual order, drawn towards that of their kind."""
        table = self.found.table
        return max((float(table.money[at]) + OWN_WEIGHT * past.money) / (int(table.frequency[at]) + OWN_WEIGHT), 0.0)

    def _suggestion(self, kind: str) -> Suggestion:
        found, margin, off = self.found, self.asked.terms.margin, self.off
        places = [self.place[key] for key in self.reach[kind].kept]
        places.sort(key=lambda at: self._turn_of(kind, at))
        past, uplift = found.past.get(kind), self.uplift[kind]
        test = held_back(len(places), past)
        written = len(places) - (test.held if test else 0)
        took = effort(written)
        members = tuple(self.members.at(at) for at in places[:SHOWN])
        products = Counter(str(found.product[at]) for at in places if found.product[at] is not None)
        one, given, value = None, 0.0, float(found.table.money[places].sum())
        if past is not None:
            usual = Takings(past.likely, past.money)
            one = gain(usual, uplift.odds, margin, off)
            given = written * past.rate * past.money * off
            odds = uplift.drawn(kind, self.today)
            point = Takings(Interval(past.rate, past.rate), past.money)
            value = written * gain(point, Interval(odds, odds), margin, 0.0).low
        return Suggestion(
            play=Play(kind, SEGMENTS[kind], members, sum(member.money for member in members)),
            about=tuple(found.product[at] for at in places[:SHOWN]),
            places=tuple(places),
            left_out=self.reach[kind].left_out,
            products=tuple(sorted(products.items(), key=lambda pair: (-pair[1], pair[0]))),
            past=past,
            test=test,
            uplift=uplift,
            off=off,
            gain=None if one is None else Interval(written * one.low, written * one.high),
            given=given,
            effort=took,
            when=self.when,
            drawn=round(value / took.minutes, 9),
        )


def _moments(shop: Shop, found: Fits) -> npt.NDArray[np.datetime64]:
    """When customers ordered, several lines of one order once."""
    assert shop.orders is not None
    lines = shop.orders.frame(Role.CUSTOMER, Role.TIME).dropna()
    lines = lines[lines[Role.TIME] < found.table.reference].drop_duplicates()
    moments: npt.NDArray[np.datetime64] = lines[Role.TIME].to_numpy("datetime64[s]")
    return moments
