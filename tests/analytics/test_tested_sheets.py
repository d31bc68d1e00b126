"""Sheets of results as people send them, from the bytes on."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import numpy as np
import pytest

from analytics import abtest
from analytics.analysis import Asked
from analytics.asked_tests import options
from analytics.dataset import Dataset, Kind, Shop
from analytics.errors import UnclearTest, UnfinishedTest
from analytics.known_groups import groups_before
from analytics.merging import merge
from analytics.reading import read
from analytics.samples import Money, Share
from analytics.soundness import mixes, weigh
from analytics.tested_rows import read_results
from analytics.tested_sheets import Sheet
from tests.analytics.shops import FIRST_DAY, dataset, lively, orders
from tests.data_sets import shared_file


def table(text: str) -> Dataset:
    (found,) = read(text.encode(), "test.csv")
    assert found.kind is Kind.RESULTS
    return found


def sheet(text: str, wanted: str | None = None) -> Sheet:
    return read_results(table(text), wanted)


def seen(found: Sheet) -> dict[str, Share | Money]:
    return {version.label: version.seen for version in found.versions}


SHARES = {"A": Share(1000, 50), "B": Share(1000, 65)}


@pytest.mark.parametrize(
    "text",
    [
        "Variant,Visitors,Conversions\nA,1000,50\nB,1000,65\n",
        "Variant,Visitors,Conversions,Revenue\nA,1000,50,500.5\nB,1000,65,640\n",
        "版本,发送人数,成交人数\nA,1000,50\nB,1000,65\n",
        "variant,visitors,orders\nA,1000,50\nB,1000,65\n",
        "版本,访客数,订单数\nA,1000,50\nB,1000,65\n",
        "版本,人数,转化率\nA,1000,5%\nB,1000,6.5%\n",
        "Group,Users,Buyers\nA,1000,50\nB,1000,65\nTotal,2000,115\n",
        'Variant,Sent,Converted\nA,"1,000",50\nB,"1,000",65\n',
        "Variant,Device,Visitors,Conversions\nA,phone,400,30\nB,phone,500,40\nA,desk,600,20\nB,desk,500,25\n",
    ],
)
def test_totals_by_version_are_read(text: str) -> None:
    assert seen(sheet(text)) == SHARES


@pytest.mark.parametrize(
    "text",
    [
        "Group,People,Mean,SD\nA,1000,12.4,30.1\nB,1000,13.9,33\n",
        "组别,发送人数,平均金额,标准差\nA,1000,12.4,30.1\nB,1000,13.9,33\n",
        "Variant,Visitors,Revenue,Std Dev\nA,1000,12400,30.1\nB,1000,13900,33\n",
    ],
)
def test_totals_of_money_are_read(text: str) -> None:
    found = sheet(text)
    assert found.measure.sort == "money"
    for label, money in (("A", Money.typed(1000, 12.4, 30.1)), ("B", Money.typed(1000, 13.9, 33.0))):
        told = seen(found)[label]
        assert isinstance(told, Money)
        assert told.n == money.n
        assert [told.mean, told.deviation] == pytest.approx([money.mean, money.deviation])


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("Variant,Visitors\nA,1000\nB,1000\n", "did"),
        ("Variant,Visitors,Revenue\nA,1000,500\nB,1000,640\n", "spread_of_sheet"),
        ("Variant,Visitors,Conversions\nA,1000,50\n", "second_of_sheet"),
        ("variant,outcome\nA,yes\nA,no\n", "second_of_sheet"),
        ("variant,score,level\n" + "A,1,2\nB,2,3\nA,4,5\n" * 9, "measure"),
    ],
)
def test_a_missing_piece_of_a_sheet_is_asked_for(text: str, lacks: str) -> None:
    with pytest.raises(UnfinishedTest) as asked:
        sheet(text)
    assert asked.value.lacks == lacks


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Variant,Visitors,Conversions\nA,50,1000\nB,1000,65\n", "more_than_people"),
        ("Variant,Visitors,Conversions\nA,0,0\nB,1000,65\n", "nobody"),
        ("Variant,Visitors,Conversions\nA,many,5\nB,1000,65\n", "not_a_number"),
        ("Variant,Visitors,Conversions\nA,1000,5.5\nB,1000,65\n", "not_whole"),
        ("variant,outcome\n" + "".join(f"v{i},yes\nv{i},no\n" for i in range(41)), "many"),
        ("variant,outcome,city\n" + "A,maybe,Bath\nB,perhaps,York\n" * 9, "empty"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused(text: str, why: str) -> None:
    with pytest.raises(UnclearTest) as refusal:
        sheet(text)
    assert refusal.value.why == why


def test_newer_totals_replace_the_older_ones_of_the_same_version() -> None:
    monday = table("Variant,Visitors,Conversions\nA,400,20\nB,400,25\n")
    friday = table("Variant,Visitors,Conversions\nA,1000,50\nB,1000,65\n")
    assert seen(read_results(merge(monday, friday))) == SHARES
    halves = [
        table(f"Variant,Visitors,Conversions,City\nA,500,25,{city}\nB,500,{b},{city}\n")
        for city, b in (("Bath", 30), ("Hull", 35))
    ]
    assert seen(read_results(merge(*halves))) == SHARES


def test_two_half_sheets_of_people_are_the_whole() -> None:
    rows = [f"A,{'yes' if i < 50 else 'no'}" for i in range(1000)] + [
        f"B,{'yes' if i < 65 else 'no'}" for i in range(1000)
    ]
    Random(4).shuffle(rows)
    halves = [table("variant,outcome\n" + "\n".join(half)) for half in (rows[:700], rows[700:])]
    assert seen(read_results(merge(*halves))) == SHARES


def test_spellings_of_a_version_and_of_an_outcome_are_one() -> None:
    told = sheet("variant,outcome\nA,yes\na ,是\nＡ,1\nA,no\nb,True\nB,否\n B,0\nＢ,FALSE\n")
    assert seen(told) == {"A": Share(4, 3), "B": Share(4, 1)}


def test_a_slip_of_the_pen_is_no_version() -> None:
    told = sheet("variant,outcome\n" + "A,yes\nB,no\n" * 30 + "AB,yes\n")
    assert (sorted(seen(told)), told.strays) == (["A", "B"], 1)
    small = sheet("variant,outcome\n" + "A,yes\nB,no\n" * 300 + "control,yes\n" * 6)
    assert (len(small.versions), small.strays) == (3, 0)


def test_people_in_both_versions_and_unclear_cells_are_left_out_and_counted() -> None:
    told = sheet("customer,variant,outcome\nc1,A,yes\nc2,A,no\nc3,A,maybe\nc1,B,no\nc4,B,yes\nc5,B,no\n")
    assert seen(told) == {"A": Share(1, 0), "B": Share(2, 1)}
    assert (told.twice, told.unclear) == (1, 1)


def test_somebody_with_several_rows_is_one_person() -> None:
    told = sheet("customer,variant,outcome\nc1,A,no\nc1,A,yes\nc2,A,no\nc3,B,no\nc4,B,yes\n")
    assert seen(told) == {"A": Share(2, 1), "B": Share(2, 1)}
    money = sheet("customer,variant,amount\nc1,A,5\nc1,A,7.5\nc2,A,0\nc3,B,1\nc4,B,0\n")
    assert seen(money)["A"] == Money.of([12.5, 0])


def test_a_blank_means_no_where_nothing_else_does() -> None:
    told = sheet("variant,outcome\nA,yes\nA,\nB,yes\nB,yes\n")
    assert (seen(told)["A"], told.blanks) == (Share(2, 1), 1)
    clear = sheet("variant,outcome\nA,yes\nA,\nA,no\nB,yes\nB,no\n")
    assert (seen(clear)["A"], clear.blanks, clear.unclear) == (Share(2, 1), 0, 1)


def test_amounts_may_be_refunds_and_written_with_commas() -> None:
    told = sheet('variant;amount\nA;"12,40"\nA;"-3,10"\nB;0\nB;"1.200,50"\n')
    assert seen(told) == {"A": Money.of([12.4, -3.1]), "B": Money.of([0, 1200.5])}
    assert (told.measure.sort, told.rows is not None) == ("money", True)


def test_counts_by_person_are_averaged() -> None:
    told = sheet("variant,orders\n" + "A,0\nA,3\nB,1\nB,2\n" * 5)
    assert (told.measure.sort, seen(told)["A"]) == ("count", Money.of([0, 3] * 5))
    bought = sheet("variant,bought\n" + "A,0\nA,3\nB,1\nB,2\n" * 5)
    assert (bought.measure.sort, seen(bought)["B"]) == ("count", Money.of([1, 2] * 5))


def test_what_nobody_wants_is_counted_by_those_who_did_not() -> None:
    told = sheet("variant,unsubscribed\n" + "A,yes\nA,no\nA,no\nA,no\nB,no\nB,yes\n" * 5)
    assert (told.turned, seen(told)["A"]) == (True, Share(20, 15))
    churned = sheet("Variant,Visitors,Churned\nA,1000,50\nB,1000,65\n")
    assert (churned.turned, seen(churned)["A"]) == (True, Share(1000, 950))


def test_what_people_did_before_never_decides() -> None:
    told = sheet("variant,spend before,spend\n" + "A,5,7\nB,6,8\nA,,2\n" * 9)
    assert [measure.header for measure in told.measures] == ["spend"]
    assert told.rows is not None
    assert told.rows.before is not None
    assert np.isnan(told.rows.before[0]).sum() == 9


def test_the_shops_own_groups_are_those_of_the_first_day_of_the_test() -> None:
    rows = lively()
    people = sorted({row["customer"] for row in rows})
    columns = {
        "customer": people,
        "variant": ["AB"[at % 2] for at in range(len(people))],
        "outcome": ["no" if at % 3 else "yes" for at in range(len(people))],
    }
    results = dataset(Kind.RESULTS, {**columns, "time": [FIRST_DAY + timedelta(days=300)] * len(people)})
    shop = Shop(orders=orders(rows), results=results)
    known = groups_before(shop)
    assert known is not None
    assert known == groups_before(replace(shop, orders=orders([row for row in rows if row["day"] < 300])))
    assert read_results(results, known=known).groups[-1].header == ""
    assert abtest.run(shop, options((), Asked())).mixed
    assert groups_before(replace(shop, results=dataset(Kind.RESULTS, columns))) is None


def test_ranks_and_the_bootstrap_agree_where_one_version_is_plainly_better() -> None:
    dice = np.random.default_rng(2)
    a, b = dice.exponential(5, 400), dice.exponential(8, 400)
    told = weigh(a, b)
    assert told.sways is None
    assert told.ranks.above > 0.55
    assert not told.shaky
    assert told.drawn is None or told.drawn.low > 0
    assert weigh(np.zeros(5), np.zeros(5)).whole is None


def test_nobody_decides_where_there_is_nothing_to_decide() -> None:
    dice = np.random.default_rng(13)
    told = weigh(dice.exponential(5, 400), dice.exponential(5, 400))
    assert told.whole is not None
    assert told.largest[0].without.difference * told.whole.difference < 0
    assert told.sways is None


def test_a_column_of_an_earlier_test_that_nobody_has_any_more_does_not_decide() -> None:
    columns: dict[str, list[Any]] = {
        "variant": ["A", "B"] * 20,
        "outcome": [None] * 40,
        "amount": [1.0, 2.0, 3.0, 5.0] * 10,
    }
    found = read_results(dataset(Kind.RESULTS, columns))
    assert [measure.header for measure in found.measures] == ["amount"]


def test_groups_with_nobody_in_one_version_are_passed_over() -> None:
    found = sheet("variant,outcome,city\n" + "A,yes,Bath\nB,no,Bath\nA,no,Bath\nA,no,Hull\nB,yes,York\nB,no,York\n" * 9)
    assert mixes(found.groups, 0, 1) == ()


def test_cookie_cats() -> None:
    (told,) = read(gzip.decompress(shared_file("cookie_cats.csv.gz").read_bytes()), "cookie_cats.csv")
    shop = Shop(results=told)
    first = abtest.run(shop, options((), Asked()))
    assert [(arm.label, arm.people, arm.did) for arm in first.arms] == [
        ("gate_30", 44_700, 20_034),
        ("gate_40", 45_489, 20_119),
    ]
    assert (first.answer, first.split_is_odd, first.plain) == ("open", True, False)
    later = abtest.run(shop, options(("on", "retention_7"), Asked()))
    assert [arm.did for arm in later.arms] == [8_502, 8_279]
    rounds = abtest.run(shop, options(("on", "sum_gamerounds"), Asked()))
    assert rounds.sort == "count"
    amounts = rounds.amounts
    assert amounts is not None
    assert amounts.whole is not None
    assert amounts.whole.chance == pytest.approx(0.38, abs=0.005)
    assert amounts.largest[0].amounts == (49_854,)
    assert amounts.largest[0].without.chance == pytest.approx(0.95, abs=0.005)
    assert amounts.ranks.chance == pytest.approx(0.0502, abs=1e-4)
    assert amounts.sways == 1


def test_the_columns_of_hillstroms_mailing_are_understood() -> None:
    rows = [
        f"{i % 12 + 1},2) $100 - $200,{100 + i},{i % 2},Rural,0,Phone,{name},{i % 2},{int(i % 9 == 0)},{29.9 if i % 9 == 0 else 0}"
        for i in range(90)
        for name in ("Womens E-Mail", "No E-Mail", "Mens E-Mail")
    ]
    header = "recency,history_segment,history,mens,zip_code,newbie,channel,segment,visit,conversion,spend"
    told = table("\n".join([header, *rows]))
    report = abtest.run(Shop(results=told), options((), Asked()))
    assert (report.control.label, report.plain, report.measure) == ("No E-Mail", True, "conversion")
    spent = abtest.run(Shop(results=told), options(("on", "spend"), Asked()))
    assert (spent.sort, spent.evened is not None) == ("money", True)
