"""Every number that an owner sees twice is the same twice: customers, orders, sales, days and currency, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from analytics import private_counts, ranking, share, weeks
from analytics.analysis import Asked
from analytics.choices import Choices
from analytics.dataset import Kind, Role, Shop
from analytics.errors import Problem
from analytics.language import LANGUAGES, count
from analytics.overview import Orders, OverviewReport
from analytics.registry import analyse
from analytics.typed_splits import ALL
from bot import jobs
from tests.analytics.shops import customers, dataset, line, lively, pairs_shop, shop
from tests.data_sets import shared_file
from tests.talk import Running, Talk

SAMPLES = Path(__file__).parent.parent / "data"
SAMPLE_FILES = {
    "en": ("en/orders.csv", "en/customers.csv", "en/comments.csv"),
    "zh": ("zh/订单.csv", "zh/客户.csv", "zh/评论.csv"),
}
PUBLIC = ("cdnow_sample.csv", "online_retail_2010_12.xlsx", "shopify_orders_export.csv.gz")
PART = 6
"""Of the public shops every customer of so many is looked at; all of them only where slow tests are asked for."""


def everything() -> Shop:
    results = dataset(Kind.RESULTS, {"variant": ["A", "B"] * 100, "outcome": ["yes", "no", "no", "no"] * 50})
    bought = shop([*lively(), *pairs_shop()]).orders
    return Shop(orders=bought, customers=customers({"age": [30.0]}), results=results)


def awkward() -> Shop:
    """Guests, the very last lines among them; people who only bring back, are only listed, or are listed twice."""
    rows = [
        *lively(),
        *(line(None, 370, 9.0, order) for order in ("guest", "guest", None)),
        line("only back", 60, -7.0, "back", taken_back=True),
        line("c001", 371, -1.0, "back2", taken_back=True),
        *(line("no number", day, 3.0) for day in (10, 10, 20)),
        line("shares an order", 30, 3.0, "guest"),
    ]
    listed = [*(f"c{number:03}" for number in range(100)), "c001", "only back", "never bought"]
    return Shop(
        orders=shop(rows).orders,
        customers=customers({"customer": listed, "city": ["York", "Leeds", "Hull"] * 34 + ["York"]}),
    )


def sent(folder: Path, files: Sequence[Path]) -> Shop:
    """The shop of an owner who has sent these files."""
    current: dict[Kind, Path] = {}
    for file in files:
        taken = jobs.take_in(file, file.name, Choices(), dict(current), folder, b"secret" * 4)
        current |= {written.kind: written.merged for written in taken.written}
    return jobs.shop_at(current)


def part(whole: Shop) -> Shop:
    """The shop as one customer of six and all guests would have made it."""
    assert whole.orders is not None
    who = whole.orders.frame(Role.CUSTOMER)[Role.CUSTOMER].cat.codes.to_numpy()
    table = whole.orders.table().filter(pa.array((who < 0) | (who % PART == 0)))
    return Shop(orders=replace(whole.orders, source=table))


SHOPS: dict[str, Callable[[Path], Shop]] = {
    "everything": lambda folder: everything(),
    "awkward": lambda folder: awkward(),
    **{
        f"sample {language}": lambda folder, files=files: sent(folder, [SAMPLES / file for file in files])  # type: ignore[misc]
        for language, files in SAMPLE_FILES.items()
    },
    **{
        f"part of {name}": lambda folder, name=name: part(sent(folder, [shared_file(name)]))  # type: ignore[misc]
        for name in PUBLIC
    },
    **{name: lambda folder, name=name: sent(folder, [shared_file(name)]) for name in PUBLIC},  # type: ignore[misc]
}


ANSWERS: dict[tuple[int, tuple[str, ...]], tuple[Shop, Any]] = {}
"""With the shops themselves, so that no other gets their number."""


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.slow if name in PUBLIC else ()) for name in SHOPS],
    ids=list(SHOPS),
)
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return SHOPS[request.param](tmp_path_factory.mktemp("shop"))


def report(target: Shop, *words: str) -> Any:
    """What is answered, None where it is refused; asked again, it is the same."""
    known = ANSWERS.get((id(target), words))
    if known is None:
        try:
            found = analyse(words[0], target, words[1:], Asked(pictures=False)).report
        except Problem:
            found = None
        known = ANSWERS[id(target), words] = (target, found)
    return known[1]


def book_of(target: Shop) -> Orders:
    book = report(target, "overview").orders
    assert isinstance(book, Orders)
    return book


def told_of_customers(target: Shop) -> Iterator[tuple[str, int]]:
    """Every page's number of customers who bought."""
    segments, lifecycle = report(target, "segments"), report(target, "lifecycle")
    yield "segments", segments.customers
    yield "segments, summed", sum(segment.customers for segment in segments.segments)
    yield "lifecycle", lifecycle.customers
    yield "lifecycle, summed", sum(lifecycle.of(code).customers for code in ("purchase", "use", "loyalty", "lost"))
    yield "campaigns", report(target, "campaigns").customers
    by = report(target, "segments", "by", "orders")
    yield "segments by", by.customers
    yield "segments by, summed", sum(row.customers for row in by.rows)
    yield "segments natural", report(target, "segments", "natural").customers
    for segment in segments.segments[::4]:
        portrait = report(target, "segments", "group", segment.code).portrait
        yield f"portrait of {segment.code}", portrait.everybody
        yield f"within {segment.code}", segments.customers + portrait.customers - segment.customers
    yield "customer", report(target, "customer", report(target, "customer").choices[0].key).card.everybody
    for words in (("basket", "next"), ("basket", "segment")):
        found = report(target, *words)
        if found is not None:
            yield " ".join(words), found.everybody if "segment" in words else found.customers
    everybody = [choice.customers for choice in report(target, "split").choices if choice.group == ALL]
    yield "split", everybody[0] if everybody else segments.customers
    plan = report(target, "abplan")
    if plan is not None:
        yield "abplan", plan.at_hand


def test_customers_who_bought_are_as_many_on_every_page(target: Shop) -> None:
    told = dict(told_of_customers(target))
    assert len(told) >= 10
    assert {page: number for page, number in told.items() if number != book_of(target).customers} == {}


def test_who_bought_and_who_is_listed_are_two_numbers_of_which_one_holds_part_of_the_other(target: Shop) -> None:
    seen = report(target, "overview")
    assert isinstance(seen, OverviewReport)
    assert seen.orders
    assert seen.orders.customers
    if target.customers is None:
        assert (seen.customers, seen.met) == (None, None)
        return
    assert seen.met is not None
    assert seen.customers is not None
    assert seen.met <= min(seen.customers, seen.orders.customers)
    if seen.customers > 30:
        listed = report(Shop(customers=target.customers), "segments", "natural")
        assert listed is None or listed.customers == seen.customers


def test_orders_and_sales_are_the_same_by_day_as_in_all(target: Shop) -> None:
    book, orders = book_of(target), target.orders
    assert orders is not None
    lines = ranking.order_lines(orders, None)
    days = weeks.daily(lines)
    assert days is not None
    assert int(days.orders.sum()) == book.orders
    assert days.money.sum() == pytest.approx(book.sales)
    segments = report(target, "segments")
    returned = segments.sales + segments.anonymous_sales - book.sales
    assert segments.anonymous_sales == report(target, "lifecycle").anonymous_sales == book.anonymous
    assert book.only_back or returned == pytest.approx(0, abs=0.01)
    assert segments.sales == pytest.approx(report(target, "lifecycle").sales)
    assert sum(money for _, money in book.months) == pytest.approx(book.sales)


def test_days_and_currency_are_the_same_on_every_page(target: Shop) -> None:
    book = book_of(target)
    pages = [("segments",), ("lifecycle",), ("campaigns",), ("digest",), ("basket", "due"), ("abplan",), ("customer",)]
    for words in (*pages, ("segments", "names"), ("basket",)):
        found = report(target, *words)
        if found is None:
            continue
        assert found.currency == book.currency, words
        if words != ("basket",):
            assert getattr(found, "last", book.last) == book.last, words
            assert getattr(found, "first", book.first) == book.first, words
        elif found.first is not None:
            assert book.first <= found.first <= found.last <= book.last, "a basket is of products, and of no returns"
    after = book.last + timedelta(days=1)
    assert {report(target, name).reference for name in ("segments", "lifecycle")} == {after}
    assert report(target, "customer", report(target, "customer").choices[0].key).card.reference == after
    due = report(target, "basket", "due")
    assert due is None or due.today == after


@pytest.mark.skipif(not private_counts.available(), reason="NOT TESTED: needs the extra for summaries")
def test_a_summary_without_noise_counts_the_same_customers(target: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    book, orders = book_of(target), target.orders
    assert orders is not None
    monkeypatch.setattr(share, "EPSILON", 1e6)
    monkeypatch.setattr(share, "YEAR", book.last - book.first + timedelta(days=1))
    told = share.sum_up(orders, book.last)
    assert told.customers is not None
    assert told.customers.count == book.customers


def test_without_customers_orders_sales_and_days_still_agree(tmp_path: Path) -> None:
    target = sent(tmp_path, [shared_file("tmall_orders_zh.csv")])
    book = book_of(target)
    assert target.orders
    days = weeks.daily(ranking.order_lines(target.orders, None))
    assert days is not None
    assert (int(days.orders.sum()), days.first, days.last) == (book.orders, book.first, book.last)
    assert days.money.sum() == pytest.approx(book.sales)
    assert (report(target, "digest").last, report(target, "digest").currency) == (book.last, book.currency)
    assert (book.customers, book.only_back, book.anonymous) == (None, 0, book.sales)


def test_orders_of_the_same_line_are_one_order_whoever_counts() -> None:
    rows = [
        line("a", 1, 1.0),
        line("a", 1, 1.0),
        line("a", 2, 1.0),
        line("b", 1, 1.0, "x"),
        line("b", 5, 1.0, "x"),
        line(None, 1, 1.0),
        line(None, 1, 1.0),
    ]
    book = book_of(shop(rows))
    assert (book.orders, book.customers) == (5, 2)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_answer_to_an_upload_says_what_the_pages_say(bot: Running, language: str) -> None:
    owner: Talk = bot.person(language)
    orders, listed = (SAMPLES / file for file in SAMPLE_FILES[language][:2])
    (first,) = [answer for answer in await owner.send_file(orders) if answer.from_bot]
    (second,) = [answer for answer in await owner.send_file(listed) if answer.from_bot]
    references = bot.services.store.current(owner.person.user_id)
    seen = jobs.answer("overview", references, (), Asked(language=language)).report
    bought, listed_people, met = (count(n, language) for n in (seen.orders.customers, seen.customers, seen.met))
    orders_told = count(seen.orders.orders, language)
    assert {"en": f"{orders_told} orders from {bought} customers", "zh": f"{orders_told} 笔订单，来自 {bought} 位客户"}[
        language
    ] in first.words
    assert {
        "en": f"Of the {listed_people} people on your customer list {met} have bought",
        "zh": f"客户名单上的 {listed_people} 人里，有 {met} 位",
    }[language] in second.words
    await owner.say("/overview")
    assert {"en": f"{bought} customers bought", "zh": f"{bought} 位客户买过"}[language] in owner.last.words
    await owner.say("/segments")
    assert {"en": f"of your {bought} customers", "zh": f"{bought} 位客户里"}[language] in owner.last.words
