"""Which version the next people get, while earning: UCB1 and Thompson sampling for yes-no rewards.

Arrays are (..., arms): many shops may be played at once. Only answers that are in are counted; who may still buy is not
a failure. After a bandit no ordinary test is right: what can be said is where people were sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.bayes import UNIFORM, Belief, believe_counts
from analytics.samples import Floats

FLOOR = 0.1
WORTH = 1.0


@dataclass(frozen=True)
class Batch:
    """How many of the next people get each version, and whether dividing them is still worth it.

    `leader` is the version with the least expected loss; `at_stake` is how many successes of the `left` people
    choosing it now would cost on average. `stop` says that this is less than was named as worth while.
    """

    people: tuple[int, ...]
    belief: Belief
    leader: int
    at_stake: float
    stop: bool


def ucb1(successes: npt.ArrayLike, pulls: npt.ArrayLike) -> Floats:
    """The index mean + sqrt(2 ln t / n) (Auer, Cesa-Bianchi & Fischer 2002, figure 1); infinite for arms never pulled."""
    won, tried = np.asarray(successes, float), np.asarray(pulls, float)
    total = np.maximum(tried.sum(axis=-1, keepdims=True), 1)
    once = np.maximum(tried, 1)
    index: Floats = np.where(tried > 0, won / once + np.sqrt(2 * np.log(total) / once), np.inf)
    return index


def thompson(
    successes: npt.ArrayLike,
    pulls: npt.ArrayLike,
    random: np.random.Generator,
    prior: tuple[float, float] = UNIFORM,
) -> npt.NDArray[np.int64]:
    """The arm whose rate, drawn from its Beta posterior, is the highest (Thompson 1933): its number, one per shop."""
    won, tried = np.asarray(successes, float), np.asarray(pulls, float)
    chosen: npt.NDArray[np.int64] = random.beta(prior[0] + won, prior[1] + tried - won).argmax(axis=-1)
    return chosen


def divide(
    successes: Sequence[int],
    pulls: Sequence[int],
    batch: int,
    *,
    left: int | None = None,
    floor: float = FLOOR,
    worth: float = WORTH,
    prior: tuple[float, float] = UNIFORM,
) -> Batch:
    """The next `batch` of people, each version by its chance to be the best: what Thompson sampling does on average.

    No version gets less than the `floor` part, so that a change is still seen, until the test stops: then the leader gets
    all. `left` are the people who are still to come, this batch included (the batch, if None).
    """
    won, tried = np.asarray(successes), np.asarray(pulls)
    if np.any(won < 0) or np.any(won > tried):
        raise ValueError("more successes than people")
    belief = believe_counts(won, tried - won, prior)
    arms = len(belief.best)
    leader = int(np.argmin(belief.losses))
    at_stake = belief.losses[leader] * (batch if left is None else left)
    stop = at_stake < worth
    least = min(floor, 1 / arms)
    parts = least + (1 - arms * least) * np.asarray(belief.best)
    if stop:
        parts = np.eye(arms)[leader]
    return Batch(_whole(parts * batch, batch), belief, leader, at_stake, stop)


def _whole(parts: Floats, total: int) -> tuple[int, ...]:
    """Whole numbers that add to `total`, by the largest remainders."""
    people = np.floor(parts + 1e-9).astype(int)
    rest = np.argsort(people - parts, kind="stable")[: total - int(people.sum())]
    people[rest] += 1
    return tuple(people.tolist())
