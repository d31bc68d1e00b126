from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from analytics.association import leave_out, rules
from analytics.association_advice import best_first, best_missing, lower_limit, recount, ubiquitous, worth
from analytics.baskets import Baskets
from analytics.itemsets import mine
from tests.analytics.carts import HAN, all_rules, baskets_of, from_table, planted
from tests.analytics.test_association import find, groceries


def partners(pairs: int, seed: int = 1) -> Baskets:
    """Items 0 and 1, 2 and 3, … go together; 2,000 baskets, and as many items again on their own."""
    dice = np.random.default_rng(seed)
    bought = dice.random((2_000, 4 * pairs)) < 0.06
    for item in range(0, 2 * pairs, 2):
        bought[:, item + 1] |= bought[:, item] & (dice.random(2_000) < 0.5)
    return from_table(bought)


def test_the_lower_limit_is_clopper_and_pearsons() -> None:
    limit = lower_limit(np.array([6, 0, 10]), np.array([10, 10, 10]))
    assert binom.sf(5, 10, limit[0]) == pytest.approx(0.05)
    assert limit[1] == 0
    assert limit[2] == pytest.approx(0.05 ** (1 / 10))


def test_what_a_rule_may_bring_at_most() -> None:
    baskets = planted(np.random.default_rng(1))
    found, proof = all_rules(baskets)
    price = np.full(baskets.items, np.nan)
    price[1] = 4.5
    value = worth(found, proof, months=4, price=price, follow=0.2)
    rule = next(i for i in range(len(found)) if found.items_of(i) == (0,) and found.consequent[i] == 1)
    missing = int(found.antecedent_count[rule] - found.count[rule])
    assert value.missing[rule] == missing
    assert value.units[rule] == pytest.approx(0.2 * missing / 4)
    assert value.money[rule] == pytest.approx(4.5 * 0.2 * missing / 4)
    assert value.confidence[rule] < found.confidence[rule]
    assert 1 < value.lift[rule] < found.lift[rule]
    assert 0 < value.extra[rule] < found.count[rule] - found.antecedent_count[rule] * 0.08
    assert np.isnan(value.money[found.consequent != 1]).all()


def test_each_pair_is_shown_once() -> None:
    found, proof = all_rules(partners(6))
    shown = best_first(found, proof, worth(found, proof, 1))
    assert {tuple(sorted((*found.items_of(i), int(found.consequent[i])))) for i in shown.tolist()} == {
        (item, item + 1) for item in range(0, 12, 2)
    }
    assert len(shown) == 6


def test_the_dearer_partner_is_offered_first() -> None:
    found, proof = all_rules(partners(4))
    price = np.ones(16)
    price[[5, 0]] = 50, 20
    shown = best_first(found, proof, worth(found, proof, 1, price), price)
    assert found.consequent[shown[:2]].tolist() == [5, 0]


def test_of_two_ways_round_the_one_where_an_offer_can_bring_more() -> None:
    dice = np.random.default_rng(3)
    bought = dice.random((2_000, 8)) < 0.05
    bought[:, 0] = dice.random(2_000) < 0.25
    bought[:, 1] = bought[:, 0] & (dice.random(2_000) < 0.6)
    found, proof = all_rules(from_table(bought))
    (shown,) = best_first(found, proof, worth(found, proof, 1)).tolist()
    assert (found.items_of(shown), int(found.consequent[shown])) == ((0,), 1)


def test_the_same_product_does_not_come_again_and_again() -> None:
    dice = np.random.default_rng(2)
    bought = dice.random((4_000, 12)) < 0.05
    for item in range(1, 6):
        bought[:, item] |= bought[:, 0] & (dice.random(4_000) < 0.7)
    bought[:, 11] |= bought[:, 10] & (dice.random(4_000) < 0.4)
    found, proof = all_rules(from_table(bought), 10)
    shown = best_first(found, proof, worth(found, proof, 1)).tolist()
    told = [{*found.items_of(i), int(found.consequent[i])} for i in shown]
    assert told[1] == {10, 11}
    assert not told[0] & told[1]


def test_shown_in_groceries() -> None:
    baskets, names = groceries()
    found, proof = all_rules(baskets)
    value = worth(found, proof, 1)
    shown = best_first(found, proof, value)
    assert proof.real[shown].all()
    assert (value.extra[shown] > 0).all()
    assert find(found, names, "herbs", "root vegetables") in shown
    assert len(set(found.whole[shown].tolist())) == len(shown)


def test_bags_that_everybody_takes_are_recognised_and_a_best_seller_is_not() -> None:
    dice = np.random.default_rng(1)
    bought = dice.random((3_000, 12)) < 0.15
    bought[:, 0] = dice.random(3_000) < 0.85
    bought[:, 1] = dice.random(3_000) < 0.55
    bought[:, 2] = dice.random(3_000) < np.where(bought[:, 1], 0.25, 0.02)
    baskets = from_table(bought)
    assert np.flatnonzero(ubiquitous(baskets)).tolist() == [0]
    fee = np.arange(12) == 7
    assert np.flatnonzero(ubiquitous(baskets, fee)).tolist() == [0, 7]
    left = leave_out(baskets, ubiquitous(baskets))
    assert left.counts.tolist() == [0, *baskets.counts[1:].tolist()]
    assert len(left) == len(baskets)
    assert not ubiquitous(from_table(np.ones((1, 2), bool))).any()


def test_nobody_is_offered_what_they_have() -> None:
    baskets, names = baskets_of([*HAN, ["5"], ["4"], ["1", "2"], []])
    found = rules(baskets, mine(baskets, 2))
    offers = best_missing(baskets, found)
    held = [{names[i] for i in baskets.item[a:b]} for a, b in zip(baskets.start[:-1], baskets.start[1:], strict=True)]
    for has, rule, item in zip(held, offers.rule.tolist(), offers.item.tolist(), strict=True):
        if rule >= 0:
            assert {names[i] for i in found.items_of(rule)} <= has
            assert item == found.consequent[rule]
            assert names[item] not in has
        else:
            assert item == -1
    assert not offers.again.any()
    assert offers.rule[-1] == -1


def test_a_product_that_people_buy_again_may_be_offered_again() -> None:
    owned, names = baskets_of([["pot", "beans"], ["pot"], ["beans"], ["tea"]])
    mined, order = baskets_of([["pot", "beans"]] * 9 + [["pot"], ["tea"]])
    assert names == order
    found = rules(mined, mine(mined, 2), 0.5)
    found = found.take(found.consequent == names.index("beans"))
    again = np.array([name == "beans" for name in names])
    offers = best_missing(owned, found, rebought=again)
    assert offers.item.tolist() == [names.index("beans")] * 2 + [-1, -1]
    assert offers.again.tolist() == [True, False, False, False]
    assert best_missing(owned, found).rule.tolist() == [-1, 0, -1, -1]


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.lists(st.sampled_from("ABCDE"), max_size=5), min_size=3, max_size=20),
    again=st.lists(st.booleans(), min_size=5, max_size=5),
)
def test_the_best_partner_is_that_of_looking_at_every_rule(rows: list[list[str]], again: list[bool]) -> None:
    baskets, names = baskets_of([*rows, list("ABCDE")])
    found = rules(baskets, mine(baskets, 2))
    score = lower_limit(found.count, found.antecedent_count)
    offers = best_missing(baskets, found, rebought=np.array(again))
    for customer, row in enumerate([*rows, list("ABCDE")]):
        has = {names.index(name) for name in row}
        fitting = [
            rule
            for rule in range(len(found))
            if set(found.items_of(rule)) <= has
            and (found.consequent[rule] not in has or again[int(found.consequent[rule])])
        ]
        best = max((float(score[rule]) for rule in fitting), default=None)
        told = int(offers.rule[customer])
        assert (float(score[told]) if told >= 0 else None) == best
        assert offers.again[customer] == (told >= 0 and int(offers.item[customer]) in has)


def test_a_later_month_is_counted_like_the_first() -> None:
    early, late = planted(np.random.default_rng(1)), planted(np.random.default_rng(2))
    found, proof = all_rules(early)
    found = found.take(proof.real)
    one, both = recount(found, early)
    assert one.tolist() == found.antecedent_count.tolist()
    assert both.tolist() == found.count.tolist()
    one, both = recount(found, late)
    assert (both / one)[0] == pytest.approx(found.confidence[0], abs=0.15)


def test_a_shop_without_rules_has_nothing_to_show() -> None:
    baskets, _ = baskets_of([["A"], ["B"]])
    found, proof = all_rules(baskets)
    assert len(best_first(found, proof, worth(found, proof, 1))) == 0
    assert best_missing(baskets, found).rule.tolist() == [-1, -1]
    assert not ubiquitous(baskets).any()
