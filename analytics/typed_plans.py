"""A plan for a test as people type it into a chat: from which rate to which, with how many people and versions."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from analytics.errors import UnclearPlan
from analytics.power import POWER
from analytics.samples import MOST
from analytics.typed_figures import SCALES

MOST_VERSIONS = 10
LONGEST = 200
DAYS, LONGEST_DAYS = 14, 90
PLAINLY_RELATIVE = 0.1
"""A rise of so many points or more that is larger than the rate itself, as in `5% +20%`, is meant of the rate."""

Outcome = Literal["share", "money"]
Unit = Literal["to", "points", "relative"]
Fault = Literal["words", "numbers", "rate", "same", "result", "people", "versions", "power", "days", "spread"]

NUMBER = r"(\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?)"
CHINESE = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6}
POWERS = re.compile(
    rf"(?:\bpower|功效|检验力|把握度?)\s*(?:of|[:=]|为|是)?\s*{NUMBER}\s*%?|{NUMBER}\s*%?\s*(?:\bpower|的?(?:功效|检验力|把握))(?!\s*(?:of|[:=]|为|是)?\s*\d)|\bp{NUMBER}\b"
)
VERSIONS = re.compile(
    rf"(?:{NUMBER}|([两二三四五六]))\s*(?:个|種|种)?\s*(?:versions?|variants?|arms?|版本|版|方案|组|v\b)"
)
EACH = re.compile(r"\b(?:each|per (?:version|variant|group|arm)|apiece)\b|每(?:个版本|个组|版|组|个)")
PEOPLE = re.compile(
    rf"{NUMBER}\s*(百万|[万亿千km]?)\s*(?:(?:new|of my)\s+)?"
    r"(?:people|persons?|customers?|users?|visitors?|subscribers?|recipients?|buyers?|个?客户|个?人|位|名)(?:客户|顾客|人)?"
    rf"|\bn\s*[=:]?\s*{NUMBER}"
)
SPAN = re.compile(
    rf"{NUMBER}\s*-?\s*(days?|weeks?|months?|天|日|周|个?月)|\bd{NUMBER}\b|\b(?:a|one|per) (month|week)\b"
)
SPANS = {"w": 7, "周": 7, "m": 30, "月": 30, "个": 30}
DEVIATION = re.compile(
    rf"(?:\bsd|\bstd|\bstandard deviation|\bdeviation|\bspread|标准差|±)\s*(?:of|[:=]|为|是)?\s*{NUMBER}"
)
MONEY = re.compile(
    r"[£$€¥]|\b(?:money|spend(?:ing)?|revenue|sales|aov|order value|gbp|usd|eur|cny|rmb)\b"
    r"|客单价|人均|金额|消费|销售额|花费|营业额|元|块"
)
OWN = re.compile(r"\b(?:own|my (?:own )?(?:rate|shop)|ours?)\b|本店|自己|我的?店")
RELATIVE = re.compile(r"\b(?:relative(?:ly)?|(?:up)?lift|rel)\b|相对|增幅|涨幅|提升率")
POINTS = re.compile(r"\b(?:points?|pts?|percentage points?|pp)\b|pp\b|个?百分点|个点")
RISE, FALL = (
    r"\+|\bby\b|\bup\b|提高了?|提升了?|增加了?|上升了?|上涨|涨了?|多",
    r"-|\bdown\b|\bless\b|降低了?|减少了?|下降了?|少",
)
FIGURE = re.compile(rf"({FALL}|{RISE})?\s*(到|至|成|to\b)?\s*{NUMBER}\s*(%)?")
DASHES = str.maketrans(
    {"−": "-", "–": "-", "—": "-", "→": " to ", "＋": "+", "、": " ", "，": ",", "。": ".", "＞": " to "}
)


@dataclass(frozen=True)
class Wish:
    """What the owner wants to see: from `base` (None: not said; `own`: the shop's) by, or to, `amount` in this `unit`.

    Rates are 0–1, money in the shop's currency. `amount` None asks for what can be seen at all. `unsure`: a rise of
    percent that may be meant in points or of the rate. `people` in all versions together, `days` after the message.
    """

    outcome: Outcome
    base: float | None = None
    own: bool = False
    amount: float | None = None
    unit: Unit = "to"
    unsure: bool = False
    versions: int = 2
    power: float = POWER
    people: int | None = None
    days: int = DAYS
    deviation: float | None = None

    def change(self, base: float, unit: Unit | None = None) -> float | None:
        """The wanted difference from this base, if `amount` is in that unit."""
        if self.amount is None:
            return None
        return {"to": self.amount - base, "points": self.amount, "relative": self.amount * base}[
            unit or self.read(base)
        ]

    def read(self, base: float) -> Unit:
        """The unit, where it was not said by what is plain from the base."""
        return "relative" if self.unsure and abs(self.amount or 0) >= max(PLAINLY_RELATIVE, base) else self.unit

    def words(self, base: float | None, change: float | None) -> str:
        """The same plan from that base with that difference, in few words; without a base, what goes behind one."""
        if self.outcome == "money":
            told = ["money", f"{base:.4g}" if self.base and base else "", f"{change:+.4g}" if change else ""]
        elif base is None:
            told = [self._said]
        elif self.own:
            told = ["own", f"{100 * change:+.4g}pp" if change else ""]
        else:
            told = [f"{100 * base:.4g}%", f"to {100 * (base + change):.4g}%" if change else ""]
        more = [
            f"sd{self.deviation:.4g}" if self.deviation else "",
            f"{self.versions}v" if self.versions != 2 else "",
            f"p{100 * self.power:g}" if self.power != POWER else "",
            f"n{self.people}" if self.people else "",
            f"d{self.days}" if self.days != DAYS else "",
        ]
        return " ".join(word for word in (*told, *more) if word)

    @property
    def _said(self) -> str:
        if self.amount is None:
            return ""
        if self.unit == "to":
            return f"to {100 * self.amount:.4g}%"
        return f"{100 * self.amount:+.4g}{'%' if self.unsure else 'pp' if self.unit == 'points' else '% rel'}"


def wish(text: str) -> Wish:
    """`5% +1%`, `5% to 6%`, `5% lift 20%`, `从5%到6% 3个版本`, `money +2`, `客单价 +5`, `500 people`. Raises UnclearPlan."""
    left = _Left(unicodedata.normalize("NFKC", text).translate(DASHES).casefold()[:LONGEST])
    left.said = re.sub(rf"百分之\s*{NUMBER}", r"\1%", left.said).replace("->", " to ").replace(">", " to ")
    # A dash between two rates is a way, not a fall.
    left.said = re.sub(r"(?<=[\d%])-(?=\d)|\s-\s", " to ", left.said)
    # A decimal comma; thousands have three figures behind it.
    left.said = re.sub(r"(\d),(\d{1,2}(?!\d)|\d+(?=\s*%))", r"\1.\2", left.said)

    def refuse(why: Fault) -> UnclearPlan:
        return UnclearPlan(text[:LONGEST], why)

    power = _within(left.number(POWERS, _first, POWER * 100), refuse("power"))
    power = power / 100 if power > 1 else power
    versions = _within(left.number(VERSIONS, _versions, 2), refuse("versions"))
    each = bool(left.take(EACH))
    people = left.number(PEOPLE, _people, math.nan)
    days = left.number(SPAN, _days, DAYS)
    deviation = left.number(DEVIATION, _first, math.nan)
    money, own = bool(left.take(MONEY)), bool(left.take(OWN))
    relative, points = bool(left.take(RELATIVE)), bool(left.take(POINTS))
    figures = [_Figure.of(match) for match in FIGURE.finditer(left.said)]
    counts = [] if money or math.isfinite(people) else [figure for figure in figures if figure.is_count]
    if len(counts) == 1:
        people, figures = counts[0].value, [figure for figure in figures if figure is not counts[0]]
    if not 0.5 <= power <= 0.99:
        raise refuse("power")
    if not 2 <= versions <= MOST_VERSIONS or versions != int(versions):
        raise refuse("versions")
    if not 1 <= days <= LONGEST_DAYS:
        raise refuse("days")
    people *= versions if each else 1
    if people > MOST or people < 2 * versions or (math.isfinite(people) and people != int(people)):
        raise refuse("people")
    if not (figures or money or own or relative or math.isfinite(people) or days != DAYS or versions != 2):
        raise refuse("words")
    if len(figures) > 2 or any(figure.value > MOST for figure in figures):
        raise refuse("numbers")
    if len(figures) == 2 and figures[0].sign < 0:
        raise refuse("rate")
    base, amount, unit, unsure = (_of_money if money else _of_shares)(figures, relative, points, refuse)
    return Wish(
        outcome="money" if money else "share",
        base=base,
        own=own or (base is None and amount is None),
        amount=amount,
        unit=unit,
        unsure=unsure,
        versions=int(versions),
        power=power,
        people=int(people) if math.isfinite(people) else None,
        days=int(days),
        deviation=deviation if math.isfinite(deviation) else None,
    )


Told = tuple[float | None, float | None, Unit, bool]


def _of_shares(figures: list[_Figure], relative: bool, points: bool, refuse: Callable[[Fault], UnclearPlan]) -> Told:
    """Base, amount, unit and whether the unit is a guess. `0.05` is a share, `5` are percent."""
    in_percent = points or any(figure.percent or figure.value >= 1 for figure in figures)
    rates = [figure.value / 100 if in_percent else figure.value for figure in figures]
    if not figures:
        return None, None, "to", False
    moved = figures[-1].sign or relative or points
    if len(figures) == 1 and not moved:
        return (None, rates[0], "to", False) if figures[0].towards else (_rate(rates[0], refuse), None, "to", False)
    base = _rate(rates[0], refuse) if len(figures) == 2 else None
    if figures[-1].towards or not moved:
        return base, _rate(rates[-1], refuse, "result"), "to", False
    amount = rates[-1] * (figures[-1].sign or 1)
    if not amount:
        raise refuse("same")
    return base, amount, "relative" if relative else "points", not (relative or points)


def _of_money(figures: list[_Figure], relative: bool, points: bool, refuse: Callable[[Fault], UnclearPlan]) -> Told:
    """The same for amounts; a single one is the difference, and percent are of the mean."""
    if not figures:
        return None, None, "points", False
    last = figures[-1]
    part = last.percent or relative
    amount = last.value / (100 if part else 1) * (last.sign or 1)
    base = figures[0].value if len(figures) == 2 else None
    if not amount:
        raise refuse("same")
    to = not last.sign and not part and (base is not None or last.towards)
    return base, amount, "to" if to else "relative" if part else "points", False


@dataclass(frozen=True)
class _Figure:
    """A number as it stands: with its sign (0: none), whether a rate is to go there, and whether it is in percent."""

    value: float
    sign: int
    towards: bool
    percent: bool

    @classmethod
    def of(cls, match: re.Match[str]) -> _Figure:
        sign = 0 if not match[1] else -1 if re.fullmatch(FALL, match[1]) else 1
        towards = bool(match[2])
        return cls(_value(match[3]), 0 if towards else sign, towards, bool(match[4]))

    @property
    def is_count(self) -> bool:
        """Whether a number that stands alone must be people."""
        return not (self.percent or self.sign) and self.value > 100


class _Left:
    """What of the text is not yet understood."""

    def __init__(self, said: str) -> None:
        self.said = said

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first place where the pattern stands; all such places are done with."""
        found = pattern.search(self.said)
        self.said = pattern.sub(" ", self.said)
        return found

    def number(self, pattern: re.Pattern[str], value: Callable[[re.Match[str]], float], otherwise: float) -> float:
        found = self.take(pattern)
        return value(found) if found else otherwise


def _first(match: re.Match[str]) -> float:
    return next(_value(group) for group in match.groups() if group)


def _versions(match: re.Match[str]) -> float:
    return float(CHINESE[match[2]]) if match[2] else _value(match[1])


def _people(match: re.Match[str]) -> float:
    return round(_value(match[1]) * SCALES.get(match[2], 1), 6) if match[1] else _value(match[3])


def _days(match: re.Match[str]) -> float:
    if match[4]:
        return SPANS[match[4][0]]
    return _value(match[1]) * SPANS.get(match[2][0], 1) if match[1] else _value(match[3])


def _value(figure: str) -> float:
    return float(figure.replace(",", ""))


def _rate(rate: float, refuse: Callable[[Fault], UnclearPlan], why: Fault = "rate") -> float:
    if not 0 < rate < 1:
        raise refuse(why)
    return rate


def _within(number: float, refusal: UnclearPlan) -> float:
    if not math.isfinite(number):
        raise refusal
    return number
