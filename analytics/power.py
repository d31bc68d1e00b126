"""How many people a plan needs, and what the people at hand can show: one look, two-sided, two versions.

`ratio` is people in B per one in A; numbers of people are A's. Fleiss, Levin & Paik (2003), chapter 4, for shares;
the normal formula with its t correction for money.
"""

from __future__ import annotations

import math

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
    if not high or power_of_shares(base, 1 - 1e-12, people, chance=chance, ratio=ratio) < power:
        return None
    for _ in range(60):
        middle = (low + high) / 2
        if power_of_shares(base, base + middle, people, chance=chance, ratio=ratio) < power:
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


def _z(chance: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(chance))


def _whole(people: float) -> int:
    return math.ceil(people - 1e-9)
