"""From the numbers of a test to one of five verdicts, as a code with its numbers.

`safe` reads by what holds however often one looks, `planned` by the one look that was planned for. Several versions are
each set against the control, all together adjusted by Holm (1979); their intervals are each at chance / versions, so
that all of them hold at once. Where Holm decides and such an interval still reaches over zero, it is cut there (Strassburger
& Bretz 2008): a winner is never shown as perhaps the worse one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from analytics.anytime import Look, known, log_evidence, look, money_look
from analytics.means import welch
from analytics.proportions import Interval, SampleRatio, chance_of, newcombe, sample_ratio
from analytics.samples import MOST, Money, Share
from analytics.traits import holm

CHANCE = 0.05
FARTHEST = 2**14

Code = Literal["take_b", "keep_a", "no_difference", "undecided", "untrusted"]
Reading = Literal["safe", "planned"]
Reason = Literal["sample_ratio", "contradiction"]


@dataclass(frozen=True)
class Verdict:
    """What to do about one version against the control.

    `chance` is adjusted for the number of versions. `beyond_chance` says that there is some difference, if one too small
    to matter where the code is `no_difference`. `more` is about how many more people are needed, in both versions
    together, if what was seen goes on (half of such tests need more); None where no number is in sight or none needed.
    Not `sure`: too few people, or too few large amounts, for the interval to hold as it stands.
    """

    code: Code
    difference: float
    interval: Interval
    chance: float
    beyond_chance: bool
    more: int | None = None
    reason: Reason | None = None
    sure: bool = True


@dataclass(frozen=True)
class Verdicts:
    """One verdict per version, in the order given; `best` is the version to take, None where that is the control.

    `looks` are to be handed over as `before` when the same test is looked at again; there are none by a plan.
    """

    of: tuple[Verdict, ...]
    best: int | None
    split: SampleRatio
    reading: Reading
    looks: tuple[Look, ...] = ()


def judge_shares(
    control: Share,
    versions: Sequence[Share],
    *,
    smallest: float = 0.0,
    planned: Sequence[float] | None = None,
    reading: Reading = "safe",
    before: Sequence[Look] | None = None,
    chance: float = CHANCE,
) -> Verdicts:
    """Shares of each version against the control's.

    `smallest` is the smallest difference that matters (0-1). `planned` are the parts that were to get the control and
    each version, equal if None. `before` is what earlier looks of this test said, one per version, for `safe` only.
    """
    parts = _parts(planned, len(versions))
    split = sample_ratio([control.n, *(version.n for version in versions)], parts)
    level = chance / len(versions)
    shares = [part / (parts[0] + part) for part in parts[1:]]
    seen, looks = [], []
    for at, version in enumerate(versions):
        if reading == "planned":
            found = newcombe(control, version, 1 - level)
            seen.append(_Seen(version.rate - control.rate, found, chance_of(control, version)))
            continue
        now = look(control, version, chance=level, planned=shares[at])
        now = now.after(before[at]) if before is not None else now
        looks.append(now)
        seen.append(_Seen(now.difference, now.interval, now.chance, clash=not now.sure))

    def more(at: int) -> int | None:
        version = versions[at]

        def settled(times: float) -> bool:
            one, two = _grown(control, times), _grown(version, times)
            if reading == "planned":
                return _decided(newcombe(one, two, 1 - level), smallest)
            # The same as to ask the interval, which takes longer to find than the evidence against its ends.
            out = [log_evidence(one, two, end, shares[at]) >= -math.log(level) for end in (0.0, smallest, -smallest)]
            return out[0] or (smallest > 0 and out[1] and out[2])

        return _more(settled, control.n, version.n)

    return replace(_judge(seen, split, smallest, reading, chance, more), looks=tuple(looks))


def judge_money(
    control: Money,
    versions: Sequence[Money],
    *,
    smallest: float = 0.0,
    planned: Sequence[float] | None = None,
    reading: Reading = "safe",
    before: Sequence[Look] | None = None,
    chance: float = CHANCE,
) -> Verdicts:
    """Money per person of each version against the control's; `before` as for shares.

    Undecided until both means are known well enough for a normal reading (`anytime.known`), planned or not.
    """
    parts = _parts(planned, len(versions))
    split = sample_ratio([control.n, *(version.n for version in versions)], parts)
    level = chance / len(versions)

    def see(one: Money, two: Money, earlier: Look | None = None) -> _Seen:
        if reading == "safe":
            now = money_look(one, two, chance=level)
            found = now if earlier is None else now.after(earlier)
            return _Seen(found.difference, found.interval, found.chance, found.sure, clash=now.sure and not found.sure)
        test = welch(one, two, 1 - level)
        if test is None:
            return _Seen(two.mean - one.mean, Interval(-math.inf, math.inf), 1.0, sure=False)
        return _Seen(test.difference, test.interval, test.chance, known(one, two))

    seen = [see(control, version, None if before is None else before[at]) for at, version in enumerate(versions)]
    looks = [Look(one.difference, one.interval, 1 / one.chance, one.sure) for one in seen if reading == "safe"]

    def more(at: int) -> int | None:
        version = versions[at]

        def settled(times: float) -> bool:
            found = see(_paid(control, times), _paid(version, times))
            return found.sure and _decided(found.interval, smallest)

        return _more(settled, control.n, version.n)

    return replace(_judge(seen, split, smallest, reading, chance, more), looks=tuple(looks))


@dataclass(frozen=True)
class _Seen:
    difference: float
    interval: Interval
    chance: float
    sure: bool = True
    clash: bool = False


def _judge(
    seen: Sequence[_Seen],
    split: SampleRatio,
    smallest: float,
    reading: Reading,
    chance: float,
    more: Callable[[int], int | None],
) -> Verdicts:
    adjusted = holm([one.chance for one in seen]).tolist()
    found = []
    for at, (one, fair) in enumerate(zip(seen, adjusted, strict=True)):
        code, needed, beyond = _code(one, fair, smallest, chance), None, one.sure and fair <= chance
        if split.alarm or one.clash:
            reason: Reason = "sample_ratio" if split.alarm else "contradiction"
            found.append(Verdict("untrusted", one.difference, one.interval, fair, beyond, None, reason, sure=False))
            continue
        if code == "undecided":
            needed = more(at)
        found.append(Verdict(code, one.difference, _cut(one.interval, code), fair, beyond, needed, sure=one.sure))
    winners = [at for at, verdict in enumerate(found) if verdict.code == "take_b"]
    best = max(winners, key=lambda at: found[at].difference) if winners else None
    return Verdicts(tuple(found), best, split, reading)


def _code(seen: _Seen, chance: float, smallest: float, limit: float) -> Code:
    if not seen.sure:
        return "undecided"
    if smallest > 0 and -smallest < seen.interval.low and seen.interval.high < smallest:
        return "no_difference"
    if chance > limit:
        return "undecided"
    # Not by the difference of today, which may have crossed zero again since the look that decided.
    return "take_b" if seen.interval.low + seen.interval.high > 0 else "keep_a"


def _cut(interval: Interval, code: Code) -> Interval:
    if code == "take_b":
        return Interval(max(interval.low, 0.0), interval.high)
    return Interval(interval.low, min(interval.high, 0.0)) if code == "keep_a" else interval


def _decided(interval: Interval, smallest: float) -> bool:
    inside = smallest > 0 and -smallest < interval.low and interval.high < smallest
    return inside or interval.low > 0 or interval.high < 0


def _parts(planned: Sequence[float] | None, versions: int) -> list[float]:
    if not versions:
        raise ValueError("a control and at least one version")
    parts = list(planned or [1.0] * (1 + versions))
    if len(parts) != 1 + versions or min(parts) <= 0:
        raise ValueError("one part above nothing for the control and each version")
    return parts


def _grown(share: Share, times: float) -> Share:
    n = round(share.n * times)
    return Share(n, min(round(share.rate * n), n))


def _paid(money: Money, times: float) -> Money:
    n = round(money.n * times)
    return Money(n, money.mean * n, money.squares / money.n * n)


def _more(settled: Callable[[float], bool], one: int, two: int) -> int | None:
    """People still missing until settled, in both versions together, to about a tenth: by doubling, then halving."""
    low, high = 1.0, 2.0
    while max(one, two) * high <= MOST and high <= FARTHEST:
        if settled(high):
            break
        low, high = high, high * 2
    else:
        return None
    for _ in range(4):
        middle = (low + high) / 2
        low, high = (low, middle) if settled(middle) else (middle, high)
    return math.ceil((high - 1) * (one + two))
