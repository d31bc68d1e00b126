from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest

from analytics import alerts, complaints, movers, ranking
from analytics.alerts import AlertReport, gone_quiet, shape
from analytics.analysis import Asked
from analytics.complaints import WORDS
from analytics.dataset import Dataset, Kind, Shop
from analytics.language import LANGUAGES
from analytics.registry import analyse
from analytics.rhythm import occasions
from bot.render import Renderer
from bot.resources import TEMPLATES
from tests.analytics.shops import FIRST_DAY, Row, dataset, line, orders, shop

RENDERER = Renderer(TEMPLATES)
START = 110
"""Days of the tests' shops begin in April, after Easter."""


def even(days: int = 120, each: int = 5) -> list[Row]:
    """So many orders a day, from people who come once."""
    return [line(f"n{day}-{i}", START + day, 20.0, f"o{day}-{i}") for day in range(days) for i in range(each)]


def fallen() -> list[Row]:
    """One order a day in the last whole week."""
    return [
        row for row in even() if row["day"] < START + 112 or row["day"] == START + 119 or row["order"].endswith("-0")
    ]


def comments(rows: Sequence[tuple[int, str | None, str]]) -> Dataset:
    columns: dict[str, list[object]] = {
        "time": [FIRST_DAY + timedelta(days=START + day) for day, _, _ in rows],
        "text": [text for _, _, text in rows],
    }
    if any(rating for _, rating, _ in rows):
        columns["rating"] = [rating for _, rating, _ in rows]
    return dataset(Kind.COMMENTS, columns)


def alert(target: Shop, remembered: str | None = None, today: date | None = None) -> tuple[AlertReport, str | None]:
    outcome = analyse("digest", target, ("alert",), Asked(remembered=remembered, today=today))
    report = outcome.report
    assert isinstance(report, AlertReport)
    return report, outcome.remember


def regular(silent: int, every: int = 7, gaps: int = 20) -> list[Row]:
    """The best customer, who came every so many days, give or take one, until so many days ago."""
    last = START + 120 - silent
    days = [last - every * back + (1 if back % 2 else -1) * (0 < back < gaps) for back in range(gaps + 1)]
    return [line("best", day, 100.0, f"b{day}") for day in days]


def test_a_fall_is_told_and_one_and_the_same_only_once() -> None:
    report, memory = alert(shop(fallen()))
    assert (report.kind, report.silent) == ("fall", False)
    assert report.key == f"fall:{FIRST_DAY.date() + timedelta(days=START + 118)}"
    again, forgotten = alert(shop(fallen()), memory)
    assert (again.silent, forgotten) == (True, None)
    # A day later most of the week is the same.
    later = [*fallen(), line("x", START + 120, 20.0, "x")]
    assert alert(shop(later), memory)[0].silent
    assert not alert(shop(later))[0].silent


def test_a_rise_is_no_alarm_and_neither_is_an_even_week() -> None:
    assert alert(shop(even()))[0].silent
    more = [*even(), *(line(f"m{i}", START + 112 + i % 7, 20.0, f"m{i}") for i in range(70))]
    assert alert(shop(more))[0].silent


def test_old_data_holds_no_news() -> None:
    last = FIRST_DAY.date() + timedelta(days=START + 119)
    assert not alert(shop(fallen()), today=last + timedelta(days=14))[0].silent
    assert alert(shop(fallen()), today=last + timedelta(days=15))[0].silent


def test_one_of_the_best_gone_quiet_is_told_once() -> None:
    target = shop([*even(), *regular(silent=25)])
    report, memory = alert(target)
    assert report.kind == "quiet"
    assert report.quiet is not None
    assert (report.quiet.customer, report.quiet.silent, report.quiet.place) == ("best", 25, 1)
    assert report.quiet.usual == pytest.approx(7, abs=0.1)
    assert report.quiet.limit < 25
    assert alert(target, memory)[0].silent
    assert alert(shop([*even(), *regular(silent=8)]))[0].silent


def test_whoever_has_been_gone_for_long_is_no_news_unless_the_latest_file_tells() -> None:
    rows = [*even(), *regular(silent=60)]
    assert alert(shop(rows))[0].silent
    before = [row for row in rows if row["day"] < START + 66]
    known = Shop(orders=orders(rows), earlier=orders(before))
    assert alert(known)[0].kind == "quiet"


def test_the_shape_of_gaps_is_found_again() -> None:
    dice = np.random.default_rng(2)
    for true in (0.5, 1.0, 4.0):
        owner = np.repeat(np.arange(400), 6)
        gap = dice.gamma(true, dice.uniform(3, 60, 400)[owner] / true)
        assert shape(gap, owner, 400) == pytest.approx(true, rel=0.12)
    assert shape(np.full(8, 5), np.zeros(8, int), 1) == alerts.SHAPES[1]


def renewals(true: float, dice: np.random.Generator) -> list[Row]:
    """Forty customers who keep their rhythm for ever, each with a pace of their own."""
    rows: list[Row] = []
    for customer in range(40):
        pace = dice.uniform(5, 40)
        day = -dice.uniform(0, 5 * pace)
        while day < 300:
            if day >= 0:
                rows.append(line(f"c{customer:02}", int(day), float(dice.lognormal(3, 0.5))))
            day += dice.gamma(true, pace / true)
    return rows


@pytest.mark.parametrize("true", [0.7, 1.0, 3.0])
def test_whoever_keeps_their_rhythm_is_called_quiet_in_at_most_one_check_of_a_hundred(true: float) -> None:
    dice = np.random.default_rng(9)
    called = 0
    for _ in range(40):
        lines = ranking.order_lines(orders(renewals(true, dice)), None)
        table = movers.table_of(lines)
        assert table is not None
        called += bool(gone_quiet(table, occasions(lines, table)))
    # Three of forty have a chance of 1 % where one in a hundred is right.
    assert called <= 2


def test_silence_is_measured_by_the_own_rhythm() -> None:
    lines = ranking.order_lines(orders([*regular(40, every=7), *even(120, 1)]), None)
    table = movers.table_of(lines)
    assert table is not None
    (found,) = gone_quiet(table, occasions(lines, table))
    slow = [{**row, "day": 3 * row["day"]} for row in regular(40, every=7)]
    lines = ranking.order_lines(orders([*slow, line("x", 3 * (START + 80) + 40, 1.0)]), None)
    table = movers.table_of(lines)
    assert table is not None
    assert found.limit < 40
    assert gone_quiet(table, occasions(lines, table)) == ()


def test_a_wave_of_low_ratings_is_told() -> None:
    before = [(day, "5" if day % 10 else "1", "well") for day in range(60, 112)]
    calm = [*before, *((day, "5", "well") for day in range(112, 119))]
    wave = [*before, *((day, "1" if day % 2 else "2", "hm") for day in range(112, 119))]
    assert alert(Shop(orders=orders(even()), comments=comments(calm)))[0].silent
    report, memory = alert(Shop(orders=orders(even()), comments=comments(wave)))
    assert report.kind == "complaints"
    assert report.wave is not None
    assert (report.wave.by, report.wave.now.successes, report.wave.now.n) == ("rating", 7, 7)
    assert alert(Shop(orders=orders(even()), comments=comments(wave)), memory)[0].silent


def test_without_ratings_words_of_complaint_count() -> None:
    texts = [(day, None, "很好喝" if day % 2 else "Lovely, nothing broken") for day in range(60, 112)]
    wave = [
        *texts,
        *(
            (112 + i, None, text)
            for i, text in enumerate(("杯子碎了，要求退款", "Arrived damaged", "没收到货", "失望"))
        ),
    ]
    found = complaints.wave(comments(wave))
    assert found is not None
    assert (found.by, found.now.successes, found.before.successes) == ("words", 4, 0)
    assert found.beyond


@pytest.mark.parametrize(
    ("text", "complains"),
    [
        ("I want a refund", True),
        ("The lid was broken!", True),
        ("Never disappointed so far", False),
        ("nothing broken this time", False),
        ("not disappointed at all", False),
        ("拆开就坏了", True),
        ("一个都没坏", False),
        ("一点没碎了的", False),
        ("没失望", False),
        ("客服态度差，要退货", True),
        ("不错，下次还来", False),
        ("", False),
    ],
)
def test_words_of_complaint(text: str, complains: bool) -> None:
    assert (WORDS.search(text) is not None) == complains


@pytest.mark.parametrize(
    ("ratings", "low"), [(["1", "2", "3", "5"], 2), (["2", "4", "9", "10"], 2), (["40", "90", "41", "100"], 1)]
)
def test_low_is_up_to_two_fifths_of_the_scale(ratings: list[str], low: int) -> None:
    found = complaints.wave(
        comments([(-20, ratings[-1], ""), *((day, rating, "") for day, rating in enumerate(ratings))])
    )
    assert found is not None
    assert (found.by, found.now.successes) == ("rating", low)


def test_comments_that_cannot_be_judged_raise_nothing() -> None:
    assert complaints.wave(dataset(Kind.COMMENTS, {"text": ["refund"]})) is None
    assert complaints.wave(comments([(1, "1", "refund"), (2, "5", "refund")])) is None
    told = complaints.wave(comments([(1, "good", "refund"), (12, "bad", "refund")]))
    assert told is not None
    assert told.by == "words"
    assert not told.beyond


def test_the_chance_of_a_wave_is_at_most_one_in_a_hundred() -> None:
    dice = np.random.default_rng(5)
    called = 0
    for _ in range(300):
        rows = [(int(day), "1" if dice.random() < 0.15 else "5", "") for day in dice.uniform(0, 63, 120)]
        found = complaints.wave(comments(rows))
        called += bool(found and found.beyond)
    assert called <= 6


def test_the_weightiest_comes_first_and_then_the_next() -> None:
    wave = comments([*((day, "5", "") for day in range(60, 112)), *((day, "1", "") for day in range(112, 119))])
    target = Shop(orders=orders([*fallen(), *regular(25)]), comments=wave)
    memory, told = None, []
    for _ in range(4):
        report, memory = alert(target, memory)
        told.append(report.kind)
        if memory is None:
            break
    assert told == ["fall", "complaints", "quiet", None]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_alert_fits_a_screen(language: str) -> None:
    wave = comments([*((day, "5", "") for day in range(60, 112)), *((day, "1", "") for day in range(112, 119))])
    targets = (
        shop(fallen()),
        shop([*even(), *regular(25)]),
        Shop(orders=orders(even()), comments=wave),
        shop(even()),
    )
    for target in targets:
        said = RENDERER.outcome(analyse("digest", target, ("alert",), Asked(language=language)), language)
        assert 5 < said.visible <= {"en": 420, "zh": 200}[language]
        assert "None" not in said.html
