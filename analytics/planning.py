"""A plan for a test of one outcome: people for a difference, a difference for people, and whether that is worth it."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analytics import power
from analytics.anytime import FEWEST_EFFECTIVE
from analytics.errors import UnclearPlan
from analytics.samples import MOST
from analytics.typed_plans import Unit, Wish

CHANCE = 0.05
MOST_WEEKS = 12
"""A test in the shop that takes longer is not worth it: seasons change, and so does what is tested."""
WORTH = 1.0
"""Orders that a better version must bring each time it goes to all customers."""
LONGEST_BUTTON = 64
STEPS = (0.1, 0.2, 0.5, 1.0)
"""Differences that shops often hope for, as parts of the base."""

LEAST = 0.05
"""Nobody plans for less than this part of the base."""
POINTS = 60

Advice = Literal["mail", "shop", "not_worth", "little", "unknown"]
Weeks = tuple[int | None, int | None, int | None]


@dataclass(frozen=True)
class Variant:
    """The same plan for another difference: the `words` that ask for it, and how many people a version takes."""

    words: str
    change: float
    people: int


@dataclass(frozen=True)
class Gain:
    """What a better version brings each time it goes to everybody."""

    orders: float
    money: float


@dataclass(frozen=True)
class Plan:
    """The formulas for what is wished; differences are of rates or, where there is a `deviation`, of means of money."""

    wish: Wish
    base: float
    deviation: float | None = None

    @property
    def level(self) -> float:
        """The chance of a false alarm that each version is allowed, so that all have 5% together (Bonferroni).

        Holm's correction, by which verdicts are made, starts there.
        """
        return CHANCE / (self.wish.versions - 1)

    @property
    def least(self) -> int:
        """Fewer a version than this are never judged: for money, because a few of them bring most of it.

        So many have a mean as well known as that of 50 people who all bring the same (`anytime.known`), at this spread.
        """
        if self.deviation is None or self.base <= 0:
            return 2
        return math.ceil(FEWEST_EFFECTIVE * (1 + (self.deviation / self.base) ** 2))

    def people(self, change: float) -> int:
        """A version, for one look. UnclearPlan where there is nothing to see, no such rate, or nobody has so many people."""
        if abs(change) <= 1e-12 * abs(self.base):
            raise UnclearPlan("", "same")
        if self.deviation is None:
            if not 0 < self.base + change < 1:
                raise UnclearPlan("", "result")
            found = power.people_to_plan(self.base, self.base + change, power=self.wish.power, chance=self.level)
        else:
            found = power.people_for_money(change, self.deviation, power=self.wish.power, chance=self.level)
            found = max(found, self.least)
        if found > MOST:
            raise UnclearPlan("", "tiny")
        return found

    def looking(self, change: float, decided: float) -> int | None:
        """A version, for a reading that holds at any look; `decided` is the share of tests that are by then."""
        if self.deviation is None:
            return power.people_looking(self.base, self.base + change, power=decided, chance=self.level)
        found = power.people_looking_at_money(change, self.deviation, power=decided, chance=self.level)
        return None if found is None else max(found, self.least)

    def smallest(self, people: int, *, fall: bool = False) -> float | None:
        """The smallest rise, or fall, that so many people a version show, up to two figures; None where they show none."""
        if people < self.least:
            return None
        if self.deviation is not None:
            found = power.smallest_money(self.deviation, people, power=self.wish.power, chance=self.level)
            size, room = found if math.isfinite(found) else None, math.inf
        else:
            # A fall of those who do is a rise of those who do not.
            start = 1 - self.base if fall else self.base
            size, room = power.smallest_difference(start, people, power=self.wish.power, chance=self.level), 1 - start
        if size is None or rounded_up(size) >= room:
            return None
        return -rounded_up(size) if fall else rounded_up(size)

    def variant(self, change: float) -> Variant | None:
        """The plan for that difference; None where there is none, or no button can hold its words."""
        try:
            people = self.people(change)
        except UnclearPlan:
            return None
        words = self.wish.words(self.base, change)
        return Variant(words, change, people) if len(f"abplan look {words}".encode()) <= LONGEST_BUTTON else None

    def variants(self, change: float | None) -> tuple[Variant, ...]:
        """Half the difference and twice; where none was said, usual ones."""
        wanted = [abs(self.base) * step for step in STEPS] if change is None else [change / 2, change * 2]
        return tuple(found for one in wanted if (found := self.variant(one)))

    def curve(self, marks: Sequence[float]) -> tuple[tuple[float, int], ...]:
        """People a version by the size of the difference, around the `marks`, smallest first; none without marks."""
        sizes = [abs(mark) for mark in marks if mark]
        if not sizes:
            return ()
        way = -1 if min(marks) < 0 else 1
        room = math.inf if self.deviation is not None else self.base if way < 0 else 1 - self.base
        found = []
        for size in np.geomspace(min(sizes) / 2, min(max(sizes) * 2, room * 0.999), POINTS):
            with contextlib.suppress(UnclearPlan):
                found.append((float(size), self.people(way * float(size))))
        return tuple(found)

    def other(self) -> Variant | None:
        """The other meaning of percent that may be of the rate, or points."""
        if not self.wish.unsure:
            return None
        unit: Unit = "points" if self.wish.read(self.base) == "relative" else "relative"
        change = self.wish.change(self.base, unit)
        return None if change is None or abs(change) < LEAST * self.base else self.variant(change)


def advice(total: int | None, at_hand: int | None, weeks: Weeks | None, gain: Gain | None) -> Advice:
    """Whether the test is worth it: it may bring too little, fit one send, fit a season in the shop, or neither."""
    if total is None or at_hand is None:
        return "unknown"
    if gain is not None and gain.orders < WORTH:
        return "little"
    if total <= at_hand:
        return "mail"
    if weeks and weeks[0] is not None and weeks[0] <= MOST_WEEKS:
        return "shop"
    return "not_worth"


def rounded_up(change: float) -> float:
    """To two figures, so that it can be said and the people at hand still show it."""
    step = 10.0 ** (math.floor(math.log10(change)) - 1)
    return math.ceil(change / step - 1e-9) * step
