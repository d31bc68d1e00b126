"""What may be wrong with a test's answer: a few large amounts, skew, what people did before, and uneven groups.

What needs a row a person is None where there are only totals.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from analytics.means import (
    Evened,
    Influence,
    Means,
    Ranks,
    bootstrap_t,
    even_out,
    influence,
    mann_whitney,
    people_for_skew,
    welch,
)
from analytics.proportions import ALARM, Interval, mantel_haenszel
from analytics.samples import Floats, Money, Share
from analytics.tested_sheets import Groups, Rows
from analytics.versions import together

GAIN = 0.95
MOST_DISTINCT = 20_000
CHANCE = 0.05
SLIGHT = 8
"""A difference of less than that part of its 95% interval, half its standard error, is as good as none."""
FEWEST_IN_GROUP = 10


@dataclass(frozen=True)
class Amounts:
    """Two versions' amounts, by row: the test as a whole, without the largest, drawn again, and by ranks.

    `sways` is the number of the largest amounts without which the answer is another one, None where they do not decide.
    `skewed` says that there are too few people for these amounts to be averaged without care.
    """

    whole: Means | None
    largest: tuple[Influence, ...]
    sways: int | None
    drawn: Interval | None
    ranks: Ranks
    skewed: bool

    @property
    def shaky(self) -> bool:
        """Whether Welch's test sees a difference that the bootstrap does not."""
        return self.whole is not None and self.drawn is not None and 0 not in self.whole.interval and 0 in self.drawn


def weigh(a: npt.ArrayLike, b: npt.ArrayLike) -> Amounts:
    """B's amounts against A's; the same amounts give the same answer."""
    one, two = np.asarray(a, float), np.asarray(b, float)
    whole = welch(Money.of(one), Money.of(two))
    largest = influence(one, two) if whole else ()
    skewed = min(len(one), len(two)) < max(people_for_skew(one), people_for_skew(two))
    few = len(np.unique(one)) + len(np.unique(two)) <= MOST_DISTINCT
    return Amounts(
        whole=whole,
        largest=largest,
        sways=next((found.left_out for found in largest if whole and _sways(found, whole)), None),
        drawn=bootstrap_t(one, two) if few and skewed else None,
        ranks=mann_whitney(one, two),
        skewed=skewed,
    )


def _sways(found: Influence, whole: Means) -> bool:
    """It is another answer, or hardly anything is left of the difference, where there was one worth the name."""
    if abs(whole.difference) < (whole.interval.high - whole.interval.low) / SLIGHT:
        return False
    return found.overturns(whole) or abs(found.without.difference) < abs(whole.difference) / 2


def evened(rows: Rows | None) -> Evened | None:
    """Every version adjusted by what people did before; None where nothing is known of that, or nothing gained by it."""
    if rows is None or rows.before is None:
        return None
    return even_out(rows.values, rows.before)


@dataclass(frozen=True)
class Mix:
    """Two versions within the groups of one column.

    `pairs` are the values (rate or mean) of A and B by group, `overall` the difference of all people, `within` the one
    that groups of the same mix would show, with their chances. `uneven`: the versions got different people. `reversed`:
    every group points the other way than the sum. `odds_ratio` is Mantel and Haenszel's, for shares.
    """

    header: str
    labels: tuple[str, ...]
    pairs: tuple[tuple[float, float], ...]
    overall: float
    overall_chance: float
    within: float
    within_chance: float
    uneven: bool
    reversed: bool
    odds_ratio: float | None

    @property
    def disagrees(self) -> bool:
        """Whether the sum and the groups give different answers, beyond chance."""
        seen, kept = self.overall_chance < CHANCE, self.within_chance < CHANCE
        turned = self.overall * self.within < 0 and (seen or kept)
        return (self.reversed and (seen or kept or self.uneven)) or turned or (self.uneven and seen != kept)


def mixes(groups: Sequence[Groups], a: int, b: int) -> tuple[Mix, ...]:
    """Version `b` against `a` within each column, those first where it makes a difference."""
    found = [mix for column in groups if (mix := _mix(column, a, b, len(groups))) is not None]
    return tuple(sorted(found, key=lambda mix: not mix.disagrees))


def _mix(column: Groups, a: int, b: int, columns: int) -> Mix | None:
    cells = [(row[a], row[b], label) for row, label in zip(column.versions, column.labels, strict=True)]
    both = [
        (one, two, label) for one, two, label in cells if one is not None and two is not None and min(one.n, two.n) > 1
    ]
    if len(both) < 2 or sum(one.n + two.n for one, two, _ in both) < FEWEST_IN_GROUP * len(both):
        return None
    sizes = np.array([[one.n, two.n] for one, two, _ in both], float)
    people = sizes.sum(axis=1)
    values = np.array([[_value(one), _value(two)] for one, two, _ in both])
    spreads = np.array([_spread(one) + _spread(two) for one, two, _ in both])
    differences = values[:, 1] - values[:, 0]
    weights = people / people.sum()
    within = float(weights @ differences)
    error = math.sqrt(float(weights**2 @ spreads))
    sums = (sizes * values).sum(axis=0) / sizes.sum(axis=0)
    overall = float(sums[1] - sums[0])
    whole = [reduce(together, side) for side in ([one for one, _, _ in both], [two for _, two, _ in both])]
    told = [(one, two) for one, two, _ in both if isinstance(one, Share) and isinstance(two, Share)]
    pooled = mantel_haenszel(told) if told else None
    against = bool((overall > 0 and differences.max() < 0) or (overall < 0 and differences.min() > 0))
    return Mix(
        header=column.header,
        labels=tuple(label for *_, label in both),
        pairs=tuple((float(one), float(two)) for one, two in values),
        overall=overall,
        overall_chance=_normal(overall, math.sqrt(_spread(whole[0]) + _spread(whole[1]))),
        within=within,
        within_chance=pooled.chance if pooled else _normal(within, error),
        uneven=_uneven(sizes) < ALARM / columns,
        reversed=against,
        odds_ratio=pooled.odds_ratio if pooled else None,
    )


def _value(seen: Share | Money) -> float:
    return seen.rate if isinstance(seen, Share) else seen.mean


def _spread(seen: Share | Money) -> float:
    """The squared standard error; of a share with one more of each, so that no group of equals seems certain."""
    if isinstance(seen, Share):
        rate = (seen.successes + 1) / (seen.n + 2)
        return rate * (1 - rate) / seen.n
    return seen.variance / seen.n


def _normal(difference: float, error: float) -> float:
    return math.erfc(abs(difference) / error / math.sqrt(2)) if error > 0 else 1.0


def _uneven(sizes: Floats) -> float:
    """Pearson's chi-square: the chance that people of all groups were split alike."""
    from scipy.special import chdtrc

    expected = sizes.sum(axis=1, keepdims=True) * sizes.sum(axis=0) / sizes.sum()
    chi2 = float(((sizes - expected) ** 2 / expected).sum())
    return float(chdtrc(len(sizes) - 1, chi2))
