"""The diary of a bandit: which versions are in play, who was sent what, and what came of it.

It is a list of steps that only grows, or loses its last one; every figure is a sum over it, so batches may be told in any
order. It travels as JSON.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Literal, get_args

from analytics.bandits import WORTH
from analytics.samples import MOST, Impossible

FORM = 1
MOST_VERSIONS = 8
"""With more, a tenth of the people for each would leave nothing to divide."""

Kind = Literal["sent", "answered", "unsent"]


@dataclass(frozen=True)
class Step:
    """What happened on a `day` (None: not known) to how many `people` of each version.

    They were `sent` it; have `answered`, so many `did` it, the others will not any more; or were not sent it after all.
    Raises ValueError for what cannot be.
    """

    kind: Kind
    day: date | None
    people: Mapping[str, int]
    did: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind) or not all(name and 0 < n <= MOST for name, n in self.people.items()):
            raise ValueError("no such step")
        if any(not 0 <= k <= self.people.get(version, 0) for version, k in self.did.items()):
            raise ValueError("more successes than people")

    @property
    def total(self) -> int:
        return sum(self.people.values())


@dataclass(frozen=True)
class Sends:
    """A bandit as it stands: `versions` in play, `steps` so far.

    `audience` is how many people there are in all, reached and to come (None: not said); fewer successes than `worth` are
    not worth testing for. `before` is what a new start has put aside. Raises Impossible for more people than there are.
    """

    versions: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    audience: int | None = None
    worth: float = WORTH
    before: Sends | None = None

    def __post_init__(self) -> None:
        if self.reached > MOST:
            raise Impossible("too_many")

    @property
    def answers(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.kind == "answered")

    @property
    def known(self) -> tuple[str, ...]:
        """The versions in play, and behind them those that were."""
        return tuple(dict.fromkeys((*self.versions, *(name for step in self.steps for name in step.people))))

    def share(self, version: str) -> tuple[int, int]:
        """Of so many people whose answers are in, so many did it."""
        steps = self.answers
        return sum(step.people.get(version, 0) for step in steps), sum(step.did.get(version, 0) for step in steps)

    @property
    def out(self) -> Counter[str]:
        """Who was sent a version and has not answered; answers of people that no batch was made for are of others."""
        waiting: Counter[str] = Counter()
        for step in self.steps:
            if step.kind == "sent":
                waiting.update(step.people)
            else:
                waiting -= Counter(step.people)
        return waiting

    @property
    def reached(self) -> int:
        """All who were sent something."""
        return sum(step.total for step in self.answers) + self.out.total()

    @property
    def left(self) -> int | None:
        """How many people are still to come; None where that was not said."""
        return None if self.audience is None else max(self.audience - self.reached, 0)

    @property
    def usual(self) -> int | None:
        """How many people the last batch had; None before the first."""
        return next((step.total for step in reversed(self.steps) if step.kind == "sent"), None)

    def with_left(self, people: int) -> Sends:
        return replace(self, audience=self.reached + people)

    def then(self, step: Step) -> Sends:
        return replace(self, steps=(*self.steps, step))

    def undone(self) -> Sends:
        """Without the last step; where there is none, as it was before the new start."""
        return replace(self, steps=self.steps[:-1]) if self.steps else (self.before or self)

    def anew(self, versions: tuple[str, ...]) -> Sends:
        """A new start that can be taken back, with the same worth."""
        before = replace(self, before=None) if self.steps else self.before
        return Sends(versions, worth=self.worth, before=before)


def dump(sends: Sends) -> str:
    """As JSON."""
    return json.dumps({"form": FORM, **asdict(sends)}, ensure_ascii=False, default=date.isoformat)


def load(text: str) -> Sends | None:
    """What `dump` wrote; None for anything else, such as an older form."""
    try:
        told = json.loads(text)
        return _sends(told) if told["form"] == FORM else None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None


def _sends(told: Any) -> Sends:
    versions = tuple(map(str, told["versions"]))
    if not 2 <= len(set(versions) - {""}) == len(versions) <= MOST_VERSIONS or not math.isfinite(told["worth"]):
        raise ValueError("no such versions")
    return Sends(
        versions,
        tuple(_step(step) for step in told["steps"]),
        None if told["audience"] is None else int(told["audience"]),
        float(told["worth"]),
        None if told["before"] is None else _sends(told["before"]),
    )


def _step(told: Any) -> Step:
    day = None if told["day"] is None else date.fromisoformat(told["day"])
    people, did = ({str(name): int(n) for name, n in told[key].items()} for key in ("people", "did"))
    return Step(told["kind"], day, people, did)
