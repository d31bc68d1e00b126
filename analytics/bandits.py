"""Which version the next people get, while earning: UCB1 and Thompson sampling for yes-no rewards.

Arrays are (..., arms): many shops may be played at once. Only answers that are in are counted; who may still buy is not
a failure. After a bandit no ordinary test is right: what can be said is where people were sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.bayes import UNIFORM, Belief, believe_counts, weak_prior
from analytics.proportions import Interval, chance_of, mantel_haenszel
from analytics.samples import Floats, Share

FLOOR = 0.1
WORTH = 1.0
FEWEST_BATCHES = 4
ALARM = 0.002


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


@dataclass(frozen=True)
class Drift:
    """The rate of the `recent` last batches beside `before`, of one arm by its number or, if None, of all of them."""

    arm: int | None
    before: float
    now: float
    recent: int


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
    prior: tuple[float, float] | None = None,
) -> Batch:
    """The next `batch` of people, each version by its chance to be the best: what Thompson sampling does on average.

    No version gets less than the `floor` part, so that a change is still seen, until the test stops: then the leader gets
    all. `left` are the people who are still to come, this batch included (the batch, if None). Where no `prior` is given it
    is the `weak_prior` of all arms together: a flat one would take an arm that nobody has seen for a wonder.
    """
    won, tried = np.asarray(successes), np.asarray(pulls)
    if np.any(won < 0) or np.any(won > tried):
        raise ValueError("more successes than people")
    if prior is None:
        prior = weak_prior(Share(int(tried.sum()), int(won.sum()))) if tried.any() else UNIFORM
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


def likely(successes: int, pulls: int) -> Interval:
    """Where an arm's rate lies with 95%: the middle of its Beta posterior, flat beforehand; from 0 (to 1) where none (all) did.

    Unlike a confidence interval it means the same after people were sent where it looked better. The `weak_prior` would
    pull the arms together, so that one of few people would lie outside of its own interval.
    """
    from scipy.special import betaincinv

    low = 0.0 if not successes else 0.025 if successes < pulls else 0.05
    high = 1.0 if successes == pulls else 0.975 if successes else 0.95
    ends = betaincinv(UNIFORM[0] + successes, UNIFORM[1] + pulls - successes, (low, high))
    return Interval(*map(float, ends))


def drift(successes: npt.ArrayLike, pulls: npt.ArrayLike) -> Drift | None:
    """Whether the last third of the batches (rows; at least two) differs beyond chance from those before.

    Each arm is tested by itself, and all together within arms (Mantel & Haenszel 1959), so that sending people elsewhere
    is no change. `ALARM` is shared out by Bonferroni. It is small because one looks after every batch: over a whole
    campaign of 30 batches a false alarm is rarer than 1 in 20 (simulated).
    """
    won, tried = np.asarray(successes, int), np.asarray(pulls, int)
    if len(tried) < FEWEST_BATCHES:
        return None
    recent = max(len(tried) // 3, 2)
    sums = (part.sum(axis=0).tolist() for part in (tried[:-recent], won[:-recent], tried[-recent:], won[-recent:]))
    pairs = {
        arm: (Share(n, did), Share(later, then))
        for arm, (n, did, later, then) in enumerate(zip(*sums, strict=True))
        if n and later
    }
    if not pairs:
        return None
    chances: dict[int | None, float] = {arm: chance_of(*pair) for arm, pair in pairs.items()}
    if len(pairs) > 1:
        chances[None] = mantel_haenszel(list(pairs.values())).chance
    found = min(chances, key=chances.__getitem__)
    if chances[found] * len(chances) >= ALARM:
        return None
    told = list(pairs.values()) if found is None else [pairs[found]]
    # Weighed alike before and now, as in the test, or else sending people elsewhere would look like a change.
    weights = [one.n * two.n / (one.n + two.n) for one, two in told]
    before, now = (float(np.average([pair[side].rate for pair in told], weights=weights)) for side in (0, 1))
    return Drift(found, before, now, recent)


def _whole(parts: Floats, total: int) -> tuple[int, ...]:
    """Whole numbers that add to `total`, by the largest remainders."""
    people = np.floor(parts + 1e-9).astype(int)
    rest = np.argsort(people - parts, kind="stable")[: total - int(people.sum())]
    people[rest] += 1
    return tuple(people.tolist())
