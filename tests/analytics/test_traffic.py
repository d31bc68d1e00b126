from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import purchases
from analytics.samples import Share
from analytics.traffic import FARTHEST, Traffic, Usual, customers, traffic, usual
from tests.analytics.shops import Row, line, orders


def met(rows: Sequence[Row]) -> Traffic | None:
    lines = purchases.order_lines(orders(rows))
    assert lines is not None
    return traffic(lines)


def did(rows: Sequence[Row], days: int = 14) -> Usual | None:
    lines = purchases.order_lines(orders(rows))
    assert lines is not None
    return usual(lines, days)


def test_weeks_by_hand() -> None:
    # Buyers by week: ab, a, ab, ac, az; in two on end: ab, ab, abc, acz; in all five: abcz.
    rows = [line("a", 7 * week, 5.0) for week in range(5)]
    rows += [line("b", 3, 5.0), line("b", 15, 5.0), line("b", 15, 5.0), line("c", 27, 5.0), line("z", 34, 5.0)]
    found = met(rows)
    assert found is not None
    assert found.weeks == 5
    assert found.weekly == pytest.approx(9 / 5)
    assert found.reach[:2] == pytest.approx((9 / 5, 10 / 4))
    assert found.reach[4] == 4
    assert found.weeks_for(1) == (1, 1, 1)
    assert found.weeks_for(4) == (5, 5, 5)
    # From two weeks to five 1.5 more: 0.5 a week, so the sixth has 4.5 and the seventh 5.
    assert found.weeks_for(5)[0] == 7
    assert len(found.reach) == FARTHEST
    assert found.weeks_for(14.6)[0] is None


def test_a_month_is_the_least() -> None:
    assert met([line("a", 0, 5.0), line("b", 26, 5.0)]) is None
    assert met([line("a", 0, 5.0), line("b", 27, 5.0)]) is not None


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 80)), min_size=1, max_size=60))
def test_spans_are_counted_as_one_would_count_them(visits: list[tuple[int, int]]) -> None:
    found = met([line(f"c{who}", day, 1.0) for who, day in visits])
    last = max(day for _, day in visits)
    weeks = (last - min(day for _, day in visits) + 1) // 7
    if weeks < 4:
        assert found is None
        return
    assert found is not None
    for long in range(1, min(weeks, FARTHEST) + 1):
        spans = []
        for start in range(weeks - long + 1):
            first = last + 1 - 7 * (weeks - start)
            spans.append(len({who for who, day in visits if first <= day < first + 7 * long}))
        assert found.reach[long - 1] == pytest.approx(np.mean(spans))


def test_what_customers_do_anyway_by_hand() -> None:
    # Known before 15 January: 30. Ten of them spend £5 in the fortnight to the 28th; who is new there is not known yet.
    rows = [line(f"c{n}", 0, 10.0) for n in range(30)]
    rows += [line(f"c{n}", 20, 5.0) for n in range(10)] + [line("new", 27, 99.0)]
    found = did(rows)
    assert found is not None
    assert (found.stretches, found.first, found.last) == (1, date(2026, 1, 15), date(2026, 1, 28))
    assert found.buyers == Share(30, 10)
    assert (found.spend.n, found.spend.total) == (30, 50.0)
    # (10 x 25 - 50^2 / 30) / 29
    assert found.spend.variance == pytest.approx(166.6667 / 29)


def test_what_comes_back_is_money_but_no_visit() -> None:
    rows = [line(f"c{n}", 0, 10.0) for n in range(30)] + [line("c0", 27, 4.0)]
    rows.append(line("c1", 22, -10.0, taken_back=True))
    found = did([{"taken_back": False, **row} for row in rows])
    assert found is not None
    assert found.buyers == Share(30, 1)
    assert found.spend.total == -6.0


def test_thin_data_tells_nothing() -> None:
    assert did([line(f"c{n}", 0, 10.0) for n in range(29)] + [line("c0", 27, 1.0)]) is None
    assert did([line(f"c{n}", 5, 10.0) for n in range(40)]) is None


def test_customers_are_those_who_bought() -> None:
    rows = [line("a", 0, 5.0), line("a", 3, 5.0), line("b", 9, 5.0), line("c", 9, -5.0)]
    lines = purchases.order_lines(orders([{**row, "taken_back": row["amount"] < 0} for row in rows]))
    assert lines is not None
    assert customers(lines) == 2
