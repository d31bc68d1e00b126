"""Try a message on a group: who gets which version, drawn by lot and kept, so that the next orders tell what came of it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from analytics import charts, language, lookup, power, ranking, readout_chart, rfm, rhythm
from analytics.analysis import BUYERS, Analysis, Asked, Need
from analytics.assignment import assign
from analytics.audience import audience, groups, usual_share
from analytics.dataset import Kind, Role, Shop
from analytics.errors import OptionError, TooFewCustomers, UnknownTrial
from analytics.reach import reachable
from analytics.shown_trials import Shown, elsewhere, shown
from analytics.trials import CLEAR, CUSTOMER, HOLDOUT, SPLIT, VERSION, Trial
from analytics.typed_splits import Wanted, wanted

FEWEST = 2
"""People a version needs at the very least: one alone has no spread."""
WORTH_OFFERING = 20
OFFERED, RUNNING, NAMED = 4, 5, 12
HARDLY = 0.005
USUAL_DAYS = 14
WINDOWS = ((7.0, 7), (45.0, USUAL_DAYS), (math.inf, 30))
"""Usual days to the next order, at most, and how long a message is given then."""


@dataclass(frozen=True)
class SplitOptions:
    """`wanted` is what to try, None: nothing yet; `number` the kept trial that is asked for, `version` one of its versions."""

    asked: Asked
    wanted: Wanted | None = None
    number: int | None = None
    version: int | None = None


@dataclass(frozen=True)
class Choice:
    """A group that could be tried on: of `customers` so many `people` may be written to."""

    group: str
    customers: int
    people: int


@dataclass(frozen=True)
class Outlook:
    """What a trial of these sizes can show: a share of `base` (None: not known) orders in as many days anyway.

    A rise by `smallest` (None: none at all) is seen four times out of five.
    """

    base: float | None
    smallest: float | None

    @property
    def hardly(self) -> bool:
        """Whether hardly anybody orders anyway."""
        return self.base is not None and self.base < HARDLY

    @property
    def thin(self) -> bool:
        """Whether only more than a message can bring would be seen."""
        return self.smallest is None or self.smallest > CLEAR


@dataclass(frozen=True)
class SplitReport:
    """The answer of `/split`: a kept `trial`, or a new one (`drafted`, to be kept); else what there is to choose from.

    `choices` are groups, `running` the trials so far. `version` is the one whose list or `names` (label and name, the first few) are
    asked for. Groups with fewer than `fewest` people to write to are not offered.
    """

    choices: tuple[Choice, ...] = ()
    running: tuple[Shown, ...] = ()
    trial: Shown | None = None
    drafted: Trial | None = None
    outlook: Outlook | None = None
    version: str | None = None
    names: tuple[tuple[str, str | None], ...] = ()
    fewest: int = WORTH_OFFERING


def options(words: Sequence[str], asked: Asked) -> SplitOptions:
    """`/split at risk A B holdout 10% 14 days`; behind a view the number of a kept trial, and the place of a version."""
    if asked.view == "body":
        return SplitOptions(asked, wanted=wanted(" ".join(words)) if words else None)
    numbers = [int(word) for word in words if word.isascii() and word.isdecimal() and len(word) < 16]
    if not 1 <= len(words) == len(numbers) <= 2:
        raise OptionError("split", " ".join(words))
    return SplitOptions(asked, number=numbers[0], version=numbers[1] if len(numbers) > 1 else None)


def run(shop: Shop, chosen: SplitOptions) -> SplitReport:
    """Draw a trial, show a kept one, or say what there is."""
    asked = chosen.asked
    if asked.view == "apart":
        return _apart(shop, _numbered(shop, chosen.number or 0), chosen)
    if chosen.number is not None:
        return _kept(shop, _numbered(shop, chosen.number), chosen)
    if chosen.wanted is None:
        return _overview(shop, asked)
    trial = draw(shop, chosen.wanted, asked)
    same = next((old for old in shop.trials if _same(old, trial)), None)
    if same is not None:
        return _kept(shop, same, chosen)
    page = shown(trial, shop, asked.today)
    return SplitReport(trial=page, drafted=trial, outlook=_outlook(shop, page, asked))


def draw(shop: Shop, plan: Wanted, asked: Asked) -> Trial:
    """Assign everybody of the group who may be written to; TooFewCustomers where a version would have nobody."""
    everybody = audience(shop, plan.group, asked)
    reach = reachable(shop, everybody.customer, asked)
    chosen = everybody.among(reach.kept)
    versions, shares = plan.versions, [(1 - plan.held) / len(plan.versions)] * len(plan.versions)
    if plan.held:
        versions, shares = (*versions, HOLDOUT), [*shares, plan.held]
    drawn = assign(chosen.value, shares, asked.seed)
    if np.bincount(drawn, minlength=len(versions)).min() < FEWEST:
        raise TooFewCustomers("split", len(chosen.customer), int(np.ceil(FEWEST / min(shares) - 1e-9)))
    people = {
        CUSTOMER: pa.array(chosen.customer, pa.string()),
        VERSION: pa.array(np.array(versions)[drawn], pa.string()),
    }
    return Trial(
        kind=SPLIT,
        segment=plan.group,
        versions=versions,
        seed=asked.seed,
        days=plan.days or usual_days(shop, asked),
        made=_today(shop, asked),
        people=pa.table(people),
        left_out=reach.left_out,
    )


def usual_days(shop: Shop, asked: Asked) -> int:
    """How long a message is given, by how soon half of those who come back do."""
    if not BUYERS.met_by(shop):
        return USUAL_DAYS
    assert shop.orders is not None
    lines = ranking.order_lines(shop.orders, asked.as_of)
    table = rfm.customer_table(lines, None if asked.as_of is None else pd.Timestamp(asked.as_of))
    if not len(table):
        return USUAL_DAYS
    usual = rhythm.rhythm(table, rhythm.occasions(lines, table)).again.usual
    return next(days for within, days in WINDOWS if usual <= within)


def _today(shop: Shop, asked: Asked) -> date:
    """The owner's day; without a clock the last day of the orders."""
    if asked.today is not None or not BUYERS.met_by(shop):
        return asked.today or date.min
    assert shop.orders is not None
    last: pd.Timestamp = shop.orders.frame(Role.TIME)[Role.TIME].max()
    return last.date()


def _same(old: Trial, new: Trial) -> bool:
    """Whether the same was drawn up today already, and not sent: a second tap is no second trial."""
    return old.sent is None and (old.kind, old.segment, old.versions, old.days, old.made) == (
        new.kind,
        new.segment,
        new.versions,
        new.days,
        new.made,
    )


def _numbered(shop: Shop, number: int) -> Trial:
    found = next((trial for trial in shop.trials if trial.number == number), None)
    if found is None:
        raise UnknownTrial(number)
    return found


def _overview(shop: Shop, asked: Asked) -> SplitReport:
    """Groups with enough people to write to, and the latest trials."""
    found = groups(shop, asked)
    kept = frozenset(reachable(shop, list({key for group in found.values() for key in group.customer}), asked).kept)
    choices = [
        Choice(code, len(group.customer), len(kept.intersection(group.customer))) for code, group in found.items()
    ]
    choices = [choice for choice in choices if choice.people >= WORTH_OFFERING]
    if len(choices) > OFFERED:
        # The last one is the widest.
        choices = [*choices[: OFFERED - 1], choices[-1]]
    latest = shop.trials[-RUNNING:]
    return SplitReport(
        choices=tuple(choices),
        running=tuple(shown(trial, shop, asked.today) for trial in reversed(latest)),
    )


def _kept(shop: Shop, trial: Trial, chosen: SplitOptions) -> SplitReport:
    page, view = shown(trial, shop, chosen.asked.today), chosen.asked.view
    if view == "list":
        return SplitReport(trial=page, version=None if chosen.version is None else _version(trial, chosen))
    if view == "names":
        version = _version(trial, chosen)
        people = trial.assigned().to_pandas()
        keys = people[CUSTOMER][people[VERSION] == version].to_numpy(object)[:NAMED]
        contacts = lookup.behind(shop.people, keys)
        return SplitReport(
            trial=page, version=version, names=tuple((contacts.label(key), contacts.name(key)) for key in keys)
        )
    compared = trial.sent is None and len(trial.versions) > 1
    return SplitReport(trial=page, outlook=_outlook(shop, page, chosen.asked) if compared else None)


def _apart(shop: Shop, trial: Trial, chosen: SplitOptions) -> SplitReport:
    """A trial that was not sent, without those who are in others; they are left out by chance alone, so the lots stay."""
    out = frozenset[str]().union(*(people for _, people in elsewhere(trial, shop, chosen.asked.today)))
    if trial.sent is not None or not out:
        return _kept(shop, trial, chosen)
    people = trial.assigned()
    kept = people.filter(pa.array([key not in out for key in people[CUSTOMER].to_pylist()], pa.bool_()))
    fewer = replace(trial, people=kept, left_out={**trial.left_out, "elsewhere": people.num_rows - kept.num_rows})
    if min(fewer.sizes().values()) < FEWEST:
        raise TooFewCustomers("split", kept.num_rows, FEWEST * len(trial.versions))
    page = shown(fewer, shop, chosen.asked.today)
    return SplitReport(trial=page, drafted=fewer, outlook=_outlook(shop, page, chosen.asked))


def _version(trial: Trial, chosen: SplitOptions) -> str:
    place = chosen.version or 0
    if place >= len(trial.versions):
        raise UnknownTrial(trial.number)
    return trial.versions[place]


def _outlook(shop: Shop, page: Shown, asked: Asked) -> Outlook:
    """As `readout` will judge: all together and each version against the holdout, else each against the first."""
    base = usual_share(shop, page.segment, page.days, asked)
    control, others, looks = page.held, page.people - page.held, len(page.messages) + (len(page.messages) > 1)
    if not control:
        control, others, looks = page.sizes[0][1], min(people for _, people in page.sizes[1:]), len(page.sizes) - 1
    smallest = power.smallest_difference(base or 0.0, control, chance=power.CHANCE / looks, ratio=others / control)
    return Outlook(base, smallest)


def sheet(shop: Shop, chosen: SplitOptions, reader: str) -> tuple[str, pd.DataFrame]:
    """Who gets what: the people of one version, or of all that are sent, with their contacts and nothing else."""
    trial = _numbered(shop, chosen.number or 0)
    names = trial.messages if chosen.version is None else (_version(trial, chosen),)
    people = given(trial, names)
    contacts = lookup.behind(shop.people, people[CUSTOMER].to_numpy(object))
    frame = pd.DataFrame(contacts.of(people[CUSTOMER]))
    if names != (HOLDOUT,):
        frame["version"] = people[VERSION].to_numpy()
    return filename(trial, names, reader), frame.rename(columns=language.HEADERS[reader])


def given(trial: Trial, names: Sequence[str]) -> pd.DataFrame:
    """Who gets one of these versions; nobody who turned out to be in two."""
    people: pd.DataFrame = trial.assigned().to_pandas()
    return people[people[VERSION].isin(names) & ~people[CUSTOMER].duplicated(keep=False)]


def filename(trial: Trial, names: Sequence[str], reader: str) -> str:
    """What the list of these versions is called."""
    title = {"en": "test", "zh": "测试"}[reader]
    return re.sub(r"[^\w -]", "", " ".join([title, str(trial.number), *(names if len(names) == 1 else ())]))


def chart(report: SplitReport, reader: str) -> bytes | None:
    """What came of the trial, once its days are over; without one, whom of the groups one may write to."""
    if report.trial is not None:
        return readout_chart.chart(report.trial.reading, reader) if report.trial.reading else None
    if not report.choices:
        return None
    most = max(choice.customers for choice in report.choices)
    say, note = language.count, {"en": "{} of {}", "zh": "{} 人，共 {} 人"}[reader]
    rows = [
        charts.Bar(
            label=language.named(choice.group, reader),
            value=choice.people / most,
            ground=choice.customers / most,
            note=note.format(say(choice.people, reader), say(choice.customers, reader)),
        )
        for choice in report.choices
    ]
    title = {"en": "Whom you may write to today", "zh": "今天可以联系的客户"}[reader]
    subtitle = {
        "en": "pale: said no, just got a message, or left no contact",
        "zh": "浅色：说过不要、刚收到过消息，或没留联系方式",
    }[reader]
    return charts.bars(title, subtitle, rows)


def draft(report: SplitReport) -> Trial | None:
    """The trial to be kept; with a number, in the place of that one."""
    return report.drafted


ANALYSIS = Analysis(
    name="split",
    requires=(BUYERS, Need(Kind.CUSTOMERS, (Role.CUSTOMER,))),
    options=options,
    run=run,
    chart=chart,
    views=("trial", "names", "list", "method", "apart"),
    sheet=sheet,
    pictured=("body", "trial"),
    draft=draft,
    names=True,
)
