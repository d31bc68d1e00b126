"""How much likelier people order because they were written to: assumed, until the shop's own trials tell."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from random import Random

from analytics.proportions import Interval
from analytics.samples import Share

ASSUMED = Interval(1.1, 1.3)
"""By this much a message multiplies the odds of an order, as likely as not: careful, and nobody's measurement."""
QUARTILE = 0.674490
"""Standard deviations from the middle of a normal distribution to its quartiles."""


@dataclass(frozen=True)
class Uplift:
    """What is believed of the odds ratio, with a message to without: its logarithm is normal with this `mean`.

    `trials` of the shop's own have a part in it; without any it is the assumption.
    """

    mean: float
    deviation: float
    trials: int = 0

    @property
    def odds(self) -> Interval:
        """The middle half of what the odds ratio may be."""
        half = QUARTILE * self.deviation
        return Interval(math.exp(self.mean - half), math.exp(self.mean + half))

    def drawn(self, what: str, day: date) -> float:
        """One odds ratio by lot (Thompson 1933): the same all day for the same thing, another tomorrow.

        What was never tried stands at the assumption, which is hopeful: nothing has to be drawn for it to get its turn.
        """
        if not self.trials:
            return math.exp(self.mean)
        return math.exp(Random(f"{day.isoformat()} {what}").gauss(self.mean, self.deviation))  # noqa: S311 - no secret


def learnt(trials: Iterable[tuple[Share, Share]]) -> Uplift:
    """The assumption, drawn towards what trials of one kind showed, each a pair of (holdout, message).

    Normal prior and likelihood of the log odds ratio, weighted by precision; its variance is Woolf's (1955) with half a
    person added to every cell (Haldane 1956).
    """
    low, high = math.log(ASSUMED.low), math.log(ASSUMED.high)
    precision = ((high - low) / 2 / QUARTILE) ** -2
    weighted, number = (low + high) / 2 * precision, 0
    for holdout, message in trials:
        cells = [count + 0.5 for count in (message.successes, message.failures, holdout.successes, holdout.failures)]
        ratio = math.log(cells[0] * cells[3] / (cells[1] * cells[2]))
        weight = 1 / sum(1 / cell for cell in cells)
        precision, weighted, number = precision + weight, weighted + weight * ratio, number + 1
    return Uplift(weighted / precision, precision**-0.5, number)
