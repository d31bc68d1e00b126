from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, pairwise
from math import comb, exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.association_chance import log_bounded_tail, log_level, log_tail, minimum_count
from analytics.association_sizes import classes, pack, sizes_of
from analytics.baskets import Baskets
from tests.analytics.carts import (
    all_rules,
    baskets_of,
    beyond_chance,
    dealt,
    from_table,
    independent,
    planted,
    shuffled,
)
from tests.analytics.test_association import find, groceries

Shop = Callable[[np.random.Generator], Baskets]

WITHOUT_RULES: dict[str, Shop] = {
    "60 items alike": lambda dice: independent(dice, 2_000, 60, 0.08),
    "few baskets, many items": lambda dice: independent(dice, 500, 200, 0.03),
    "popular and rare": lambda dice: from_table(dice.random((2_000, 60)) < 0.6 / np.arange(1, 61) ** 0.8),
    "small and large baskets": lambda dice: dealt(dice, 1_000, 40),
    "small and large baskets, few items": lambda dice: dealt(dice, 400, 8),
    "many baskets of all sizes": lambda dice: dealt(dice, 3_000, 40),
    "ten baskets": lambda dice: independent(dice, 10, 12, 0.4),
}


@given(st.data())
def test_the_tail_is_that_of_counting(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 60))
    one, other = data.draw(st.integers(0, n)), data.draw(st.integers(0, n))
    both = data.draw(st.integers(max(0, one + other - n), min(one, other)))
    ways = sum(comb(one, x) * comb(n - one, other - x) for x in range(both, min(one, other) + 1))
    told = float(log_tail(np.array([both]), np.array([one]), np.array([other]), n)[0])
    assert told == pytest.approx(log(ways / comb(n, other)), rel=1e-9, abs=1e-12)


def test_tails_far_below_what_a_number_can_hold() -> None:
    told = log_tail(np.array([5_000]), np.array([5_000]), np.array([5_000]), 100_000)[0]
    assert told == pytest.approx(-(log(comb(100_000, 5_000))), rel=1e-9)


def test_the_bound_holds_for_hypergeometric_numbers() -> None:
    n, one, other = 400, np.repeat(60, 30), np.repeat(90, 30)
    both = np.arange(14, 44)
    bound = log_bounded_tail(both, np.minimum(one, other), one * other / n)
    assert (bound >= log_tail(both, one, other, n)).all()


@pytest.mark.parametrize("items", [3, 7, 60])
def test_the_levels_of_all_rules_make_up_alpha_at_most(items: int) -> None:
    lengths = np.arange(1, min(items, 12))
    rules = [items * comb(items - 1, int(length)) / (2 if length == 1 else 1) for length in lengths]
    spent = [number * exp(level) for number, level in zip(rules, log_level(lengths, items), strict=True)]
    assert spent == pytest.approx([0.05 / 2 ** int(length) for length in lengths])


def test_typical_products_at_the_minimum_count_are_just_beyond_chance() -> None:
    baskets, _ = groceries()
    k = minimum_count(baskets)
    for tried, reached in ((k - 1, False), (k, True)):
        counts = baskets.counts[baskets.counts >= tried]
        typical = np.array([np.sort(counts)[len(counts) // 2]])
        level = log(0.05 / 2 / comb(len(counts), 2))
        assert bool(log_tail(np.array([tried]), typical, typical, len(baskets))[0] <= level) is reached
    assert minimum_count(baskets, "0.01") == 99
    assert minimum_count(baskets, 60) == 60


def test_five_baskets_is_the_least() -> None:
    for rows in ([], [["A"]], [["A", "B"]] * 4, [[str(i), str(i + 1)] for i in range(300)]):
        assert minimum_count(baskets_of(rows)[0]) == 5


@pytest.mark.parametrize("shop", WITHOUT_RULES.values(), ids=WITHOUT_RULES)
def test_no_rules_where_there_are_none(shop: Shop) -> None:
    assert sum(bool(beyond_chance(shop(np.random.default_rng(seed)))) for seed in range(10)) == 0


def test_shuffled_groceries_have_no_rules() -> None:
    baskets, _ = groceries()
    assert beyond_chance(shuffled(np.random.default_rng(1), baskets)) == set()


def test_a_planted_rule_is_found_and_nothing_else() -> None:
    for seed in range(10):
        assert beyond_chance(planted(np.random.default_rng(seed))) == {((0,), 1), ((1,), 0)}


@pytest.mark.slow
@pytest.mark.parametrize("shop", WITHOUT_RULES.values(), ids=WITHOUT_RULES)
def test_at_most_a_twentieth_of_shops_without_rules_show_one(shop: Shop) -> None:
    runs = 200
    assert sum(bool(beyond_chance(shop(np.random.default_rng(seed)))) for seed in range(runs)) <= 0.05 * runs


@pytest.mark.slow
def test_planted_rules_in_many_shops() -> None:
    wanted, runs = ((0,), 1), 400
    shown = [beyond_chance(planted(np.random.default_rng(seed))) for seed in range(runs)]
    assert sum(wanted in rules for rules in shown) >= 0.98 * runs
    assert sum(len(rules - {wanted, ((1,), 0)}) for rules in shown) <= 0.2 * runs


def test_a_rule_of_two_products_that_neither_has_alone() -> None:
    dice = np.random.default_rng(3)
    bought = dice.random((3_000, 20)) < 0.1
    bought[:, :2] = dice.random((3_000, 2)) < 0.3
    bought[:, 2] |= bought[:, 0] & bought[:, 1] & (dice.random(3_000) < 0.7)
    shown = beyond_chance(from_table(bought))
    assert ((0, 1), 2) in shown
    assert {item for left, right in shown for item in (*left, right)} == {0, 1, 2}


def test_a_longer_rule_that_adds_nothing_is_not_shown() -> None:
    dice = np.random.default_rng(4)
    bought = dice.random((4_000, 12)) < 0.3
    bought[:, 1] |= bought[:, 0] & (dice.random(4_000) < 0.6)
    found, proof = all_rules(from_table(bought), 60)
    longer = (found.length == 2) & (proof.fisher <= proof.level)
    assert longer.sum() > 10
    assert not (proof.real & (found.length > 1)).any()


def test_improvement_is_the_worst_of_the_shorter_rules() -> None:
    dice = np.random.default_rng(5)
    kinds = dice.random((800, 1)) < 0.3
    bought = dice.random((800, 6)) < np.where(kinds, 0.7, 0.1)
    baskets = from_table(bought)
    found, proof = all_rules(baskets, 5)
    checked = np.flatnonzero(proof.real | ((found.length > 1) & (proof.improvement <= proof.level)))
    assert (found.length[checked] > 1).any()
    for rule in checked.tolist():
        left, right = found.items_of(rule), int(found.consequent[rule])
        chances = []
        for base in combinations(left, len(left) - 1):
            within = bought[:, list(base)].all(axis=1)
            (added,) = set(left) - set(base)
            one, other = bought[within, added], bought[within, right]
            both, first, second = (np.array([x.sum()]) for x in (one & other, one, other))
            told = log_tail(both, first, second, int(within.sum()))
            chances.append(float(told[0]))
        assert proof.improvement[rule] == pytest.approx(max(chances))


def test_basket_sizes_alone_make_no_rule() -> None:
    _, proof = all_rules(dealt(np.random.default_rng(1), 1_000, 40))
    fooled = (proof.fisher <= proof.level) & (proof.improvement <= proof.level)
    assert fooled.sum() > 100
    assert not proof.real.any()


def test_herbs_and_root_vegetables_are_beyond_chance() -> None:
    baskets, names = groceries()
    found, proof = all_rules(baskets)
    rule = find(found, names, "herbs", "root vegetables")
    assert proof.real[rule]
    assert 17.4 < proof.expected[rule] < 30
    assert not (proof.real & (found.lift < 1)).any()


def test_a_bundle_in_a_shop_of_few_products() -> None:
    rows = [["A", "B"]] * 50 + [["C"]] * 50 + [["D"]] * 50
    assert beyond_chance(baskets_of(rows)[0]) == {((0,), 1), ((1,), 0)}


def test_sizes_are_classed_without_gaps() -> None:
    sizes = np.concatenate([np.arange(200), [5_000]])
    of = classes(sizes)
    assert sorted(set(of.tolist())) == list(range(of.max() + 1))
    assert all(low <= high for low, high in pairwise(of.tolist()))
    assert of[:6].tolist() == [0, 1, 2, 3, 4, 5]
    for number in range(of.max()):
        members = sizes[of == number]
        assert members.max() <= max(members.min() * 1.2 + 1, 1)


def test_the_law_of_chance_keeps_both_margins() -> None:
    baskets = dealt(np.random.default_rng(2), 2_000, 50)
    law = sizes_of(baskets)
    chance = law.alone(baskets.counts, np.broadcast_to(law.baskets, (50, len(law.baskets))))
    assert chance @ law.baskets == pytest.approx(baskets.counts, rel=1e-4)
    filled = np.bincount(law.of, weights=baskets.sizes)
    assert law.baskets * chance.sum(axis=0) == pytest.approx(filled, rel=2e-3, abs=0.1)


def test_expected_pairs_are_those_of_dealing_without_looking() -> None:
    dealings = [dealt(np.random.default_rng(seed), 500, 30) for seed in range(60)]
    tables = [np.zeros((500, 30), np.int64) for _ in dealings]
    for table, baskets in zip(tables, dealings, strict=True):
        table[np.repeat(np.arange(500), baskets.sizes), baskets.item] = 1
    one, other = np.triu_indices(30, 1)
    seen = np.mean([(table.T @ table)[one, other] for table in tables], axis=0)
    law = np.mean([sizes_of(b).pairs(b.counts[one], b.counts[other]) for b in dealings], axis=0)
    assert (law / seen).mean() == pytest.approx(1, abs=0.05)
    assert law[seen > 20] == pytest.approx(seen[seen > 20], rel=0.15)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.lists(st.sampled_from("ABCD"), max_size=4), min_size=1, max_size=200))
def test_packed_bits_count_by_class(rows: list[list[str]]) -> None:
    baskets, names = baskets_of([*rows, ["A", "B", "C", "D"]])
    of = classes(baskets.sizes)
    sets = np.array([*combinations(range(4), 2)])
    told = pack(baskets, of, np.arange(4)).count(sets)
    held = [{names.index(name) for name in row} for row in [*rows, ["A", "B", "C", "D"]]]
    for row, pair in zip(told, sets.tolist(), strict=True):
        expected = [sum(set(pair) <= held[i] for i in np.flatnonzero(of == number)) for number in range(of.max() + 1)]
        assert row.tolist() == expected
