"""What a test remembers of the people who saw one version: counts and sums, so that two half sheets add to the whole.

The idea is growthbook's sufficient statistics (`packages/stats`): typed totals and uploaded rows reach the same test.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MOST = 1_000_000_000
Fault = Literal["nobody", "too_many", "not_whole", "negative", "not_a_number", "more_than_people", "no_such_spread"]


class Impossible(ValueError):
    """These numbers cannot have been counted; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True)
class Share:
    """Of `n` people, `successes` did it. Raises `Impossible`."""

    n: int
    successes: int

    def __post_init__(self) -> None:
        n, successes = _people(self.n), _count(self.successes)
        if successes > n:
            raise Impossible("more_than_people")
        object.__setattr__(self, "n", n)
        object.__setattr__(self, "successes", successes)

    def __add__(self, other: Share) -> Share:
        return Share(self.n + other.n, self.successes + other.successes)

    @property
    def rate(self) -> float:
        return self.successes / self.n

    @property
    def failures(self) -> int:
        return self.n - self.successes

    @classmethod
    def of(cls, outcomes: npt.ArrayLike) -> Share:
        """The share of rows, one per person, each 0 or 1 or a truth value."""
        told = np.asarray(outcomes, float)
        if not np.isfinite(told).all():
            raise Impossible("not_a_number")
        if not np.isin(told, (0, 1)).all():
            raise Impossible("not_whole")
        return cls(len(told), int(told.sum()))


@dataclass(frozen=True)
class Money:
    """Of `n` people: the `total` of what each brought (refunds are negative), and the total of its `squares`.

    Raises `Impossible`. Sums, not means: they add exactly up to rounding.
    """

    n: int
    total: float
    squares: float

    def __post_init__(self) -> None:
        n = _people(self.n)
        if not (math.isfinite(self.total) and math.isfinite(self.squares)):
            raise Impossible("not_a_number")
        # By Cauchy and Schwarz the squares are at least the squared total over n.
        if self.squares < self.total * (self.total / n) * (1 - 1e-9):
            raise Impossible("no_such_spread")
        object.__setattr__(self, "n", n)

    def __add__(self, other: Money) -> Money:
        return Money(self.n + other.n, self.total + other.total, self.squares + other.squares)

    @property
    def mean(self) -> float:
        return self.total / self.n

    @property
    def variance(self) -> float:
        """The unbiased one; 0 for a single person."""
        if self.n < 2:
            return 0.0
        around = self.squares - self.total * (self.total / self.n)
        # What is left of equal amounts after subtraction is rounding.
        return around / (self.n - 1) if around > 1e-13 * self.squares else 0.0

    @property
    def deviation(self) -> float:
        return math.sqrt(self.variance)

    @property
    def effective(self) -> float:
        """How many people who all brought the same would tell the mean as well (Kish 1965): total^2 / squares.

        Never more than those who brought anything; a few large amounts count for a few. The standard error of the mean is
        about the mean over its root.
        """
        return self.total * (self.total / self.squares) if self.squares > 0 else 0.0

    @classmethod
    def of(cls, amounts: npt.ArrayLike) -> Money:
        """From rows, one amount per person, 0 for who bought nothing."""
        told = np.asarray(amounts, float)
        if not np.isfinite(told).all():
            raise Impossible("not_a_number")
        return cls(len(told), math.fsum(told), math.fsum(told * told))

    @classmethod
    def typed(cls, n: float, mean: float, deviation: float) -> Money:
        """From a mean and the sample standard deviation (n - 1 below the line)."""
        people = _people(n)
        if not (math.isfinite(mean) and math.isfinite(deviation)):
            raise Impossible("not_a_number")
        if deviation < 0:
            raise Impossible("negative")
        return cls(people, people * mean, (people - 1) * deviation**2 + people * mean**2)


def _count(number: float) -> int:
    if not math.isfinite(number):
        raise Impossible("not_a_number")
    if number < 0:
        raise Impossible("negative")
    if number != int(number):
        raise Impossible("not_whole")
    return int(number)


def _people(number: float) -> int:
    people = _count(number)
    if not people:
        raise Impossible("nobody")
    if people > MOST:
        raise Impossible("too_many")
    return people
