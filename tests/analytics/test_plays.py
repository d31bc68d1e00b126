from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics import birthdays, movers, ranking
from analytics.analysis import Cuts
from analytics.dataset import Shop
from analytics.plays import KINDS, SETTLED, WINDOW, Fits, Rules, fits
from analytics.timing import when
from tests.analytics.shops import FIRST_DAY, customers, line, lively, pairs_shop, shop

RULES = Rules("groups", Cuts(), None, None)


def found_in(target: Shop, rules: Rules = RULES) -> Fits:
    assert target.orders is not None
    lines = ranking.order_lines(target.orders, rules.as_of)
    table = movers.table_of(lines, None if rules.as_of is None else pd.Timestamp(rules.as_of))
    assert table is not None
    return fits(target, lines, table, rules)


def told(found: Fits) -> dict[str, str]:
    return dict(zip(map(str, found.table.customer), map(str, found.kind), strict=True))


def regulars(size: int = 30) -> list[dict[str, Any]]:
    """Everybody every ten days until day 190, on days of their own; day 200 is the last."""
    rows = [line(f"reg{i:02}", 10 * k + i % 10, 10.0 + i, f"r{i}-{k}") for i in range(size) for k in range(20)]
    return [*rows, line("today", 200, 1.0, "t")]


def test_the_play_follows_from_a_customers_life() -> None:
    rows = regulars()
    gone = [line("gone", 10 * k, 90.0, f"g{k}") for k in range(12)]
    small = [line("small", 10 * k, 1.0, f"s{k}") for k in range(3)]
    once = [
        line("once", 180, 10.0, "o"),
        line("long ago", 5, 10.0, "l"),
        line("just now", 200 - SETTLED + 1, 10.0, "j"),
    ]
    late = [line("late", 10 * k, 1.0, f"e{k}") for k in range(19)]
    play = told(found_in(shop([*rows, *gone, *small, *once, *late])))
    assert play["gone"] == "win_back", "lost, and worth more than most"
    assert play["small"] == "last_try", "lost, and worth less"
    assert play["late"] == "win_back", "past the own rhythm of ten days, not yet lost"
    assert play["once"] == "second_purchase"
    assert play["long ago"] == "last_try"
    assert play["just now"] == "", "let them enjoy it"


def test_nobody_who_ordered_within_a_week_is_written_to_but_on_a_birthday() -> None:
    found = found_in(shop([*lively(), *pairs_shop()]))
    fresh = found.table.recency <= SETTLED
    assert fresh.any()
    assert set(found.kind[fresh]) == {""}
    assert {"vip", "win_back", "last_try"} <= set(found.kind) <= {"", *KINDS}


def test_products_come_with_the_plays_that_are_about_one() -> None:
    found = found_in(shop(pairs_shop(2000)))
    about = {kind: set(found.product[found.kind == kind]) for kind in set(found.kind)}
    assert about.get("bundle", {"cup"}) <= {"cup", "tea"}
    for kind in ("vip", "win_back", "last_try", "second_purchase"):
        assert about.get(kind, {None}) == {None}
    for kind in ("refill", "cross_sell", "bundle"):
        assert None not in about.get(kind, set())


def test_a_bundle_is_offered_to_regulars_who_lack_half_of_it() -> None:
    rows = []
    for i in range(200):
        who = f"c{i % 40:02}"
        goods = ["tea", "cup"] if i % 40 >= 24 else ["tea"] if i % 40 >= 18 else []
        rows += [line(who, i, 5.0, f"o{i}", product_name=name) for name in goods]
        rows.append(line(who, i, 5.0, f"p{i}", product_name=f"thing {i % 7}"))
    found = found_in(shop([*rows, line("end", 215, 1.0, "e", product_name="thing 1")]))
    offered = {str(who) for who in found.table.customer[found.kind == "bundle"]}
    assert offered
    assert offered <= {f"c{i:02}" for i in range(18, 24)}
    assert set(found.product[found.kind == "bundle"]) == {"cup"}


def test_the_past_by_hand() -> None:
    """Of thirty one-time buyers of each month six come back within the next thirty days, for 50."""
    rows = [line(f"reg{i:02}", 5 * k, 10.0, f"r{i}-{k}") for i in range(30) for k in range(37)]
    for month in range(6):
        for i in range(30):
            rows.append(line(f"m{month}-{i:02}", 30 * month + 2, 20.0, f"a{month}-{i}"))
            if i < 6:
                rows.append(line(f"m{month}-{i:02}", 30 * month + 40, 50.0, f"b{month}-{i}"))
    found = found_in(shop([row for row in rows if row["day"] < 180]))
    past = found.past["second_purchase"]
    assert past.money == 50.0
    assert not past.borrowed
    # Judged on days 150, 120 and 90: those of one month before are there each time, older ones who never came back, too.
    assert past.bought == 18
    assert past.likely.low < past.rate < past.likely.high


def test_too_few_alike_borrow_everybodys_past() -> None:
    past = found_in(shop(lively())).past
    assert set(KINDS) - {"second_purchase", "win_back", "last_try"} <= set(past)
    assert past["birthday"].borrowed
    assert past["birthday"].people == max(one.people for one in past.values())


def test_nobody_promises_of_the_lapsed_what_others_do() -> None:
    few = found_in(shop([*regulars(), *(line(f"long ago {i}", 5, 10.0) for i in range(3))]))
    assert "last_try" in few.kind
    assert "last_try" not in few.past
    many = found_in(
        shop([*regulars(), *(line(f"long ago {i}", 5, 10.0) for i in range(30)), line("long ago 0", 130, 9.0)])
    )
    assert many.past["last_try"].rate < 0.1


def test_where_the_orders_span_two_months_there_is_a_past_and_below_none() -> None:
    def young(days: int) -> Shop:
        return shop([line(f"c{i % 20:02}", i % days, 5.0, f"o{i}") for i in range(200)])

    assert found_in(young(2 * WINDOW - 5)).past == {}
    assert "history" in found_in(young(2 * WINDOW - 5)).lacking
    assert found_in(young(2 * WINDOW + 5)).past


def test_what_is_lacking_is_told() -> None:
    assert found_in(shop(lively())).lacking == ("products", "birthdays")
    assert "rhythm" in found_in(shop([line(f"c{i}", i, 5.0) for i in range(40)])).lacking
    born = customers({"customer": ["c001"], "Birthday": ["1990-03-01"]})
    assert "birthdays" not in found_in(replace(shop(lively()), customers=born)).lacking


def test_rows_in_another_order_and_customers_of_other_names_change_nothing() -> None:
    rows = [*lively(), *pairs_shop()]
    shuffled = list(rows)
    Random(5).shuffle(shuffled)
    plain, mixed = found_in(shop(rows)), found_in(shop(shuffled))
    assert told(plain) == told(mixed)
    assert list(plain.product) == list(mixed.product)
    assert plain.past == mixed.past
    renamed = found_in(shop([{**row, "customer": f"x{row['customer']}"} for row in rows]))
    assert {f"x{who}": play for who, play in told(plain).items()} == told(renamed)


def test_what_comes_after_the_day_to_judge_from_is_not_known() -> None:
    as_of = date(2026, 9, 1)
    rules = replace(RULES, as_of=as_of)
    until = [row for row in lively() if FIRST_DAY + timedelta(days=row["day"]) < datetime(2026, 9, 1)]  # noqa: DTZ001
    plain, later = found_in(shop(until), rules), found_in(shop(lively()), rules)
    assert (told(plain), plain.past) == (told(later), later.past)


BORN: Mapping[str, tuple[Sequence[str], int]] = {
    "year first": (["1990-03-05", "1985-03-20", "2001-04-30"], 1),
    "with a time": (["1990-03-05 00:00:00", "1985-03-20T08:30", "2001-04-30 00:00"], 1),
    "Chinese": (["1990年3月5日", "3月20日", "4月30日"], 1),
    "day first": (["05/03/1990", "20/03/1985", "30/04/2001"], 1),
    "month first": (["03/05/1990", "03/20/1985", "04/30/2001"], 1),
    "slashes": (["1990/3/5", "1985/3/20", "2001/4/30"], 1),
    "rubbish": (["?", "", "99-99"], 0),
}


@pytest.mark.parametrize(("born", "many"), BORN.values(), ids=BORN.keys())
@pytest.mark.parametrize("header", ["Birthday", "Date of birth", "生日", "出生日期"])
def test_birthdays_in_the_forms_people_write(born: Sequence[str], many: int, header: str) -> None:
    known = customers({"customer": [f"c{i}" for i in range(len(born))], header: list(born)})
    coming = birthdays.soon(known, date(2026, 3, 1))
    assert coming == ({"c0": date(2026, 3, 5)} if many else {})


def test_birthdays_over_new_year_and_on_leap_days() -> None:
    known = customers({"customer": ["jan", "leap"], "birthday": ["1990-01-03", "2000-02-29"]})
    assert birthdays.soon(known, date(2026, 12, 28)) == {"jan": date(2027, 1, 3)}
    assert birthdays.soon(known, date(2026, 2, 20)) == {"leap": date(2026, 2, 28)}
    assert birthdays.soon(known, date(2028, 2, 20)) == {"leap": date(2028, 2, 29)}
    assert birthdays.soon(None, date(2026, 1, 1)) == {}
    assert not birthdays.known(customers({"customer": ["a"], "City": ["Bath"]}))


def test_a_birthday_comes_before_other_plays_but_not_to_the_lost() -> None:
    rows = [*regulars(), line("long ago", 5, 10.0, "l")]
    born = customers({"customer": ["reg01", "long ago"], "生日": ["1990-07-25", "1990-07-25"]})
    found = found_in(replace(shop(rows), customers=born), replace(RULES, today=date(2026, 7, 20)))
    assert (told(found)["reg01"], told(found)["long ago"]) == ("birthday", "last_try")


def moments(*told: tuple[int, int], each: int = 1) -> Any:
    return np.array(
        [FIRST_DAY + timedelta(days=day, hours=hour, minutes=5) for day, hour in told for _ in range(each)],
        "datetime64[s]",
    )


def test_the_time_to_send_is_when_most_order_and_never_at_night() -> None:
    # 1 January 2026 is a Thursday; most order on Thursdays at 23, some at 10.
    night = moments((0, 23), (7, 23), each=40)
    some = moments(*((day, 10) for day in range(14)), each=3)
    chosen = when(np.concatenate([night, some]), date(2026, 2, 2))
    assert (chosen.day, chosen.hour, chosen.busiest) == (date(2026, 2, 3), 10, False), "three days are no wait"
    chosen = when(np.concatenate([night, some]), date(2026, 2, 3))
    assert (chosen.day, chosen.hour, chosen.busiest) == (date(2026, 2, 5), 10, True)


def test_where_weekdays_do_not_differ_it_is_tomorrow() -> None:
    even = moments(*((day, 9) for day in range(70)))
    assert when(even, date(2026, 4, 1)).day == date(2026, 4, 2)
    assert not when(even, date(2026, 4, 1)).busiest


@pytest.mark.parametrize("now", [None, 0, 8, 9, 23])
@pytest.mark.parametrize("day", range(7))
def test_the_moment_to_send_is_never_past_and_the_best_day_only_where_it_is_near(day: int, now: int | None) -> None:
    thursdays = moments((0, 9), (7, 9), each=40)
    today = date(2026, 3, 2) + timedelta(days=day)
    chosen = when(thursdays, today, now)
    still_today = now is not None and now < 9
    assert 0 <= (chosen.day - today).days <= 2
    assert chosen.day > today or (still_today and chosen.hour == 9)
    assert chosen.busiest == (chosen.day.weekday() == 3)
    if not chosen.busiest:
        assert chosen.day == (today if still_today else today + timedelta(days=1))


def test_without_a_good_hour_today_will_do_until_the_evening() -> None:
    days = moments(*((day, 0) for day in range(14)))
    assert when(days, date(2026, 4, 1), 19).day == date(2026, 4, 1)
    assert when(days, date(2026, 4, 1), 20).day == date(2026, 4, 2)


def test_without_hours_in_the_sheet_none_is_told() -> None:
    midnight = np.array([FIRST_DAY + timedelta(days=n) for n in range(200)], "datetime64[s]")
    assert when(midnight, date(2026, 8, 1)).hour is None
    assert when(midnight[:10], date(2026, 8, 1)).hour is None
