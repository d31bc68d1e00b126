"""How many people a plan needs, and what the people at hand can show: two-sided, two versions.

One look, unless it says `looking`. `ratio` is people in B per one in A; numbers of people are A's. Fleiss, Levin & Paik
(2003), chapter 4, for shares; the normal formula with its t correction for money.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from analytics.anytime import FEWEST_PEOPLE, asymptotic, log_evidences
from analytics.proportions import SMALL
from analytics.samples import MOST

POWER = 0.8
CHANCE = 0.05


def people_for_shares(
    one: float, two: float, *, power: float = POWER, chance: float = CHANCE, ratio: float = 1.0
) -> int:
    """People in A to tell the rates `one` and `two` apart: Fleiss's pooled formula, without correction."""
    if one == two or not (0 <= one <= 1 and 0 <= two <= 1):
        raise ValueError("two different rates between 0 and 1")
    pooled = (one + ratio * two) / (1 + ratio)
    null = _z(1 - chance / 2) * math.sqrt((1 + 1 / ratio) * pooled * (1 - pooled))
    real = _z(power) * math.sqrt(one * (1 - one) + two * (1 - two) / ratio)
    return _whole(((null + real) / (two - one)) ** 2)


def people_to_plan(one: float, two: float, *, power: float = POWER, chance: float = CHANCE, ratio: float = 1.0) -> int:
    """The same for a look that is read by Fisher's exact test where fewer than five are expected somewhere.

    Such plans have the continuity correction, which stands for that test (Casagrande, Pike & Smith 1978; Fleiss).
    """
    people = people_for_shares(one, two, power=power, chance=chance, ratio=ratio)
    pooled = (one + ratio * two) / (1 + ratio)
    if min(1.0, ratio) * people * min(pooled, 1 - pooled) >= SMALL:
        return people
    return _whole(people / 4 * (1 + math.sqrt(1 + 2 * (1 + ratio) / (people * ratio * abs(two - one)))) ** 2)


def people_looking(one: float, two: float, *, power: float = POWER, chance: float = CHANCE) -> int | None:
    """People in each version by whom a reading that holds at every look (`anytime.look`) has decided; None above MOST.

    The power is that of the look at just so many people: earlier looks add to it. Half of all tests are decided by the
    number for a power of one half. Found where the rates of an unlucky test, each `power`'s quantile of the difference
    nearer to the other, still have the evidence.
    """
    spread, unlucky = math.sqrt(one * (1 - one) + two * (1 - two)), math.copysign(_z(power) / 2, two - one)

    def decided(people: int) -> bool:
        nearer = unlucky * spread / math.sqrt(people)
        low, high = (min(max(rate, 0.0), 1.0) for rate in (one + nearer, two - nearer))
        table = people * np.array([[low, 1 - low, high, 1 - high]])
        return (high - low) * (two - one) > 0 and float(log_evidences(table)[0]) >= -math.log(chance)

    return _fewest(decided, people_for_shares(one, two, power=0.5, chance=chance))


def people_by_baseline(one: float, two: float, *, power: float = POWER, chance: float = CHANCE) -> int:
    """The formula of Evan Miller's calculator: under no difference both have A's variance. Smaller for rates that rise."""
    null = _z(1 - chance / 2) * math.sqrt(2 * one * (1 - one))
    real = _z(power) * math.sqrt(one * (1 - one) + two * (1 - two))
    return _whole(((null + real) / (two - one)) ** 2)


def power_of_shares(one: float, two: float, people: float, *, chance: float = CHANCE, ratio: float = 1.0) -> float:
    """The power with so many people in A, by the same formula."""
    from scipy.special import ndtr

    pooled = (one + ratio * two) / (1 + ratio)
    null = _z(1 - chance / 2) * math.sqrt((1 + 1 / ratio) * pooled * (1 - pooled))
    real = math.sqrt(one * (1 - one) + two * (1 - two) / ratio)
    return float(ndtr((abs(two - one) * math.sqrt(people) - null) / real))


def smallest_difference(
    base: float, people: int, *, power: float = POWER, chance: float = CHANCE, ratio: float = 1.0
) -> float | None:
    """The smallest rise over `base` that so many people in A show with this power; None where not even to 100%."""
    low, high = 0.0, 1 - base
    if not high or people_to_plan(base, 1.0, power=power, chance=chance, ratio=ratio) > people:
        return None
    for _ in range(60):
        middle = (low + high) / 2
        if (
            base + middle == base
            or people_to_plan(base, base + middle, power=power, chance=chance, ratio=ratio) > people
        ):
            low = middle
        else:
            high = middle
    return high


def people_for_money(
    difference: float, deviation: float, *, power: float = POWER, chance: float = CHANCE, ratio: float = 1.0
) -> int:
    """People in A to see a `difference` of means, each person's amount having this `deviation`.

    (1 + 1 / ratio) (z + z)^2 deviation^2 / difference^2, and z^2 / 4 more because the deviation is estimated (Guenther
    1981).
    """
    if difference == 0 or deviation < 0:
        raise ValueError("a difference, and a deviation of 0 or more")
    sides = _z(1 - chance / 2)
    people = (1 + 1 / ratio) * ((sides + _z(power)) * deviation / difference) ** 2
    return max(_whole(people + sides**2 / 4), 2)


def smallest_money(
    deviation: float, people: int, *, power: float = POWER, chance: float = CHANCE, ratio: float = 1.0
) -> float:
    """The smallest difference of means that so many people in A show with this power; the inverse of the above."""
    sides = _z(1 - chance / 2)
    if people <= sides**2 / 4:
        return math.inf
    return (sides + _z(power)) * deviation * math.sqrt((1 + 1 / ratio) / (people - sides**2 / 4))


def people_looking_at_money(
    difference: float, deviation: float, *, power: float = POWER, chance: float = CHANCE
) -> int | None:
    """The same as `people_looking` for means of money, by `anytime.asymptotic`; its least number at least."""

    def decided(people: int) -> bool:
        unlucky = abs(difference) - _z(power) * deviation * math.sqrt(2 / people)
        return people >= FEWEST_PEOPLE and asymptotic(unlucky, 2 * deviation**2 / people, 2 * people, chance).low > 0

    return _fewest(decided, max(people_for_money(difference, deviation, power=0.5, chance=chance), FEWEST_PEOPLE))


def _fewest(decided: Callable[[int], bool], start: int) -> int | None:
    """The fewest people who decide: by doubling, then halving; None where there would have to be more than MOST."""
    low, high = 0, start
    while high <= MOST and not decided(high):
        low, high = high, 2 * high
    if high > MOST:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if decided(middle) else (middle, high)
    return high


def _z(chance: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(chance))


def _whole(people: float) -> int:
    return math.ceil(people - 1e-9)
