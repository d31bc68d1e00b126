from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from random import Random

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from analytics import digest, movers, ranking
from analytics.analysis import Asked
from analytics.dataset import Role, Shop
from analytics.digest import DigestReport, Memory
from analytics.errors import MissingData, OptionError
from analytics.language import LANGUAGES, span
from analytics.lapses import Lapses, lapses
from analytics.registry import analyse
from analytics.rhythm import occasions
from analytics.trials import Trial
from bot.render import Renderer, Reply
from bot.resources import TEMPLATES
from tests.analytics.shops import FIRST_DAY, Row, line, named_shop, orders, shop

RENDERER = Renderer(TEMPLATES)
BEGIN, END = 110, 270
"""Days of the tests' shops: from April, after Easter, to the end of September."""
LAST = FIRST_DAY.date() + timedelta(days=END)
BEFORE = LAST - timedelta(days=7)


def rows(each: int = 8, last_week: int | None = None, *, until: int = END, things: bool = True) -> tuple[Row, ...]:
    """About so many orders a day of ninety customers, and another number in the last whole week."""
    dice, told = Random(4), []
    for day in range(BEGIN, until + 1):
        number = last_week if last_week is not None and END - 7 <= day < END else each
        for i in range(number + dice.randint(-2, 2) if number > 2 else number):
            thing = {"product_name": dice.choice(["tea", "cup", "pot"])} if things else {}
            who, paid = f"c{dice.randrange(90):02}", dice.randint(500, 4000) / 100
            told.append(line(who, day, paid, f"o{day}-{i}", **thing))
    return tuple(told)


@lru_cache
def built(kind: str) -> Shop:
    return shop(
        {
            "calm": rows(),
            "fall": rows(last_week=1),
            "rise": rows(last_week=20),
            "a week earlier": rows(until=END - 7),
            "nobody known": [{**row, "customer": None} for row in rows()],
            "no products": rows(things=False),
            "five orders": rows()[-5:],
            "one day": [line("a", 3, 5.0)],
            "closed": [row for row in rows() if not END - 7 <= row["day"] < END],
        }[kind]
    )


def letter(target: Shop, remembered: str | None = None, **asked: object) -> tuple[DigestReport, str | None]:
    outcome = analyse("digest", target, ("weekly",), replace(Asked(remembered=remembered), **asked))  # type: ignore[arg-type]
    assert isinstance(outcome.report, DigestReport)
    return outcome.report, outcome.remember


def reply(target: Shop, words: Sequence[str], language: str, remembered: str | None = None) -> Reply:
    asked = Asked(language=language, remembered=remembered, pictures=False)
    return RENDERER.outcome(analyse("digest", target, words, asked), language)


def test_letters_from_the_first_one_on() -> None:
    first, memory = letter(built("a week earlier"))
    assert (first.page, first.silent) == ("first", False)
    news, memory = letter(built("fall"), memory)
    assert (news.page, news.since, news.last) == ("news", BEFORE, LAST)
    assert news.change is not None
    assert (news.change.direction, news.change.first) == (-1, BEFORE)
    ask, memory = letter(built("fall"), memory)
    assert (ask.page, ask.silent, ask.change) == ("ask", False, None)
    silent, forgotten = letter(built("fall"), memory)
    assert (silent.silent, forgotten) == (True, None)
    later = shop([*rows(last_week=1), *(line(f"c{i:02}", END + 1 + i % 7, 9.0, f"n{i}") for i in range(60))])
    again, memory = letter(later, memory)
    assert (again.silent, again.since) == (False, LAST)
    ask, _ = letter(later, memory)
    assert (ask.page, ask.silent) == ("ask", False)


def test_where_nothing_is_beyond_chance_there_is_one_line() -> None:
    report, _ = letter(built("calm"), Memory(last=BEFORE).model_dump_json())
    assert report.page == "calm"
    for language in LANGUAGES:
        said = reply(built("calm"), ("weekly",), language, Memory(last=BEFORE).model_dump_json())
        assert len(said.html.splitlines()) == 1
        assert said.keyboard


def test_looking_at_it_now_is_not_a_letter() -> None:
    for words in ((), ("now",), ("why",)):
        outcome = analyse("digest", built("fall"), words, Asked(remembered=Memory(last=BEFORE).model_dump_json()))
        assert outcome.remember is None
        assert outcome.report.page == "news"
    # After the letter it still shows what the letter said.
    _, memory = letter(built("fall"), Memory(last=BEFORE).model_dump_json())
    shown = analyse("digest", built("fall"), ("now",), Asked(remembered=memory)).report
    assert (shown.page, shown.since, shown.silent) == ("news", BEFORE, False)


def test_whoever_sends_seldom_hears_of_the_last_four_weeks() -> None:
    for ago, told in ((14, 2), (28, 4), (100, 4), (3, 1)):
        report, _ = letter(built("calm"), Memory(last=LAST - timedelta(days=ago)).model_dump_json())
        assert report.change is not None
        assert len(report.change.now) == told


def test_old_data_is_called_old() -> None:
    assert letter(built("calm"), today=LAST + timedelta(days=7))[0].stale is None
    old, _ = letter(built("calm"), today=LAST + timedelta(days=8))
    assert (old.stale, old.due, old.step) == (8, None, "send")


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"last": "soon"}', '{"form": 0, "until": "2026-01-01"}', "7"])
def test_a_memory_of_another_form_is_as_good_as_none(text: str) -> None:
    assert letter(built("calm"), text)[0].page == "first"


def test_the_memory_stays_small() -> None:
    memory = Memory(last=BEFORE, decided=tuple(range(500)), alerts=tuple(f"quiet:{'x' * 20}:{i}" for i in range(500)))
    _, kept = letter(built("fall"), memory.model_dump_json())
    assert kept is not None
    outcome = analyse("digest", built("fall"), ("alert",), Asked(remembered=memory.model_dump_json()))
    assert outcome.remember is not None
    assert len(json.loads(outcome.remember)["alerts"]) == digest.MOST_KEPT
    assert len(outcome.remember) < 20_000


def tried(target: Shop, result: str | None = None, *, worked: bool = True) -> Shop:
    """A trial of sixty customers, half of them held back, whose days are long over; all who `worked` for had ordered."""
    sent = LAST - timedelta(days=40)
    assert target.orders is not None
    bought = target.orders.frame(Role.CUSTOMER, Role.TIME)
    days = pd.Timedelta(days=14)
    inside = bought[(bought[Role.TIME] >= pd.Timestamp(sent)) & (bought[Role.TIME] < pd.Timestamp(sent) + days)]
    ordered = set(inside[Role.CUSTOMER])
    everybody = [f"c{i:02}" for i in range(90)]
    if worked:
        everybody.sort(key=lambda who: who not in ordered)
    people = pa.table({"customer": everybody, "version": ["A"] * 45 + ["holdout"] * 45})
    trial = Trial("win_back", "at_risk", ("A", "holdout"), 1, 14, sent, people, sent=sent, number=3, result=result)
    return replace(
        target, trials=(trial, replace(trial, number=4, sent=LAST - timedelta(days=3)), replace(trial, sent=None))
    )


def test_a_trial_that_was_decided_is_told_once_and_comes_first() -> None:
    report, memory = letter(tried(built("calm")), Memory(last=BEFORE).model_dump_json())
    assert [reading.number for reading in report.decided] == [3]
    assert (report.page, report.step, report.lesson) == ("news", "trial", report.decided[0])
    for language in LANGUAGES:
        said = reply(tried(built("calm")), (), language, Memory(last=BEFORE).model_dump_json())
        assert "3" in said.html.splitlines()[0]
        assert said.keyboard[0][0].data == "campaigns trial 3"
    assert memory is not None
    later, _ = letter(tried(built("calm")), memory)
    assert (later.decided, later.page) == ((), "ask")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_trial_that_showed_nothing_is_told_and_something_else_is_the_next_step(language: str) -> None:
    shop_ = tried(built("calm"), worked=False)
    report, _ = letter(shop_, Memory(last=BEFORE).model_dump_json())
    assert report.decided[0].verdict == "no_sign"
    assert (report.page, report.lesson) == ("news", None)
    assert report.step in {"due", "group"}
    said = reply(shop_, (), language, Memory(last=BEFORE).model_dump_json())
    keys = [row[0].data for row in said.keyboard]
    assert keys[1:3] == ["campaigns trial 3", "campaigns"], "after what is to be done"


def test_a_list_that_went_to_everybody_decides_nothing() -> None:
    (first, *_) = tried(built("calm")).trials
    everybody = pa.table({"customer": ["c00", "c01"], "version": ["A", "A"]})
    alone = replace(first, versions=("A",), people=everybody)
    report, _ = letter(replace(built("calm"), trials=(alone,)), Memory(last=BEFORE).model_dump_json())
    assert (report.decided, report.page) == ((), "calm")


def test_a_decision_is_news_even_without_new_orders_but_sales_are_not_told_twice() -> None:
    report, memory = letter(tried(built("fall")), Memory(last=LAST, since=BEFORE, asked=True).model_dump_json())
    assert (report.page, report.change, report.lapses) == ("news", None, None)
    assert memory is not None
    assert Memory.model_validate_json(memory) == Memory(last=LAST, since=BEFORE, asked=True, decided=(3,))


def crowd(seed: int, gone: int = 0) -> list[Row]:
    """Sixty regulars with a pace of their own, of whom so many stop coming on the same day, six weeks before the end."""
    dice, told = np.random.default_rng(seed), [line("last", END, 1.0)]
    for who in range(60):
        pace, day = dice.uniform(5, 25), BEGIN - 200 + dice.uniform(0, 25)
        while day < END and (who >= gone or day < END - 42):
            told.append(line(f"c{who:02}", 200 + int(day), float(dice.lognormal(3, 0.5))))
            day += dice.gamma(3, pace / 3)
    return [{**row, "day": row["day"] if row["customer"] != "last" else 200 + END} for row in told]


def lapsed(told: list[Row], days: int = 14) -> Lapses:
    lines = ranking.order_lines(orders(told), None)
    last = lines[Role.TIME].max().date()
    table = movers.table_before(lines, pd.Timestamp(last))
    assert table is not None
    found = lapses(
        table, occasions(lines[lines[Role.TIME] < pd.Timestamp(last)], table), last - timedelta(days=days), last
    )
    assert found is not None
    return found


def test_silences_by_hand() -> None:
    """Thirty come every ten days, so that a silence begins after thirty; one is silent from the 30th day on, one returns."""
    told = [line(f"c{who:02}", day, 5.0) for who in range(30) for day in range(who % 10, 151, 10)]
    told = [row for row in told if not (row["customer"] == "c05" and row["day"] > 115)]
    told = [row for row in told if not (row["customer"] == "c06" and 100 < row["day"] < 146)]
    found = lapsed([*told, line("x", 150, 1.0)])
    assert (found.customers, found.returned, found.regulars) == (("c05",), 1, 29)
    assert found.money == 12 * 5.0
    assert lapsed([*told, line("x", 150, 1.0)], days=2).customers == ()


def test_regulars_who_leave_together_are_news() -> None:
    found = [lapsed(crowd(seed, gone=25), days=21) for seed in range(12)]
    assert sum(one.beyond for one in found) >= 6
    assert all(set(one.customers) <= {f"c{who:02}" for who in range(60)} for one in found)
    memory = Memory(last=LAST + timedelta(days=200 - 21)).model_dump_json()
    news = next(shop(crowd(seed, gone=25)) for seed, one in enumerate(found) if one.beyond)
    report, _ = letter(news, memory)
    assert (report.page, report.step) == ("news", "lapses")
    for language in LANGUAGES:
        assert f"digest names {report.since}" in [
            key.data for row in reply(news, (), language, memory).keyboard for key in row
        ]


def test_the_names_behind_those_who_slid() -> None:
    people = [{**row, "name": f"Person {row['customer']}"} for row in crowd(1, gone=25)]
    words = ("names", (LAST + timedelta(days=200 - 21)).isoformat())
    report = analyse("digest", named_shop(people), words, Asked()).report
    assert report.lapses is not None
    assert report.members
    assert len(report.members) <= digest.DAYS_WORK
    assert all(member.name == f"Person {member.customer}" for member in report.members)
    assert analyse("digest", named_shop(people), ("names", "quiet"), Asked()).report.quiet


def test_lapses_are_beyond_chance_in_at_most_one_letter_of_a_hundred() -> None:
    """Regulars who keep their pace; one in a hundred would be less than one letter of these forty."""
    assert sum(lapsed(crowd(seed), days).beyond for seed in range(20) for days in (7, 14)) <= 2


def test_without_customers_or_products_what_is_left_is_told() -> None:
    unknown, _ = letter(built("nobody known"))
    assert (unknown.lapses, unknown.due, unknown.play, unknown.step) == (None, None, None, "send")
    assert unknown.change is not None
    plain, _ = letter(built("no products"))
    assert plain.due is None
    assert plain.step == "group"


def test_orders_without_days_or_amounts_are_refused() -> None:
    with pytest.raises(MissingData):
        analyse("digest", shop([{"customer": "a", "amount": 5.0}]), (), Asked())
    empty = shop([{"customer": "a", "amount": 5.0, "time": None}])
    with pytest.raises(MissingData):
        analyse("digest", empty, (), Asked())


@pytest.mark.parametrize(
    "words", [("soon",), ("names", "soon"), ("names", "2026-13-01"), ("weekly", "x"), ("alert", "x")]
)
def test_words_that_mean_nothing_are_told(words: tuple[str, ...]) -> None:
    with pytest.raises(OptionError):
        analyse("digest", built("calm"), words, Asked())


@pytest.mark.parametrize("since", ["0001-01-01", "9999-12-31", LAST.isoformat()])
def test_any_day_may_be_named(since: str) -> None:
    analyse("digest", built("calm"), ("names", since), Asked())


def test_order_of_rows_changes_nothing() -> None:
    shuffled = list(rows())
    Random(2).shuffle(shuffled)
    asked = Asked(remembered=Memory(last=BEFORE).model_dump_json())
    assert analyse("digest", shop(shuffled), (), asked).report == analyse("digest", built("calm"), (), asked).report


KINDS = ("calm", "fall", "rise", "a week earlier", "nobody known", "no products", "five orders", "one day", "closed")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_side_of_the_answer_fits_a_screen(kind: str, language: str) -> None:
    longest = {"en": 700, "zh": 350}[language]
    told, asked = Memory(last=BEFORE).model_dump_json(), Memory(last=LAST, since=BEFORE).model_dump_json()
    sides = [["weekly"], ["alert"], ["why"], ["names", BEFORE.isoformat()], ["names", "quiet"]]
    for words, remembered in [*((side, told) for side in sides), ([], None), ([], asked), (["weekly"], asked)]:
        said = reply(built(kind), words, language, remembered)
        assert 5 < said.visible <= (longest if words[:1] != ["names"] else 2 * longest), words
        assert len(said.html.splitlines()) <= 14, words
        assert "None" not in said.html.replace("None of your", ""), words
        assert all(len(button.data.encode()) <= 48 for row in said.keyboard for button in row)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_week_is_asked_about(language: str) -> None:
    said = reply(built("closed"), (), language, Memory(last=BEFORE).model_dump_json())
    assert {"en": "Were you closed", "zh": "是歇业了"}[language] in said.html


def test_pictures_come_where_there_is_something_to_see() -> None:
    memory = Memory(last=BEFORE).model_dump_json()
    for words, kind, remembered, pictured in (
        ((), "calm", memory, True),
        (("weekly",), "fall", memory, True),
        (("weekly",), "calm", memory, False),
        (("weekly",), "fall", Memory(last=LAST).model_dump_json(), False),
        (("alert",), "fall", None, True),
        (("alert",), "calm", None, False),
        (("why",), "calm", None, False),
        ((), "one day", None, False),
    ):
        for language in LANGUAGES:
            outcome = analyse("digest", built(kind), words, Asked(language=language, remembered=remembered))
            assert (outcome.chart is not None) == pictured, (words, kind)


def test_a_span_says_nothing_twice() -> None:
    days = date(2026, 10, 23), date(2026, 10, 29), date(2026, 11, 2), date(2027, 1, 3)
    assert span(days[0], days[1], "en") == "23 – 29 Oct 2026"
    assert span(days[1], days[2], "en") == "29 Oct – 2 Nov 2026"
    assert span(days[2], days[3], "en") == "2 Nov 2026 – 3 Jan 2027"
    assert span(days[0], days[1], "zh") == "2026年10月23日至29日"
    assert span(days[1], days[2], "zh") == "2026年10月29日至11月2日"
    assert span(days[2], days[3], "zh") == "2026年11月2日至2027年1月3日"
