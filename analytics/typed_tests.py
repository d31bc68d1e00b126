"""A test as people type it into a chat: its versions with their numbers, and what is said about how to read it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from analytics.errors import QuestionError, UnclearTest, UnfinishedTest
from analytics.samples import Impossible, Money, Share
from analytics.typed_figures import BREAK, FIGURE, Figure, parsed, tokens
from analytics.versions import MOST_VERSIONS, Version, plain

AMOUNT = r"[¥$£€]?\s*(\d(?:[\d.,]{0,20}\d)?)\s*(%|percent|个百分点|百分点|points?|pts?|pp|个点|点|元|块)?"
SMALLEST = re.compile(rf"(?:\b(?:worth|matters?)|值得|有意义)\s*[:=]?\s*(?:from\s*)?{AMOUNT}", re.IGNORECASE)
PARTS = re.compile(r"(?:\bsplit|分流|比例|分配)\s*[:=]?\s*(\d+(?:\.\d+)?(?:\s*[/:]\s*\d+(?:\.\d+)?)+)", re.IGNORECASE)
PLANNED = re.compile(
    r"(?P<not>(?:\b(?:not|when|until|if|once|before)|n['’]t)\s+(?:yet\s+)?(?:the\s+)?|[没未不等](?:有|是|到)?)?"
    r"(?:\b(?:as )?planned\b|\b(?:it|test)(?: is|['’]s) (?:over|finished)\b|\b(?:over|finished)\s*$"
    r"|按计划|计划好的?|(?:测试)?(?:已经?结束了?|结束了?\s*$))",
    re.IGNORECASE,
)
"""One look only, or as the group `not` has it, just not that: such a look would be one of many."""
ANEW = re.compile(r"\banew\b|\bnew test\b|新的?测试", re.IGNORECASE)
MONEY = re.compile(r"\bmoney\b|金额", re.IGNORECASE)
LEAD = re.compile(r"^[^\d:?]*(?:\bwhich\b|哪一?个)[^\d:?]*[:?]", re.IGNORECASE)
KEPT = re.compile(r"#(\d{1,6})")
CONTROL = re.compile(r"#\d+\s+control\s+(\d{1,2})\b")
OLD = re.compile(
    r"(\S+)\s+is\s+(?:the\s+)?(?:old|control)(?:\s+one)?\b|(\S+?)\s*是(?:对照组?|旧版?的?|原来的?)", re.IGNORECASE
)
MEASURE = re.compile(r"^(?:#\d+\s+)?(?:on|by|看)\s+(\S.*)$", re.IGNORECASE | re.DOTALL)
PEOPLE_OFFERED = (100, 200, 500, 1000, 2000, 5000, 10_000, 50_000)
RATES_OFFERED = (200, 1000, 5000)
GAP = "…"
LONGEST_SENTENCE = 300
FEWEST_PEOPLE = 20
FEWEST_SWAPPED = 100
"""Fewer could be days and months: 25/12 or 26/12."""
RATE = r"(?:[A-Za-z甲乙]\s*[:：]?\s*)?\d{1,2}(?:\.\d{1,3})?\s*%"
RATES = re.compile(
    rf"{RATE}(?:\s*(?:,|，|;|\bvs\b\.?|\bversus\b|\bagainst\b|\bor\b|还是|对比|对|和|比)?\s*{RATE})+\s*[?？]?",
    re.IGNORECASE,
)
"""Nothing but rates side by side."""
ONE_VERSION = re.compile(r"[A-Za-z甲乙]\s*[:：]?\s*(?:\d{3,9}\s*/\s*\d{1,9}|\d{1,9}\s*/\s*\d{3,9})")


@dataclass(frozen=True)
class Smallest:
    """The smallest difference that matters: of a share, or of each person's money; `percent` where it was said as one."""

    value: float
    percent: bool


@dataclass(frozen=True)
class Said:
    """What was typed. `number` is that of a test that is kept, `measure` the column of a sheet to decide by.

    `control` names the old version, `position` counts it among those kept. `parts` is the split that was planned,
    `planned` says that this is the one look there was to be, by a plan or as the test is over; `anew` that this is no
    later look at a test seen before.
    """

    versions: tuple[Version, ...] = ()
    number: int | None = None
    measure: str | None = None
    control: str | None = None
    position: int | None = None
    smallest: Smallest | None = None
    parts: tuple[float, ...] | None = None
    planned: bool = False
    anew: bool = False


@dataclass(frozen=True)
class _Group:
    """The numbers of one version, as typed."""

    label: str | None
    figures: tuple[Figure, ...]


def read(text: str) -> Said:
    """`A 1000 50 B 1000 65`, `120/1000 vs 150/1000`, `A：发1000 成交50；B：发1000 成交65`: people first, or successes/people.

    Three numbers a version are people, mean and standard deviation. Unlabelled versions are called A, B, …; of two counts
    the larger are the people, in the same order for all. Behind it: `worth 1%`, `split 70/30`, `planned` or `over`, `new test`.

    Raises UnfinishedTest where a piece is missing, UnclearTest where it is no test or the numbers cannot be.
    """
    said = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    if match := MEASURE.match(said):
        return Said(number=_whole(KEPT.search(said)), measure=match[1].strip())
    rest = said
    for pattern in (LEAD, CONTROL, SMALLEST, PARTS, PLANNED, ANEW, OLD, MONEY, KEPT):
        rest = pattern.sub(" ", rest)
    smallest, parts, old, planned = (pattern.search(said) for pattern in (SMALLEST, PARTS, OLD, PLANNED))
    versions = _versions(rest, text, money=MONEY.search(said) is not None) if rest.strip(" ,;。") else ()
    return Said(
        versions=versions,
        number=_whole(KEPT.search(said)),
        control=(old[1] or old[2]) if old else None,
        position=_whole(CONTROL.search(said)),
        smallest=_smallest(smallest) if smallest else None,
        parts=tuple(float(part) for part in re.split(r"[/:]", parts[1])) if parts else None,
        planned=planned is not None and planned["not"] is None,
        anew=ANEW.search(said) is not None,
    )


def is_test(text: str, fewest: int = FEWEST_PEOPLE) -> bool:
    """Whether a plain sentence is a whole test, or plainly meant as one; fewer people could be dates or times of day."""
    if len(text) > LONGEST_SENTENCE:
        return False
    try:
        versions = read(text).versions
    except UnfinishedTest as fault:
        if fault.lacks == "swapped":
            return is_test(fault.line, FEWEST_SWAPPED)
        plainly = {"rate_people": RATES, "second": ONE_VERSION}.get(fault.lacks)
        return plainly is not None and plainly.fullmatch(text.strip()) is not None
    except QuestionError:
        return False
    return len(versions) > 1 and min(version.seen.n for version in versions) >= fewest


def _whole(match: re.Match[str] | None) -> int | None:
    return int(match[1]) if match else None


def _smallest(match: re.Match[str]) -> Smallest:
    unit = (match[2] or "").casefold()
    percent = bool(unit) and unit not in ("元", "块")
    return Smallest(parsed(match[1]) / (100 if percent else 1), percent)


def _versions(said: str, text: str, *, money: bool) -> tuple[Version, ...]:
    groups = [group for group in _groups(said) if group.figures]
    if not groups:
        raise UnclearTest(text, "numbers")
    labels = [group.label or chr(ord("A") + number % 26) for number, group in enumerate(groups)]
    if len(groups) > MOST_VERSIONS:
        raise UnclearTest(text, "many")
    if len({plain(label) for label in labels}) < len(labels):
        raise UnclearTest(text, "same")
    _complete(labels, groups, text, money=money)
    if all(_swapped(group) for group in groups):
        groups = [_people_before(group) for group in groups]
        if len(groups) > 1:
            line = _line(labels, groups, [0] * len(groups))
            raise UnfinishedTest("swapped", line, ((line, "swapped"),))
    by_mean = money or any(len(group.figures) > 2 for group in groups)
    if not by_mean and len({first for group in groups if (first := _people_first(group)) is not None}) > 1:
        raise UnclearTest(text, "more_than_people")
    try:
        found = tuple(_version(label, group, by_mean) for label, group in zip(labels, groups, strict=True))
    except Impossible as fault:
        raise UnclearTest(text, fault.fault) from fault
    if len(found) < 2:
        raise UnfinishedTest(
            "second", _line(labels, groups, [0]) + f" {_other(labels[0])} {' '.join([GAP] * _size(groups[0]))}"
        )
    return found


def _groups(said: str) -> list[_Group]:
    """By separators; else one at every name, words between the numbers that come again and again being none."""
    parts = [part for part in BREAK.split(said) if FIGURE.search(part)]
    if len(parts) > 1:
        return [_joined(part) for part in parts]
    names: Counter[str] = Counter(plain(word) for kind, word, _ in tokens(said) if kind == "name")
    groups = _by_name(said, frozenset())
    repeated = {name for name, times in names.items() if times > 1}
    if repeated and any(_size(group) < 2 for group in groups):
        without = _by_name(said, repeated)
        groups = without if all(_size(group) > 1 for group in without) else groups
    return groups


def _joined(part: str) -> _Group:
    """All the numbers of this part, and the first name in it."""
    groups = _by_name(part, frozenset())
    label = next((group.label for group in groups if group.label), None)
    return _Group(label, tuple(figure for group in groups for figure in group.figures))


def _by_name(said: str, ignored: Collection[str]) -> list[_Group]:
    groups: list[_Group] = []
    name: list[str] = []
    figures: list[Figure] = []
    for kind, word, figure in tokens(said):
        if figure is not None:
            figures.append(figure)
        elif kind == "name" and plain(word) not in ignored:
            if figures:
                groups.append(_Group(" ".join(name) or None, tuple(figures)))
                name, figures = [], []
            name.append(word)
    groups.append(_Group(" ".join(name) or None, tuple(figures)))
    if len(groups) > 1 or groups[0].label:
        return groups
    if all(figure.people is not None for figure in figures):
        return [_Group(None, (figure,)) for figure in figures]
    size = 3 if len(figures) % 3 == 0 and not all(figure.whole or figure.percent for figure in figures) else 2
    return [_Group(None, tuple(figures[i : i + size])) for i in range(0, len(figures), size)]


def _swapped(group: _Group) -> bool:
    """Whether it says, as in 1000/50, that more did it than there were people."""
    figure = group.figures[0]
    return len(group.figures) == 1 and figure.people is not None and figure.value > figure.people > 0


def _people_before(group: _Group) -> _Group:
    """The two numbers of a fraction as people, then how many did it: the larger are the people."""
    figure, *others = group.figures
    if others or figure.people is None:
        return group
    return _Group(group.label, tuple(_plain_figure(n) for n in sorted((figure.value, figure.people), reverse=True)))


def _plain_figure(value: float) -> Figure:
    return Figure(f"{value:.12g}", value)


def _size(group: _Group) -> int:
    return sum(2 if figure.people is not None else 1 for figure in group.figures)


def _people_first(group: _Group) -> bool | None:
    """Whether the larger of two counts comes first; None where that cannot be told from them."""
    if len(group.figures) < 2 or any(figure.percent for figure in group.figures):
        return None
    one, two = (figure.value for figure in group.figures)
    return None if one == two else one > two


def _other(label: str) -> str:
    return "B" if plain(label) != "b" else "A"


def _line(labels: Sequence[str], groups: Sequence[_Group], missing: Sequence[int]) -> str:
    """The test typed again, with a gap for every missing number."""
    parts = [
        " ".join([label, *(figure.text for figure in group.figures), *[GAP] * gaps])
        for label, group, gaps in zip(labels, groups, missing, strict=True)
    ]
    return " ".join(parts)


def _complete(labels: Sequence[str], groups: Sequence[_Group], text: str, *, money: bool) -> None:
    """Ask for what is missing."""
    sizes = [_size(group) for group in groups]
    broken = [figure for group in groups for figure in group.figures if not figure.whole and figure.people is None]
    amounts = money or any(not figure.percent for figure in broken)
    if all(size == 1 for size in sizes):
        first = [group.figures[0] for group in groups]
        by_rate = all(figure.percent for figure in first)
        most = max(figure.value for figure in first)
        offers = RATES_OFFERED if by_rate else [] if broken else [n for n in PEOPLE_OFFERED if n >= 2 * most][:4]
        plain_names = [plain(label) for label in labels] == [chr(ord("a") + i) for i in range(len(labels))]
        names = ["" if plain_names else f"{label} " for label in labels]
        form = "{name}{people} {told}" if by_rate else "{name}{told}/{people}"
        available = tuple(
            (
                " ".join(form.format(name=name, told=f.text, people=n) for name, f in zip(names, first, strict=True)),
                str(n),
            )
            for n in offers
        )
        lacks = "rate_people" if by_rate else "did"
        gaps = [
            " ".join([label, *([GAP, f.text] if f.percent else [f.text, GAP])])
            for label, f in zip(labels, first, strict=True)
        ]
        raise UnfinishedTest(lacks, " ".join(gaps), available if len(groups) > 1 else ())
    if amounts and max(sizes) in (2, 3) and min(sizes) == 2:
        pairs = [group.figures for group in groups if len(group.figures) == 2]
        rates = " ".join(
            f"{label} {g.figures[0].text} {g.figures[-1].text}%" for label, g in zip(labels, groups, strict=True)
        )
        could = max(sizes) == 2 and all(pair[0].whole and 0 <= pair[1].value <= 100 for pair in pairs)
        missing = [3 - size for size in sizes]
        raise UnfinishedTest("spread", _line(labels, groups, missing), ((rates, "rates"),) if could else ())
    if min(sizes) == 1 and max(sizes) <= 3:
        raise UnfinishedTest("numbers", _line(labels, groups, [max(sizes) - size for size in sizes]))
    if len(set(sizes)) > 1 or sizes[0] > 3:
        raise UnclearTest(text, "numbers")
    if not amounts and all(len(group.figures) == 3 and _falling(group) for group in groups):
        ends = " ".join(
            f"{label} {g.figures[0].text} {g.figures[2].text}" for label, g in zip(labels, groups, strict=True)
        )
        whole = _line(labels, groups, [0] * len(groups))
        raise UnfinishedTest("meaning", f"{whole} money", ((ends, "last"), (f"{whole} money", "money")))


def _falling(group: _Group) -> bool:
    values = [figure.value for figure in group.figures]
    return values == sorted(values, reverse=True)


def _version(label: str, group: _Group, by_mean: bool) -> Version:
    figures = group.figures
    if (people := figures[0].people) is not None:
        return Version(label, Share(*_counts(people, figures[0].value)))
    if by_mean:
        people, mean, deviation = (figure.value for figure in figures)
        return Version(label, Money.typed(people, mean, deviation))
    rates = [figure for figure in figures if figure.percent]
    plain_ones = [figure.value for figure in figures if not figure.percent]
    if len(rates) == 1:
        return Version(label, Share(*_counts(plain_ones[0], float(round(rates[0].value * plain_ones[0])))))
    if len(rates) > 1:
        raise Impossible("not_whole")
    return Version(label, Share(*_counts(max(plain_ones), min(plain_ones))))


def _counts(*values: float) -> list[int]:
    if any(value != int(value) for value in values):
        raise Impossible("not_whole")
    return [int(value) for value in values]
