"""A trial as its page shows it, before it is sent and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from analytics.dataset import Shop
from analytics.readout import Reading, read_out
from analytics.trials import HOLDOUT, Trial, subject


@dataclass(frozen=True)
class Shown:
    """How many people each version has, and what came of the trial (None: not sent yet).

    `number` is 0 until it is kept; the other fields are the trial's.
    """

    number: int
    kind: str
    segment: str
    sizes: tuple[tuple[str, int], ...]
    left_out: Mapping[str, int]
    made: date
    sent: date | None
    days: int
    seed: int
    today: date | None
    reading: Reading | None

    @property
    def subject(self) -> str:
        """The code of the name that the trial goes by."""
        return subject(self.kind, self.segment)

    def of(self, version: str) -> int:
        """How many people that version has."""
        return dict(self.sizes)[version]

    @property
    def people(self) -> int:
        return sum(people for _, people in self.sizes)

    @property
    def messages(self) -> tuple[tuple[int, str, int], ...]:
        """The versions that somebody gets: place, name and people."""
        return tuple((at, name, people) for at, (name, people) in enumerate(self.sizes) if name != HOLDOUT)

    @property
    def held(self) -> int:
        """People who get nothing."""
        return sum(people for name, people in self.sizes if name == HOLDOUT)


def shown(trial: Trial, shop: Shop, today: date | None) -> Shown:
    """A trial for its page."""
    return Shown(
        number=trial.number,
        kind=trial.kind,
        segment=trial.segment,
        sizes=tuple(trial.sizes().items()),
        left_out=trial.left_out,
        made=trial.made,
        sent=trial.sent,
        days=trial.days,
        seed=trial.seed,
        today=today,
        reading=None if trial.sent is None else read_out(trial, shop, today),
    )
