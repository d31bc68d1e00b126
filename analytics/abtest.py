"""Has the test been won? Shares of people, typed or from a sheet, read so that looking early and often stays honest."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analytics import charts, language
from analytics.analysis import Analysis, Asked, Need
from analytics.bayes import believe
from analytics.dataset import Dataset, Kind, Role, Shop
from analytics.errors import MissingData, UnclearTest
from analytics.proportions import wilson
from analytics.samples import Share
from analytics.typed_tests import MOST_VERSIONS, Version, versions
from analytics.verdicts import Code, Reason, judge_shares

YES = frozenset(
    [
        "1",
        "true",
        "yes",
        "y",
        "t",
        "ja",
        "oui",
        "si",
        "是",
        "有",
        "对",
        "真",
        "已成交",
        "成交",
        "已购买",
        "购买",
        "已转化",
        "转化",
        "converted",
        "bought",
        "purchased",
        "clicked",
    ]
)
NO = frozenset(
    ["0", "false", "no", "n", "f", "nein", "non", "否", "无", "没有", "没", "假", "未成交", "未购买", "未转化"]
)
LONGEST_BUTTON = 64


@dataclass(frozen=True)
class ABTestOptions:
    """`text` is the test as typed; empty: the sheet that was sent."""

    text: str


@dataclass(frozen=True)
class Arm:
    """One version: of `people` so many `did` it; `low` to `high` is the 95 % interval of its rate (Wilson 1927).

    Against the control (None for the control itself): `difference` lies between `worst` and `most`, at every look.
    `chance` is that of being the best of all, `loss` what choosing it costs on average, as a share of people.
    """

    label: str
    people: int
    did: int
    low: float
    high: float
    verdict: Code | None
    difference: float | None
    worst: float | None
    most: float | None
    more: int | None
    chance: float
    loss: float

    @property
    def rate(self) -> float:
        return self.did / self.people


@dataclass(frozen=True)
class ABTestReport:
    """The answer of `/abtest`: the control first. `best` is the version to take, None where none is proven.

    `untrusted` says why there is no verdict at all. `twice` people were in several versions, `unclear` rows told no
    outcome; neither are counted. `swapped` asks the same with the second as the control, where a button can hold it.
    """

    typed: bool
    arms: tuple[Arm, ...]
    best: int | None
    untrusted: Reason | None
    twice: int
    unclear: int
    swapped: str | None

    @property
    def control(self) -> Arm:
        return self.arms[0]

    @property
    def leader(self) -> Arm:
        """The version that matters most: the one to take, else the one that is ahead."""
        return self.arms[self.best] if self.best is not None else max(self.arms[1:], key=lambda arm: arm.rate)

    @property
    def ahead(self) -> Arm:
        """Whichever has the highest rate, the control included; of equals the control."""
        return max(self.arms, key=lambda arm: arm.rate)


def options(words: Sequence[str], asked: Asked) -> ABTestOptions:
    """`/abtest A 1000 50 B 1000 65`, or nothing for the sheet."""
    return ABTestOptions(" ".join(words))


def run(shop: Shop, chosen: ABTestOptions) -> ABTestReport:
    """Judge each version against the first."""
    if chosen.text:
        return _report(versions(chosen.text), typed=True, twice=0, unclear=0)
    if shop.results is None:
        raise UnclearTest("", "nothing")
    return _report(*_of_sheet(shop.results))


def _of_sheet(results: Dataset) -> tuple[tuple[Version, ...], bool, int, int]:
    """Versions from one row a person; whoever is in several is left out, a cell that says neither yes nor no as well."""
    if not results.has(Role.OUTCOME):
        raise MissingData("abtest", (str(Role.OUTCOME),))
    rows = results.frame(Role.VARIANT, Role.OUTCOME, Role.CUSTOMER)
    variant = rows[Role.VARIANT].map(_plain, na_action="ignore").astype(object)
    told = rows[Role.OUTCOME].map(_yes, na_action="ignore").astype(object)
    twice = pd.Series(data=False, index=rows.index)
    if Role.CUSTOMER in rows:
        known = pd.DataFrame({"who": rows[Role.CUSTOMER].astype(object), "variant": variant}).dropna()
        several = known.groupby("who")["variant"].nunique()
        twice = rows[Role.CUSTOMER].astype(object).isin(several.index[several > 1])
    unclear = (told.isna() | variant.isna()) & ~twice
    kept = ~(twice | unclear)
    counts = pd.DataFrame({"variant": variant[kept], "yes": told[kept].astype(int)}).groupby("variant")["yes"]
    shares = {str(name): Share(len(yes), int(yes.sum())) for name, yes in counts}
    if not 2 <= len(shares) <= MOST_VERSIONS:
        raise UnclearTest("", "versions")
    names = sorted(shares, key=lambda name: (name.casefold() not in CONTROLS, name))
    found = tuple(Version(name, shares[name]) for name in names)
    return found, False, int(rows[Role.CUSTOMER][twice].nunique()) if Role.CUSTOMER in rows else 0, int(unclear.sum())


CONTROLS = frozenset(["control", "a", "对照", "对照组", "旧", "旧版", "原版", "old", "original"])


def _plain(cell: object) -> str:
    """`a `, `Ａ` and `A` are one version."""
    return unicodedata.normalize("NFKC", str(cell)).strip().upper()


def _yes(cell: object) -> bool | None:
    said = unicodedata.normalize("NFKC", str(cell)).strip().casefold().removesuffix(".0")
    return True if said in YES else False if said in NO else None


def _report(found: tuple[Version, ...], typed: bool, twice: int, unclear: int) -> ABTestReport:
    shares = [version.share for version in found]
    verdicts = judge_shares(shares[0], shares[1:])
    belief = believe(shares)
    arms = []
    for at, version in enumerate(found):
        verdict = verdicts.of[at - 1] if at else None
        rate = wilson(version.share)
        arms.append(
            Arm(
                label=version.label,
                people=version.share.n,
                did=version.share.successes,
                low=rate.low,
                high=rate.high,
                verdict=verdict.code if verdict else None,
                difference=verdict.difference if verdict else None,
                worst=verdict.interval.low if verdict else None,
                most=verdict.interval.high if verdict else None,
                more=verdict.more if verdict else None,
                chance=belief.best[at],
                loss=belief.losses[at],
            )
        )
    reasons = [verdict.reason for verdict in verdicts.of if verdict.reason]
    return ABTestReport(
        typed=typed,
        arms=tuple(arms),
        best=None if verdicts.best is None else verdicts.best + 1,
        untrusted=reasons[0] if reasons else None,
        twice=twice,
        unclear=unclear,
        swapped=_swapped(found) if typed and len(found) == 2 else None,
    )


def _swapped(found: tuple[Version, ...]) -> str | None:
    words = " ".join(f"{version.label} {version.share.n} {version.share.successes}" for version in reversed(found))
    return words if len(f"abtest {words}".encode()) <= LONGEST_BUTTON else None


def chart(report: ABTestReport, reader: str) -> bytes | None:
    """Each version's difference from the control with its interval; None where the test is not to be trusted."""
    if report.untrusted:
        return None
    rows = []
    for arm in report.arms[1:]:
        assert arm.worst is not None
        assert arm.most is not None
        assert arm.difference is not None
        note = f"{language.percent(report.control.rate, reader)} → {language.percent(arm.rate, reader)}"
        label = charts.shortened(arm.label, 24)
        rows.append(charts.Range(label, arm.worst, arm.difference, arm.most, note, accent=arm.verdict != "undecided"))
    control = charts.shortened(report.control.label, 20)
    leader = charts.shortened(report.leader.label, 20)
    if report.best is not None:
        title = {"en": f"{leader} wins against {control}", "zh": f"{leader} 胜过 {control}"}[reader]
    elif all(arm.verdict == "keep_a" for arm in report.arms[1:]):
        title = {"en": f"{control} stays ahead", "zh": f"还是 {control} 好"}[reader]
    else:
        title = {"en": f"Against {control}: not decided yet", "zh": f"和 {control} 比：还没有定论"}[reader]
    subtitle = {
        "en": "dot: what was seen · line: where the real difference lies, likely",
        "zh": "点：看到的差别 · 线：真正的差别大概在这一段",
    }[reader]
    sides = {"en": (f"worse than {control}", f"better than {control}"), "zh": (f"比 {control} 差", f"比 {control} 好")}
    return charts.ranges(title, subtitle, rows, *sides[reader])


ANALYSIS = Analysis(
    name="abtest",
    requires=(Need(Kind.RESULTS, (Role.VARIANT, Role.OUTCOME)),),
    options=options,
    run=run,
    chart=chart,
    views=("method",),
    typed=True,
)
