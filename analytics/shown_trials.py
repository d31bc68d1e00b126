"""A trial as its page shows it, before it is sent and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from analytics.dataset import Shop
from analytics.readout import Reading, read_out
from analytics.repeats import Together, together
from analytics.trials import CUSTOMER, HOLDOUT, SPLIT, Trial, subject
from analytics.typed_splits import ALL

LONGEST_BUTTON = 48
WORTH_LEAVING = 20
"""So many others must stay where some are left out."""


@dataclass(frozen=True)
class Clash:
    """So many `people` of a trial are in others as well that are not over, most of them in that of this `number`.

    It is decided on the day `decides`; None: it was not sent yet.
    """

    number: int
    people: int
    decides: date | None


@dataclass(frozen=True)
class Shown:
    """How many people each version has, and what came of the trial (None: not sent yet).

    `number` is 0 until it is kept; `clash` is with others that are not over, while this one is not sent; `together` is, where
    it shows nothing alone, what it says with the earlier ones of its kind on this group (None: there are none); the other
    fields are the trial's.
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
    clash: Clash | None = None
    together: Together | None = None

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

    @property
    def separable(self) -> bool:
        """Whether enough people would stay without those who are in other trials."""
        return self.clash is not None and self.people - self.clash.people >= WORTH_LEAVING

    @property
    def again(self) -> str:
        """The words that try the same on this group anew; of a play, those that show it."""
        return self._words(self.segment) if self.kind == SPLIT else f"campaigns play {self.kind}"

    @property
    def wider(self) -> str | None:
        """The words that try the same on everybody; None where it was, as no group is larger."""
        return None if self.segment == ALL else self._words(ALL)

    def _words(self, group: str) -> str:
        held = ["holdout", f"{max(round(100 * self.held / self.people), 1)}%"] if self.held else []
        words = " ".join([SPLIT, group, *(name for _, name, _ in self.messages), *held])
        return words if len(words.encode()) <= LONGEST_BUTTON else SPLIT


def shown(trial: Trial, shop: Shop, today: date | None) -> Shown:
    """A trial for its page."""
    reading = None if trial.sent is None else read_out(trial, shop, today)
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
        reading=reading,
        together=_together(trial, reading, shop, today)
        if reading is not None and reading.verdict == "no_sign"
        else None,
        clash=_clash(trial, shop, today),
    )


def elsewhere(trial: Trial, shop: Shop, today: date | None) -> list[tuple[Trial, frozenset[str]]]:
    """The others that are not over and have people of this trial, each with these people's keys."""
    own = frozenset(trial.assigned()[CUSTOMER].to_pylist())
    others = [other for other in shop.trials if other.number != trial.number and not _over(other, today)]
    found = [(other, own.intersection(other.assigned()[CUSTOMER].to_pylist())) for other in others]
    return [(other, people) for other, people in found if people]


def _clash(trial: Trial, shop: Shop, today: date | None) -> Clash | None:
    found = [] if trial.sent is not None else elsewhere(trial, shop, today)
    if not found:
        return None
    most, _ = max(found, key=lambda pair: (len(pair[1]), pair[0].number))
    decides = None if most.sent is None else most.sent + timedelta(days=most.days)
    return Clash(most.number, len(frozenset[str]().union(*(people for _, people in found))), decides)


def _together(trial: Trial, reading: Reading, shop: Shop, today: date | None) -> Together | None:
    alike = [
        old
        for old in shop.trials
        if old.sent is not None
        and old.number < trial.number
        and (old.kind, old.segment, old.off) == (trial.kind, trial.segment, trial.off)
        # Another message is another question: what it did says nothing of this one.
        and set(old.versions) == set(trial.versions)
    ]
    told = [*(read_out(old, shop, today) for old in alike), reading]
    return together([one for one in told if one.decided and one.holdout])


def _over(trial: Trial, today: date | None) -> bool:
    """Whether its days are over; an unsent trial's never are."""
    if trial.sent is None:
        return False
    return trial.result is not None or (today is not None and today >= trial.sent + timedelta(days=trial.days))
