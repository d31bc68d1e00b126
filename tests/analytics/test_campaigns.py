from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import campaigns
from analytics.analysis import Asked, Terms
from analytics.campaign_options import options, understood
from analytics.campaigns import CampaignsReport, KeptReport
from analytics.dataset import Shop
from analytics.economics import Takings, gain
from analytics.effort import within
from analytics.errors import OptionError, TooFewCustomers, UnknownTrial
from analytics.language import LANGUAGES
from analytics.plays import BY_LIFE
from analytics.registry import analyse
from analytics.trials import HOLDOUT, Trial
from bot.render import Renderer, Reply
from bot.resources import TEMPLATES
from tests.analytics.shops import FIRST_DAY, customers, line, lively, named_shop, pairs_shop, shop

RENDERER = Renderer(TEMPLATES)
TODAY = date(2027, 1, 2)
ASKED = Asked(today=TODAY, terms=Terms(margin=0.3))
LIVELY = shop(lively(240))
SMALL = shop(lively(120))


def asked_of(target: Shop, *words: str, asked: Asked = ASKED) -> CampaignsReport:
    view, *rest = understood(words) or ("body",)
    found = campaigns.run(target, options(rest, replace(asked, view=view)))
    assert isinstance(found, CampaignsReport)
    return found


def reply(target: Shop, words: Sequence[str], language: str, asked: Asked = ASKED) -> Reply:
    return RENDERER.outcome(analyse("campaigns", target, words, replace(asked, language=language)), language)


def trial_of(kind: str, held: Sequence[str], written: Sequence[str], sent: date | None, **more: Any) -> Trial:
    people = pa.table({"customer": [*held, *written], "version": [HOLDOUT] * len(held) + ["A"] * len(written)})
    return Trial(kind, "stage_lost", ("A", HOLDOUT), 1, 30, sent or TODAY, people, sent=sent, number=3, **more)


def test_the_best_three_are_those_with_most_gain_for_the_time() -> None:
    report = asked_of(LIVELY)
    assert len(report.best) == 3
    worth = [one.drawn for one in report.suggestions]
    assert worth == sorted(worth, reverse=True)
    one = report.best[0]
    assert one.past is not None
    assert one.raised is not None
    assert one.past.rate < one.raised.low < one.raised.high
    # By hand: the rate at the middle odds less the rate, times an order, people and margin, a minute.
    odds = math.exp(one.uplift.mean)
    more = one.past.rate * odds / (1 - one.past.rate + one.past.rate * odds) - one.past.rate
    assert one.drawn == pytest.approx(one.people * more * one.past.money * 0.3 / one.effort.minutes)


def test_everybody_is_in_one_play_and_the_list_for_a_day_has_nobody_twice() -> None:
    report = asked_of(LIVELY, "8", "hours")
    places = [place for one in report.suggestions for place in one.places]
    assert len(places) == len(set(places))
    assert report.plan is not None
    keys = [turn.key for turn in report.plan.turns]
    assert len(keys) == len(set(keys)) == min(len(places), 160)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 300), st.floats(0.01, 20).map(lambda money: round(money, 2)))
def test_the_list_keeps_to_time_and_money_and_goes_best_first(minutes: int, budget: float) -> None:
    plan = campaigns.run(LIVELY, options([str(minutes), str(budget)], replace(ASKED, view="plan"))).plan  # type: ignore[union-attr]
    assert plan is not None
    assert len(plan.turns) <= within(minutes)
    assert 0.05 * len(plan.turns) <= budget + 1e-9
    middle = [(turn.gain.low + turn.gain.high) / 2 for turn in plan.turns if turn.gain]
    assert all(one >= 0.6 * other for one, other in itertools.pairwise(middle))


def test_less_time_is_the_beginning_of_the_same_list() -> None:
    long, short = asked_of(LIVELY, "60min").plan, asked_of(LIVELY, "15min").plan
    assert long
    assert short
    assert len(short.turns) == 5
    assert long.turns[:5] == short.turns


def test_the_same_question_gets_the_same_answer_all_day_however_rows_are_sorted() -> None:
    rows = [*lively(), *pairs_shop()]
    shuffled = list(rows)
    Random(3).shuffle(shuffled)
    first = asked_of(shop(rows))
    assert asked_of(shop(rows), asked=replace(ASKED, seed=99)) == first
    mixed = asked_of(shop(shuffled))
    assert [(one.kind, one.places, one.gain) for one in mixed.suggestions] == [
        (one.kind, one.places, one.gain) for one in first.suggestions
    ]


def test_a_file_in_other_money_only_scales_what_it_may_bring() -> None:
    def scaled(times: float) -> CampaignsReport:
        return asked_of(shop([{**row, "amount": row["amount"] * times} for row in lively()]))

    for one, ten in zip(scaled(1).suggestions, scaled(10).suggestions, strict=True):
        assert one.gain
        assert ten.gain
        assert (one.kind, one.people) == (ten.kind, ten.people)
        assert (10 * one.gain.low, 10 * one.gain.high) == pytest.approx((ten.gain.low, ten.gain.high))


def test_in_sales_until_the_margin_is_known() -> None:
    sales, margin = asked_of(LIVELY, asked=replace(ASKED, terms=Terms())), asked_of(LIVELY)
    assert sales.even == ()
    for one, other in zip(sales.suggestions, margin.suggestions, strict=True):
        assert one.gain
        assert other.gain
        assert 0.3 * one.gain.high == pytest.approx(other.gain.high)


def test_a_discount_costs_what_those_get_who_come_anyway_and_warns_of_the_loyal() -> None:
    plain, off = asked_of(LIVELY, "play", "win_back").chosen, asked_of(LIVELY, "play", "win_back", "off", "10")
    assert plain
    assert off.chosen
    assert off.chosen.past
    assert off.chosen.given == pytest.approx(off.chosen.written * off.chosen.past.rate * off.chosen.past.money * 0.1)
    assert off.chosen.gain
    assert plain.gain
    assert off.chosen.gain.low < plain.gain.low
    assert off.unfair == next(one for one in off.suggestions if one.kind == "vip").people
    assert asked_of(LIVELY, "play", "vip", "off", "10").unfair == 0
    assert asked_of(LIVELY, "play", "win_back").unfair == 0
    order = [one.kind for one in asked_of(LIVELY).suggestions]
    assert [one.kind for one in off.suggestions] == order, "the order does not hang on the discount that is looked at"


@pytest.mark.parametrize("language", LANGUAGES)
def test_break_even_is_told_at_the_owners_margin(language: str) -> None:
    said = reply(LIVELY, ["off"], language).html
    assert {"en": "At 30% margin, 10% off needs 50% more orders to pay", "zh": "优惠 10% 要多卖 50%"}[language] in said
    never = reply(LIVELY, ["off", "30"], language).html
    assert {"en": "leaves nothing", "zh": "不赚了"}[language] in never
    unknown = reply(LIVELY, ["off"], language, replace(ASKED, terms=Terms()))
    assert "~campaigns margin 30" in {button.data for row in unknown.keyboard for button in row}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_worse_price_for_the_loyal_is_warned_of(language: str) -> None:
    said = reply(LIVELY, ["play", "last_try", "off", "20"], language).html
    assert {"en": "PIPL (article 24)", "zh": "杀熟"}[language] in said
    assert {"en": "PIPL", "zh": "杀熟"}[language] not in reply(LIVELY, ["play", "last_try"], language).html


def test_what_a_play_may_bring_is_what_those_bring_who_are_written_to() -> None:
    for one in asked_of(LIVELY).suggestions:
        assert one.gain
        assert one.past
        each = gain(Takings(one.past.likely, one.past.money), one.uplift.odds, 0.3, 0.0)
        drafted = asked_of(LIVELY, "make", one.kind).drafted
        assert drafted
        assert abs(len(drafted.written_to()) - one.written) <= 1
        assert (one.gain.low, one.gain.high) == pytest.approx((one.written * each.low, one.written * each.high))
    assert any(one.written < one.people for one in asked_of(LIVELY).suggestions)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("off", [[], ["off", "10"]])
def test_a_play_is_one_screen_and_its_grounds_are_a_tap_away(language: str, off: list[str]) -> None:
    for kind in (one.kind for one in asked_of(LIVELY).suggestions):
        said = reply(LIVELY, ["play", kind, *off], language)
        assert said.visible <= {"en": 640 if off else 560, "zh": 330}[language]
        to = next(b.data for row in said.keyboard for b in row if b.data.startswith("~campaigns detail"))
        grounds = reply(LIVELY, to.split()[1:], language)
        assert "100" in grounds.html
        assert grounds.keyboard[-1][-1].data == " ".join(["~campaigns play", kind, *off])


def test_who_said_no_or_was_written_to_is_left_out_and_counted() -> None:
    plain = asked_of(LIVELY, "play", "last_try").chosen
    assert plain
    keys = [f"c{n:03}" for n in range(240)]
    refused = [member.customer for member in plain.play.customers[:3]]
    known = customers({"customer": keys, "Newsletter": ["no" if key in refused else "yes" for key in keys]})
    written = [member.customer for member in plain.play.customers[3:5]]
    kept = trial_of("last_try", [], written, TODAY - timedelta(days=3))
    kept = replace(kept, versions=("A",))
    found = asked_of(replace(LIVELY, customers=known, trials=(kept,)), "play", "last_try").chosen
    assert found
    assert dict(found.left_out) == {"said_no": 3, "written_lately": 2}
    assert found.people == plain.people - 5
    later = replace(ASKED, today=TODAY + timedelta(days=30))
    rested = asked_of(replace(LIVELY, customers=known, trials=(kept,)), "play", "last_try", asked=later).chosen
    assert rested
    assert dict(rested.left_out) == {"said_no": 3}


def test_what_came_of_earlier_lists_is_counted_and_moves_the_ranking() -> None:
    rows = [line(f"t{n:03}", 100, 5.0, f"x{n}") for n in range(400)]
    rows += [line(f"t{n:03}", 305 + n % 20, 20.0, f"y{n}") for n in range(200, 360)]
    sent = (FIRST_DAY + timedelta(days=300)).date()
    worked = trial_of("second_purchase", [f"t{n:03}" for n in range(200)], [f"t{n:03}" for n in range(200, 400)], sent)
    target = shop([*lively(), *rows])
    before, after = asked_of(target), asked_of(replace(target, trials=(worked,)))
    assert (before.record.decided, after.record.decided, after.record.worked) == (0, 1, 1)
    one, other = (
        next(found for found in report.suggestions if found.kind == "second_purchase") for report in (before, after)
    )
    assert other.uplift.trials == 1
    assert other.uplift.mean > one.uplift.mean
    unchanged = next(found for found in after.suggestions if found.kind == "last_try")
    assert unchanged.uplift.trials == 0
    running = asked_of(replace(target, trials=(replace(worked, sent=TODAY),)))
    assert running.record.decided == 0


def test_a_list_is_drawn_with_some_held_back_who_are_like_the_others() -> None:
    report = asked_of(LIVELY, "make", "last_try", asked=replace(ASKED, seed=5))
    trial, one = report.drafted, report.chosen
    assert trial
    assert one
    people = trial.assigned().to_pandas()
    assert trial.versions == ("A", HOLDOUT)
    assert (trial.kind, trial.segment, trial.days, trial.made) == ("last_try", "stage_lost", 30, TODAY)
    assert len(people) == one.people == people["customer"].nunique()
    assert report.chosen
    assert report.chosen.test
    assert abs((people["version"] == HOLDOUT).sum() - report.chosen.test.held) <= 1
    again = asked_of(LIVELY, "make", "last_try", asked=replace(ASKED, seed=5)).drafted
    assert again
    assert again.assigned() == trial.assigned()


def test_the_owner_may_try_two_messages_or_hold_nobody_back() -> None:
    both, everybody = (asked_of(LIVELY, "make", "last_try", word).drafted for word in ("both", "all"))
    assert both
    assert everybody
    assert both.versions == ("A", "B", HOLDOUT)
    assert everybody.versions == ("A",)


def test_a_list_keeps_its_discount_and_what_it_brought_counts_for_that_discount_alone() -> None:
    drafted = asked_of(LIVELY, "make", "last_try", "off", "10").drafted
    assert drafted
    assert drafted.off == 0.1
    keys = drafted.assigned()["customer"].to_pylist()
    sent = date(2026, 11, 1)
    done = replace(LIVELY, trials=(trial_of("last_try", keys[:20], keys[20:], sent, off=0.1),))
    plain, off = asked_of(done, "play", "last_try"), asked_of(done, "play", "last_try", "off", "10")
    assert plain.chosen
    assert off.chosen
    assert (plain.chosen.uplift.trials, off.chosen.uplift.trials) == (0, 1)
    assert plain.record == off.record
    assert plain.record.decided == 1


@pytest.mark.parametrize("kind", sorted(BY_LIFE))
def test_plays_that_no_product_has_a_say_in_are_the_same_without_looking_at_any(kind: str) -> None:
    goods = shop([*lively(), *pairs_shop()])
    everything = {one.kind: one for one in asked_of(goods).suggestions}
    assert asked_of(goods, "play", kind).chosen == everything.get(kind)


def test_who_may_not_be_written_to_is_counted_where_nobody_is_left() -> None:
    drafted = asked_of(LIVELY, "make", "vip").drafted
    assert drafted
    everybody = drafted.assigned()["customer"].to_pylist()
    sent = replace(LIVELY, trials=(trial_of("vip", everybody[:9], everybody[9:], TODAY),))
    report = asked_of(sent, "play", "vip")
    assert report.chosen is None
    assert set(report.barred) == {"written_lately", "held_back"}
    assert "held back" in reply(sent, ("play", "vip"), "en").html


def test_a_second_tap_makes_no_second_list() -> None:
    first = asked_of(LIVELY, "make", "last_try").drafted
    assert first
    kept = replace(first, number=7)
    again = campaigns.run(replace(LIVELY, trials=(kept,)), options(["last_try"], replace(ASKED, view="make")))
    assert isinstance(again, KeptReport)
    assert again.trial.number == 7


def test_too_few_to_learn_from_are_all_written_to() -> None:
    report = asked_of(shop(lively(60)), "play")
    small = min(report.suggestions, key=lambda one: one.people)
    assert small.people < 20
    drafted = asked_of(shop(lively(60)), "make", small.kind).drafted
    assert drafted
    assert drafted.versions == ("A",)


def test_a_larger_group_needs_a_smaller_part_held_back() -> None:
    plays = {n: asked_of(shop(lively(n)), "play", "last_try").chosen for n in (200, 4000)}
    tests = {n: one.test for n, one in plays.items() if one}
    assert tests[200]
    assert tests[4000]
    assert tests[4000].share < tests[200].share
    assert tests[4000].smallest is not None
    assert tests[4000].smallest <= 0.15


def test_the_file_has_contacts_and_products_and_nothing_else() -> None:
    rows = [{**row, "email": f"{row['customer']}@example.com"} for row in pairs_shop(1200)]
    target = named_shop(rows)
    for one in asked_of(target).suggestions:
        _, frame = campaigns.sheet(target, options([one.kind], replace(ASKED, view="list")), "en")
        assert len(frame) == one.people
        assert set(frame.columns) <= {"Customer", "Name", "E-mail", "Phone", "Product"}
    _, day = campaigns.sheet(target, options(["plan", "30", "-"], replace(ASKED, view="list")), "zh")
    assert len(day) == 10
    assert "为什么联系" in day.columns


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("30min ¥200", ("plan", "30", "200")),
        ("30 min £20", ("plan", "30", "20")),
        ("半小时 200元", ("plan", "30", "200")),
        ("30 分钟", ("plan", "30", "-")),
        ("三十分钟", ("plan", "30", "-")),
        ("一个半小时", ("plan", "90", "-")),
        ("1.5 hours", ("plan", "90", "-")),
        ("an hour $50", ("plan", "60", "50")),
        ("half an hour", ("plan", "30", "-")),
        ("￥２００", ("plan", "-", "200")),
        ("200块 45分钟", ("plan", "45", "200")),
        ("win back", ("play", "win_back")),
        ("Win_Back", ("play", "win_back")),
        ("唤回老客", ("play", "win_back")),
        ("second purchase", ("play", "second_purchase")),
        ("win back off 10", ("play", "win_back", "off", "10")),
        ("打九折", ("off", "10")),
        ("8.5折", ("off", "15")),
        ("85折", ("off", "15")),
        ("八五折", ("off", "15")),
        ("off 10%", ("off", "10%")),
        ("play vip", ("play", "vip")),
        ("", ()),
        ("nonsense", ("nonsense",)),
    ],
)
def test_words_as_people_type_them(said: str, meant: tuple[str, ...]) -> None:
    assert understood(said.split()) == meant


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("body", "nonsense"),
        ("body", "vip"),
        ("off", "200"),
        ("off", "ten"),
        ("play", "friends"),
        ("play", "vip off"),
        ("plan", "1 2 3"),
        ("plan", "-5 -"),
        ("plan", "1e9 -"),
        ("play", "vip nonsense"),
        ("trial", "x"),
        ("trial", "9" * 400),
        ("make", "vip vip vip"),
        ("names", "𝟛"),
    ],
)
def test_words_that_mean_nothing_are_refused(view: str, words: str) -> None:
    with pytest.raises(OptionError):
        options(words.split(), replace(ASKED, view=view))


@given(st.text(max_size=40))
def test_whatever_is_typed_is_understood_or_refused(text: str) -> None:
    view, *rest = understood(text.split()) or ("body",)
    try:
        options(rest, replace(ASKED, view=view))
    except OptionError:
        return


def test_an_unknown_list_and_too_few_customers_are_told() -> None:
    with pytest.raises(UnknownTrial):
        campaigns.run(LIVELY, options(["4"], replace(ASKED, view="trial")))
    with pytest.raises(TooFewCustomers):
        asked_of(shop([line(f"c{i}", i, 5.0) for i in range(9)]))


SHOPS = {
    "lively": LIVELY,
    "with products": shop([*lively(60), *pairs_shop(300)]),
    "bought once": shop([line(f"c{i}", i, 5.0 + i) for i in range(40)]),
    "all today": shop([line(f"c{i}", 1, 5.0) for i in range(12)]),
    "thin": shop([line(f"c{i % 45}", 3 * i + i % 7, 5.0 + i) for i in range(110)]),
    "no money": shop([line(f"c{i % 15}", i, 0.0, f"o{i}") for i in range(200)]),
    "all brought back": shop(
        [
            *(line(f"c{i}", 3 * i, 5.0) for i in range(40)),
            *(line(f"c{i}", 150, -5.0, taken_back=True) for i in range(40)),
        ]
    ),
    "with a record": replace(
        LIVELY, trials=(trial_of("vip", ["c000", "c004"], ["c008", "c012", "c016"], date(2026, 11, 1)),)
    ),
}


@functools.cache
def pages(name: str, margin: float | None) -> tuple[tuple[str, CampaignsReport], ...]:
    """Every page of that shop, by the view that words it."""
    asked = replace(ASKED, terms=Terms(margin=margin))
    plain, off = asked_of(SHOPS[name], asked=asked), asked_of(SHOPS[name], "off", "10", asked=asked)
    about = [
        asked_of(SHOPS[name], "play", kind, *more, asked=asked)
        for kind, *more in (("win_back", "off", "10"), *((one.kind,) for one in plain.suggestions), ("birthday",))
    ]
    return (
        *((view, plain) for view in ("body", "off", "margin", "terms", "why", "method")),
        ("off", off),
        ("plan", asked_of(SHOPS[name], "30min", "¥200", asked=asked)),
        *((view, report) for view in ("play", "names", "list", "make") for report in about),
    )


@pytest.mark.parametrize("name", SHOPS)
@pytest.mark.parametrize("margin", [None, 0.3])
def test_every_page_of_every_shop_fits_a_screen(name: str, margin: float | None) -> None:
    for (view, report), language in itertools.product(pages(name, margin), LANGUAGES):
        said = RENDERER.say("campaigns", view, language, report=report)
        assert said.visible <= {"en": 900, "zh": 480}[language], (view, said.html)
        assert said.visible > 5 or view == "list", view
        assert len(said.html.splitlines()) <= 15, (view, said.html)
        assert "None" not in said.html, (view, said.html)
        assert "nan" not in said.html, (view, said.html)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_leads_somewhere(language: str) -> None:
    pending, seen = [""], set[str]()
    while pending:
        words = pending.pop()
        seen.add(words)
        if words.split()[:1] in (["make"], ["apart"], ["tone"], ["words"]) or words.startswith("margin "):
            continue
        for row in reply(SMALL, words.split(), language, replace(ASKED, pictures=False)).keyboard:
            for button in row:
                to = button.data.removeprefix("~")
                assert len(button.data.encode()) <= 48
                if to.startswith("campaigns") and (rest := to.removeprefix("campaigns").strip()) not in seen:
                    pending.append(rest)
    assert {"off", "why", "method", "terms", "margin", "plan 30 -", "list plan 30 -"} <= seen
    assert sum(words.startswith("make ") for words in seen) >= 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_shows_what_each_play_may_bring(language: str) -> None:
    assert analyse("campaigns", LIVELY, [], replace(ASKED, language=language)).chart
    young = shop([line(f"c{i % 20:02}", i % 40, 5.0, f"o{i}") for i in range(60)])
    assert analyse("campaigns", young, [], replace(ASKED, language=language)).chart is None


def test_old_orders_are_told_to_be_old() -> None:
    assert asked_of(LIVELY).stale is None
    assert asked_of(LIVELY, asked=replace(ASKED, today=TODAY + timedelta(days=60))).stale is not None
