"""What came of a trial, read off the orders since the day it was sent: once, when its days are over.

Everybody counts as they were assigned, whether or not the message reached them (intention to treat), and who bought
nothing counts 0. Until the days are over there are counts and no verdict, so that nobody decides on a lucky start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import pandas as pd
from pydantic import TypeAdapter

from analytics import power
from analytics.analysis import BUYERS
from analytics.dataset import Dataset, Role, Shop
from analytics.proportions import sample_ratio
from analytics.randomization import permutation_t
from analytics.samples import Share
from analytics.trials import CLEAR, CUSTOMER, HOLDOUT, VERSION, Trial, subject
from analytics.verdicts import judge_shares

CHANCE = 0.05
FEWEST = 2
STRANGERS = 10
"""So many buyers of whom nobody bought before the trial are not the customers that it knew: other keys."""

Code = Literal["waiting", "worked", "harmed", "no_sign", "untrusted"]
Reason = Literal["sample_ratio", "strangers"]


@dataclass(frozen=True)
class Estimate:
    """Where the truth lies with 95 %: from `low` to `high`, best guess `middle`."""

    low: float
    middle: float
    high: float

    def times(self, people: float) -> Estimate:
        return Estimate(self.low * people, self.middle * people, self.high * people)


@dataclass(frozen=True)
class Effect:
    """What a version brought more than another: `share` of people who bought, `money` per person (None: too few bought).

    `verdict` goes by who bought, which varies less than money.
    """

    share: Estimate
    money: Estimate | None
    verdict: Code


@dataclass(frozen=True)
class Arm:
    """One version: of `people` so many were `buyers`, and paid `money` net of what they brought back.

    `against` is its effect against the trial's control; None for the control itself, and until the days are over.
    """

    version: str
    people: int
    buyers: int
    money: float
    against: Effect | None = None

    @property
    def share(self) -> Share:
        """Who bought, of how many."""
        return Share(self.people, self.buyers)

    @property
    def rate(self) -> float:
        return self.buyers / self.people if self.people else 0.0

    @property
    def per_person(self) -> float:
        return self.money / self.people if self.people else 0.0


@dataclass(frozen=True)
class Reading:
    """What came of a trial so far (`waiting`), or for good (`complete`); `arms` as the trial's versions, the control first.

    `seen_until` is the last day in the orders, None without any. The `verdict` is `worked` if any version, or all
    together, is proven better than the control, else `harmed` if any is proven worse; `untrusted` has its `reason`. With
    a holdout `campaign` is the effect of all messages together against it; times the people written to, it comes to
    `extra_orders` (buyers who would not have bought) and `extra_money`. `best` is the version proven better than the
    first that was sent, or that one if all others are proven worse; None where nothing is proven. `rivals` are, beside a
    holdout, the other versions against the first that was sent. `twice` people turned out to be in two versions and are
    left out. `smallest` is the rise over the control that a test of these sizes would see four times out of five; None
    where it would see none at all.
    """

    number: int
    kind: str
    segment: str
    sent: date
    days: int
    seen_until: date | None
    complete: bool
    currency: str | None
    arms: tuple[Arm, ...]
    verdict: Code
    reason: Reason | None = None
    campaign: Effect | None = None
    extra_orders: Estimate | None = None
    extra_money: Estimate | None = None
    best: str | None = None
    rivals: tuple[Effect, ...] = ()
    twice: int = 0
    smallest: float | None = None

    @property
    def subject(self) -> str:
        """The code of the name that the trial goes by."""
        return subject(self.kind, self.segment)

    @property
    def decides(self) -> date:
        """The day that the orders must reach."""
        return self.sent + timedelta(days=self.days)

    @property
    def control(self) -> Arm:
        return self.arms[0]

    @property
    def decided(self) -> bool:
        """Whether its days are over and its numbers can be trusted."""
        return self.verdict not in {"waiting", "untrusted"}

    @property
    def barren(self) -> bool:
        """Whether nobody bought at all."""
        return not any(arm.buyers for arm in self.arms)

    @property
    def thin(self) -> bool:
        """Whether nothing is proven, and only more than a message can bring would have been seen."""
        return self.verdict == "no_sign" and (self.smallest is None or self.smallest > CLEAR)

    @property
    def holdout(self) -> bool:
        """Whether some got nothing."""
        return self.control.version == HOLDOUT

    @property
    def messages(self) -> Share:
        """Who bought of all who got a message."""
        sent = [arm for arm in self.arms if arm.version != HOLDOUT]
        return Share(sum(arm.people for arm in sent), sum(arm.buyers for arm in sent))

    @property
    def written(self) -> int:
        """People who got a message."""
        return sum(arm.people for arm in self.arms if arm.version != HOLDOUT)


READING = TypeAdapter(Reading)


def dumped(reading: Reading) -> str:
    """The reading as text, to be kept."""
    return READING.dump_json(reading).decode()


def loaded(text: str) -> Reading | None:
    """A reading as it was kept; None where it is of another form."""
    try:
        return READING.validate_json(text)
    except ValueError:
        return None


def read_out(trial: Trial, shop: Shop, today: date | None) -> Reading:
    """What came of a trial that was sent: what was kept of it, else what the orders up to `today` say."""
    if trial.result is not None and (kept := loaded(trial.result)) is not None:
        return kept
    people = trial.assigned().to_pandas()
    several = people[CUSTOMER].duplicated(keep=False)
    seen = _seen(shop.orders, trial, people[~several], today)
    control = trial.control
    names = (control, *(version for version in trial.versions if version != control))
    arms = [
        Arm(name, len(rows := seen.of(name)), int(rows["bought"].sum()), float(rows["money"].sum())) for name in names
    ]
    reading = Reading(
        number=trial.number,
        kind=trial.kind,
        segment=trial.segment,
        sent=seen.sent,
        days=trial.days,
        seen_until=seen.until,
        complete=False,
        currency=shop.orders.currency if shop.orders else None,
        arms=tuple(arms),
        verdict="waiting",
        twice=int(people[CUSTOMER][several].nunique()),
    )
    if seen.until is None or seen.until < reading.decides:
        return reading
    reading = replace(reading, complete=True)
    planned, found = trial.sizes(), [arm.people for arm in arms]
    if min(found) < FEWEST or sample_ratio(found, [planned[name] for name in names]).alarm:
        return replace(reading, verdict="untrusted", reason="sample_ratio")
    if seen.strangers:
        return replace(reading, verdict="untrusted", reason="strangers")
    return _judged(reading, [seen.of(name) for name in names], trial.seed)


def _judged(reading: Reading, rows: Sequence[pd.DataFrame], seed: int) -> Reading:
    several = reading.holdout and len(rows) > 2
    # Together and one by one are judged at once, so that there is one chance of being wrong.
    against = _effects([rows[0], *([pd.concat(rows[1:])] if several else []), *rows[1:]], seed)
    each = against[1:] if several else against
    arms = (reading.control, *(replace(arm, against=e) for arm, e in zip(reading.arms[1:], each, strict=True)))
    codes = [effect.verdict for effect in against]
    verdict: Code = "worked" if "worked" in codes else "harmed" if "harmed" in codes else "no_sign"
    reading = replace(reading, arms=arms, verdict=verdict, smallest=_smallest(reading, len(against)))
    if not reading.holdout:
        return replace(reading, best=_best(arms, each))
    campaign, rivals = against[0], _effects(rows[1:], seed)
    return replace(
        reading,
        campaign=campaign,
        extra_orders=campaign.share.times(reading.written),
        extra_money=campaign.money and campaign.money.times(reading.written),
        rivals=rivals,
        best=_best(arms[1:], rivals),
    )


def _smallest(reading: Reading, looks: int) -> float | None:
    """By what the control did; a holdout is set against all others together, else the smallest of them counts."""
    control, others = reading.control, [arm.people for arm in reading.arms[1:]]
    if not others:
        return None
    ratio = (sum(others) if reading.holdout else min(others)) / control.people
    return power.smallest_difference(control.rate, control.people, chance=CHANCE / looks, ratio=ratio)


def _effects(rows: Sequence[pd.DataFrame], seed: int) -> tuple[Effect, ...]:
    """What each of the others brought more than the first; intervals at 5 % / others, verdicts by Holm (1979) as well."""
    if len(rows) < 2:
        return ()
    shares = [Share.of(each["bought"]) for each in rows]
    found = judge_shares(shares[0], shares[1:], planned=[share.n for share in shares], reading="planned", chance=CHANCE)
    effects = []
    for verdict, other in zip(found.of, rows[1:], strict=True):
        span = Estimate(verdict.interval.low, verdict.difference, verdict.interval.high)
        paid = permutation_t(rows[0]["money"], other["money"], 1 - CHANCE / len(found.of), seed=seed)
        sure = verdict.beyond_chance and not span.low <= 0 <= span.high
        code: Code = "no_sign" if not sure else "worked" if span.low > 0 else "harmed"
        money = Estimate(paid.low, (paid.low + paid.high) / 2, paid.high) if paid else None
        effects.append(Effect(span, money, code))
    return tuple(effects)


def _best(arms: Sequence[Arm], against: Sequence[Effect]) -> str | None:
    """Of the versions, the first and those set against it, the one that is proven to be the one to take."""
    ahead = [
        (effect.share.middle, arm.version)
        for arm, effect in zip(arms[1:], against, strict=True)
        if effect.verdict == "worked"
    ]
    if ahead:
        return max(ahead)[1]
    return arms[0].version if against and all(effect.verdict == "harmed" for effect in against) else None


@dataclass(frozen=True)
class _Seen:
    """One row a person of the trial: `version`, whether they `bought`, and their `money`; `until` the orders reach."""

    people: pd.DataFrame
    sent: date
    until: date | None
    strangers: bool

    def of(self, version: str) -> pd.DataFrame:
        return self.people[self.people[VERSION] == version]


def _seen(orders: Dataset | None, trial: Trial, people: pd.DataFrame, today: date | None) -> _Seen:
    """What the people did in the days of the trial, from the orders up to `today`."""
    assert trial.sent is not None
    people = people.assign(bought=False, money=0.0)
    if orders is None or not orders.has(*BUYERS.columns):
        return _Seen(people, trial.sent, None, strangers=False)
    lines = orders.frame(Role.CUSTOMER, Role.TIME, Role.AMOUNT, Role.TAKEN_BACK)
    lines = lines[lines[Role.CUSTOMER].notna() & lines[Role.TIME].notna()]
    if today is not None:
        lines = lines[lines[Role.TIME] < pd.Timestamp(today) + pd.Timedelta(days=1)]
    begin = pd.Timestamp(trial.sent)
    inside = lines[(lines[Role.TIME] >= begin) & (lines[Role.TIME] < begin + pd.Timedelta(days=trial.days))]
    sold = inside[~inside[Role.TAKEN_BACK].astype(bool)] if Role.TAKEN_BACK in inside else inside
    paid = inside.groupby(Role.CUSTOMER, observed=True)[Role.AMOUNT].sum()
    buyers = set(sold[Role.CUSTOMER].unique())
    before = set(lines[Role.CUSTOMER][lines[Role.TIME] < begin].unique())
    people = people.assign(
        bought=people[CUSTOMER].isin(buyers), money=people[CUSTOMER].map(paid).astype(float).fillna(0.0)
    )
    return _Seen(
        people,
        trial.sent,
        until=lines[Role.TIME].max().date() if len(lines) else None,
        strangers=bool(before) and len(buyers) >= STRANGERS and not buyers & (before | set(people[CUSTOMER])),
    )
