"""Carries out what the owner says to a bandit: a diary and an order in, the diary after it and the next division out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from analytics import bandits
from analytics.errors import UnclearBandit
from analytics.samples import MOST, Impossible
from analytics.sends import MOST_VERSIONS, Sends, Step
from analytics.typed_sends import Order

AUDIENCE = 1000
"""How many people are reckoned still to come where the owner has not said."""
USUAL_BATCH = 100

Act = Literal[
    "shown",
    "told",
    "begun",
    "confirm",
    "planned",
    "counted",
    "undone",
    "outdated",
    "unsent",
    "added",
    "dropped",
    "ended",
]


@dataclass(frozen=True)
class Done:
    """What was done and the diary after it; `division` is that of a `batch` of people, the one just planned or the next.

    `left` people were still to come before it. `step` was added or taken back, `instead` is one that it replaces.
    """

    act: Act
    sends: Sends
    batch: int
    left: int
    division: bandits.Batch
    step: Step | None = None
    instead: Step | None = None


def carry_out(sends: Sends | None, order: Order, day: date | None) -> Done:
    """Do it, on that day; without a diary the order names the versions of a new one. Raises UnclearBandit."""
    if sends is None:
        sends = Sends(order.names)
    elif order.verb == "start" and sends.steps:
        return _stands("confirm", sends)
    if order.worth is not None:
        sends = replace(sends, worth=order.worth)
    try:
        if order.verb == "next":
            return _planned(_with_left(sends, order), order, day)
        act, after, step = _kept(sends, order, day)
    except Impossible as fault:
        raise UnclearBandit(fault.fault, versions=sends.known) from fault
    return replace(_stands(act, _with_left(after, order)), step=step)


def _with_left(sends: Sends, order: Order) -> Sends:
    return sends if order.left is None else sends.with_left(order.left)


def _stands(act: Act, sends: Sends) -> Done:
    batch = min(sends.usual or USUAL_BATCH, sends.left or MOST)
    return Done(act, sends, batch, _left(sends, batch), _division(sends, batch))


def _planned(sends: Sends, order: Order, day: date | None) -> Done:
    """A batch that was planned on the same day is planned anew, unless there is to be another one `also`."""
    last = sends.steps[-1] if sends.steps else None
    instead = last if last is not None and (last.kind, last.day) == ("sent", day) and not order.also else None
    batch = order.number or sends.usual or USUAL_BATCH
    before = sends if instead is None else sends.undone()
    division = _division(before, batch)
    people = {name: n for name, n in zip(before.versions, division.people, strict=True) if n}
    step = Step("sent", day, people)
    repeated = None if instead == step else instead
    return Done("planned", before.then(step), batch, _left(before, batch), division, step, repeated)


def _left(sends: Sends, batch: int) -> int:
    return max(AUDIENCE if sends.left is None else sends.left, batch)


def _division(sends: Sends, batch: int) -> bandits.Batch:
    people, did = zip(*(sends.share(version) for version in sends.versions), strict=True)
    # Who knows nothing yet has not finished, however few people there are.
    worth = sends.worth if any(people) else 0.0
    return bandits.divide(did, people, batch, left=_left(sends, batch), worth=worth)


def _kept(sends: Sends, order: Order, day: date | None) -> tuple[Act, Sends, Step | None]:
    """What was done, the diary after it, and the step that was added or taken back."""
    match order.verb:
        case "start" | "fresh":
            return "begun", sends.anew(order.names or sends.versions), None
        case "answers":
            people = {name: share.n for name, share in order.shares.items()}
            step = Step("answered", day, people, {name: share.successes for name, share in order.shares.items()})
            return "counted", sends.then(step), step
        case "undo" | "unsent":
            return _taken_back(sends, order, day)
        case "add":
            return "added", _with(sends, order.names[0]), None
        case "drop":
            return "dropped", _without(sends, order.names[0]), None
        case "stop":
            # Nothing goes on by itself: to end is to choose.
            return "ended", sends, None
    return ("shown" if order.left is None and order.worth is None else "told"), sends, None


def _taken_back(sends: Sends, order: Order, day: date | None) -> tuple[Act, Sends, Step | None]:
    """The last step, or what is out; a key of an older message, which knows of fewer steps, does nothing."""
    if order.number not in (None, len(sends.steps)):
        return "outdated", sends, None
    if order.verb == "unsent" and sends.out:
        step = Step("unsent", day, dict(sends.out))
        return "unsent", sends.then(step), step
    if order.verb == "undo" and (sends.steps or sends.before):
        return "undone", sends.undone(), sends.steps[-1] if sends.steps else None
    return "outdated", sends, None


def _with(sends: Sends, name: str) -> Sends:
    """With one more version, or one that was dropped in play again."""
    called = {known.casefold(): known for known in sends.known}.get(name.casefold(), name)
    if called in sends.versions:
        raise UnclearBandit("twice", called, sends.versions)
    if len(sends.versions) == MOST_VERSIONS:
        raise UnclearBandit("versions", versions=sends.versions)
    return replace(sends, versions=(*sends.versions, called))


def _without(sends: Sends, name: str) -> Sends:
    kept = tuple(version for version in sends.versions if version.casefold() != name.casefold())
    if kept == sends.versions:
        raise UnclearBandit("unknown", name, sends.versions)
    if len(kept) < 2:
        raise UnclearBandit("last", name, sends.versions)
    return replace(sends, versions=kept)
