from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analytics import language, naming
from analytics.naming import Claim

RNG = np.random.default_rng(4)
CUSTOMERS = [f"c{i:03}" for i in range(300)]


def three(shift: int = 0) -> tuple[Any, dict[str, Any]]:
    """A hundred young and rich, a hundred old and poor, a hundred in the middle; `shift` moves codes, not people."""
    codes = np.array([f"cluster_{(i // 100 + shift) % 3 + 1}" for i in range(300)], object)
    ages = np.concatenate([RNG.normal(25, 2, 100), RNG.normal(65, 2, 100), RNG.normal(45, 2, 100)])
    income = np.concatenate([RNG.normal(90, 5, 100), RNG.normal(20, 5, 100), RNG.normal(50, 5, 100)])
    return codes, {"age": ages, "attribute:Income": income}


def test_a_group_is_named_by_what_sets_it_apart() -> None:
    codes, values = three()
    named = naming.names(codes, values, CUSTOMERS)
    assert set(named["cluster_1"].claims) == {Claim("age", "low"), Claim("attribute:Income", "high")}
    assert set(named["cluster_2"].claims) == {Claim("age", "high"), Claim("attribute:Income", "low")}
    assert named["cluster_3"].claims == (Claim("", "middle"),)
    assert sorted(name.colour for name in named.values()) == [0, 1, 2]


def test_texts_name_a_group_that_nearly_all_share() -> None:
    codes = np.array(["cluster_1"] * 50 + ["cluster_2"] * 50, object)
    town = ["Bath"] * 45 + ["York"] * 55
    named = naming.names(codes, {"place": town}, CUSTOMERS[:100])
    assert named["cluster_1"].claims == (Claim("place", "value", "Bath"),)
    assert named["cluster_2"].claims == (Claim("place", "value", "York"),)


def test_groups_alike_are_told_apart_by_where_they_differ_most() -> None:
    codes = np.array(["cluster_1"] * 100 + ["cluster_2"] * 100 + ["cluster_3"] * 100, object)
    money = np.concatenate([np.full(100, 900.0), np.full(100, 1000.0), np.full(100, 10.0)])
    named = naming.names(codes, {"money": money}, CUSTOMERS)
    assert len({frozenset(name.claims) for name in named.values()}) == 3


def test_the_same_groups_keep_names_and_colours_whatever_their_numbers() -> None:
    codes, values = three()
    first = naming.names(codes, values, CUSTOMERS)
    kept = naming.memory(codes, values, CUSTOMERS, first)
    moved, values = three(shift=1)
    second = naming.names(moved, values, CUSTOMERS, kept)
    for old, new in (("cluster_1", "cluster_2"), ("cluster_2", "cluster_3"), ("cluster_3", "cluster_1")):
        assert second[new] == first[old]


def test_a_name_goes_when_it_is_no_longer_true_but_the_colour_stays() -> None:
    codes, values = three()
    first = naming.names(codes, values, CUSTOMERS)
    kept = naming.memory(codes, values, CUSTOMERS, first)
    turned = {"age": 90 - values["age"], "attribute:Income": values["attribute:Income"]}
    second = naming.names(codes, turned, CUSTOMERS, kept)
    assert Claim("age", "high") in second["cluster_1"].claims
    assert [second[code].colour for code in second] == [first[code].colour for code in second]


def test_strangers_are_matched_by_where_the_groups_lie() -> None:
    codes, values = three()
    first = naming.names(codes, values, CUSTOMERS)
    kept = naming.memory(codes, values, CUSTOMERS, first)
    moved, values = three(shift=1)
    second = naming.names(moved, values, [f"other {name}" for name in CUSTOMERS], kept)
    assert second["cluster_2"] == first["cluster_1"]


def test_a_new_group_takes_a_colour_of_its_own() -> None:
    codes, values = three()
    two = np.where(codes == "cluster_3", "", codes).astype(object)
    kept = naming.memory(two, values, CUSTOMERS, naming.names(two, values, CUSTOMERS))
    named = naming.names(codes, values, CUSTOMERS, kept)
    assert len({name.colour for name in named.values()}) == 3


def test_the_order_of_the_customers_changes_nothing() -> None:
    codes, values = three()
    first = naming.names(codes, values, CUSTOMERS)
    order = RNG.permutation(300)
    again = naming.names(codes[order], {k: v[order] for k, v in values.items()}, [CUSTOMERS[i] for i in order])
    assert again == first


def test_what_is_remembered_stays_small_and_names_nobody() -> None:
    many = [f"customer {i}" for i in range(10_000)]
    codes = np.array(["cluster_1", "cluster_2"] * 5_000, object)
    values = {"money": np.arange(10_000.0)}
    kept = naming.memory(codes, values, many, naming.names(codes, values, many))
    assert len(kept) < 80_000
    assert "customer " not in kept


def test_no_name_says_much_and_rather_little_of_the_same() -> None:
    codes = np.array(["cluster_1"] * 100 + ["cluster_2"] * 100 + ["cluster_3"] * 400, object)
    money = np.concatenate([np.full(100, 900.0), np.full(100, 1000.0), np.full(400, 10.0)])
    orders = np.concatenate([np.full(200, 5.0), np.full(400, 1.0)])
    named = naming.names(codes, {"money": money, "frequency": orders}, [f"c{i}" for i in range(600)])
    for name in named.values():
        told = [claim.feature for claim in name.claims]
        assert len(told) == len(set(told))
    assert language.group_name(named["cluster_1"].claims, "en") == "Come often, spend less"
    assert language.group_name(named["cluster_2"].claims, "en") == "Come often, spend more"
    assert language.group_name(named["cluster_1"].claims, "zh") == "常来、花得较少"


@pytest.mark.parametrize(
    ("value", "feature", "en", "zh"),
    [
        ("No", "attribute:Newsletter", "Newsletter mostly No", "Newsletter多为否"),
        ("3", "attribute:Level", "Level mostly 3", "Level多为3"),
        ("Female", "sex", "mostly Women", "多为女"),
        ("Bath", "place", "mostly Bath", "多为Bath"),
    ],
)
def test_a_bare_yes_or_no_says_what_it_is_about(value: str, feature: str, en: str, zh: str) -> None:
    assert language.claimed(feature, "value", value, False, "en") == en
    assert language.claimed(feature, "value", value, False, "zh") == zh
