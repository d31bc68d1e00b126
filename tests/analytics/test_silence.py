from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from analytics import ranking, weeks
from analytics.alerts import AlertReport
from analytics.analysis import Asked, Outcome
from analytics.dataset import Kind, Shop
from analytics.digest import DigestReport, Memory
from analytics.language import LANGUAGES
from analytics.registry import analyse
from analytics.silence import LONGEST, Silence, silence
from bot.render import Renderer
from bot.resources import TEMPLATES
from tests.analytics.shops import FIRST_DAY, Row, dataset, line, shop

RENDERER = Renderer(TEMPLATES)
BEGIN, END = 110, 270
LAST = FIRST_DAY.date() + timedelta(days=END)
TODAY = LAST + timedelta(days=22)


def rows(each: int = 3) -> list[Row]:
    days = range(BEGIN, END + 1)
    return [line(f"c{(7 * day + i) % 50:02}", day, 10.0 + day % 5, f"o{day}-{i}") for day in days for i in range(each)]


def found(target: Shop, today: date | None = TODAY, sent: date | None = None) -> Silence | None:
    assert target.orders is not None
    days = weeks.daily(ranking.order_lines(target.orders, None))
    assert days is not None
    return silence(target, days, today, sent)


def open_until(target: Shop, last: date) -> Shop:
    """The same shop with comments up to that day."""
    day = FIRST_DAY + timedelta(days=(last - FIRST_DAY.date()).days)
    return replace(target, comments=dataset(Kind.COMMENTS, {"time": [FIRST_DAY, day], "text": ["fine", "fine"]}))


def ask(target: Shop, view: str, language: str = "en", **more: object) -> Outcome:
    asked = replace(Asked(language=language, today=TODAY, pictures=False), **more)  # type: ignore[arg-type]
    return analyse("digest", target, (view,) if view else (), asked)


def test_a_pause_longer_than_chance_and_than_any_before_is_one() -> None:
    stop = found(shop(rows()))
    assert stop is not None
    assert (stop.last, stop.days) == (LAST, 21)
    assert stop.usual == pytest.approx(63)
    assert (stop.later, stop.until, stop.sent, stop.told_by) == (None, None, None, None)


def test_a_short_pause_a_slow_shop_and_one_that_closes_now_and_then_are_not_remarked_on() -> None:
    assert found(shop(rows()), LAST + timedelta(days=2)) is None
    assert found(shop(rows()), LAST + timedelta(days=14)) is None, "not sent yet, most likely"
    assert found(shop(rows()), LAST + timedelta(days=14), sent=LAST + timedelta(days=10)) is not None
    assert found(shop(rows()), LAST + timedelta(days=14), sent=LAST + timedelta(days=1)) is None
    slow = [row for row in rows(1) if row["day"] % 9 == 0]
    assert found(shop(slow)) is None
    closing = [row for row in rows() if not 180 <= row["day"] < 196]
    assert found(shop(closing)) is None
    assert found(shop(rows()), None) is None, "without a clock nobody knows"


def test_other_tables_and_the_file_itself_tell_how_far_the_shop_goes() -> None:
    later = LAST + timedelta(days=20)
    seen = found(open_until(shop(rows()), later))
    assert seen is not None
    assert (seen.later, seen.until, seen.told_by) == (Kind.COMMENTS, later, later)
    sent = found(shop(rows()), sent=LAST + timedelta(days=21))
    assert sent is not None
    assert (sent.sent, sent.told_by) == (LAST + timedelta(days=21),) * 2
    before = found(open_until(shop(rows()), LAST - timedelta(days=1)), sent=LAST)
    assert before is not None
    assert before.told_by is None


def test_the_calendar_alone_raises_no_alarm_and_another_table_does_once() -> None:
    assert ask(shop(rows()), "alert").report.silent
    target = open_until(shop(rows()), LAST + timedelta(days=20))
    outcome = ask(target, "alert")
    assert isinstance(outcome.report, AlertReport)
    assert (outcome.report.kind, outcome.report.key) == ("stop", f"stop:{LAST}")
    assert ask(target, "alert", remembered=outcome.remember).report.silent
    assert ask(shop(rows()), "alert", sent=LAST + timedelta(days=20)).report.kind == "stop"


def test_an_old_file_is_no_alarm_though_it_was_sent_today() -> None:
    today = LAST + timedelta(days=LONGEST + 10)
    assert ask(shop(rows()), "alert", today=today, sent=today).report.silent


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("view", ["", "weekly", "alert", "idle"])
def test_both_reasons_are_said_with_the_tap_that_settles_it(language: str, view: str) -> None:
    target = open_until(shop(rows()), LAST + timedelta(days=20))
    told = Memory(last=LAST).model_dump_json()
    for remembered in (None, told):
        said = RENDERER.outcome(ask(target, view, language, remembered=remembered), language)
        assert said.visible <= {"en": 700, "zh": 350}[language]
        keys = {button.data for row in said.keyboard for button in row}
        if view == "idle":
            assert "digest idle" not in keys
            continue
        assert "digest idle" in keys
        for words in {"en": ("nothing was sold", "comments go on until"), "zh": ("一单没有", "评论一直到")}[language]:
            assert words in said.html


def test_once_the_owner_says_that_nothing_was_sold_these_days_count_as_empty() -> None:
    target = shop(rows())
    outcome = ask(target, "idle")
    report = outcome.report
    assert isinstance(report, DigestReport)
    assert (report.stop, report.idle, report.last) == (None, TODAY, LAST)
    assert report.change is not None
    assert report.change.direction == -1
    assert sum(week.orders for week in report.change.now) == 0
    assert outcome.remember is not None
    assert ask(target, "alert", remembered=outcome.remember).report.silent, "what was said needs no alarm"
    letter = ask(target, "weekly", remembered=outcome.remember).report
    assert (letter.page, letter.idle, letter.stop) == ("first", TODAY, None)


def test_newer_orders_end_what_was_said_of_the_pause() -> None:
    said = ask(shop(rows()), "idle").remember
    for first in (1, 22):
        newer = [*rows(), *(line("c01", END + first + day, 10.0, f"n{day}") for day in range(3))]
        report = ask(shop(newer), "weekly", remembered=said, today=TODAY + timedelta(days=4)).report
        assert (report.idle, report.last) == (None, LAST + timedelta(days=first + 2))
