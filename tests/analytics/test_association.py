from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.association import Rules, about, as_count, leave_out, rules
from analytics.association_chance import evidence
from analytics.baskets import Baskets, of_pairs
from analytics.itemsets import mine
from tests.analytics.carts import HAN, baskets_of
from tests.data_sets import shared_file


def groceries() -> tuple[Baskets, list[str]]:
    return baskets_of(line.split(",") for line in shared_file("groceries.csv").read_text("utf-8").splitlines())


def find(found: Rules, names: list[str], left: str, right: str) -> int:
    wanted = tuple(sorted(names.index(name) for name in left.split(",")))
    (row,) = (
        rule
        for rule in np.flatnonzero(found.consequent == names.index(right)).tolist()
        if found.items_of(rule) == wanted
    )
    return int(row)


def test_hans_rules() -> None:
    baskets, names = baskets_of(HAN)
    found = rules(baskets, mine(baskets, 2))
    told = [("1,2", "5"), ("1,5", "2"), ("2,5", "1"), ("1", "5"), ("5", "1")]
    assert found.confidence[[find(found, names, *rule) for rule in told]].tolist() == [1 / 2, 1, 1, 1 / 3, 1]


def test_one_of_five_baskets_is_a_support_of_a_fifth() -> None:
    baskets, names = baskets_of([["A", "B"], ["A"], ["A"], ["B", "C"], ["C"]])
    found = rules(baskets, mine(baskets, 1))
    rule = find(found, names, "A", "B")
    assert (found.count[rule], found.support[rule], found.confidence[rule]) == (1, 0.2, 1 / 3)
    assert found.lift[rule] == pytest.approx((1 / 5) / (3 / 5 * 2 / 5))
    assert found.leverage[rule] == pytest.approx(1 / 5 - 3 / 5 * 2 / 5)
    assert found.conviction[rule] == pytest.approx((1 - 2 / 5) / (1 - 1 / 3))


def test_a_rule_that_never_fails_has_infinite_conviction() -> None:
    baskets, names = baskets_of([["A", "B"], ["A", "B"], ["B"], ["C"]])
    found = rules(baskets, mine(baskets, 1))
    assert found.conviction[find(found, names, "A", "B")] == np.inf


@pytest.mark.parametrize(
    ("count", "confidence", "number"), [(60, 0.25, 463), (99, "0.5", 15), (10, 0.5, 5_668), (10, Fraction(4, 5), 410)]
)
def test_the_published_numbers_of_rules_in_groceries(count: int, confidence: float, number: int) -> None:
    baskets, _ = groceries()
    assert len(rules(baskets, mine(baskets, count), confidence)) == number


def test_herbs_and_root_vegetables() -> None:
    baskets, names = groceries()
    found = rules(baskets, mine(baskets, 60), 0.25)
    rule = find(found, names, "herbs", "root vegetables")
    assert found.lift.argmax() == rule
    assert found.count[rule] == 69
    assert (round(found.confidence[rule], 5), round(found.lift[rule], 3)) == (0.43125, 3.956)


def test_confidences_are_compared_on_integers() -> None:
    baskets, _ = groceries()
    found = rules(baskets, mine(baskets, 10), 0.8)
    assert (found.count * 5 >= found.antecedent_count * 4).all()
    assert (found.count * 5 == found.antecedent_count * 4).sum() == 39


def test_rules_about_a_product_have_it_on_either_side() -> None:
    baskets, names = baskets_of(HAN)
    found = rules(baskets, mine(baskets, 2))
    item = names.index("5")
    expected = [item in found.items_of(rule) or found.consequent[rule] == item for rule in range(len(found))]
    assert about(found, item).tolist() == expected


def test_products_left_out_leave_empty_baskets_behind() -> None:
    baskets, names = baskets_of([["bag"], ["A", "bag"], ["A"]])
    left = leave_out(baskets, np.array([name == "bag" for name in names]))
    assert (len(left), left.sizes.tolist(), left.counts.tolist()) == (3, [0, 1, 1], [2, 0])


@pytest.mark.parametrize(("asked", "count"), [("0.01", 99), (0.001, 10), (Fraction(1, 5), 1_967), (7, 7), (0, 1)])
def test_a_support_may_be_a_share_or_a_count(asked: float, count: int) -> None:
    assert as_count(asked, 9_835) == count


def test_no_baskets_no_rules() -> None:
    shops: list[list[list[str]]] = [[], [[]], [["A"]], [["A"], ["B"], ["C"]]]
    for rows in shops:
        baskets, _ = baskets_of(rows)
        found = rules(baskets, mine(baskets, 1))
        assert len(found) == 0
        assert len(evidence(baskets, found).real) == 0


some_baskets = st.lists(st.lists(st.sampled_from("ABCDEF"), max_size=6), min_size=1, max_size=30)


def measured(rows: list[list[str]], names: dict[str, str] | None = None) -> dict[tuple[frozenset[str], str], object]:
    baskets, told = baskets_of([[(names or {}).get(name, name) for name in row] for row in rows])
    back = {new: old for old, new in (names or {}).items()}
    original = [back.get(name, name) for name in told]
    found = rules(baskets, mine(baskets, 1))
    proof = evidence(baskets, found)
    columns = (found.count, found.lift, found.leverage, found.conviction, proof.fisher, proof.real)
    return {
        (frozenset(original[item] for item in found.items_of(rule)), original[found.consequent[rule]]): tuple(
            round(float(column[rule]), 9) for column in columns
        )
        for rule in range(len(found))
    }


@settings(max_examples=30, deadline=None)
@given(rows=some_baskets, dice=st.randoms(use_true_random=False))
def test_order_and_names_and_repeats_change_nothing(rows: list[list[str]], dice: np.random.Generator) -> None:
    expected = measured(rows)
    mixed = [row + row[:1] for row in rows]
    dice.shuffle(mixed)
    for row in mixed:
        dice.shuffle(row)
    assert measured(mixed) == expected
    assert measured(rows, dict(zip("ABCDEF", "UFZAYB", strict=True))) == expected


@settings(max_examples=30, deadline=None)
@given(rows=some_baskets, cut=st.integers(0, 30))
def test_a_basket_told_in_two_parts_is_the_same_basket(rows: list[list[str]], cut: int) -> None:
    baskets, names = baskets_of(rows)
    basket = np.repeat(np.arange(len(baskets)), baskets.sizes)
    parts = [np.arange(len(basket)) >= cut, np.arange(len(basket)) < cut]
    again = of_pairs(
        np.concatenate([basket[part] for part in parts]),
        np.concatenate([baskets.item[part] for part in parts]),
        len(rows),
        len(names),
    )
    assert again.item.tolist() == baskets.item.tolist()
    one, other = rules(baskets, mine(baskets, 1)), rules(again, mine(again, 1))
    assert one.count.tolist() == other.count.tolist()


@settings(max_examples=30, deadline=None)
@given(rows=some_baskets)
def test_counts_are_those_of_plain_counting(rows: list[list[str]]) -> None:
    baskets, names = baskets_of(rows)
    found = rules(baskets, mine(baskets, 1))
    sets = [set(row) for row in rows]
    for rule in range(len(found)):
        left, right = {names[item] for item in found.items_of(rule)}, names[found.consequent[rule]]
        assert right not in left
        assert found.antecedent_count[rule] == sum(left <= row for row in sets)
        assert found.consequent_count[rule] == sum(right in row for row in sets)
        assert found.count[rule] == sum(left | {right} <= row for row in sets)
