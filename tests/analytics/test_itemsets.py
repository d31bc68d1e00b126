from __future__ import annotations

import csv
import gzip
import itertools
from collections.abc import Callable, Iterable, Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import itemsets
from analytics.baskets import Baskets, of_pairs
from analytics.itemsets import MOST, Itemsets, compiled
from tests.data_sets import shared_file

Miner = Callable[[Baskets, int, int], Itemsets]


def by_kernel(baskets: Baskets, min_count: int, most: int) -> Itemsets:
    if not itemsets.warm_up():
        pytest.skip("NOT TESTED: numba is not installed")
    return compiled.eclat(baskets, min_count, most)


MINERS: dict[str, Miner] = {
    "apriori": itemsets.apriori,
    "eclat": itemsets.eclat,
    "fp_growth": itemsets.fp_growth,
    "compiled": by_kernel,
}
all_miners = pytest.mark.parametrize("miner", MINERS.values(), ids=MINERS)


def baskets_of(lists: Sequence[Iterable[int]], items: int | None = None) -> Baskets:
    pairs = np.array([(number, item) for number, some in enumerate(lists) for item in some], np.int64).reshape(-1, 2)
    return of_pairs(pairs[:, 0], pairs[:, 1], len(lists), items or int(pairs[:, 1].max(initial=-1)) + 1)


def supports(found: Itemsets) -> dict[tuple[int, ...], int]:
    table = {found.members(row): int(found.support[row]) for row in range(len(found))}
    assert len(table) == len(found)
    return table


def counted_one_by_one(lists: Sequence[set[int]], min_count: int) -> dict[tuple[int, ...], int]:
    """Every set of items, looked for in every basket."""
    everything = sorted(set().union(*lists))
    table = {}
    for size in range(1, len(everything) + 1):
        for some in itertools.combinations(everything, size):
            count = sum(set(some) <= basket for basket in lists)
            if count >= max(min_count, 1):
                table[some] = count
    return table


@cache
def transactions(name: str) -> Baskets:
    with gzip.open(shared_file(name), "rt") as lines:
        return baskets_of([map(int, line.split()) for line in lines])


@cache
def groceries() -> Baskets:
    with shared_file("groceries.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    numbers = {name: number for number, name in enumerate(sorted({name for row in rows for name in row}))}
    return baskets_of([[numbers[name] for name in row] for row in rows])


@all_miners
def test_the_nine_transactions_of_the_textbook(miner: Miner) -> None:
    """Han, Kamber & Pei, Data Mining, chapter 6."""
    nine = [{1, 2, 5}, {2, 4}, {2, 3}, {1, 2, 4}, {1, 3}, {2, 3}, {1, 3}, {1, 2, 3, 5}, {1, 2, 3}]
    found = miner(baskets_of(nine), 2, MOST)
    assert np.bincount(found.lengths).tolist() == [0, 5, 6, 2]
    table = supports(found)
    assert table[1,] == 6
    assert table[2,] == 7
    assert table[1, 2] == 4
    assert table[1, 2, 3] == 2
    assert table[1, 2, 5] == 2
    assert found.complete


@all_miners
@pytest.mark.parametrize(
    ("name", "min_count", "sets"),
    [
        *(("mushroom.dat.gz", count, sets) for count, sets in ((4062, 153), (3250, 565), (2438, 2735), (1625, 53583))),
        *(("retail.dat.gz", count, sets) for count, sets in ((882, 159), (441, 580), (177, 2691), (89, 7589))),
    ],
)
def test_the_published_numbers_of_sets(miner: Miner, name: str, min_count: int, sets: int) -> None:
    found = miner(transactions(name), min_count, MOST)
    assert len(found) == sets
    assert found.complete
    assert found.support.min() >= min_count


@all_miners
@pytest.mark.parametrize(("min_count", "sets"), [(99, 333), (50, 1_001), (10, 13_492)])
def test_groceries(miner: Miner, min_count: int, sets: int) -> None:
    found = miner(groceries(), min_count, MOST)
    assert len(found) == sets


def test_all_find_the_same_sets_in_groceries() -> None:
    tables = [
        supports(miner(groceries(), 10, MOST)) for miner in (itemsets.apriori, itemsets.eclat, itemsets.fp_growth)
    ]
    assert tables[0] == tables[1] == tables[2]


@all_miners
@given(lists=st.lists(st.sets(st.integers(0, 6)), min_size=1, max_size=12), min_count=st.integers(0, 5))
@settings(max_examples=50, deadline=None)
def test_as_counted_one_by_one(miner: Miner, lists: list[set[int]], min_count: int) -> None:
    found = miner(baskets_of(lists, 7), min_count, MOST)
    assert found.complete
    assert supports(found) == counted_one_by_one(lists, min_count)


@all_miners
def test_more_baskets_than_a_word_has_bits(miner: Miner) -> None:
    rng = np.random.default_rng(5)
    lists = [set(np.flatnonzero(rng.random(9) < 0.4).tolist()) for _ in range(333)]
    assert supports(miner(baskets_of(lists), 9, MOST)) == counted_one_by_one(lists, 9)


@all_miners
def test_one_of_five_baskets_is_a_support_of_a_fifth(miner: Miner) -> None:
    """{A, B} in 1 of 5 baskets has support 0.2 and A leads to B in 1 of 3, whatever some lessons print."""
    found = miner(baskets_of([{0, 1}, {0}, {0}, {1}, {2}]), 1, MOST)
    table = supports(found)
    assert table[0, 1] == 1
    assert table[0, 1] / 5 == 0.2
    assert table[0, 1] / table[0,] == 1 / 3


@all_miners
@pytest.mark.parametrize(
    ("lists", "min_count", "expected"),
    [
        ([{3, 5}], 1, {(3,): 1, (5,): 1, (3, 5): 1}),
        ([{3, 5}], 2, {}),
        ([{1}, {2}, {1}], 1, {(1,): 2, (2,): 1}),
        ([set(), set()], 1, {}),
        ([set(), {4}, set()], 0, {(4,): 1}),
        ([{0, 1}, {0, 2}], 2, {(0,): 2}),
        ([{7, 8}, {7, 8}], 2, {(7,): 2, (8,): 2, (7, 8): 2}),
        ([], 1, {}),
    ],
)
def test_small_shops(miner: Miner, lists: list[set[int]], min_count: int, expected: dict[tuple[int, ...], int]) -> None:
    found = miner(baskets_of(lists), min_count, MOST)
    assert supports(found) == expected
    assert found.complete


@all_miners
def test_the_same_product_twice_in_a_basket_counts_once(miner: Miner) -> None:
    assert supports(miner(baskets_of([[1, 1, 2], [2, 1, 2]]), 1, MOST)) == {(1,): 2, (2,): 2, (1, 2): 2}


@all_miners
def test_fifty_thousand_products(miner: Miner) -> None:
    rng = np.random.default_rng(2)
    owner = np.repeat(np.arange(60_000), 4)
    item = rng.integers(0, 50_000, len(owner))
    planted = np.arange(0, 60_000, 100)
    baskets = of_pairs(
        np.concatenate([owner, planted, planted]),
        np.concatenate([item, np.full(len(planted), 17), np.full(len(planted), 49_999)]),
        60_000,
        50_000,
    )
    found = miner(baskets, 20, MOST)
    assert found.row([17, 49_999]) is not None
    assert found.support[found.row([49_999, 17])] >= 600
    assert found.row([17, 18]) is None
    assert found.complete


@all_miners
def test_thirty_bulk_buyers_among_a_hundred_thousand(miner: Miner) -> None:
    rng = np.random.default_rng(3)
    owner = np.repeat(np.arange(100_000), 3)
    baskets = of_pairs(
        np.concatenate([owner, np.repeat(np.arange(30), 5_000)]),
        np.concatenate(
            [(8_000 * rng.random(len(owner)) ** 4).astype(int), *(rng.permutation(8_000)[:5_000] for _ in range(30))]
        ),
        100_000,
        8_000,
    )
    assert miner(baskets, 60, MOST).complete


@all_miners
def test_stops_at_the_size_that_still_fits(miner: Miner) -> None:
    lists = [set(range(10)) - {left_out} for left_out in range(10)]
    whole = miner(baskets_of(lists), 1, MOST)
    assert np.bincount(whole.lengths).tolist()[1:] == [10, 45, 120, 210, 252, 210, 120, 45, 10]
    for most, reached, kept in ((9, 0, 0), (10, 1, 10), (54, 1, 10), (55, 2, 55), (400, 4, 385), (1022, None, 1022)):
        found = miner(baskets_of(lists), 1, most)
        assert len(found) == kept
        assert found.complete == (reached is None)
        if reached is not None:
            assert found.reached == reached
            assert supports(found) == {some: count for some, count in supports(whole).items() if len(some) <= reached}


def test_all_or_nothing_where_smaller_sets_alone_are_no_use() -> None:
    baskets = baskets_of([range(10)] * 3)
    none = itemsets.mine(baskets, 1, 400, partly=False)
    assert (len(none), none.complete, none.reached) == (0, False, 0)
    assert supports(itemsets.mine(baskets, 1, partly=False)) == supports(itemsets.mine(baskets, 1))


@all_miners
def test_baskets_that_are_all_alike_stop_early(miner: Miner) -> None:
    """Every one of 2 to the 400th sets is frequent."""
    found = miner(baskets_of([range(400)] * 30), 20, 100_000)
    assert not found.complete
    assert found.reached == 2
    assert len(found) == 400 + 400 * 399 // 2


@all_miners
def test_rows_of_a_set_and_of_what_it_is_without_each_item(miner: Miner) -> None:
    found = miner(groceries(), 30, MOST)
    table = {found.members(row): row for row in range(len(found))}
    sets, items, without = found.antecedents()
    assert len(sets) == found.lengths[found.lengths > 1].sum()
    for row, item, antecedent in zip(sets.tolist(), items.tolist(), without.tolist(), strict=True):
        assert table[tuple(sorted({*found.members(antecedent), item}))] == row
        assert item not in found.members(antecedent)
    for some, row in itertools.islice(table.items(), 0, None, 50):
        assert found.row(reversed(some)) == row
    assert (found.parent < np.arange(len(found))).all()
    singles = found.lengths == 1
    assert singles[: singles.sum()].all()
    assert (np.diff(found.support[singles]) >= 0).all()


def test_levels_of_nothing() -> None:
    found = itemsets.mine(baskets_of([set()]), 1)
    assert list(found.levels()) == []
    assert [len(column) for column in found.antecedents()] == [0, 0, 0]
    assert found.row([3]) is None


def test_levels_hold_members_and_shorter_sets() -> None:
    found = itemsets.mine(baskets_of([{4, 5, 6}]), 1)
    singles, pairs, triple = found.levels()
    assert singles.without.tolist() == [[-1]] * 3
    assert pairs.members.shape == (3, 2)
    assert triple.members.tolist() == [[4, 5, 6]]
    assert [found.members(row) for row in triple.without[0].tolist()] == [(5, 6), (4, 6), (4, 5)]


def test_mines_with_and_without_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_search", None)
    without = supports(itemsets.mine(groceries(), 50))
    with pytest.raises(RuntimeError):
        compiled.eclat(groceries(), 50, MOST)
    if itemsets.warm_up():
        assert compiled.ready()
        assert supports(itemsets.mine(groceries(), 50)) == without


def test_arrays_that_cannot_be_written_do_not_set_the_compiler_going() -> None:
    lists = [{0, 1, 2}, {0, 1}, {2}]
    baskets = baskets_of(lists)
    baskets.start.flags.writeable = False
    baskets.item.flags.writeable = False
    assert supports(by_kernel(baskets, 1, MOST)) == counted_one_by_one(lists, 1)


def test_nothing_heavy_is_loaded_by_importing() -> None:
    import subprocess
    import sys

    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import analytics.itemsets, sys; print('numba' in sys.modules, 'pandas' in sys.modules)",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert loaded.split() == ["False", "False"]
