from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.analysis import Asked
from analytics.dataset import Kind
from analytics.freshness import FRESH, OLD, Stale, stale
from analytics.language import LANGUAGES
from analytics.registry import analyse
from bot.render import Renderer
from bot.resources import TEMPLATES
from tests.analytics.shops import FIRST_DAY, dataset, line, lively, orders, pairs_shop, shop

RENDERER = Renderer(TEMPLATES)


def of(days: Sequence[int], ago: int) -> Stale | None:
    return stale(orders([line("a", day, 1.0) for day in days]), day_of(max(days)) + timedelta(days=ago))


def day_of(number: int) -> date:
    return FIRST_DAY.date() + timedelta(days=number)


def test_a_week_is_fresh_and_a_day_more_is_not() -> None:
    assert of(range(100), FRESH) is None
    assert of(range(100), FRESH + 1) == Stale(day_of(99), FRESH + 1)


def test_a_slow_shop_is_given_its_own_time_but_not_for_ever() -> None:
    every_ten_days = range(0, 200, 10)
    assert of(every_ten_days, 15) is None
    assert of(every_ten_days, 16) is not None
    assert of([0, 40, 80], OLD) is None
    assert of([0, 40, 80], OLD + 1) is not None


def test_a_long_pause_of_last_year_excuses_nothing() -> None:
    assert of([*range(50), *range(100, 300)], 8) is not None


def test_unknown_is_not_old() -> None:
    dated = orders([line("a", 1, 1.0)])
    assert stale(None, day_of(99)) is stale(dated, None) is stale(dated, day_of(0)) is None
    assert stale(dataset(Kind.ORDERS, {"order": ["1"], "product": ["tea"]}), day_of(99)) is None
    assert stale(orders([{"customer": "a", "time": None, "amount": 1.0}]), day_of(99)) is None


@given(st.lists(st.integers(0, 300), min_size=1, max_size=20), st.integers(0, 200))
def test_what_is_old_stays_old_and_newer_orders_make_it_fresh(days: list[int], ago: int) -> None:
    found = of(days, ago)
    assert found is None or (found.days == ago > FRESH and of(days, ago + 1) is not None)
    assert of([*days, max(days) + ago], 0) is None


PAGES = (
    "overview",
    "overview products",
    "overview list",
    "segments",
    "segments names",
    "segments list champions",
    "segments list",
    "lifecycle",
    "lifecycle names lost",
    "lifecycle list",
    "lifecycle cohorts",
    "lifecycle movers",
    "campaigns",
    "campaigns play vip",
    "campaigns names vip",
    "campaigns plan 30 -",
    "basket list offers",
    "basket names",
)
NEXT = {"en": "send me the newer orders", "zh": "把之后的新订单发给我"}
NOW = {"en": (" today", "The last 30 days"), "zh": ("今天", "最近 30 天")}
SOLD = shop([*lively(), *pairs_shop()])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_answer_from_old_orders_says_of_which_day_it_is_and_no_other_does(page: str, language: str) -> None:
    name, *words = page.split()
    last = max(SOLD.orders.frame("time")["time"]).date()  # type: ignore[union-attr]
    asked = Asked(language=language, pictures=False, drafts=RENDERER.drafts(language, "friendly"), hour=22)
    for days, old in ((3, False), (46, True)):
        outcome = analyse(name, SOLD, words, replace(asked, today=last + timedelta(days=days)))
        said = RENDERER.outcome(outcome, language).html
        line = {"en": f"As of 29 Dec 2026 ({days} days ago)", "zh": f"截至2026年12月29日（{days} 天前）"}[language]
        assert said.count(line) == old, said
        if old:
            assert not any(word in said for word in NOW[language]), said
        if len(words) == 0:
            assert (NEXT[language] in said) is old


@pytest.mark.parametrize(
    ("language", "header"),
    [("en", "Days since last order, as of 29 Dec 2026"), ("zh", "多少天没买（截至2026年12月29日）")],
)
def test_files_head_their_days_with_the_day_they_are_counted_to(language: str, header: str) -> None:
    for page in ("segments list champions", "segments list", "lifecycle list", "basket list offers"):
        name, *words = page.split()
        document = analyse(name, SOLD, words, Asked(language=language)).document
        assert document
        assert header in pd.read_csv(io.BytesIO(document.content)).columns, page
