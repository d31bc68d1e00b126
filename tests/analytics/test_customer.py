from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest

from analytics import customer, people, registry, rfm
from analytics.analysis import Asked, Cuts
from analytics.customer import Card, CustomerReport
from analytics.dataset import Shop
from analytics.errors import TooFewCustomers, UnknownCustomer
from bot.jobs import answer
from bot.render import Renderer
from bot.resources import TEMPLATES
from tests.analytics.shops import Row, customers, line, lively, named_shop, orders, shop

CLASSES = Asked(vocabulary="classes")
PEOPLE: dict[str, dict[str, str | None]] = {
    "c000": {"name": "Anna Miller", "email": "Anna@Example.com", "phone": "+86 138 0000 0001"},
    "c001": {"name": "Ann Milner", "email": "ann@example.com", "phone": "07700 900001"},
    "c002": {"name": "李若溪", "email": "li@example.com", "phone": "13800000002"},
    "c003": {"name": "Zoë Björk", "email": "zoe@example.com", "phone": None},
    "c004": {"name": "Jo Smith", "email": "jo@example.com", "phone": None},
    "c005": {"name": "Jo Smith", "email": "smith@example.com", "phone": None},
}


def asked_of(target: Shop, *words: str, asked: Asked | None = None) -> CustomerReport:
    return customer.run(target, customer.options(words, asked or Asked()))


def card_of(target: Shop, *words: str, asked: Asked | None = None) -> Card:
    card = asked_of(target, *words, asked=asked).card
    assert card is not None
    return card


def known(rows: Sequence[Row] | None = None) -> Shop:
    blank: dict[str, str | None] = {"name": None, "email": None, "phone": None}
    return named_shop([{**row, **PEOPLE.get(str(row["customer"]), blank)} for row in rows or lively()])


def tea_shop() -> list[dict[str, Any]]:
    """Sixty who buy a tea and a cup every ten days, ten times; c000 has bought the tea only, and is due tomorrow."""
    rows = [
        line(f"c{i:03}", 3 + i % 7 + 10 * k, 12.0, f"o{i}-{k}", product=product)
        for i in range(1, 60)
        for k in range(10)
        for product in ("Tea", "Cup")
    ]
    return [*rows, *(line("c000", 10 * k, 20.0, f"o0-{k}", product="Tea") for k in range(10))]


@pytest.mark.parametrize(
    "words",
    [
        ("c000",),
        ("C000",),
        ("Anna", "Miller"),
        ("ANNA  miller",),
        ("Ａｎｎａ Miller",),
        ("anna@example.com",),
        ("13800000001",),
        ("+86", "138-0000-0001"),
        ("anna",),
    ],
)
def test_a_customer_is_found_by_whatever_the_owner_calls_them(words: tuple[str, ...]) -> None:
    assert card_of(known(), *words).member.customer == "c000"


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (("李若溪",), "c002"),
        (("李若西",), "c002"),
        (("若溪",), "c002"),
        (("zoë", "bjork"), "c003"),
        (("07700900001",), "c001"),
    ],
)
def test_spelling_matters_little(words: tuple[str, ...], number: str) -> None:
    assert card_of(known(), *words).member.customer == number


def test_another_number_is_another_customer_and_never_a_slip() -> None:
    with pytest.raises(UnknownCustomer) as refusal:
        asked_of(known(), "c999")
    assert (refusal.value.customer, refusal.value.listed) == ("c999", False)


@pytest.mark.parametrize("words", [("nobody",), ("🏆",), ("=1+1",), ("x" * 500,), ("(",)])
def test_nobody_is_meant_by_strange_words(words: tuple[str, ...]) -> None:
    with pytest.raises(UnknownCustomer):
        asked_of(known(), *words)


def test_a_slip_that_may_mean_two_offers_both() -> None:
    report = asked_of(known(), "Anna", "Miler")
    assert {choice.member.customer for choice in report.choices} == {"c000", "c001"}


def test_two_of_the_same_name_are_told_apart() -> None:
    report = asked_of(known(), "Jo", "Smith")
    assert report.card is None
    assert sorted(choice.member.customer for choice in report.choices) == ["c004", "c005"]
    for choice in report.choices:
        assert card_of(known(), choice.key).member == choice.member


def test_many_matches_are_a_short_choice_best_first() -> None:
    report = asked_of(known(), "c0")
    assert (len(report.choices), report.others) == (customer.CHOICES, 92)
    money = [choice.member.money for choice in report.choices]
    assert money == sorted(money, reverse=True)


def test_without_words_the_best_are_offered() -> None:
    report = asked_of(shop(lively()))
    assert report.card is None
    assert len(report.choices) == customer.CHOICES
    everybody = rfm.customer_table(shop(lively()).orders.frame())  # type: ignore[union-attr]
    assert report.choices[0].member.money == pytest.approx(everybody.money.max())


def test_who_is_listed_but_never_bought_is_told_so() -> None:
    target = known()
    listed = customers({"customer": ["new one"], "name": ["Newton"]})
    kept, behind = people.split(listed, b"secret")
    assert target.people is not None
    assert behind is not None
    target = replace(target, customers=kept, people=people.merge(target.people, behind))
    with pytest.raises(UnknownCustomer) as refusal:
        asked_of(target, "Newton")
    assert refusal.value.listed


def test_one_customer_under_two_keys_is_one() -> None:
    rows = [{**line(f"c{i:03}", i, 5.0), "email": f"p{i}@example.com"} for i in range(40)]
    first = named_shop(rows)
    second, behind = people.split(orders([line("p7@example.com", 50, 7.0, email="p7@example.com")]), b"secret")
    assert first.people is not None
    assert behind is not None
    everybody = people.merge(first.people, behind)
    target = Shop(orders=people.joined(second, everybody), people=everybody)
    assert card_of(target, "p7@example.com").member.customer == "c007"


def test_the_story_in_numbers() -> None:
    card = card_of(shop(tea_shop()), "c000")
    assert (card.member.orders, card.member.money, card.size) == (10, 200.0, 20.0)
    assert (card.first, card.last, card.reference) == (date(2026, 1, 1), date(2026, 4, 1), date(2026, 4, 11))
    assert card.favourites == (("Tea", 10),)
    assert [money for _, money in card.days] == [20.0] * 10
    assert card.rank == 60
    assert card.everybody == 60


def test_the_next_order_is_due_after_the_usual_gap() -> None:
    due = card_of(shop(tea_shop()), "c000").due
    assert due is not None
    assert (due.gap, due.own, due.day, due.overdue) == (10.0, True, date(2026, 4, 11), 0)
    assert due.day <= due.likely <= due.late


def test_where_hardly_anybody_came_back_no_day_is_named() -> None:
    assert card_of(shop([line(f"c{i:02}", i, 5.0) for i in range(40)]), "c00").due is None


def test_what_goes_with_it_is_offered() -> None:
    offer = card_of(shop(tea_shop()), "c000").offer
    assert offer is not None
    assert (offer.product, offer.buyers, offer.alike) == ("Cup", 59, 59)
    assert card_of(shop(tea_shop()), "c001").offer is None


@pytest.mark.parametrize("asked", [Asked(), CLASSES])
def test_the_segment_is_that_of_the_whole_shop(asked: Asked) -> None:
    target = shop(lively())
    assert target.orders is not None
    table = rfm.customer_table(target.orders.frame())
    found = (rfm.western_groups if asked.vocabulary == "groups" else rfm.eight_classes)(
        table.recency, table.frequency, table.money
    )
    for at in range(0, len(table), 10):
        standing = card_of(target, table.customer[at], asked=asked).standing
        assert standing is not None
        assert standing.segment == found[at]
        assert (
            rfm.GROUP_OF_CELL[10 * standing.recency + standing.often_and_much]
            == rfm.western_groups(table.recency, table.frequency, table.money)[at]
        )
        high = (standing.recent, standing.frequent, standing.valuable)
        assert rfm.CLASS_OF_PATTERN[high] == rfm.eight_classes(table.recency, table.frequency, table.money)[at]


def test_the_owners_own_thresholds_count() -> None:
    asked = Asked(vocabulary="classes", cuts=Cuts(recency=10_000, frequency=1, money=0.0))
    for name in ("c000", "c002", "c050"):
        standing = card_of(shop(lively()), name, asked=asked).standing
        assert standing is not None
        assert standing.segment == "key_value"


@pytest.mark.parametrize("asked", [Asked(), CLASSES])
def test_the_smallest_change_does_move_them_and_no_smaller_one_does(asked: Asked) -> None:
    order = rfm.VOCABULARIES[asked.vocabulary]
    moved = 0
    for number in range(0, 120, 5):
        name = f"c{number:03}"
        card = card_of(shop(lively()), name, asked=asked)
        if card.change is None or card.standing is None:
            continue
        moved += 1
        more = [line(name, 361, card.change.size, f"new{k}") for k in range(card.change.orders)]
        after = card_of(shop([*lively(), *more]), name, asked=asked).standing
        assert after is not None
        assert order.index(after.segment) < order.index(card.standing.segment)
        assert card.change.by > card.reference
    assert moved >= 10


def test_the_best_are_told_until_when_they_stay() -> None:
    report = asked_of(shop(lively()))
    cards = [card_of(shop(lively()), choice.key) for choice in report.choices]
    best = next(card for card in cards if card.standing and card.standing.segment == "champions")
    assert best.change is None
    assert best.until is not None
    assert best.until >= best.reference


def test_a_small_shop_has_customers_but_no_segments() -> None:
    card = card_of(shop([line("only", 5, 9.0), line("only", 9, 4.0)]), "only")
    assert (card.standing, card.change, card.until, card.offer, card.due) == (None, None, None, None, None)
    assert (card.member.orders, card.rank, card.everybody) == (2, 1, 1)


def test_all_alike() -> None:
    card = card_of(shop([line(f"c{i:02}", 5, 9.0) for i in range(40)]), "c07")
    assert card.standing is not None
    assert card.rank == 1


def test_a_whale_stands_first() -> None:
    rows = [*lively(), line("whale", 100, 1e6, "w")]
    assert card_of(shop(rows), "whale").rank == 1


def test_who_brought_everything_back_is_offered_a_usual_order() -> None:
    rows = [*lively(), line("back", 100, 9e5, "w"), line("back", 101, -9e5, "w2", taken_back=True)]
    card = card_of(shop(rows), "back")
    assert (card.member.orders, card.member.money) == (1, 0.0)
    assert card.size < 1_000


def test_no_orders_with_customers_are_refused() -> None:
    with pytest.raises(TooFewCustomers):
        asked_of(shop([{"customer": None, "day": 1, "amount": 5.0}]), "x")


def test_order_unit_and_years_change_nothing() -> None:
    rows = tea_shop()
    first = card_of(shop(rows), "c000")
    assert card_of(shop(Random(1).sample(rows, len(rows))), "c000") == first
    later = card_of(shop([{**row, "day": row["day"] + 365} for row in rows]), "c000")
    assert (later.standing, later.offer, later.member, later.size) == (
        first.standing,
        first.offer,
        first.member,
        first.size,
    )
    assert later.due is not None
    assert first.due is not None
    assert (later.due.day - first.due.day).days == 365
    dear = card_of(shop([{**row, "amount": 100 * row["amount"]} for row in rows]), "c000")
    assert (dear.offer, dear.due, dear.size) == (first.offer, first.due, 100 * first.size)


def test_other_names_change_nothing_else() -> None:
    rows = [{**row, "product": f"p{number % 9}"} for number, row in enumerate(lively())]
    other = {f"c{i:03}": f"x{(i * 77) % 997:03}" for i in range(120)}
    renamed = [{**row, "customer": other[row["customer"]]} for row in rows]
    for name in ("c000", "c003", "c030"):
        first, second = card_of(shop(rows), name), card_of(shop(renamed), other[name])
        assert (first.offer, first.change, first.standing, first.due) == (
            second.offer,
            second.change,
            second.standing,
            second.due,
        )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_answer_fits_a_screen_and_has_buttons(language: str) -> None:
    renderer = Renderer(TEMPLATES)
    for words in (("c000",), ("Jo", "Smith"), (), ("c0",), ("why", "c000"), ("why",), ("c002",)):
        for vocabulary in ("groups", "classes"):
            asked = Asked(language=language, vocabulary="groups" if vocabulary == "groups" else "classes")
            reply = renderer.outcome(registry.analyse("customer", known(), words, asked), language)
            assert reply.visible <= (700 if language == "en" else 350)
            assert len(reply.html.splitlines()) <= 12
            assert reply.keyboard
            assert all(len(button.data.encode()) <= 64 for row in reply.keyboard for button in row)


def test_the_sheets_own_words_stay_words() -> None:
    rows = [{**row, "product": "<b>&"} for row in lively()]
    outcome = registry.analyse("customer", shop(rows), ("c000",), Asked())
    assert "&lt;b&gt;&amp;" in Renderer(TEMPLATES).outcome(outcome, "en").html


def test_there_is_a_picture_of_who_came_back() -> None:
    assert (customer.chart(asked_of(shop(tea_shop()), "c000"), "zh") or b"").startswith(b"\x89PNG")
    alone = shop([line("only", 5, 9.0)])
    assert customer.chart(asked_of(alone, "only"), "en") is None
    assert customer.chart(asked_of(known(), "Jo", "Smith"), "en") is None
    assert (customer.chart(asked_of(alone), "en") or b"").startswith(b"\x89PNG")


def test_the_bot_lets_this_analysis_look_at_names(tmp_path: Any) -> None:
    target = known()
    assert target.orders is not None
    assert target.people is not None
    references = {
        dataset.kind: dataset.write(tmp_path / f"{dataset.kind}.parquet").source
        for dataset in (target.orders, target.people)
    }
    report = answer("customer", references, ("Anna", "Miller"), Asked()).report
    assert report.card.member.name == "Anna Miller"
    assert {analysis.name for analysis in registry.ANALYSES if analysis.names} == {"campaigns", "customer", "split"}


def test_where_frequency_tells_nothing_a_customer_is_in_the_class_that_the_segments_show() -> None:
    target = shop([line(f"c{i:03}", 3 * i, 10.0 + i, f"o{i}") for i in range(60)])
    report = asked_of(target, "c001", asked=Asked(vocabulary="groups"))
    assert report.vocabulary == "classes"
    assert report.card is not None
    assert report.card.standing is not None
    assert report.card.standing.segment in rfm.CLASSES
