"""Which version do the next people get? Earning while testing, for owners with little traffic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from analytics import bandits, charts, language
from analytics.analysis import Analysis, Asked
from analytics.bandit_orders import Act, Done, carry_out
from analytics.dataset import Shop
from analytics.errors import UnclearBandit
from analytics.sends import Sends, Step, dump, load
from analytics.typed_sends import Order, read

LONGEST_BUTTON = 48
SHOWN_BATCHES = 12
BEGINNINGS = ("start", "answers", "fresh")
PICTURED = ("shown", "counted")


@dataclass(frozen=True)
class BanditOptions:
    """What is to be done to the bandit as it is remembered (None: none), on a `day`.

    `forgotten`: there was one, in a form that is not understood any more.
    """

    sends: Sends | None
    order: Order
    day: date | None
    forgotten: bool = False


@dataclass(frozen=True)
class Arm:
    """A version in play: of `people` whose answers are in, so many `did` it; the rate lies from `low` to `high` with 95 %.

    `chance` is that of being the best, `next` how many of the batch it gets.
    """

    label: str
    people: int
    did: int
    low: float
    high: float
    chance: float
    next: int

    @property
    def rate(self) -> float | None:
        return self.did / self.people if self.people else None


@dataclass(frozen=True)
class BanditReport:
    """The answer of `/bandit`: what was done (`act`), and where the bandit stands after it.

    The `batch` just planned, or else the next one, is divided as the arms say. To choose before it would cost `at_stake`
    successes on average among `left` people, with the `leader`; `stop` says that this is not worth testing for. `ucb1` is
    the version that this rule would send. `step` is the one added or taken back, `instead` the one that it replaces; `again` says that it is
    just like the one before, `forgotten` that what came before could not be read. `versions` are those that were named.
    """

    act: Act
    sends: Sends
    arms: tuple[Arm, ...]
    batch: int
    left: int
    at_stake: float
    leader: str
    stop: bool
    drift: bandits.Drift | None
    ucb1: str
    step: Step | None = None
    instead: Step | None = None
    again: bool = False
    forgotten: bool = False
    versions: tuple[str, ...] = ()

    @property
    def assumed(self) -> bool:
        """Whether the owner has not said how many people are to come."""
        return self.sends.left is None

    @property
    def best(self) -> Arm:
        """The version that gets most of the next batch."""
        return max(self.arms, key=lambda arm: arm.next)

    @property
    def ahead(self) -> bool:
        """Whether that one has also brought most so far, and is not only worth trying."""
        return self.best.people > 0 and all((arm.rate or 0) <= (self.best.rate or 0) for arm in self.arms)

    @property
    def most(self) -> int:
        """What is at stake in whole successes, rounded up."""
        return max(math.ceil(self.at_stake), 1)

    @property
    def people(self) -> int:
        """Whose answers are in, of the versions in play."""
        return sum(arm.people for arm in self.arms)

    @property
    def out(self) -> int:
        """Whose answers are not in, of any version."""
        return self.sends.out.total()

    @property
    def blank(self) -> str:
        """The words that tell the answers that are out, with a gap for every number of orders."""
        return " ".join(f"{name} {people} ?" for name, people in self.sends.out.items())

    @property
    def button(self) -> str | None:
        """The words that begin anew with the `versions`, where a button can hold them."""
        words = f"bandit fresh {' '.join(self.versions)}"
        return words if len(words.encode()) <= LONGEST_BUTTON else None


def understood(words: Sequence[str]) -> tuple[str, ...]:
    """The view by its Chinese name, too."""
    return ("method",) if tuple(words) == ("计算方法",) else tuple(words)


def options(words: Sequence[str], asked: Asked) -> BanditOptions:
    """`/bandit A B C`, `next 100`, `A 70 5 B 30 1`, `undo`, `fresh`, `add D`, `drop C`, `left 2000`, `worth 5`; or nothing."""
    sends = load(asked.remembered) if asked.remembered else None
    known = sends.known if sends else ()
    try:
        order = read(" ".join(words), known)
    except UnclearBandit as fault:
        raise UnclearBandit(fault.why, fault.word, known) from fault
    forgotten = sends is None and asked.remembered is not None
    if sends is None and not (order.names and order.verb in BEGINNINGS):
        raise UnclearBandit("forgotten" if forgotten else "nothing")
    return BanditOptions(sends, order, asked.today, forgotten)


def run(shop: Shop, chosen: BanditOptions) -> BanditReport:
    """Carry out the order, and say where the bandit stands."""
    done = carry_out(chosen.sends, chosen.order, chosen.day)
    sends, division, answers = done.sends, done.division, done.sends.answers
    arms = tuple(_arm(done, at) for at in range(len(sends.versions)))
    won, tried = (
        [[counts.get(name, 0) for name in sends.versions] for counts in rows]
        for rows in ((step.did for step in answers), (step.people for step in answers))
    )
    index = bandits.ucb1([arm.did for arm in arms], [arm.people for arm in arms])
    return BanditReport(
        act=done.act,
        sends=sends,
        arms=arms,
        batch=done.batch,
        left=done.left,
        at_stake=division.at_stake,
        leader=sends.versions[division.leader],
        stop=division.stop,
        drift=bandits.drift(won, tried),
        ucb1=sends.versions[int(np.argmax(index))],
        step=done.step,
        instead=done.instead,
        again=done.act == "counted" and answers[-2:-1] == answers[-1:],
        forgotten=chosen.forgotten,
        versions=chosen.order.names,
    )


def _arm(done: Done, at: int) -> Arm:
    name, division = done.sends.versions[at], done.division
    people, did = done.sends.share(name)
    rate = bandits.likely(did, people)
    return Arm(name, people, did, rate.low, rate.high, division.belief.best[at], division.people[at])


def remember(report: BanditReport) -> str:
    """The diary, for good."""
    return dump(report.sends)


def chart(report: BanditReport, reader: str) -> bytes | None:
    """Whom each batch went to, and each version's rate with where it likely lies; None before there are answers."""
    if not report.people or report.act not in PICTURED:
        return None
    say, best = language, report.best
    label = charts.shortened(best.label, 20)
    if report.stop:
        title = {"en": f"The rest goes to {label}", "zh": f"剩下的都发“{label}”"}[reader]
    else:
        title = {
            "en": f"Of the next {say.count(report.batch, 'en')}, {say.count(best.next, 'en')} would get {label}",
            "zh": f"下一批 {say.count(report.batch, 'zh')} 人，{say.count(best.next, 'zh')} 人发“{label}”",
        }[reader]
    subtitle = {
        "en": "left: people sent to, batch by batch · right: its rate so far, the line is where it likely lies",
        "zh": "左：每批发了多少人 · 右：目前的成交率，线是它大概所在的范围",
    }[reader]
    shown = report.sends.answers[-SHOWN_BATCHES:]
    note = {"en": "{} of {} · {}", "zh": "{1} 人 {0} 单 · {2}"}[reader]
    nobody = {"en": "no answers yet", "zh": "还没有结果"}[reader]
    rows = [
        charts.Dealt(
            label=charts.shortened(arm.label, 20),
            people=tuple(step.people.get(arm.label, 0) for step in shown),
            low=arm.low,
            middle=arm.rate,
            high=arm.high,
            note=nobody
            if arm.rate is None
            else note.format(say.count(arm.did, reader), say.count(arm.people, reader), say.percent(arm.rate, reader)),
            accent=arm is best,
        )
        for arm in report.arms
    ]
    return charts.dealt(title, subtitle, rows)


ANALYSIS = Analysis(
    name="bandit",
    requires=(),
    options=options,
    run=run,
    chart=chart,
    views=("method",),
    remember=remember,
    understood=understood,
    typed=True,
)
