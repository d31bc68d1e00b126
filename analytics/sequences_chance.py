"""Whether one product follows another by more than chance: against what other returning customers buy, basket for basket.

The unit is the day on which a customer bought something, from their second on: before that nothing can follow. A customer
is at risk of the first purchase of B on all of these days up to that purchase. Where purchases are independent, every
place in a basket is as likely to hold B whoever fills it, so that of D first purchases of B those by customers who had A
already are Binomial(D, π), π being the share of the places at risk that are theirs: the log-rank comparison (Mantel 1966)
on a clock that ticks with every place in a basket. Within strata of time and basket size it is a sum of hypergeometric
numbers, that is, of at most D independent indicators (Vatutin & Mikhailov 1982), whose upper tail is at most that of
Binomial(D, E / D) with the same mean E (Hoeffding 1956, theorem 5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.sequences_risk import Bools, Floats, Ints, Risk, ranges

FEWEST = 10
"""Customers; fewer are an anecdote."""
COUNTERS, TRIPLES = 1 << 21, 1 << 20
"""How many pairs of items are counted, and how many purchases are paired, at a time: some 100 MB."""


@dataclass(frozen=True)
class Candidates:
    """Ordered pairs that may be beyond chance, the strongest first, out of the `tried`.

    They come from counts over all times and sizes of baskets, where the chance is the square root of what it needs to be:
    a screen, which can only lose sequences. What is beyond chance `compare` decides.
    """

    first: Ints
    then: Ints
    tried: int


@dataclass(frozen=True)
class Pair:
    """One ordered pair, compared within strata: `support` against `expected`, out of `events` first purchases of `then`.

    `at`, `follower` and `happened` have one entry a customer who bought `first` and had not had `then`: positions of the
    days of buying of both, the latter where it happened. `chance` is not adjusted.
    """

    first: int
    then: int
    support: int
    other_way: int
    expected: float
    events: int
    chance: float
    at: Ints
    follower: Ints
    happened: Bools


def refills(risk: Risk, level: float, most: int) -> Candidates:
    """Items bought again by more customers than chance has it: second purchases against others' first ones."""
    second = risk.per_item(risk.again >= 0)
    events = risk.per_item(risk.returning) + second
    mine = np.bincount(risk.item, weights=risk.until_again, minlength=risk.items)
    others = float(risk.weight.sum()) - np.bincount(risk.item, weights=risk.rest, minlength=risk.items)
    # By margins only, which chance leaves as they are: so the number of comparisons does not depend on the luck.
    asked = (risk.per_item(risk.rest > 0) >= FEWEST) & (events >= FEWEST)
    shown = np.flatnonzero(asked & (second >= FEWEST))
    share = mine[shown] / (mine + others)[shown]
    return _strongest([_beyond(shown, shown, second[shown], events[shown], share)], int(asked.sum()), level, most)


def pairs(risk: Risk, level: float, most: int) -> Candidates:
    """Two items, the second bought for the first time by more of those who have the first than chance has it."""
    leads, events = risk.per_item(risk.rest > 0) >= FEWEST, risk.per_item(risk.returning)
    follows = events >= FEWEST
    tried = int(leads.sum()) * int(follows.sum()) - int((leads & follows).sum())
    after = np.bincount(risk.item, weights=risk.rest, minlength=risk.items)
    at_risk = np.maximum(float(risk.weight.sum()) - after, 1)
    found: list[Floats] = []
    items = np.flatnonzero(leads)
    step = max(1, COUNTERS // max(risk.items, 1))
    for begin in range(0, len(items), step):
        block = items[begin : begin + step]
        support, both = _counts(risk, block)
        row, then = np.nonzero((support >= FEWEST) & follows)
        share = (after[block][row] - both[row, then]) / at_risk[then]
        found.append(_beyond(block[row], then, support[row, then], events[then], share))
        if sum(map(len, found)) > COUNTERS:
            found = [_ordered(found)[:most]]
    return _strongest(found, tried, level, most)


def compare(risk: Risk, first: int, then: int) -> Pair:
    """One pair, compared only with baskets of the same time and size."""
    mine = risk.of(first)
    at, last, follower = risk.at[mine], risk.last[mine], risk.again[mine]
    other_way = 0
    if first != then:
        theirs = risk.of(then)
        where = np.minimum(np.searchsorted(risk.customer[theirs], risk.customer[mine]), len(theirs) - 1)
        has = risk.customer[theirs][where] == risk.customer[mine]
        follower = np.where(has, risk.at[theirs][where], -1)
        other_way = int((has & (follower < at)).sum())
        waiting = ~has | (follower > at)
        at, last, follower = at[waiting], last[waiting], follower[waiting]
    happened = follower >= 0
    exposed = risk.places(at, np.where(happened, follower, last))
    events, at_risk = risk.margin(then)
    if first == then:
        events = events + np.bincount(risk.stratum[follower[happened]], minlength=len(events))
        at_risk = at_risk + exposed
    comparable = exposed > 0
    expected = float((events[comparable] * exposed[comparable] / at_risk[comparable]).sum())
    support, trials = int(happened.sum()), int(events[comparable].sum())
    chance = float(tail(np.array([support]), np.array([trials]), np.array([expected / max(trials, 1)]))[0])
    return Pair(first, then, support, other_way, expected, trials, chance, at, follower, happened)


def tail(count: Ints | Floats, trials: Ints, share: Floats) -> Floats:
    """The chance of that many or more of so many trials; 1 where it is no more than the mean."""
    from scipy.special import betainc

    share = np.clip(share, 0, 1)
    upper = betainc(np.maximum(count, 1), trials - count + 1.0, share)
    return np.where(count > trials * share, upper, 1.0)


def holm(chances: Floats, tried: int) -> Floats:
    """The chances adjusted for all that were tried, of which these have the smallest (Holm 1979)."""
    order = np.argsort(chances, kind="stable")
    steps = np.maximum.accumulate(chances[order] * (tried - np.arange(len(chances))))
    adjusted = np.empty(len(chances))
    adjusted[order] = np.minimum(steps, 1)
    return adjusted


def times_chance(pair: Pair) -> tuple[float, float]:
    """How many times the others' rate it is (Peto et al. 1977, part II: O/E over O/E), and the lower 95 % limit of that.

    The limit is exact given the number of events (Clopper & Pearson 1934). Without any other buyer the rate is infinite.
    """
    from scipy.special import betaincinv

    others = pair.events - pair.support
    odds = (pair.events - pair.expected) / pair.expected
    low = float(betaincinv(pair.support, others + 1.0, 0.025))
    return pair.support / others * odds if others else np.inf, low / (1 - low) * odds


def _counts(risk: Risk, block: Ints) -> tuple[Floats, Floats]:
    """Customers who bought an item of the block and another on a later day, and places after both; (block, items) each."""
    size = len(block) * risk.items
    support, both = np.zeros(size), np.zeros(size)
    mine = ranges(risk.of_item[block], risk.of_item[block + 1])
    row = np.repeat(np.arange(len(block)) * risk.items, risk.of_item[block + 1] - risk.of_item[block])
    came_back = risk.rest[risk.by_item[mine]] > 0
    mine, row = risk.by_item[mine[came_back]], row[came_back]
    done = np.cumsum(risk.stop[mine] - risk.start[mine])
    begin = 0
    while begin < len(mine):
        end = max(int(np.searchsorted(done, (done[begin - 1] if begin else 0) + TRIPLES, side="right")), begin + 1)
        part = mine[begin:end]
        many = risk.stop[part] - risk.start[part]
        own, partner = np.repeat(part, many), ranges(risk.start[part], risk.stop[part])
        key = np.repeat(row[begin:end], many) + risk.item[partner]
        support += np.bincount(key[risk.at[partner] > risk.at[own]], minlength=size)
        both += np.bincount(key, weights=np.minimum(risk.rest[own], risk.rest[partner]), minlength=size)
        begin = end
    return support.reshape(len(block), -1), both.reshape(len(block), -1)


def _beyond(first: Ints, then: Ints, support: Ints | Floats, events: Ints, share: Floats) -> Floats:
    """Rows of first, then, chance and excess over the mean, of the pairs that exceed it."""
    excess = support - events * share
    table = np.column_stack([first, then, tail(support, events, share), excess]).astype(np.float64)
    return table[table[:, 3] > 0]


def _ordered(found: list[Floats]) -> Floats:
    table = np.concatenate([np.zeros((0, 4)), *found])
    return table[np.lexsort((-table[:, 3], table[:, 2]))]


def _strongest(found: list[Floats], tried: int, level: float, most: int) -> Candidates:
    table = _ordered(found)[:most]
    table = table[table[:, 2] <= np.sqrt(level / max(tried, 1))]
    return Candidates(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), tried)
