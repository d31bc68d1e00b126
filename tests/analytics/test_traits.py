from __future__ import annotations

import json

import numpy as np
import pytest

from analytics.traits import association, holm, most_apart, over_represented, traits
from tests.data_sets import FOLDER

RNG = np.random.default_rng
GOLDEN = FOLDER.parent / "golden" / "portrait.json"


def test_residuals_of_the_titanic() -> None:
    table = [[122, 203], [167, 118], [528, 178], [673, 212]]
    found = association(table)
    assert found.chi2 == pytest.approx(190.4011, abs=1e-3)
    assert found.freedom == 3
    assert found.cramers_v == pytest.approx(0.2941, abs=1e-3)
    assert found.residuals[:, 1] == pytest.approx([12.59303778, 3.521021636, -4.888700597, -6.868540687], abs=1e-6)
    assert found.chance < 1e-30
    if GOLDEN.exists():
        (case,) = json.loads(GOLDEN.read_text())["cases"]
        assert found.residuals == pytest.approx(np.array(case["expected"]["adjusted_residuals"]), abs=1e-3)


def test_residuals_are_the_same_one_value_at_a_time() -> None:
    counts, rest = np.array([122, 167, 528, 673]), np.array([203, 118, 178, 212])
    residuals, _ = over_represented(counts, counts + rest, 1490, 2201)
    assert residuals == pytest.approx(association(np.column_stack([counts, rest])).residuals[:, 0])


def test_chances_are_those_of_fishers_tea() -> None:
    # Three of four cups right: one-sided 17/70.
    _, chances = over_represented(np.array([3]), np.array([4]), 4, 8)
    assert chances == pytest.approx([34 / 70])


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]).tolist() == []


def group() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Forty of two hundred are the group: half of them from 上海, of the others an eighth; they are younger, too."""
    codes = np.array(["in"] * 40 + ["out"] * 160)
    city = np.array(["上海"] * 20 + ["北京"] * 20 + ["上海"] * 20 + ["北京"] * 140)
    age = np.r_[np.linspace(20, 30, 40), np.linspace(25, 65, 160)]
    return codes, {"city": city, "age": age}


def test_a_trait_says_share_base_and_how_many() -> None:
    codes, told = group()
    city = next(trait for trait in traits(codes, told)["in"] if trait.value == "上海")
    assert (city.feature, city.customers, city.known, city.share, city.base) == ("city", 20, 40, 0.5, 0.2)
    assert city.ratio == pytest.approx(2.5)
    table = association([[20, 20], [20, 140]])
    assert city.residual == pytest.approx(table.residuals[0, 0])


def test_numbers_are_compared_by_their_middle() -> None:
    codes, told = group()
    age = next(trait for trait in traits(codes, told)["in"] if trait.feature == "age")
    assert (age.value, age.share) == (None, 25.0)
    assert age.base == pytest.approx(np.median(told["age"]))
    assert age.residual < -3


def test_what_the_group_was_built_on_is_not_asked_about() -> None:
    codes, told = group()
    assert {trait.feature for trait in traits(codes, told, built_on=["age"])["in"]} == {"city"}


def test_fewer_than_ten_are_not_shown() -> None:
    codes = np.array(["in"] * 12 + ["out"] * 400)
    city = np.array(["上海"] * 9 + ["北京"] * 3 + ["上海"] * 4 + ["北京"] * 396)
    assert all(trait.customers >= 10 for trait in traits(codes, {"city": city})["in"])
    assert "上海" not in {trait.value for trait in traits(codes, {"city": city})["in"]}


def test_gaps_are_no_value() -> None:
    codes, told = group()
    city = told["city"].astype(object)
    city[20:30] = None
    found = next(trait for trait in traits(codes, {"city": city})["in"] if trait.value == "上海")
    assert found.known == 30
    assert (found.share, found.base) == pytest.approx((2 / 3, 40 / 190))


def test_one_wild_value_does_not_make_a_group_special() -> None:
    codes = np.array(["in"] * 30 + ["out"] * 100)
    money = np.r_[np.linspace(10, 50, 29), 1e9, np.linspace(10, 50, 100)]
    assert traits(codes, {"money": money})["in"] == ()


@pytest.mark.parametrize("kind", ["texts", "numbers", "both"])
def test_groups_by_chance_are_seldom_special(kind: str) -> None:
    rng, runs = RNG(20), 150
    false = 0
    for _ in range(runs):
        codes = rng.choice(["a", "b", "c"], 240, p=[0.5, 0.3, 0.2])
        told: dict[str, np.ndarray] = {}
        if kind != "numbers":
            told |= {f"t{i}": rng.choice(list("pqrst"), 240, p=[0.5, 0.2, 0.15, 0.1, 0.05]) for i in range(6)}
        if kind != "texts":
            told |= {f"n{i}": np.exp(rng.normal(size=240)) for i in range(6)}
        false += any(traits(codes, told).values())
    assert false / runs <= 0.05


def test_a_category_of_five_thousand_values_and_three_hundred_attributes_show_nothing_by_chance() -> None:
    rng = RNG(2)
    codes = rng.choice(["a", "b"], 600)
    told: dict[str, np.ndarray] = {"street": np.array([f"s{i}" for i in rng.integers(0, 5_000, 600)])}
    told |= {f"n{i}": rng.normal(size=600) for i in range(300)}
    assert traits(codes, told) == {"a": (), "b": ()}


def test_order_names_and_units_change_nothing() -> None:
    codes, told = group()
    first = traits(codes, told)
    mixed = RNG(1).permutation(200)
    assert traits(codes[mixed], {name: values[mixed] for name, values in told.items()}) == first
    other = traits(codes, told | {"age": 7 * told["age"]})
    assert [(t.feature, t.value, t.residual) for t in other["in"]] == [
        (t.feature, t.value, t.residual) for t in first["in"]
    ]


@pytest.mark.parametrize("size", [0, 1, 2])
def test_hardly_anybody_has_no_traits(size: int) -> None:
    told = {"city": np.array(["a"] * size, object), "age": np.zeros(size)}
    assert not any(traits(np.array(["in"] * size, object), told).values())


def test_all_alike_have_no_traits() -> None:
    assert traits(["a", "b"] * 30, {"city": ["x"] * 60, "age": [3.0] * 60}) == {"a": (), "b": ()}


def test_a_weekday_stands_out_by_customers_not_by_orders() -> None:
    rng = RNG(4)
    customer = np.repeat(np.arange(200), 6)
    inside = np.arange(200) < 60
    slot = np.where((customer < 60) & (rng.random(1_200) < 0.5), 6, rng.integers(0, 7, 1_200))
    found = most_apart(customer, slot, inside)
    assert found is not None
    assert found[0] == 6
    assert found[1] == pytest.approx((slot[customer < 60] == 6).mean())
    assert found[2] == pytest.approx((slot == 6).mean())
    # The same by one customer with very many orders is that customer's habit, not the group's.
    whale = np.r_[customer, np.zeros(2_000, int)]
    plain = np.r_[rng.integers(0, 7, 1_200), np.full(2_000, 6)]
    assert most_apart(whale, plain, inside) is None


def test_weekdays_by_chance_are_seldom_special() -> None:
    rng, false = RNG(8), 0
    for _ in range(150):
        customer = np.sort(rng.integers(0, 120, 500))
        habit = rng.integers(0, 7, 120)
        slot = np.where(rng.random(500) < 0.5, habit[customer], rng.integers(0, 7, 500))
        false += most_apart(customer, slot, rng.random(120) < 0.3) is not None
    assert false / 150 <= 0.05
