from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from analytics import lifecycle, overview
from analytics.analysis import NAMING_VIEWS, Asked
from analytics.dataset import Dataset, Kind, Shop
from analytics.errors import MissingData, OptionError, TooFewCustomers, UnknownGroup
from analytics.language import LANGUAGES, named
from analytics.lifecycle import STAGES, LifecycleReport
from analytics.merging import merge
from analytics.registry import analyse
from analytics.stages import Hindsight
from bot.render import Renderer, Reply
from bot.resources import TEMPLATES
from tests.analytics.shops import FIRST_DAY, dataset, line, lively, named_shop, orders, shop

RENDERER = Renderer(TEMPLATES)


def asked_of(target: Shop, *words: str, asked: Asked | None = None) -> LifecycleReport:
    return lifecycle.run(target, lifecycle.options(words, asked or Asked()))


MOVERS = Asked(view="movers")


def sizes(report: LifecycleReport) -> dict[str, int | None]:
    return {stage.code: stage.customers for stage in (*report.stages, report.slipping)}


def reply(target: Shop, words: Sequence[str], language: str) -> Reply:
    return RENDERER.outcome(analyse("lifecycle", target, words, Asked(language=language)), language)


def visits(*seen: tuple[str, int, str]) -> Dataset:
    columns: dict[str, list[object]] = {
        "customer": [who for who, _, _ in seen],
        "time": [FIRST_DAY + timedelta(days=day) for _, day, _ in seen],
        "event": [event for _, _, event in seen],
    }
    return dataset(Kind.EVENTS, columns)


def steady() -> list[dict[str, object]]:
    """Twenty regulars every ten days until day 200, one of them until 175 and one until 100; newcomers, old and new."""
    rows = [line(f"reg{i:02}", 10 * k, 10.0, f"r{i}-{k}") for i in range(20) for k in range(21) if _keeps(i, 10 * k)]
    rows += [line(f"back{i:02}", day, 10.0, f"b{i}-{day}") for i in range(20) for day in (150 + i, 180 + i)]
    rows += [line(f"fresh{i}", 195, 10.0, f"f{i}") for i in range(5)]
    return [*rows, *(line(f"once{i}", 5, 10.0, f"o{i}") for i in range(5))]


def _keeps(number: int, day: int) -> bool:
    return day <= {0: 185, 1: 100}.get(number, 200)


def test_stages_by_the_shops_rhythm() -> None:
    report = asked_of(shop(steady()))
    assert report.loyal_from == 21
    assert report.of("purchase").customers == 5
    assert report.of("loyalty").customers == 18
    assert report.of("use").customers == 21
    assert report.of("lost").customers == 6
    _, frame = lifecycle.sheet(shop(steady()), lifecycle.options(["lost"], Asked()), "en")
    assert set(frame["Customer"]) == {"reg01", *(f"once{i}" for i in range(5))}
    _, late = lifecycle.sheet(shop(steady()), lifecycle.options(["slipping"], Asked()), "en")
    assert set(late["Customer"]) == {"reg00"}


def test_the_next_step_is_who_is_slipping() -> None:
    play = asked_of(shop(steady())).play
    assert (play.kind, play.segment, [member.customer for member in play.customers]) == ("keep", "slipping", ["reg00"])
    assert play.at_stake == 190.0


def test_where_nobody_is_slipping_the_lost_get_a_last_message_and_failing_these_the_best_are_thanked() -> None:
    gone = [row for row in steady() if row["customer"] != "reg00"]
    assert asked_of(shop(gone)).play.kind == "win_back"
    assert asked_of(shop([line(f"c{i}", i, 5.0) for i in range(12)])).play.kind == "thank"


def test_every_customer_is_at_one_stage_and_sums_add_up_to_the_overview() -> None:
    rows = [*lively(), line(None, 50, 123.0, "x"), line("only back", 60, -7.0, "y", taken_back=True)]
    report, book = asked_of(shop(rows)), overview.run(shop(rows), overview.OverviewOptions()).orders
    assert book is not None
    assert sum(stage.customers or 0 for stage in report.stages) == report.customers == book.customers
    assert sum(stage.share_of_customers for stage in report.stages) == pytest.approx(1)
    assert sum(stage.sales for stage in report.stages) == pytest.approx(report.sales)
    assert report.sales + report.anonymous_sales - 7.0 == pytest.approx(book.sales)
    assert (report.anonymous_sales, book.only_back) == (book.anonymous, 1)
    assert sum(stage.slipping for stage in report.stages) == report.slipping.customers
    _, frame = lifecycle.sheet(shop(rows), lifecycle.options([], Asked()), "en")
    counted = frame["Stage"].value_counts().to_dict()
    assert counted == {named(f"stage_{s.code}", "en"): s.customers for s in report.stages if s.customers}


def test_newcomers_too_fresh_to_judge_are_not_lost() -> None:
    _, frame = lifecycle.sheet(shop(lively()), lifecycle.options([], Asked()), "en")
    (silent,) = (column for column in map(str, frame) if column.startswith("Days since last order, as of "))
    fresh = frame[(frame["Orders"] == 1) & (frame[silent] < 30)]
    assert len(fresh) > 0
    assert set(fresh["Stage"]) == {"Purchase"}


def test_without_a_log_of_visits_the_first_stages_are_unknown() -> None:
    report = asked_of(shop(lively()))
    assert [report.of(code).customers for code in STAGES[:3]] == [None] * 3
    assert (report.faded, report.unbooked) == (None, None)


def test_a_log_of_visits_fills_the_first_stages() -> None:
    log = visits(
        ("looked", 355, "page_view"),
        ("twice", 350, "pv"),
        ("twice", 355, "pv"),
        ("liked", 350, "收藏"),
        ("cart", 350, "add_to_cart"),
        ("cart", 349, "pv"),
        ("asked", 352, "咨询"),
        ("bought", 352, "purchase"),
        ("long ago", 10, "add_to_cart"),
        ("c001", 355, "add_to_cart"),
    )
    report = asked_of(replace(shop([*lively(), line("c001", 1, 5.0)]), events=log))
    assert [report.of(code).customers for code in STAGES[:3]] == [1, 2, 3]
    assert (report.faded, report.unbooked) == (1, 1)
    found = asked_of(replace(shop([*lively(), line("c001", 1, 5.0)]), events=log), "interest").members
    assert [(member.customer, member.orders) for member in found] == [("twice", 0), ("liked", 0)]
    name, frame = lifecycle.sheet(
        replace(shop([*lively(), line("c001", 1, 5.0)]), events=log), lifecycle.options(["evaluation"], Asked()), "zh"
    )
    assert (name, list(frame.columns)) == ("评估", ["客户", "距最后一次浏览的天数"])


def test_movers_since_the_latest_upload() -> None:
    before = orders([row for row in lively() if row["day"] < 330])
    found = asked_of(replace(shop(lively()), earlier=before), asked=MOVERS).movers
    assert found is not None
    assert (found.since, found.before) == ("upload", date(2026, 11, 27))


def test_movers_since_a_rhythm_ago_where_there_was_one_upload() -> None:
    found = asked_of(shop(lively()), asked=MOVERS).movers
    assert found is not None
    assert (found.since, found.days) == ("days", 30)
    other = asked_of(replace(shop(lively()), earlier=orders([line("c001", 3, 5.0)])), asked=MOVERS).movers
    assert other == found


def test_without_a_stage_the_members_are_those_of_the_worst_move() -> None:
    report = asked_of(shop(lively()), asked=Asked(view="names"))
    assert report.movers is not None
    assert report.movers.worst is not None
    assert {member.customer for member in report.members} <= set(report.movers.worst.customers)
    assert report.members


def test_hindsight_counts_who_came_back_after_all() -> None:
    found = asked_of(shop(lively())).hindsight
    assert found is not None
    assert found.days == 90
    assert 0 <= found.returned < found.others <= 1
    assert asked_of(shop([line(f"c{i}", i, 5.0) for i in range(30)])).hindsight is None


def test_hindsight_by_hand() -> None:
    """On day 111 those who stopped on day 60 are lost; ten of these 25 order again on day 190, the others all along."""
    until = {"gone": (15, 60), "back": (10, 60), "kept": (15, 200)}
    rows = [
        line(f"{who}{i}", day, 5.0)
        for who, (n, last) in until.items()
        for i in range(n)
        for day in range(0, last + 1, 10)
    ]
    rows += [line(f"back{i}", 190, 5.0) for i in range(10)]
    assert asked_of(shop(rows)).hindsight == Hindsight(90, 25, 0.4, 1.0)


def test_names_only_where_people_are_at_hand() -> None:
    rows = [{**row, "name": f"Person {row['customer']}"} for row in lively()]
    assert all(member.name for member in asked_of(named_shop(rows), "lost").members)
    assert {member.name for member in asked_of(shop(rows), "lost").members} == {None}
    assert {"names", "list"} <= NAMING_VIEWS


@pytest.mark.parametrize("known", [0, 1, 9])
def test_too_few_customers_are_refused(known: int) -> None:
    with pytest.raises(TooFewCustomers) as refusal:
        asked_of(shop([line(None, 1, 5.0), *(line(f"c{i}", i, 5.0) for i in range(known))]))
    assert (refusal.value.customers, refusal.value.needed) == (known, 10)


def test_orders_without_dates_are_refused() -> None:
    undated = Shop(orders=orders([{"customer": f"c{i}", "amount": 5.0} for i in range(40)]))
    with pytest.raises(MissingData):
        analyse("lifecycle", undated, [], Asked())


def test_words_that_mean_nothing_and_stages_with_nobody_are_told() -> None:
    with pytest.raises(OptionError):
        lifecycle.options(["champions"], Asked())
    with pytest.raises(UnknownGroup):
        asked_of(shop([line(f"c{i}", 1, 5.0) for i in range(20)]), "lost")
    with pytest.raises(UnknownGroup):
        asked_of(shop(lively()), "awareness")


def test_orders_after_the_day_to_judge_from_do_not_count() -> None:
    as_of = Asked(as_of=date(2026, 12, 28))
    future = [*lively(), line("typing error", 3000, 5.0, "t")]
    assert asked_of(shop(future), asked=as_of) == asked_of(shop(lively()), asked=as_of)


def test_order_of_rows_changes_nothing() -> None:
    rows = lively()
    shuffled = list(rows)
    Random(2).shuffle(shuffled)
    assert asked_of(shop(shuffled)) == asked_of(shop(rows))


def test_new_names_other_days_and_another_currency_change_no_stage() -> None:
    other = [
        {**row, "customer": f"x{999 - int(row['customer'][1:])}", "day": row["day"] + 100, "amount": 9 * row["amount"]}
        for row in lively()
    ]
    assert sizes(asked_of(shop(other))) == sizes(asked_of(shop(lively())))


def test_a_file_in_two_halves_gives_the_same_answer() -> None:
    rows = lively()
    half = len(rows) // 2
    merged = merge(orders(rows[:half]), orders(rows[half:]))
    whole = asked_of(shop(rows))
    both = asked_of(Shop(orders=merged))
    assert sizes(both) == sizes(whole)


SHOPS = {
    "lively": shop(lively()),
    "bought once": shop([line(f"c{i}", i, 5.0 + i) for i in range(40)]),
    "ten alike": shop([line(f"c{i}", 1, 5.0) for i in range(10)]),
    "thin": shop([line(f"c{i % 45}", 3 * i + i % 7, 5.0 + i) for i in range(110)]),
    "steady": shop(steady()),
    "all brought back": shop(
        [*(line(f"c{i}", i, 5.0) for i in range(40)), *(line(f"c{i}", 50, -5.0, taken_back=True) for i in range(40))]
    ),
    "watched": replace(
        shop(lively()), events=visits(("v", 355, "pv"), ("w", 350, "cart")), earlier=orders(lively()[:200])
    ),
}


@pytest.mark.parametrize("target", SHOPS.values(), ids=SHOPS.keys())
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_side_of_the_answer_fits_a_screen(target: Shop, language: str) -> None:
    longest = {"en": 740, "zh": 460}[language]
    for words in ([], ["cohorts"], ["movers"], ["names"], ["why"], ["method"], ["list"]):
        said = reply(target, words, language)
        assert 5 < said.visible <= longest, words
        assert len(said.html.splitlines()) <= 14, words
        assert "None" not in said.html.replace("None of your", ""), words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_leads_somewhere(language: str) -> None:
    pending, seen = [""], set[str]()
    while pending:
        words = pending.pop()
        seen.add(words)
        for row in reply(SHOPS["watched"], words.split(), language).keyboard:
            for button in row:
                to = button.data.removeprefix("~")
                assert len(to.encode()) <= 48
                if to.startswith("lifecycle") and (rest := to.removeprefix("lifecycle").strip()) not in seen:
                    pending.append(rest)
    assert {"cohorts", "movers", "why", "method", "names", "list slipping"} <= seen


def test_pictures_come_with_the_pages_that_have_one() -> None:
    target = shop(lively())
    for words, pictured in (
        ((), True),
        (("cohorts",), True),
        (("movers",), True),
        (("names", "lost"), False),
        (("lost",), False),
    ):
        outcome = analyse("lifecycle", target, words, Asked(language="zh"))
        assert (outcome.chart is not None) == pictured, words
    assert analyse("lifecycle", target, [], Asked(pictures=False)).chart is None


@pytest.mark.parametrize("said", ["lost", "Lost", "流失", "slipping", "该来没来"])
def test_a_stage_may_be_typed_as_people_do(said: str) -> None:
    view, code = lifecycle.understood([said])
    assert view == "names"
    assert code == ("lost" if said.casefold() in {"lost", "流失"} else "slipping")
    assert lifecycle.understood(["movers"]) == ("movers",)
