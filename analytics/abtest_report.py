"""The answer of `/abtest`, as numbers and codes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from analytics.means import Evened
from analytics.proportions import MENTION, Interval
from analytics.soundness import GAIN, Amounts, Mix
from analytics.tested_sheets import Measure, Sort
from analytics.verdicts import Code, Reading

Answer = Literal["untrusted", "take", "keep", "no_difference", "open"]
SHOWN = 4
FAR = 20
"""Times the people so far."""
LIKELY = 0.95
SLIGHT = 0.005
"""What a wrong choice costs on average, as a part of what the right one brings, and nobody minds."""
FEWEST_TO_BET = 100
"""People in each of the two: of fewer, what a wrong choice costs rests on the prior more than on them."""


@dataclass(frozen=True)
class Arm:
    """One version: of `people` so many `did` it (None for amounts); `value` is its rate or mean, 95% between `low` and `high`.

    Against the control (None for the control itself): `difference` lies between `worst` and `most`, `ratio` is the
    interval of the value over the control's (at one look). Not `sure`: too few people, or too few large amounts, to say.
    `chance` is that of being the best of all, `loss` what choosing it costs a person on average.
    """

    label: str
    people: int
    did: int | None
    value: float
    low: float
    high: float
    verdict: Code | None
    difference: float | None
    worst: float | None
    most: float | None
    ratio: Interval | None
    beyond_chance: bool
    sure: bool
    more: int | None
    chance: float
    loss: float


@dataclass(frozen=True)
class ABTestReport:
    """The answer of `/abtest`: the control first. `best` is the version to take, None where none is proven.

    `number` is that of the test among those kept, `times` how many different looks there were. `measure` is the sheet's
    column, None for a typed test, `others` those that could decide as well, one of which comes
    before it where it is the `second`; `turned`: who did not is counted. `plain`
    says that it is known which version is the old one. `untrusted` says why there is no verdict at all. `smallest` is
    the smallest difference that matters, 0 where none was said. `late`: there was to be one look, and others were before
    it; `once`: no others were, so that one look may still decide, if the test is over. `perhaps` is a usual split, in
    parts, that people who were not split evenly would fit; None where there is none. `twice` people
    were in several versions, `unclear` rows told no outcome, `strays` were in versions of hardly anybody: not counted;
    `blanks` counted as nothing.
    """

    number: int
    sort: Sort
    currency: str | None
    measure: str | None
    others: tuple[Measure, ...]
    second: bool
    turned: bool
    arms: tuple[Arm, ...]
    best: int | None
    first: int
    untrusted: Literal["sample_ratio", "contradiction", "mixed"] | None
    split_chance: float
    parts: tuple[float, ...] | None
    perhaps: tuple[int, ...] | None
    plain: bool
    smallest: float
    reading: Reading
    late: bool
    once: bool
    times: int
    twice: int
    unclear: int
    strays: int
    blanks: int
    amounts: Amounts | None
    evened: Evened | None
    mixed: tuple[Mix, ...]
    kept: str

    @property
    def control(self) -> Arm:
        return self.arms[0]

    @property
    def leader(self) -> Arm:
        """The version that matters most: the one to take, else the one that is ahead of the other new ones."""
        return self.arms[self.first]

    @property
    def ahead(self) -> Arm:
        """Whichever has the highest value, the control included; of equals the control."""
        return max(self.arms, key=lambda arm: arm.value)

    @property
    def behind(self) -> Arm:
        """Whom the one ahead is set against: the control, or the best of the new ones where the control is ahead."""
        return self.leader if self.ahead is self.control else self.control

    @property
    def lead(self) -> tuple[float, float]:
        """Where the difference of the one ahead from the one behind lies, at worst and at most."""
        low, high = self.leader.worst or 0.0, self.leader.most or 0.0
        return (-high, -low) if self.ahead is self.control else (low, high)

    @property
    def barren(self) -> bool:
        """Whether nobody did it, or brought anything, in any version."""
        return all(arm.value == 0 and (arm.did == 0 or arm.low == arm.high) for arm in self.arms)

    @property
    def bet(self) -> bool:
        """Whether the one ahead is to be taken though nothing is proven: likely the best, and little lost if it is not.

        Never on a handful of people.
        """
        held = all(arm.sure for arm in self.arms) and not self.simpson
        swayed = self.amounts is not None and (self.amounts.sways or self.amounts.shaky)
        thin = min(self.ahead.people, self.behind.people) < FEWEST_TO_BET
        if self.answer != "open" or not held or swayed or thin:
            return False
        return self.ahead.chance >= LIKELY and self.ahead.loss <= SLIGHT * abs(self.ahead.value)

    @property
    def answer(self) -> Answer:
        """The verdict on the whole test."""
        codes = {arm.verdict for arm in self.arms[1:]}
        if self.untrusted:
            return "untrusted"
        if self.best is not None:
            return "take"
        if codes == {"keep_a"}:
            return "keep"
        return "no_difference" if codes <= {"keep_a", "no_difference"} else "open"

    @property
    def turned_since(self) -> bool:
        """Whether an earlier look decided, and what was seen since points the other way."""
        difference = self.leader.difference or 0.0
        return (self.answer == "take" and difference <= 0) or (
            self.answer == "keep" and len(self.arms) == 2 and difference >= 0
        )

    @property
    def far(self) -> bool:
        """Whether so many more people are needed that nobody would wait for them."""
        return (self.leader.more or 0) > FAR * (self.control.people + self.leader.people)

    @property
    def again(self) -> int | None:
        """People in all for a test of the two from the start, after one look that was to be the only one.

        None where there is more to come, or no number is in sight.
        """
        if self.reading != "planned" or self.leader.more is None or self.far:
            return None
        return roughly(self.leader.more + self.control.people + self.leader.people)

    @property
    def shown(self) -> tuple[Arm, ...]:
        """The control and the best few of the others, in the order given."""
        best = sorted(self.arms[1:], key=lambda arm: -arm.value)[: SHOWN - 1]
        return tuple(arm for arm in self.arms if arm is self.control or arm in best)

    @property
    def gained(self) -> bool:
        """Whether evening out what people did before made the answer sharper, and it stands on that."""
        return self.evened is not None and self.evened.variance_ratio < GAIN

    @property
    def split_is_odd(self) -> bool:
        """Whether the split is worth a word, though it stops no verdict."""
        return self.untrusted != "sample_ratio" and self.split_chance < MENTION

    @property
    def simpson(self) -> Mix | None:
        """The column within which the answer is another one."""
        return next((mix for mix in self.mixed if mix.disagrees), None)

    @property
    def stakes(self) -> tuple[tuple[str, float], ...]:
        """Smallest differences to choose from, as typed and as numbers: parts of the old version's value."""
        base = abs(self.control.value) or 0.1
        sizes = dict.fromkeys(_round(base * part) for part in (0.05, 0.1, 0.2))
        return tuple(
            (f"{100 * size:.6g}%" if self.sort == "share" else f"{size:.12f}".rstrip("0").rstrip("."), size)
            for size in sizes
        )


def roughly(people: int) -> int:
    """To two figures: nobody knows it better."""
    return round(people, 2 - len(str(people)))


def _round(value: float) -> float:
    """To one figure: 0.0023 is 0.002."""
    return round(value, -math.floor(math.log10(value)))
