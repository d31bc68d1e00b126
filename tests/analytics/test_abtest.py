"""`/abtest` as people type it or send it as a sheet; the statistics have their own tests."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from analytics import abtest, language
from analytics.abtest import ABTestReport
from analytics.analysis import Asked
from analytics.dataset import Kind, Shop
from analytics.errors import MissingData, UnclearTest
from analytics.samples import Share
from analytics.typed_tests import versions
from tests.analytics.shops import dataset


def typed(text: str) -> ABTestReport:
    return abtest.run(Shop(), abtest.options(text.split(), Asked()))


def sheet(**columns: Any) -> ABTestReport:
    return abtest.run(Shop(results=dataset(Kind.RESULTS, columns)), abtest.options((), Asked()))


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("A 1000 50 B 1000 65", "AB"),
        ("a 1,000 50 b 1,000 65", "ab"),
        ("50/1000 vs 65/1000", "AB"),
        ("50/1000 65/1000", "AB"),
        ("1000 50 1000 65", "AB"),
        ("A：发1000 成交50；B：发1000 成交65", "AB"),
        ("Ａ １０００ ５０ Ｂ １０００ ６５", "AB"),
        ("A 50/1000; B 65/1000", "AB"),
        ("旧 1000人 50单 新 1000人 65单", "旧新"),
    ],
)
def test_a_test_is_read_as_people_type_it(text: str, labels: str) -> None:
    found = versions(text)
    assert [version.label for version in found] == list(labels)
    assert [version.share for version in found] == [Share(1000, 50), Share(1000, 65)]


def test_more_versions_than_two_are_read_and_the_first_is_the_control() -> None:
    report = typed("red 1000 50 blue 1000 65 green 1000 55")
    assert [arm.label for arm in report.arms] == ["red", "blue", "green"]
    assert report.control.verdict is None
    assert report.swapped is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("A 1000", "numbers"),
        ("A 1000 50", "versions"),
        ("hello", "numbers"),
        ("A 1000 50 B 1000 65 70", "numbers"),
        ("A 50/40 B 10/40", "more_than_people"),
        ("A 0 0 B 10 1", "nobody"),
        ("A 9999999999 50 B 1000 65", "too_many"),
        ("A 1000 50 A 1000 65", "versions"),
        (" ".join(f"v{i} 100 5" for i in range(41)), "versions"),
    ],
)
def test_what_is_no_test_is_said_so(text: str, why: str) -> None:
    with pytest.raises(UnclearTest) as refusal:
        typed(text)
    assert refusal.value.why == why


def test_verdicts_follow_the_numbers() -> None:
    won = typed("A 1000 120 B 1000 200")
    assert (won.best, won.arms[1].verdict, won.untrusted) == (1, "take_b", None)
    assert won.arms[1].worst is not None
    assert won.arms[1].worst > 0
    lost = typed("A 1000 200 B 1000 120")
    assert (lost.best, lost.arms[1].verdict) == (None, "keep_a")
    open_ = typed("A 1000 50 B 1000 65")
    assert (open_.best, open_.arms[1].verdict) == (None, "undecided")
    assert open_.arms[1].more is not None
    assert 4_000 < open_.arms[1].more < 16_000
    assert open_.ahead.label == "B"
    assert open_.ahead.chance == pytest.approx(0.92, abs=0.02)


def test_an_uneven_split_stops_the_verdict() -> None:
    report = typed("A 821588 41000 B 815482 60000")
    assert (report.untrusted, report.best) == ("sample_ratio", None)
    assert abtest.chart(report, "en") is None


def test_the_other_version_may_be_the_old_one() -> None:
    report = typed("A 1000 120 B 1000 200")
    assert report.swapped == "B 1000 200 A 1000 120"
    assert typed(report.swapped).arms[1].verdict == "keep_a"


def test_typed_counts_a_sheet_and_its_two_halves_shuffled_give_the_same_answer() -> None:
    rows = [("A", "yes")] * 50 + [("A", "no")] * 950 + [("B", "yes")] * 65 + [("B", "no")] * 935
    Random(1).shuffle(rows)
    told = sheet(variant=[row[0] for row in rows], outcome=[row[1] for row in rows])
    assert told.arms == typed("A 1000 50 B 1000 65").arms


def test_spellings_of_a_version_and_of_an_outcome_are_one() -> None:
    told = sheet(
        variant=["A", "a ", "Ａ", "A", "b", "B", " B", "Ｂ"],
        outcome=["yes", "是", "1", "no", "True", "否", "0", "FALSE"],
    )
    assert [(arm.label, arm.did, arm.people) for arm in told.arms] == [("A", 3, 4), ("B", 1, 4)]


def test_people_in_both_versions_and_unclear_cells_are_left_out_and_counted() -> None:
    told = sheet(
        customer=["c1", "c2", "c3", "c1", "c4", "c5"],
        variant=["A", "A", "A", "B", "B", "B"],
        outcome=["yes", "no", "maybe", "no", "yes", "no"],
    )
    assert [(arm.people, arm.did) for arm in told.arms] == [(1, 0), (2, 1)]
    assert (told.twice, told.unclear) == (1, 1)


def test_the_control_of_a_sheet_is_the_one_that_is_called_so() -> None:
    told = sheet(variant=["new", "new", "control", "control"], outcome=["yes", "no", "yes", "no"])
    assert told.control.label == "CONTROL"


def test_without_words_or_sheet_or_outcome_that_is_asked_for() -> None:
    with pytest.raises(UnclearTest):
        abtest.run(Shop(), abtest.options((), Asked()))
    with pytest.raises(MissingData):
        sheet(variant=["A", "B"])
    with pytest.raises(UnclearTest):
        sheet(variant=["A", "A"], outcome=["yes", "no"])


@pytest.mark.parametrize("reader", language.LANGUAGES)
def test_the_picture_shows_every_version(reader: str) -> None:
    for text in ("A 1000 50 B 1000 65", "A 1000 120 B 1000 200 C 1000 100"):
        picture = abtest.chart(typed(text), reader)
        assert picture is not None
        assert picture.startswith(b"\x89PNG")
