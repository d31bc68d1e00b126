"""The same message tried again and again on the same group, each time with some held back: what the tests say together.

The owner goes on while nothing is proven, so the evidence is of the kind that may be looked at after every test
(`anytime.joint_evidence`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.anytime import joint_evidence
from analytics.readout import CHANCE, Code, Reading
from analytics.samples import Share


@dataclass(frozen=True)
class Together:
    """Tests of these `numbers`, the first one first: what those held back did, and those written to, all in all.

    The `verdict` holds however many more tests follow.
    """

    numbers: tuple[int, ...]
    held: Share
    written: Share
    verdict: Code

    @property
    def others(self) -> tuple[int, ...]:
        """All but the latest."""
        return self.numbers[:-1]


def together(readings: Sequence[Reading]) -> Together | None:
    """What these tests with a holdout say; None of fewer than two."""
    if len(readings) < 2:
        return None
    pairs = [(reading.control.share, reading.messages) for reading in readings]
    # Differences are weighed as by Mantel and Haenszel, so that tests that held back more or fewer can be added.
    more = sum((sent.rate - held.rate) * held.n * sent.n / (held.n + sent.n) for held, sent in pairs)
    proven = joint_evidence(pairs) >= -math.log(CHANCE)
    return Together(
        numbers=tuple(reading.number for reading in readings),
        held=Share(sum(held.n for held, _ in pairs), sum(held.successes for held, _ in pairs)),
        written=Share(sum(sent.n for _, sent in pairs), sum(sent.successes for _, sent in pairs)),
        verdict="no_sign" if not proven else "worked" if more > 0 else "harmed",
    )
