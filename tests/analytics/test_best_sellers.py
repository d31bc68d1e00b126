from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.analysis import Asked, Outcome
from analytics.best_sellers import CHANCE, DAYS, BestSellers, Product, best_sellers, changes
from analytics.dataset import Shop
from analytics.errors import MissingData
from analytics.language import LANGUAGES
from analytics.registry import analyse
from bot.render import Renderer
from bot.resources import SAMPLES, TEMPLATES
from tests.analytics.shops import Row, line, lively, orders, pairs_shop, shop
from tests.talk import Talk

RENDERER = Renderer(TEMPLATES)


def sold(product: str | None, day: int, amount: float, order: str, **more: object) -> Row:
    return line("a", day, amount, order, product_name=product, **more)


def found(rows: Sequence[Row]) -> BestSellers:
    best = best_sellers(orders(rows))
    assert best is not None
    return best


def by_name(rows: Sequence[Row]) -> dict[str, Product]:
    return {one.name: one for one in found(rows).products}


def test_products_are_ranked_by_what_they_sold_in_the_last_quarter() -> None:
    best = found(
        [
            sold("old", 0, 999.0, "0"),
            sold("tea", 100, 10.0, "1", quantity=2.0),
            sold("tea", 120, 10.0, "2", quantity=3.0),
            sold("cup", 189, 60.0, "2", quantity=1.0),
        ]
    )
    assert (best.first, best.last, best.sold) == (date(2026, 4, 11), date(2026, 7, 9), 80.0)
    assert [(one.name, one.sales, one.units, one.orders) for one in best.products] == [
        ("cup", 60.0, 1.0, 1),
        ("tea", 20.0, 5.0, 2),
    ]
    assert [one.share for one in best.products] == [0.75, 0.25]


def test_returns_count_against_a_product_and_are_no_orders_and_fees_are_no_products() -> None:
    told = by_name(
        [
            sold("tea", 1, 10.0, "1"),
            sold("tea", 2, -4.0, "2", taken_back=True),
            sold("post", 1, 99.0, "1", not_a_product=True),
            sold("cup", 1, 5.0, "1"),
            sold("cup", 2, -5.0, "2", taken_back=True),
        ]
    )
    assert set(told) == {"tea"}
    assert (told["tea"].sales, told["tea"].orders, told["tea"].units) == (6.0, 1, None)


def test_a_product_with_a_number_keeps_its_sales_when_its_name_changes() -> None:
    rows = [
        line("a", 1, 5.0, "1", product="T1", product_name="Tea"),
        line("a", 2, 6.0, "2", product="T1", product_name="Tea, new"),
    ]
    (only,) = found(rows).products
    assert (only.sales, only.orders) == (11.0, 2)


def steady(product: str, first: int, last: int, step: int) -> list[Row]:
    return [sold(product, day, 1.0, f"{product}{day}") for day in range(first, last, step)]


def test_a_change_beyond_chance_is_told_and_luck_is_not() -> None:
    rows = [
        *steady("even", 0, 181, 2),
        *steady("up", 0, 91, 9),
        *steady("up", 91, 181, 1),
        *steady("down", 0, 91, 1),
        *steady("down", 91, 181, 9),
        *steady("rare", 0, 181, 60),
    ]
    told = by_name(rows)
    assert {name: one.change for name, one in told.items()} == {
        "even": "none",
        "up": "up",
        "down": "down",
        "rare": "few",
    }
    assert (told["up"].orders, told["up"].before) == (90, 10)


def test_without_twice_the_time_nothing_is_compared() -> None:
    best = found(steady("tea", 0, 2 * DAYS, 1))
    assert not best.compared, "the first day may be half a day, and the shop's first"
    assert (best.products[0].before, best.products[0].change) == (None, None)
    assert found(steady("tea", 0, 2 * DAYS + 1, 1)).compared


def test_among_many_products_that_do_not_change_hardly_any_is_said_to() -> None:
    dice = np.random.default_rng(3)
    wrong = sum(bool({"up", "down"} & set(changes(dice.poisson(20, 50), dice.poisson(20, 50)))) for _ in range(200))
    assert wrong <= 200 * CHANCE + 6


@given(st.integers(0, 60), st.integers(0, 60))
def test_one_product_is_judged_as_by_the_exact_test(now: int, before: int) -> None:
    (told,) = changes(np.array([now]), np.array([before]))
    if now + before < 6:
        assert told == "few"
    else:
        beyond = stats.binomtest(now, now + before, 0.5).pvalue <= CHANCE
        assert told == (("up" if now > before else "down") if beyond else "none")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 300), st.floats(0.01, 99)), min_size=1, max_size=40))
def test_shares_are_of_one_whole_and_in_order(lines: list[tuple[str, int, float]]) -> None:
    best = found([sold(name, day, amount, str(n)) for n, (name, day, amount) in enumerate(lines)])
    assert sum(one.share for one in best.products) == pytest.approx(1)
    assert all(one.sales >= other.sales for one, other in pairwise(best.products))


@pytest.mark.parametrize(
    "rows",
    [
        [line("a", 1, 5.0)],
        [sold(None, 1, 5.0, "1")],
        [sold("tea", 1, -5.0, "1", taken_back=True)],
        [{"product_name": "tea", "order": "1"}],
    ],
)
def test_where_no_product_was_sold_there_is_no_best_one(rows: list[Row]) -> None:
    assert best_sellers(orders(rows)) is None
    with pytest.raises(MissingData):
        analyse("overview", shop(rows), ("products",), Asked())


def asked_of(target: Shop, language: str, *words: str) -> Outcome:
    return analyse("overview", target, words, Asked(language=language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_the_picture_and_the_file_say_the_same(language: str) -> None:
    target = shop(pairs_shop())
    page, file = asked_of(target, language, "products"), asked_of(target, language, "list")
    said = RENDERER.outcome(page, language)
    best = page.report.products.products[0]
    assert best.name in said.html
    assert page.chart is not None
    assert said.visible <= (420 if language == "zh" else 760)
    assert file.document
    assert file.document.content.decode("utf-8-sig").splitlines()[1].startswith(f"{best.name},{best.sales}")


async def test_owners_ask_for_it_in_their_own_words(ann: Talk, wang: Talk) -> None:
    for person, file, says, words in (
        (ann, "en/orders.csv", "what are my best sellers?", "sells best"),
        (wang, "zh/订单.csv", "哪些商品好卖", "卖得最好的是"),
    ):
        await person.send_file(SAMPLES / file)
        assert words in (await person.say(says))[-1].words
        await person.say("/overview")
        assert words in (await person.tap({"en": "Best sellers", "zh": "卖得最好的商品"}[file[:2]]))[-1].words


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shop_without_products_is_not_offered_them(language: str) -> None:
    assert "overview products" not in str(RENDERER.outcome(asked_of(shop(lively()), language), language).keyboard)
