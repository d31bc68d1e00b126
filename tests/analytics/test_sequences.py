from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics import purchases, rfm, sequences_chance, sequences_risk
from analytics.sequences import Purchases, Sequences, follow, of_arrays, of_lines, share_within
from analytics.sequences_due import Due, credible_pace, due
from analytics.survival import kaplan_meier
from tests.analytics.shops import Row, line, orders
from tests.data_sets import shared_file

KIT, REFILL, MUG, TEA = 0, 1, 2, 3
Line = tuple[int, int, int]


def of(lines: Sequence[Line], items: int = 4, today: int | None = None) -> Purchases:
    """From (customer, day, item)."""
    who, when, what = np.array(lines, np.int64).reshape(-1, 3).T
    return of_arrays(who, when, what, items, today)


def filters() -> list[Line]:
    """Twenty take the kit and 12 of them the refill after 34 days; forty take a mug, and all who return take tea."""
    kit = (
        [(i, 0, KIT) for i in range(20)] + [(i, 34, REFILL) for i in range(12)] + [(i, 50, TEA) for i in range(12, 20)]
    )
    mug = [(i, 0, MUG) for i in range(20, 60)] + [(i, 40, TEA) for i in range(20, 60)]
    return kit + mug


def random_shop(
    seed: int, customers: int = 400, items: int = 20, days: int = 450, visits: float = 5.0, basket: float = 2.0
) -> Purchases:
    """Everybody buys when and what they like; customers differ in how often they come and how much they take."""
    dice = np.random.default_rng(seed)
    joined, rate = dice.integers(0, days, customers), dice.gamma(0.8, visits / 0.8, customers)
    times = 1 + dice.poisson(rate * (days - joined) / days)
    who = np.repeat(np.arange(customers), times)
    when = dice.integers(joined[who], days)
    lines = 1 + dice.poisson(dice.gamma(1, basket - 1, customers)[who])
    who, when = np.repeat(who, lines), np.repeat(when, lines)
    popularity = 1 / np.arange(1, items + 1)
    what = dice.choice(items, len(who), p=popularity / popularity.sum())
    return of_arrays(who, when, what, items, today=days)


def planted(
    shop: Purchases, seed: int, share: float = 0.4, gap: float = 30, first: int = 1, then: int = 10
) -> Purchases:
    """The same, and after the first `first` that share of customers come for `then`."""
    dice = np.random.default_rng(seed)
    mine = np.flatnonzero(shop.item == first)
    mine = mine[np.unique(shop.customer[mine], return_index=True)[1]]
    mine = mine[dice.random(len(mine)) < share]
    when = shop.day[mine] + np.maximum(1, dice.normal(gap, 5, len(mine)).round().astype(np.int64))
    return of_arrays(
        np.concatenate([shop.customer, shop.customer[mine]]),
        np.concatenate([shop.day, when]),
        np.concatenate([shop.item, np.full(len(mine), then)]),
        shop.items,
        shop.today,
    )


def told(found: Sequences) -> dict[tuple[int, int], tuple[float, ...]]:
    """By pair; figures rounded."""
    names = ("at_risk", "support", "other_way", "share", "low", "high", "chance_share", "gap", "ratio", "chance")
    rows = zip(*(getattr(found, name).round(9).tolist() for name in names), strict=True)
    return dict(zip(zip(found.first.tolist(), found.then.tolist(), strict=True), rows, strict=True))


def test_after_the_starter_kit_the_refill() -> None:
    found = follow(of(filters()), horizon=45)
    assert list(zip(found.first.tolist(), found.then.tolist(), strict=True)) == [(KIT, REFILL), (MUG, TEA)]
    assert found.at_risk.tolist() == [20, 40]
    assert found.support.tolist() == [12, 40]
    assert found.other_way.tolist() == [0, 0]
    assert found.share.tolist() == pytest.approx([0.6, 1.0])
    assert found.gap.tolist() == [34, 40]
    # Nobody else ever took the refill: by chance nothing would follow.
    assert found.chance_share[0] == 0
    assert np.isinf(found.ratio[0])
    # Kit, mug come before returns; tea, refill follow often enough: 2 x 2 pairs; and tea, refill could be refilled, had
    # anybody come back after them.
    assert (found.tried, found.horizon, found.left_out) == (4, 45, 0)


def test_one_pair_by_hand() -> None:
    """0 had A and returned with B and two others, 1 returned without; 2 and 4 never had A, 3 had B before."""
    a, b, c, d = range(4)
    lines = [(0, 0, a), (0, 5, b), (0, 5, c), (0, 5, d), (0, 9, c)]
    lines += [
        (1, 1, a),
        (1, 6, c),
        (1, 6, d),
        (2, 0, c),
        (2, 7, b),
        (3, 0, b),
        (3, 3, a),
        (3, 8, c),
        (4, 0, d),
        (4, 6, c),
        (4, 6, d),
    ]
    shop = of(lines)
    risk = sequences_risk.risk_of(shop.customer, shop.day, shop.item, shop.items)
    found = sequences_chance.compare(risk, a, b)
    # Of the baskets with one item none is filled by somebody at risk who has A. Of those with two or three, five of the
    # seven places at risk are filled by such, and so is the one that holds B.
    assert (found.support, found.other_way, found.events, len(found.at)) == (1, 1, 1, 2)
    assert found.expected == pytest.approx(5 / 7)
    assert found.chance == pytest.approx(5 / 7)


def naive(shop: Purchases, first: int, then: int) -> tuple[int, int, int, float, float]:
    """Support, at risk, other way, places at risk with `first`, and all places at risk, by loops."""
    support = at_risk = other_way = 0
    exposed = everybody = 0.0
    for customer in set(shop.customer.tolist()):
        mine = shop.customer == customer
        day, item = shop.day[mine], shop.item[mine]
        a = day[item == first].min(initial=10**6)
        b = day[item == then].min(initial=10**6)
        if a < 10**6:
            at_risk += b > a
            support += a < b < 10**6
            other_way += b < a
        for visit in sorted(set(day.tolist()))[1:]:
            places = int((day == visit).sum())
            everybody += places * (visit <= b)
            exposed += places * (a < visit <= b)
    return support, at_risk, other_way, exposed, everybody


def test_the_counts_are_those_of_plain_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequences_risk, "SIZES", 1)
    monkeypatch.setattr(sequences_risk, "PERIODS", 1)
    monkeypatch.setattr(sequences_chance, "COUNTERS", 13)
    monkeypatch.setattr(sequences_chance, "TRIPLES", 50)
    shop = random_shop(3, customers=60, items=6, visits=3)
    risk = sequences_risk.risk_of(shop.customer, shop.day, shop.item, shop.items)
    support, both = sequences_chance._counts(risk, np.arange(6))
    after = np.bincount(risk.item, weights=risk.rest, minlength=6)
    for first in range(6):
        for then in range(6):
            if first == then:
                continue
            follows, at_risk, other_way, exposed, everybody = naive(shop, first, then)
            pair = sequences_chance.compare(risk, first, then)
            assert support[first, then] == pair.support == follows
            assert (len(pair.at), pair.other_way) == (at_risk, other_way)
            assert after[first] - both[first, then] == exposed
            assert pair.expected == pytest.approx(pair.events * exposed / everybody)


def test_a_refill_is_compared_with_the_others_first_purchase() -> None:
    """Regulars of one coffee take it every time; the others take anything."""
    lines = [(i, 30 * k, REFILL) for i in range(20) for k in range(4)]
    lines += [(20 + i, 30 * k, MUG if k % 2 else TEA) for i in range(20) for k in range(2)]
    lines += [(40 + i, 30 * k, (KIT, MUG, TEA)[(i + k) % 3]) for i in range(30) for k in range(3)]
    found = follow(of(lines), horizon=60)
    assert found.refills.tolist() == [REFILL]
    at = int(np.flatnonzero(found.first == found.then)[0])
    assert (found.at_risk[at], found.support[at], found.gap[at], found.share[at]) == (20, 20, 30, 1.0)


def test_popular_things_follow_everything_and_are_not_told() -> None:
    """Nine in ten returns are for milk, whatever was bought before."""
    dice = np.random.default_rng(5)
    lines = [(i, 0, int(dice.integers(0, 3))) for i in range(300)]
    lines += [
        (i, int(dice.integers(5, 60)), 3 if dice.random() < 0.9 else int(dice.integers(0, 3))) for i in range(300)
    ]
    assert len(follow(of(lines))) == 0


def test_greenwood_within_the_horizon() -> None:
    """Without censoring it is the binomial share, and its interval about Wilson's."""
    curve = kaplan_meier([10] * 40 + [200] * 60, [1] * 100)
    share, low, high = share_within(curve, 90)
    assert share == pytest.approx(0.4)
    assert (low, high) == pytest.approx((0.313, 0.503), abs=0.01)
    assert share_within(curve, 5) == (0.0, 0.0, 1.0)
    assert share_within(curve, 300) == (1.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("path", "columns", "pair"),
    [
        ("en/orders.csv", ("Date", "Customer ID", "Product"), ("Pour-over starter kit", "Paper filters, 40")),
        ("zh/订单.csv", ("下单时间", "客户编号", "商品名称"), ("冷泡茶入门套装", "冷泡茶包补充装 30包")),
    ],
)
def test_the_sample_shops(path: str, columns: tuple[str, ...], pair: tuple[str, str]) -> None:
    """The refill after the starter kit, the refill after the refill, and nothing else; both after some 34 days."""
    sheet = pd.read_csv(Path(__file__).parents[2] / "data" / path)
    time, customer, product = (sheet[column] for column in columns)
    day = pd.to_datetime(time).to_numpy("datetime64[D]").astype(np.int64)
    item, names = pd.factorize(product)
    found = follow(of_arrays(pd.factorize(customer)[0], day, item, len(names)))
    assert {(names[a], names[b]) for a, b in told(found)} == {pair, (pair[1], pair[1])}
    assert ((found.gap >= 32) & (found.gap <= 37)).all()
    assert (found.share > 2 * found.chance_share).all()


@pytest.mark.slow
def test_what_was_learnt_of_online_retail_holds_later() -> None:
    """Sequences of the first eight months come at more than the others' rate in the next four."""
    sheet = pd.read_csv(shared_file("online_retail.csv.gz"), dtype={"InvoiceNo": str, "StockCode": str})
    sold = ~sheet["InvoiceNo"].str.startswith("C") & (sheet["Quantity"] > 0) & (sheet["UnitPrice"] > 0)
    sheet = sheet[sold & sheet["CustomerID"].notna()]
    day = pd.to_datetime(sheet["InvoiceDate"]).to_numpy("datetime64[D]").astype(np.int64)
    item, names = pd.factorize(sheet["StockCode"])
    who = pd.factorize(sheet["CustomerID"])[0]
    cut = int(day.max()) - 120
    early, whole = (of_arrays(who, day, item, len(names), today) for today in (cut, None))
    risks = [sequences_risk.risk_of(shop.customer, shop.day, shop.item, shop.items) for shop in (early, whole)]
    found = follow(early)
    later = []
    for first, then in told(found):
        if first != then:
            before, after = (sequences_chance.compare(risk, first, then) for risk in risks)
            later.append((after.support - before.support, after.expected - before.expected))
    support, expected = np.array(later).T
    assert len(later) > 100
    assert support.sum() > 2 * expected.sum()
    assert (support > expected)[expected > 1].mean() > 0.9


@pytest.mark.parametrize("change", ["order", "customers", "products", "dates", "twice"])
def test_what_must_not_matter(change: str) -> None:
    dice = np.random.default_rng(8)
    shop = planted(random_shop(8), 8)
    who, when, what, today = shop.customer, shop.day, shop.item, shop.today
    back = np.arange(shop.items)
    if change == "order":
        order = dice.permutation(len(who))
        who, when, what = who[order], when[order], what[order]
    elif change == "customers":
        who = dice.permutation(2 * int(who.max()) + 2)[who]
    elif change == "products":
        name = dice.permutation(shop.items)
        what, back = name[what], np.argsort(name)
    elif change == "dates":
        when, today = when + 1000, today + 1000
    else:
        who, when, what = (np.tile(values, 2) for values in (who, when, what))
    again = follow(of_arrays(who, when, what, shop.items, today))
    found = follow(shop)
    assert (1, 10) in told(found)
    assert {(int(back[a]), int(back[b])): row for (a, b), row in told(again).items()} == told(found)
    chosen = np.array([1, 10])
    first, other = (due(of_arrays(*columns), items) for columns, items in (
        ((shop.customer, shop.day, shop.item, shop.items, shop.today), chosen),
        ((who, when, what, shop.items, today), np.argsort(back)[chosen]),
    ))  # fmt: skip
    assert len(first) == len(other) > 0
    assert sorted(zip(first.late, first.expected, first.gaps, first.chance.round(9), strict=True)) == sorted(
        zip(other.late, other.expected, other.gaps, other.chance.round(9), strict=True)
    )


def test_goods_brought_back_fees_and_the_future_are_no_purchases() -> None:
    rows: list[Row] = [
        line("ann", 0, 5.0, product="tea", taken_back=False, not_a_product=False),
        line("ann", 0, 4.0, product="tea", taken_back=False, not_a_product=False),
        line("ann", 3, -5.0, product="tea", taken_back=True, not_a_product=False),
        line("ann", 3, 2.0, product="postage", taken_back=False, not_a_product=True),
        line("bob", 2, 7.0, product="mug", taken_back=False, not_a_product=False),
        line("bob", 4, 7.0, product=None, taken_back=False, not_a_product=False),
        line(None, 4, 7.0, product="mug", taken_back=False, not_a_product=False),
        line("bob", 9, 7.0, product="mug", taken_back=False, not_a_product=False),
    ]
    lines = orders(rows).frame()
    as_of = pd.Timestamp("2026-01-06")
    table = rfm.customer_table(lines[lines["time"] < as_of], as_of)
    found = of_lines(lines, table, "product")
    names = lines["product"].cat.categories[found.item].tolist()
    assert list(zip(table.customer[found.customer], names, found.money, strict=True)) == [
        ("ann", "tea", 9.0),
        ("bob", "mug", 7.0),
    ]
    assert (found.today - found.day).tolist() == [5, 3]
    whole = purchases.order_lines(orders(rows))
    assert whole is not None
    assert len(of_lines(whole, rfm.customer_table(whole), "product")) == 3


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [(0, 0, 0)],
        [(0, day, day % 4) for day in range(100)],
        [(i, day, 0) for i in range(50) for day in range(0, 90, 30)],
        [(i, 0, item) for i in range(50) for item in range(4)],
        [(i, i, i % 4) for i in range(200)],
    ],
    ids=["nothing", "one line", "one customer", "one product", "one day", "nobody returns"],
)
def test_nothing_to_tell(lines: list[Line]) -> None:
    shop = of(lines)
    assert len(follow(shop)) == 0
    assert len(due(shop, follow(shop).refills)) == 0


def test_a_shop_with_one_product_has_a_clock_all_the_same() -> None:
    """Nothing there is beyond chance, there being no choice; who is due can be asked."""
    shop = of([(i, day, 0) for i in range(50) for day in (0, 30, 60)], today=90)
    assert len(follow(shop)) == 0
    assert due(shop, np.array([0])).late.tolist() == [0] * 50


def test_what_lies_beyond_the_day_asked_for_is_unknown() -> None:
    lines = filters()
    future = [(i, 400 + i, i % 4) for i in range(60)]
    assert told(follow(of(lines + future, today=51), 45)) == told(follow(of(lines), 45))


def test_nobody_buys_nothing() -> None:
    lines = [*filters(), (-1, 3, REFILL), (4, 3, -1)]
    assert told(follow(of(lines), 45)) == told(follow(of(filters()), 45))


def test_a_dealer_is_left_out() -> None:
    lines = filters() + [(99, day, 4 + item) for day in (0, 9) for item in range(2500)]
    found = follow(of(lines, items=2504), 45)
    assert found.left_out == 1
    assert set(told(found)) == {(MUG, TEA), (KIT, REFILL)}


def test_fifty_thousand_products() -> None:
    dice = np.random.default_rng(2)
    extra = np.column_stack(
        [dice.integers(0, 2000, 20_000), dice.integers(0, 50, 20_000), dice.integers(4, 50_000, 20_000)]
    )
    noise = [(100 + int(who), int(when), int(what)) for who, when, what in extra]
    assert (KIT, REFILL) in told(follow(of(filters() + noise, items=50_000), 45))


def null_runs(runs: int) -> int:
    shops = [
        (400, 20, 450, 5.0, 2.0),
        (80, 8, 450, 5.0, 2.0),
        (300, 60, 450, 5.0, 4.0),
        (300, 6, 450, 8.0, 3.0),
    ]
    return sum(len(follow(random_shop(seed, *shops[seed % len(shops)]))) > 0 for seed in range(runs))


def planted_runs(runs: int) -> tuple[int, float, float]:
    """How often it was found, the farthest gap from 30 days, and how often the interval held the true share."""
    found, gaps, held = 0, [], 0
    for seed in range(runs):
        # The twentieth product is rare by itself: what follows is what was planted.
        shop = planted(random_shop(seed, items=40), seed, then=39)
        told_of = told(follow(shop))
        if (1, 39) in told_of:
            *_, low, high, _, gap, _, _ = told_of[1, 39]
            found += 1
            gaps.append(abs(gap - 30))
            held += low <= 0.4 + 0.6 * 0.01 <= high
    return found, max(gaps), held / max(found, 1)


def test_independent_customers_follow_nothing() -> None:
    assert null_runs(100) <= 5


def test_what_was_planted_is_found() -> None:
    found, off, held = planted_runs(40)
    assert found >= 38
    assert off <= 4
    assert held >= 0.8


@pytest.mark.slow
def test_independent_customers_follow_nothing_in_many_runs() -> None:
    assert null_runs(1000) <= 50


@pytest.mark.slow
def test_what_was_planted_is_found_in_many_runs() -> None:
    found, off, held = planted_runs(200)
    assert found >= 190
    assert off <= 6
    assert held >= 0.9


def test_censoring() -> None:
    """Of people who buy again after 60 days on average, a short watch sees the quick ones only."""
    dice = np.random.default_rng(4)
    start, gap = dice.integers(0, 300, 1500), 1 + dice.exponential(60, 1500).astype(np.int64)
    who = np.arange(1500)
    other = np.arange(1500, 3000)
    shop = of_arrays(
        np.concatenate([who, who, other, other]),
        np.concatenate([start, start + gap, start, start + gap]),
        np.concatenate([np.full(1500, KIT), np.full(1500, REFILL), np.full(1500, MUG), np.full(1500, TEA)]),
        4,
    )
    gaps, plain = {}, {}
    for today in (1000, 200, 120):
        known = shop.day < today
        part = of_arrays(shop.customer[known], shop.day[known], shop.item[known], 4, today)
        gaps[today] = told(follow(part, horizon=90))[KIT, REFILL][7]
        plain[today] = float(np.median(gap[start + gap < today]))
    assert gaps[1000] == pytest.approx(gaps[200], abs=4)
    assert gaps[1000] == pytest.approx(gaps[120], abs=5)
    assert plain[120] < 0.75 * plain[1000]


def regulars(customers: int = 30, gap: int = 30, times: int = 5) -> list[Line]:
    """Customer i starts on day i."""
    return [(i, i + gap * k, REFILL) for i in range(customers) for k in range(times)]


def test_due_every_thirty_days() -> None:
    shop = of(regulars(), today=150)
    found = due(shop, np.array([REFILL]))
    assert found.expected.tolist() == [30.0] * len(found)
    assert (found.due - found.last).tolist() == [30] * len(found)
    assert found.customer.tolist() == list(range(7))
    assert found.late.tolist() == [0, -1, -2, -3, -4, -5, -6]
    assert (found.today.sum(), found.this_week.sum(), found.overdue.sum()) == (1, 6, 0)
    assert found.gaps.tolist() == [4] * 7
    assert not found.own.any()  # All have the same gap: nobody differs.


def test_own_rhythm_against_the_products() -> None:
    dice = np.random.default_rng(6)
    lines = [
        (i, int(day), REFILL)
        for i in range(60)
        for day in np.cumsum(
            np.concatenate([[dice.integers(0, 10)], dice.normal(20 if i % 2 else 60, 3, 8 if i % 2 else 3).round()])
        )
    ]
    lines += [(100, 180, REFILL)]
    found = due(of(lines, today=200), np.array([REFILL]), ahead=60)
    expected = dict(zip(found.customer.tolist(), found.expected.tolist(), strict=True))
    assert all(expected[i] == pytest.approx(20 if i % 2 else 60, rel=0.25) for i in expected if i < 60)
    once = int(np.flatnonzero(found.customer == 100)[0])
    assert (found.gaps[once], found.own[once]) == (0, False)
    assert 15 <= found.expected[once] <= 65


def test_who_is_far_beyond_is_lost() -> None:
    lines = [*regulars(customers=40), (50, 0, REFILL), (50, 30, REFILL)]
    found = due(of(lines, today=170), np.array([REFILL]))
    assert 50 not in found.customer.tolist()
    assert found.late.max() <= 10


def test_by_day_and_then_by_money() -> None:
    lines = np.array(regulars() + [(100 + who, when, REFILL) for who, when, _ in regulars()])
    money = np.where(lines[:, 0] < 100, 5.0, 8.0)
    shop = of_arrays(lines[:, 0], lines[:, 1], lines[:, 2], 4, 150, money)
    found = due(shop, np.array([REFILL]))
    assert found.customer.tolist()[:4] == [100, 0, 101, 1]
    assert found.money.tolist()[:4] == [8, 5, 8, 5]


def test_products_that_few_buy_again_have_no_clock() -> None:
    assert len(due(of(regulars(customers=9), today=150), np.array([REFILL]))) == 0


def test_waiting_longer_makes_it_less_likely() -> None:
    dice = np.random.default_rng(9)
    lines = []
    for i in range(400):
        day = int(dice.integers(0, 300))
        while day < 365:
            lines.append((i, day, REFILL))
            if dice.random() < 0.4:
                break
            day += int(dice.gamma(4, 10)) + 1
    found = due(of(lines, today=365), np.array([REFILL]))
    late, soon = found.chance[found.late > 15], found.chance[found.late < 0]
    assert len(late) > 3
    assert 0 <= late.mean() < soon.mean() < 0.7


def test_credible_pace_by_hand() -> None:
    """Two customers with logs ±1 without spread within count by themselves; where all is spread within, nobody does."""
    pace, weight = credible_pace(np.exp([1.0, 1.0, -1.0, -1.0]), np.array([0, 0, 1, 1]), 3)
    assert weight == 0
    assert pace.tolist() == pytest.approx([math.e, 1 / math.e, 1.0])
    # Logs 2, 0 and 0, -2: within = 2, mean of squares between 1: (4 - 2) / (4 - 8/4) = 1, so K = 2.
    pace, weight = credible_pace(np.exp([2.0, 0.0, 0.0, -2.0]), np.array([0, 0, 1, 1]), 2)
    assert weight == pytest.approx(2)
    assert pace.tolist() == pytest.approx([np.exp(0.5), np.exp(-0.5)])
    assert credible_pace(np.exp([1.0, -1.0, 1.0, -1.0]), np.array([0, 0, 1, 1]), 2)[1] is None


def test_holm_counts_what_was_tried() -> None:
    assert sequences_chance.holm(np.array([0.02, 0.001, 0.004]), 100).tolist() == pytest.approx([1.0, 0.1, 0.396])


def test_an_empty_answer_has_all_columns() -> None:
    nobody = due(of([]), np.zeros(0, np.int64))
    assert isinstance(nobody, Due)
    assert nobody.today.sum() == nobody.this_week.sum() == nobody.overdue.sum() == 0
