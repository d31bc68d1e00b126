"""People dealt by lot, campaigns read off their orders, and versions sent while earning."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.assignment import assign
from analytics.bandits import divide, thompson, ucb1
from analytics.dataset import Column, Dataset, Kind, Receipt, Role, Shop
from analytics.proportions import sample_ratio
from analytics.readout import Reading, read_out
from analytics.trials import HOLDOUT, Trial
from benchmarks.bars import Bar, share

SENT, DAYS = datetime(2026, 3, 1), 14  # noqa: DTZ001 - shops know no zones
MESSAGE = "message"
PAID = math.exp(3 + 1.2**2 / 2)
ARMS, PULLS = np.array([0.05, 0.07, 0.10]), 10_000


def run(part: int) -> Iterator[Bar]:
    """With one run in `part`."""
    yield from _assigned(part)
    yield from _campaigns(part)
    yield from _bandits(part)


def _assigned(part: int) -> Iterator[Bar]:
    random, runs = np.random.default_rng(301), 2000 // part
    alarms, apart, even = 0, [], []
    for seed in range(runs):
        n = int(random.integers(40, 2000))
        parts = ((0.5, 0.5), (0.9, 0.1), (0.4, 0.4, 0.2), (0.3, 0.3, 0.3, 0.1))[seed % 4]
        worth = random.lognormal(3, 1.5, n)
        drawn = assign(worth, parts, seed)
        alarms += sample_ratio(np.bincount(drawn, minlength=len(parts)).tolist(), parts).mention
        # The versions' mean logarithm of worth, which by a coin would lie one standard error apart.
        first, logs = drawn == 0, np.log(worth)
        error = math.sqrt(logs.var() * (1 / first.sum() + 1 / (~first).sum()))
        apart.append((logs[first].mean() - logs[~first].mean()) / error)
        even.append(first.mean() - parts[0])
    design = f"40 to 2,000 people, 2 to 4 versions; {runs:,} runs"
    yield share("alarms of the split itself", "40 to 2,000 people, 2 to 4 versions", 301, alarms, runs, high=0.002)
    yield Bar("distance of worth between versions", design, 301, float(np.std(apart)), 0, 0.5, unit=" x by coin")
    yield Bar("versions larger than planned by", design, 301, abs(float(np.mean(even))), 0, 0.002)


def _campaigns(part: int) -> Iterator[Bar]:
    """Extra orders and money of a message, in shops of 40 to 2,000 people of whom 5 to 30% buy."""
    for seed, lift, tenth in ((311, 0.0, False), (312, 0.0, True), (313, 0.05, False)):
        random, runs = np.random.default_rng(seed), 400 // part
        orders, money, off, claims, written = [], [], [], 0, 0
        for _ in range(runs):
            n, held = int(np.exp(random.uniform(math.log(40), math.log(2000)))), random.uniform(0.1, 0.5)
            held, buying = 0.1 if tenth else held, random.uniform(0.05, 0.3)
            reading = campaign(random, n, held, buying, lift)
            if not reading.extra_orders:
                continue
            claims += reading.verdict in ("worked", "harmed")
            true = lift * reading.written
            orders.append(reading.extra_orders.low <= true <= reading.extra_orders.high)
            off.append(reading.extra_orders.middle - true)
            written += reading.written
            if reading.extra_money:
                money.append(reading.extra_money.low <= true * PAID <= reading.extra_money.high)
        held_out = "10%" if tenth else "10 to 50%"
        design = f"message {'does nothing' if not lift else f'makes {lift:.0%} more buy'}, {held_out} held out"
        if not lift:
            yield share("campaigns said to have worked or harmed", design, seed, claims, len(orders), high=0.05)
            yield share(
                "extra orders said where there are none", design, seed, orders.count(False), len(orders), high=0.05
            )
            yield share("extra money said where there is none", design, seed, money.count(False), len(money), high=0.05)
        else:
            yield share("the interval of extra orders holds", design, seed, sum(orders), len(orders), low=0.95)
            yield share("the interval of extra money holds", design, seed, sum(money), len(money), low=0.93)
        error = 2 * float(np.std(off)) * math.sqrt(len(off)) / written
        design = f"{design}; {runs:,} runs"
        yield Bar("extra orders per person written to, off by", design, seed, abs(sum(off)) / written, 0, 0.001, error)


def campaign(random: np.random.Generator, n: int, held: float, buying: float, lift: float) -> Reading:
    """A message to n people of whom a part is held out, read off the orders of a made-up shop."""
    worth = random.lognormal(3, 1.2, n)
    version = assign(worth, [held, 1 - held], int(random.integers(1 << 30)))
    names = np.array([f"c{number}" for number in range(n)])
    bought = random.random(n) < buying + lift * version
    amounts = np.concatenate([worth, random.lognormal(3, 1.2, int(bought.sum())), [1.0]])
    before, inside, after = SENT - timedelta(days=60), SENT + timedelta(days=3), SENT + timedelta(days=DAYS + 1)
    orders = _orders(
        [*names, *names[bought], "another"], [before] * n + [inside] * int(bought.sum()) + [after], amounts
    )
    people = pa.table({"customer": names, "version": np.array([HOLDOUT, MESSAGE])[version]})
    sent: date = SENT.date()
    trial = Trial("split", "all", (HOLDOUT, MESSAGE), 0, DAYS, sent, people, sent=sent, number=1)
    return read_out(trial, Shop(orders=orders), None)


def _orders(customers: list[str], times: list[datetime], amounts: Any) -> Dataset:
    table = pa.table(
        {
            Role.CUSTOMER: pa.array(customers).dictionary_encode(),
            Role.TIME: pa.array(times, pa.timestamp("us")),
            Role.AMOUNT: amounts,
            Role.TAKEN_BACK: np.zeros(len(customers), bool),
        }
    )
    roles = (Role.CUSTOMER, Role.TIME, Role.AMOUNT)
    receipt = Receipt("shop.csv", None, "0" * 64, "utf-8", ",", table.num_rows, table.num_rows)
    return Dataset(Kind.ORDERS, tuple(Column(str(role), role, 1.0) for role in roles), receipt, "GBP", table)


def _bandits(part: int) -> Iterator[Bar]:
    runs = max(200 // part, 50)
    split = PULLS * float((ARMS.max() - ARMS).mean())
    design = f"5, 7 and 10%, {PULLS:,} people, {runs} runs; a fixed split loses {split:.0f}"
    lost = one_by_one("thompson", PULLS, runs, 321)
    yield Bar("orders lost, Thompson", design, 321, lost, 0, 60, unit="")
    yield Bar("the same beside a fixed split", design, 321, lost / split, 0, 60 / split, unit=" x")
    yield Bar("orders lost, UCB1", design, 322, one_by_one("ucb1", PULLS, runs, 322), 0, 200, unit="")
    for batch, seed in ((100, 323), (250, 324), (500, 325)):
        few = max(40 // part, 8)
        lost, led = in_batches(batch, few, seed)
        design = f"5, 7 and 10%, {PULLS:,} people, {few} runs"
        yield Bar(f"orders lost beside a fixed split, sends of {batch}", design, seed, lost / split, 0, 0.5, unit=" x")
        yield Bar(f"the best leads in the end, sends of {batch}", design, seed, led, 0.95, 1, 2 * 0.22 / few**0.5)


def one_by_one(policy: str, pulls: int, runs: int, seed: int) -> float:
    """Mean regret over shops that write to one customer at a time."""
    random, lost, shops = np.random.default_rng(seed), 0.0, np.arange(runs)
    won, tried = np.zeros((runs, len(ARMS))), np.zeros((runs, len(ARMS)))
    for _ in range(pulls):
        chosen = ucb1(won, tried).argmax(axis=-1) if policy == "ucb1" else thompson(won, tried, random)
        tried[shops, chosen] += 1
        won[shops, chosen] += random.random(runs) < ARMS[chosen]
        lost += float((ARMS.max() - ARMS[chosen]).mean())
    return lost


def in_batches(batch: int, runs: int, seed: int) -> tuple[float, float]:
    """Mean regret over shops that send so many messages at once, and how often the best version leads in the end."""
    random, lost, led = np.random.default_rng(seed), 0.0, 0
    for _ in range(runs):
        won, tried = np.zeros(len(ARMS), int), np.zeros(len(ARMS), int)
        for left in range(PULLS, 0, -batch):
            people = np.array(divide(won.tolist(), tried.tolist(), batch, left=left).people)
            tried += people
            won += random.binomial(people, ARMS)
        lost += float(((ARMS.max() - ARMS) * tried).sum())
        led += divide(won.tolist(), tried.tolist(), 1).leader == ARMS.argmax()
    return lost / runs, led / runs
