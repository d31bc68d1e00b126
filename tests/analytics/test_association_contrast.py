from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from analytics.association_contrast import Differences, differences
from analytics.baskets import Baskets
from analytics.itemsets import Itemsets, mine
from tests.analytics.carts import baskets_of, dealt, from_table


def pairs_of(baskets: Baskets) -> Itemsets:
    """All sets of two items, and no larger ones."""
    return mine(baskets, 5, most=1_000)


def pairs(found: Differences) -> list[tuple[int, int]]:
    return list(zip(found.one.tolist(), found.other.tolist(), strict=True))


def compared(bought: npt.NDArray[np.bool_], inside: npt.NDArray[np.bool_]) -> Differences:
    baskets = from_table(bought)
    return differences(baskets, inside, mine(baskets, 30))


def habit(seed: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """A fifth of 3,000 customers, who buy item 1 with item 0 where the others buy both as they come."""
    dice = np.random.default_rng(seed)
    inside = dice.random(3_000) < 0.2
    bought = dice.random((3_000, 15)) < 0.15
    together = inside & bought[:, 0]
    bought[:, 1] = np.where(together, dice.random(3_000) < 0.9, bought[:, 1])
    return bought, inside


def test_a_pair_that_the_group_alone_buys_together_is_found() -> None:
    for seed in range(10):
        bought, inside = habit(seed)
        found = compared(bought, inside)
        assert pairs(found) == [(0, 1)]
        both = bought[:, 0] & bought[:, 1]
        assert (found.inside[0], found.outside[0]) == ((both & inside).sum(), (both & ~inside).sum())
        assert (found.group, found.rest) == (inside.sum(), (~inside).sum())
        assert found.ratio[0] == pytest.approx(both[inside].mean() / both[~inside].mean())
        assert found.expected[0] < found.inside[0]


def test_a_liking_for_one_product_is_no_liking_for_its_pairs() -> None:
    for seed in range(10):
        dice = np.random.default_rng(seed)
        inside = dice.random(3_000) < 0.2
        bought = dice.random((3_000, 15)) < 0.15
        bought[:, 0] = dice.random(3_000) < np.where(inside, 0.6, 0.1)
        assert pairs(compared(bought, inside)) == []


def test_people_who_buy_more_of_everything_have_no_pairs_of_their_own() -> None:
    shown = 0
    for seed in range(20):
        baskets = dealt(np.random.default_rng(seed), 1_000, 25)
        inside = baskets.sizes > np.quantile(baskets.sizes, 0.8)
        mixed = inside ^ (np.random.default_rng(seed).random(1_000) < 0.1)
        shown += len(differences(baskets, mixed, pairs_of(baskets)))
    assert shown <= 1


@pytest.mark.slow
def test_groups_drawn_by_lot_do_not_differ() -> None:
    shown = 0
    for seed in range(400):
        dice = np.random.default_rng(seed)
        baskets = dealt(dice, 800, 25)
        shown += len(differences(baskets, dice.random(800) < 0.3, pairs_of(baskets))) > 0
    assert shown <= 20


def test_more_groups_make_it_harder() -> None:
    bought, inside = habit(1)
    baskets = from_table(bought)
    once, often = (differences(baskets, inside, mine(baskets, 30), groups) for groups in (1, 11))
    assert often.chance[0] == pytest.approx(11 * once.chance[0], rel=1e-6)


def test_the_order_of_customers_changes_nothing() -> None:
    bought, inside = habit(2)
    order = np.random.default_rng(1).permutation(len(inside))
    one, other = compared(bought, inside), compared(bought[order], inside[order])
    assert pairs(one) == pairs(other)
    assert one.chance.tolist() == other.chance.tolist()


def test_nobody_and_everybody_and_no_pairs() -> None:
    bought, inside = habit(3)
    for group in (np.zeros_like(inside), np.ones_like(inside)):
        assert len(compared(bought, group)) == 0
    shops: list[list[list[str]]] = [[], [[]], [["A"], ["B"]]]
    for rows in shops:
        baskets, _ = baskets_of(rows)
        assert len(differences(baskets, np.ones(len(baskets), bool), mine(baskets, 1))) == 0
