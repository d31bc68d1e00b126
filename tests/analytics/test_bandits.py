from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from analytics.bandits import divide, likely, thompson, ucb1
from tests.analytics.golden import case


def test_the_published_index() -> None:
    inputs, expected = case("bandits", "ucb1.index_1")
    index = ucb1(inputs["rewards"], inputs["pulls"])
    assert index == pytest.approx(expected["index"], abs=1e-9)
    assert index.argmax() == expected["choose"]


def test_arms_never_pulled_come_first() -> None:
    assert ucb1([5, 0], [10, 0]).argmax() == 1
    assert ucb1([0, 0], [0, 0]).tolist() == [np.inf, np.inf]


def test_a_batch_is_divided_by_the_chance_to_be_best() -> None:
    plan = divide([30, 41, 38], [400, 410, 395], 1000, left=5000)
    assert sum(plan.people) == 1000
    assert not plan.stop
    assert plan.leader == 1
    assert min(plan.people) >= 100
    assert plan.people == pytest.approx(tuple(100 + 700 * best for best in plan.belief.best), abs=1)
    assert divide([0, 0], [0, 0], 7).people in {(4, 3), (3, 4)}


def test_it_stops_when_the_rest_is_not_worth_it() -> None:
    plan = divide([50, 120], [1000, 1000], 100, left=2000)
    assert plan.stop
    assert plan.people == (0, 100)
    assert plan.at_stake < 0.01
    # With customers enough still to come the same doubt is worth a test.
    assert not divide([50, 60], [1000, 1000], 100, left=100_000).stop
    assert divide([50, 60], [1000, 1000], 100, left=100).stop


def test_forty_versions_and_impossible_counts() -> None:
    plan = divide([1] * 40, [100] * 40, 401, left=10**6)
    assert sum(plan.people) == 401
    assert max(plan.people) - min(plan.people) <= 1
    with pytest.raises(ValueError, match="more successes"):
        divide([11, 1], [10, 10], 5)


def regret(policy: str, rates: list[float], pulls: int, runs: int, seed: int) -> float:
    """Mean regret over shops that send to one customer at a time."""
    random, arms = np.random.default_rng(seed), np.array(rates)
    won, tried, shops, lost = np.zeros((runs, len(arms))), np.zeros((runs, len(arms))), np.arange(runs), 0.0
    for _ in range(pulls):
        chosen = ucb1(won, tried).argmax(axis=-1) if policy == "ucb1" else thompson(won, tried, random)
        tried[shops, chosen] += 1
        won[shops, chosen] += random.random(runs) < arms[chosen]
        lost += float((arms.max() - arms[chosen]).mean())
    return lost


def test_regret_of_two_arms() -> None:
    inputs, expected = case("bandits", "regret.two_arms")
    for seed, policy in ((51, "thompson"), (52, "ucb1")):
        lost = regret(policy, inputs["means"], inputs["n"], inputs["replications"], seed)
        assert lost <= expected[f"{policy}_regret"]["max"]


@pytest.mark.slow
def test_regret_of_three_rare_arms() -> None:
    assert regret("thompson", [0.05, 0.07, 0.10], 10_000, 200, 53) <= 60
    assert regret("ucb1", [0.05, 0.07, 0.10], 10_000, 200, 54) <= 200


def batches(rates: list[float], batch: int, sends: int, runs: int, seed: int, *, fixed: bool) -> tuple[float, float]:
    """Mean regret over shops that send in batches, and how often the best version led at the end."""
    random, arms, lost, led = np.random.default_rng(seed), np.array(rates), 0.0, 0
    for _ in range(runs):
        won, tried = np.zeros(len(arms), int), np.zeros(len(arms), int)
        for send in range(sends):
            plan = divide(won.tolist(), tried.tolist(), batch, left=batch * (sends - send))
            people = np.full(len(arms), batch // len(arms)) if fixed else np.array(plan.people)
            tried += people
            won += random.binomial(people, arms)
        lost += float(((arms.max() - arms) * tried).sum())
        led += divide(won.tolist(), tried.tolist(), 1).leader == arms.argmax()
    return lost / runs, led / runs


@pytest.mark.slow
def test_batches_earn_more_than_a_fixed_split() -> None:
    lost, led = batches([0.05, 0.10], 100, 20, 100, 55, fixed=False)
    split, _ = batches([0.05, 0.10], 100, 20, 100, 55, fixed=True)
    assert lost < 0.6 * split
    assert led >= 0.95


@pytest.mark.parametrize(("did", "people"), [(0, 30), (1, 30), (33, 80), (80, 80), (1, 1), (0, 1), (500, 10_000)])
def test_a_rate_lies_where_it_is_said_to_lie(did: int, people: int) -> None:
    rate = likely(did, people)
    assert rate.low <= did / people <= rate.high
    assert (rate.low, rate.high) == pytest.approx(
        (beta.ppf(0.025 if did < people else 0.05, 1 + did, 1 + people - did) if did else 0.0,
         beta.ppf(0.975 if did else 0.95, 1 + did, 1 + people - did) if did < people else 1.0)
    )  # fmt: skip


def test_nothing_is_known_of_who_got_nothing() -> None:
    assert (likely(0, 0).low, likely(0, 0).high) == (0.0, 1.0)
