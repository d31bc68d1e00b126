"""Has the test been won? Typed or from a sheet, shares, money or counts, read so that looking early and often stays honest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from analytics.abtest_chart import chart
from analytics.abtest_report import ABTestReport, Arm, roughly
from analytics.analysis import Analysis, Need
from analytics.asked_tests import ABTestOptions, MeantTest, looks_before, meant, options, smallest_of, to_keep
from analytics.bayes import Belief, believe, believe_means
from analytics.dataset import Kind, Role, Shop
from analytics.means import fieller
from analytics.proportions import Interval, koopman, rate_interval, sample_ratio
from analytics.samples import Money, Share
from analytics.soundness import GAIN, Amounts, evened, mixes, weigh
from analytics.tested_sheets import Sheet
from analytics.typed_tests import is_test
from analytics.verdicts import Verdicts, judge_money, judge_shares

USUAL_SPLITS = ((10, 90), (20, 80), (25, 75), (30, 70), (1, 2), (40, 60))


def run(shop: Shop, chosen: ABTestOptions) -> ABTestReport:
    """Judge each version against the old one, and keep what this look said."""
    test = meant(shop, chosen)
    smallest = smallest_of(test.smallest, test.versions[0].seen)
    seen = [version.seen for version in test.versions]
    even = evened(test.sheet.rows) if test.sheet else None
    if even is not None and even.variance_ratio < GAIN:
        seen = [even.versions[at] for at in test.order]
    verdicts = _judged(seen, smallest, test)
    belief = _believed(seen)
    arms = tuple(_arm(at, test, verdicts, belief) for at in range(len(test.versions)))
    leader = (
        max(range(1, len(arms)), key=lambda at: (arms[at].value, -at)) if verdicts.best is None else verdicts.best + 1
    )
    mixed = mixes(test.sheet.groups, test.order[0], test.order[leader]) if test.sheet else ()
    amounts = _weighed(test, leader)
    spoiled = next((mix for mix in mixed if mix.disagrees and mix.uneven), None)
    reasons = [verdict.reason for verdict in verdicts.of if verdict.reason]
    if "contradiction" in reasons:
        # What contradicts the looks before takes nothing from them.
        verdicts = replace(verdicts, looks=looks_before(test) or verdicts.looks)
    kept = to_keep(test, verdicts)
    sheet = test.sheet
    return ABTestReport(
        number=test.number,
        sort=_sort(test),
        currency=_currency(shop, sheet),
        measure=sheet.measure.header if sheet else None,
        others=tuple(m for m in sheet.measures if m != sheet.measure) if sheet else (),
        second=sheet.measure != sheet.measures[0] if sheet else False,
        turned=sheet.turned if sheet else False,
        arms=arms,
        best=None if verdicts.best is None or spoiled else verdicts.best + 1,
        first=leader,
        untrusted=reasons[0] if reasons else "mixed" if spoiled else None,
        split_chance=verdicts.split.chance,
        parts=test.parts,
        perhaps=_perhaps([version.seen.n for version in test.versions]) if "sample_ratio" in reasons else None,
        plain=test.plain,
        smallest=smallest,
        reading=verdicts.reading,
        late=test.late,
        once=verdicts.reading == "safe" and kept.seen_once,
        times=kept.times,
        twice=sheet.twice if sheet else 0,
        unclear=sheet.unclear if sheet else 0,
        strays=sheet.strays if sheet else 0,
        blanks=sheet.blanks if sheet else 0,
        amounts=amounts,
        evened=even,
        mixed=mixed,
        kept=chosen.kept.keep(kept).written(),
    )


def _judged(seen: Sequence[Share | Money], smallest: float, test: MeantTest) -> Verdicts:
    before = looks_before(test)
    reading: Literal["safe", "planned"] = "planned" if test.planned else "safe"
    shares = [one for one in seen if isinstance(one, Share)]
    if shares:
        first, *rest = shares
        return judge_shares(first, rest, smallest=smallest, planned=test.parts, reading=reading, before=before)
    control, *money = [one for one in seen if isinstance(one, Money)]
    return judge_money(control, money, smallest=smallest, planned=test.parts, reading=reading, before=before)


def _believed(seen: Sequence[Share | Money]) -> Belief:
    shares = [one for one in seen if isinstance(one, Share)]
    if shares:
        return believe(shares)
    money = [one for one in seen if isinstance(one, Money)]
    return believe_means([one.mean for one in money], [one.deviation / one.n**0.5 for one in money])


def _arm(at: int, test: MeantTest, verdicts: Verdicts, belief: Belief) -> Arm:
    seen, control = test.versions[at].seen, test.versions[0].seen
    verdict = verdicts.of[at - 1] if at else None
    found = _own(seen)
    return Arm(
        label=test.versions[at].label,
        people=seen.n,
        did=seen.successes if isinstance(seen, Share) else None,
        value=seen.rate if isinstance(seen, Share) else seen.mean,
        low=found.low,
        high=found.high,
        verdict=verdict.code if verdict else None,
        difference=verdict.difference if verdict else None,
        worst=verdict.interval.low if verdict else None,
        most=verdict.interval.high if verdict else None,
        ratio=_ratio(control, seen) if at else None,
        beyond_chance=verdict.beyond_chance if verdict else False,
        sure=verdict.sure if verdict else True,
        more=roughly(verdict.more) if verdict and verdict.more else None,
        chance=belief.best[at],
        loss=belief.losses[at],
    )


def _perhaps(people: Sequence[int]) -> tuple[int, ...] | None:
    """The usual split of two versions that these numbers fit best, if they fit any; an uneven one by accident does not."""
    if len(people) != len(USUAL_SPLITS[0]):
        return None
    found = {split: sample_ratio(people, split) for one in USUAL_SPLITS for split in (one, one[::-1])}
    best = max(found, key=lambda split: found[split].chance)
    return None if found[best].mention else best


def _own(seen: Share | Money) -> Interval:
    """The 95% interval of a version's own rate or mean."""
    if isinstance(seen, Share):
        return rate_interval(seen)
    from scipy.special import stdtrit

    half = float(stdtrit(max(seen.n - 1, 1), 0.975)) * seen.deviation / seen.n**0.5
    return Interval(seen.mean - half, seen.mean + half)


def _ratio(control: Share | Money, seen: Share | Money) -> Interval | None:
    if isinstance(control, Share) and isinstance(seen, Share):
        return koopman(control, seen)
    assert isinstance(control, Money)
    assert isinstance(seen, Money)
    return fieller(control, seen)


def _weighed(test: MeantTest, leader: int) -> Amounts | None:
    rows = test.sheet.rows if test.sheet else None
    if rows is None:
        return None
    return weigh(rows.values[test.order[0]], rows.values[test.order[leader]])


def _currency(shop: Shop, sheet: Sheet | None) -> str | None:
    """Of the sheet, else of the shop's orders."""
    if sheet is not None and sheet.currency is not None:
        return sheet.currency
    return shop.orders.currency if shop.orders is not None else None


def _sort(test: MeantTest) -> Literal["share", "money", "count"]:
    if test.sheet is not None:
        return test.sheet.measure.sort
    return "share" if isinstance(test.versions[0].seen, Share) else "money"


def understood(words: Sequence[str]) -> tuple[str, ...]:
    """A view stands alone or before the number of a test: `which is better, 5/90 or 9/90` asks for none."""
    first, *rest = words or ("",)
    if first == "计算方法":
        return ("method", *rest)
    return ("", *words) if rest and not rest[0].startswith("#") else tuple(words)


ANALYSIS = Analysis(
    name="abtest",
    requires=(Need(Kind.RESULTS, (Role.VARIANT,)),),
    options=options,
    run=run,
    chart=chart,
    views=("method", "checks", "stake", "which"),
    remember=lambda report: report.kept,
    understood=understood,
    typed=True,
    recognises=is_test,
    offered=True,
)
