"""Tests that are looked at again and again, by the verdicts that an owner would get."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from analytics.anytime import CHANCE, Look, joint_evidence, log_evidences, look, money_look
from analytics.power import people_looking, people_looking_at_money
from analytics.proportions import sample_ratio
from analytics.samples import Money, Share
from analytics.verdicts import Verdicts, judge_money, judge_shares
from benchmarks.bars import Bar, share

LIMIT = -math.log(CHANCE)
NEAR = math.log(5)
"""Looks with less evidence are far from any verdict: of those only some are read, to see that they have none."""

Step = tuple[int, ...]


def run(part: int) -> Iterator[Bar]:
    """With one run in `part`."""
    for at, rate in enumerate((0.03, 0.1, 0.5)):
        seen = totals((rate, rate), (25, 25), 40, 3000 // part, 101 + at, coin=True)
        yield share(
            "winners among equals, shares",
            f"{rate:.0%}, a look after every 50 people, 40 looks",
            101 + at,
            called(seen),
            len(seen),
            high=CHANCE,
        )
        seen = totals((rate, rate), (200, 200), 30, 5000 // part, 111 + at)
        yield share(
            "winners among equals, shares",
            f"{rate:.0%}, 200 a day and version, 30 looks",
            111 + at,
            called(seen),
            len(seen),
            high=CHANCE,
        )
        seen = totals((rate, rate), (25, 25), 40, 400 // part, 121 + at, coin=True)
        yield share(
            "the same, looks remembered", f"{rate:.0%}, 40 looks", 121 + at, remembered(seen), len(seen), high=CHANCE
        )
    seen = totals((0.1,) * 5, (50,) * 5, 30, 2000 // part, 131)
    yield share("winners among five equals", "10%, 30 looks", 131, called(seen), len(seen), high=CHANCE)
    seen = totals((0.1, 0.1), (10, 90), 60, 5000 // part, 132)
    yield share("winners among equals, 1:9", "10%, 60 looks", 132, called(seen, (1, 9)), len(seen), high=CHANCE)
    seen = maturing(0.1, 1000, 30, 5000 // part, 133)
    yield share(
        "all sent at once, orders still come in",
        "10% in the end, 1,000 a version, 30 looks",
        133,
        called(seen),
        len(seen),
        high=CHANCE,
    )
    seen = totals((0.1, 0.12), (200, 200), 30, 2000 // part, 134)
    yield share("power while looking, 10 to 12%", "6,000 a version, 30 looks", 134, called(seen), len(seen), low=0.65)
    yield from _planned(part)
    yield from _coverage(part)
    yield from _money(part)
    yield from _ratio(part)
    yield from _repeated(part)


def _repeated(part: int) -> Iterator[Bar]:
    """Small tests with some held back, one after the other until they prove something together."""
    runs = 2000 // part
    for at, (rate, lift) in enumerate(((0.05, 0.0), (0.3, 0.0), (0.1, 0.15))):
        random, found = np.random.default_rng(161 + at), 0
        for _ in range(runs):
            held, sent = random.binomial(20, rate, 10), random.binomial(80, rate + lift, 10)
            pairs = [(Share(20, int(one)), Share(80, int(two))) for one, two in zip(held, sent, strict=True)]
            found += any(joint_evidence(pairs[:many]) >= LIMIT for many in range(2, 11))
        what = "tests repeated until they show something"
        design = f"{rate:.0%}{f' to {rate + lift:.0%}' if lift else ''}, 20 of 100 held back, up to 10 times"
        if lift:
            yield share(f"{what}: power", design, 161 + at, found, runs, low=0.65)
        else:
            yield share(what, design, 161 + at, found, runs, high=CHANCE)


def totals(rates: Step | tuple[float, ...], step: Step, looks: int, runs: int, seed: int, *, coin: bool = False) -> Any:
    """People and successes so far (runs x looks x versions x 2): `step` people come to each version between two looks.

    With a `coin` each person goes to either of two versions by chance, else they are dealt out evenly.
    """
    random = np.random.default_rng(seed)
    people = np.broadcast_to(np.array(step), (runs, looks, len(step))).copy()
    if coin:
        people[..., 0] = random.binomial(sum(step), 0.5, (runs, looks))
        people[..., 1] = sum(step) - people[..., 0]
    return np.stack([people, random.binomial(people, rates)], -1).cumsum(axis=1)


def maturing(rate: float, people: int, looks: int, runs: int, seed: int) -> Any:
    """The same where all people are there from the start and buy one after the other."""
    random = np.random.default_rng(seed)
    daily = [random.multinomial(people, [rate / looks] * looks + [1 - rate], runs)[:, :looks] for _ in range(2)]
    bought = np.stack(daily, -1).cumsum(axis=1)
    return np.stack([np.full_like(bought, people), bought], -1)


def evidence(seen: Any, difference: float = 0.0, planned: float = 0.5) -> Any:
    """Of each version against the first (runs x looks x versions - 1), as logarithms."""
    n, yes = seen[..., 0], seen[..., 1]
    each = []
    for version in range(1, n.shape[-1]):
        sides = [yes[..., 0], n[..., 0] - yes[..., 0], yes[..., version], n[..., version] - yes[..., version]]
        flat = np.stack(sides, -1).reshape(-1, 4).astype(float)
        chunks = [log_evidences(flat[at : at + 4000], difference, planned) for at in range(0, len(flat), 4000)]
        each.append(np.concatenate(chunks).reshape(n.shape[:2]))
    return np.stack(each, -1)


def called(seen: Any, planned: tuple[float, ...] | None = None) -> int:
    """Runs in which any look calls a winner or a loser; the looks that tell most are read first."""
    told = evidence(seen, planned=planned[1] / sum(planned) if planned else 0.5).max(axis=-1)
    near = told >= NEAR
    far = np.argwhere(~near)
    near[tuple(far[:: max(len(far) // 100, 1)].T)] = True
    order = np.argsort(-told, axis=1)
    return sum(any(_decides(seen[run, at], planned) for at in order[run] if near[run, at]) for run in range(len(seen)))


def _decides(now: Any, planned: tuple[float, ...] | None) -> bool:
    shares = [Share(int(n), int(yes)) for n, yes in now]
    return winner(judge_shares(shares[0], shares[1:], planned=planned))


def winner(verdicts: Verdicts) -> bool:
    """Whether any version is said to be better or worse."""
    return any(verdict.code in ("take_b", "keep_a") for verdict in verdicts.of)


def remembered(seen: Any) -> int:
    """The same where every look knows what the earlier ones found."""
    # Where no look comes near, the largest evidence of all does not either.
    return sum(_ever(seen[run]) for run in np.flatnonzero((evidence(seen) >= NEAR).any(axis=(1, 2))))


def _ever(looks: Any) -> bool:
    before: tuple[Look, ...] | None = None
    for (n, yes), (m, did) in looks.tolist():
        verdicts = judge_shares(Share(n, yes), [Share(m, did)], before=before)
        if winner(verdicts):
            return True
        before = verdicts.looks
    return False


def _planned(part: int) -> Iterator[Bar]:
    """Whether tests are decided by the number of people that the plan says."""
    for at, (one, two) in enumerate([(0.05, 0.1), (0.1, 0.12), (0.2, 0.3)]):
        n, seed, runs = people_looking(one, two), 171 + at, 500 // part
        assert n is not None
        step = math.ceil(n / 20)
        seen = totals((one, two), (step, step), 20, runs, seed)
        design = f"{one:.0%} to {two:.0%}, {n:,} each, 20 looks"
        yield share("power while looking, by the plan", design, seed, called(seen), runs, low=0.78)
    n, runs = people_looking_at_money(1.0, 5.0), 300 // part
    assert n is not None
    step = math.ceil(n / 20)
    random = np.random.default_rng(174)
    rows = random.normal(10, 5, (runs, 20, 2, step)) + np.array([0.0, 1.0])[:, None]
    sums = np.stack([np.full(rows.shape[:3], step), rows.sum(-1), (rows**2).sum(-1)], -1).cumsum(axis=1)
    design = f"+1, deviation 5, {n:,} each, 20 looks"
    yield share("power while looking, by the plan, money", design, 174, _won(sums, (1, 1)), runs, low=0.78)


def _coverage(part: int) -> Iterator[Bar]:
    for at, rates in enumerate([(0.05, 0.08), (0.3, 0.5), (0.02, 0.02)]):
        seen = totals(rates, (25, 25), 40, 2000 // part, 141 + at, coin=True)
        held = evidence(seen, rates[1] - rates[0]).max(axis=(1, 2)) < LIMIT
        yield share(
            "every look's interval holds, shares",
            f"{rates[0]:.0%} and {rates[1]:.0%}, 40 looks",
            141 + at,
            held.sum(),
            len(held),
            low=0.95,
        )
    seen = totals((0.1, 0.11), (400, 400), 30, 3000 // part, 145)
    found = evidence(seen)[..., 0] >= LIMIT
    stopped = np.flatnonzero(found.any(axis=1))
    held = 0
    for run in stopped:
        (n, yes), (m, did) = seen[run, found[run].argmax()].tolist()
        held += 0.01 in look(Share(n, yes), Share(m, did)).interval
    yield share(
        "the interval holds where one stops", "true +1 point, at the first winner", 145, held, len(stopped), low=0.95
    )


def _money(part: int) -> Iterator[Bar]:
    designs = [
        ("10% buy", 0.1, (100, 100), 1.0, 151),
        ("30% buy", 0.3, (50, 50), 1.0, 152),
        ("30% buy, 1:9", 0.3, (25, 225), 1.0, 153),
        ("30% buy, B brings 1.4 times", 0.3, (50, 50), 1.4, 154),
        ("30% buy, 1:9, B brings 1.4 times", 0.3, (25, 225), 1.4, 155),
        ("30% buy, 9:1, B brings 1.4 times", 0.3, (225, 25), 1.4, 156),
        ("30% buy, 9:1, B brings twice as much", 0.3, (225, 25), 2.0, 158),
    ]
    for words, buying, step, times, seed in designs:
        runs = 1000 // part
        sums = spent(buying, step, 40, runs, seed, times)
        true = (times - 1) * buying * math.exp(3 + 1.2**2 / 2)
        design = f"{words}, log-normal (1.2), 40 looks"
        if times == 1:
            yield share("winners among equals, money", design, seed, _won(sums, step), runs, high=CHANCE)
            if step[0] == step[1]:
                hits = _won(sums, step, memory=True)
                yield share("the same, looks remembered", design, seed, hits, runs, high=CHANCE)
        # The known limit: a small version that brings far more, whose largest orders are yet to come.
        low = 0.9 if times > 1.5 else 0.95
        yield share("every look's interval holds, money", design, seed, _held(sums, true), runs, low=low)
    random = np.random.default_rng(157)
    rows = random.normal(10, 3, (2000 // part, 20, 2, 100))
    n = np.broadcast_to(100.0, rows.shape[:3])
    sums = np.stack([n, rows.sum(-1), (rows**2).sum(-1)], -1).cumsum(axis=1)
    design = "normal (10, 3), 100 a version and look, 20 looks"
    yield share("winners among equals, money", design, 157, _won(sums, (1, 1)), len(sums), high=CHANCE)


def spent(buying: float, step: Step, looks: int, runs: int, seed: int, times: float) -> Any:
    """People, totals and squares so far (runs x looks x 2 x 3); B's amounts are `times` A's."""
    random, sides = np.random.default_rng(seed), []
    for people, factor in zip(step, (1.0, times), strict=True):
        sums = np.empty((runs, looks, 3))
        for at in range(looks):
            rows = (random.random((runs, people)) < buying) * random.lognormal(3, 1.2, (runs, people)) * factor
            sums[:, at] = np.stack([np.full(runs, people), rows.sum(1), (rows**2).sum(1)], -1)
        sides.append(sums.cumsum(axis=1))
    return np.stack(sides, 2)


def _sides(now: Any) -> tuple[Money, Money]:
    a, b = (Money(int(n), float(total), float(squares)) for n, total, squares in now)
    return a, b


def _won(sums: Any, planned: Step, *, memory: bool = False) -> int:
    won = 0
    for looks in sums:
        before: tuple[Look, ...] | None = None
        for now in looks:
            a, b = _sides(now)
            verdicts = judge_money(a, [b], planned=planned, before=before)
            if winner(verdicts):
                won += 1
                break
            before = verdicts.looks if memory else None
    return won


def _held(sums: Any, true: float) -> int:
    held = 0
    for looks in sums:
        found = (money_look(*_sides(now)) for now in looks)
        held += all(true in seen.interval for seen in found if seen.sure)
    return held


def _ratio(part: int) -> Iterator[Bar]:
    """The check of the split: alarms are wanted only where people are lost."""
    for what, people, rate, seed, low, high in (
        ("alarms at a fair split", 10_000, 0.5, 161, 0.0, 0.002),
        ("alarms at 50.5 to 49.5", 400_000, 0.505, 162, 0.95, 1.0),
    ):
        runs = 20_000 // part
        counts = np.random.default_rng(seed).binomial(people, rate, runs)
        alarms = {n: sample_ratio([n, people - n], [1, 1]).alarm for n in set(counts.tolist())}
        hits = sum(alarms[n] for n in counts.tolist())
        yield share(what, f"{people:,} people", seed, hits, runs, low, high)
    runs = 2000 // part
    first = np.random.default_rng(163).binomial(50, 0.5, (runs, 200)).cumsum(axis=1)
    everybody = 50 * np.arange(1, 201)
    # Pearson's chi-square, above its quantile at 0.999.
    ever = ((2 * first - everybody) ** 2 / everybody > 10.8276).any(axis=1)
    yield share("alarms at a fair split, ever", "200 looks, up to 10,000 people", 163, ever.sum(), runs, high=0.05)
