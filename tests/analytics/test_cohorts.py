from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random

import pandas as pd
import pytest

from analytics import charts, rfm
from analytics.analysis import Asked
from analytics.cohorts import Cohort, CohortTable, chart, cohorts
from analytics.dataset import Kind
from analytics.language import LANGUAGES
from analytics.reading import read
from analytics.registry import analyse
from analytics.rhythm import occasions
from bot.render import Renderer
from bot.resources import TEMPLATES
from tests.analytics.shops import Row, line, lively, shop
from tests.data_sets import shared_file


def of(rows: Sequence[Row], as_of: str | None = None) -> CohortTable:
    orders = shop(rows).orders
    assert orders is not None
    lines = orders.frame("customer", "order", "time", "amount", "taken_back")
    table = rfm.customer_table(lines, None if as_of is None else pd.Timestamp(as_of))
    return cohorts(occasions(lines, table), table.reference)


def joining(*months: int, returning: int = 0) -> list[dict[str, object]]:
    """So many customers who first buy in the middle of each month of 2026; some of each return thirty days later."""
    rows = []
    for month, number in enumerate(months):
        for i in range(number):
            rows.append(line(f"{month}-{i}", 30 * month + 14, 5.0))
            if i < returning:
                rows.append(line(f"{month}-{i}", 30 * month + 44, 5.0))
    return rows


def test_customers_by_the_month_of_their_first_order() -> None:
    rows = [line("a", 0, 5.0), line("a", 40, 5.0), line("a", 41, 5.0), line("b", 3, 5.0), line("c", 35, 5.0)]
    table = of(rows, "2026-03-01")
    assert table.cohorts == (Cohort(date(2026, 1, 1), (2, 1)), Cohort(date(2026, 2, 1), (1,)))
    assert (table.unit, table.partial, table.truncated) == ("month", False, False)
    assert table.retention(1) == 0.5


def test_a_month_that_is_not_over_is_not_compared() -> None:
    table = of([line("a", 0, 5.0), line("b", 35, 5.0)])
    assert (table.partial, table.retention(0), table.retention(1)) == (True, 1.0, None)


def test_a_month_without_new_customers_has_no_cohort() -> None:
    table = of([line("a", 0, 5.0), line("a", 40, 5.0), line("b", 65, 5.0)], "2026-04-01")
    assert [cohort.first.month for cohort in table.cohorts] == [1, 3]
    assert table.cohorts[0].active == (1, 1, 0)


def test_the_first_cohort_is_left_out_where_it_holds_old_customers() -> None:
    table = of(joining(40, 10, 12, 11, returning=5))
    assert table.truncated
    assert table.retention(1) == pytest.approx(10 / 22)
    assert not of(joining(14, 10, 12, 11)).truncated


def test_a_long_period_is_told_in_quarters() -> None:
    table = of([line("a", 0, 5.0), line("a", 100, 5.0), line("b", 900, 5.0)], "2028-07-01")
    assert table.unit == "quarter"
    assert table.cohorts[0].active[:3] == (1, 1, 0)
    assert table.cohorts[-1].first == date(2028, 4, 1)
    assert not table.partial


def test_the_newest_cohorts_are_held_against_those_before() -> None:
    better = of(
        [
            *joining(20, 20, 20, 20, 20, 20, 20),
            *(line(f"{m}-{i}", 30 * m + 44, 1.0) for m in (3, 4, 5) for i in range(10)),
        ],
        "2026-08-01",
    )
    assert better.trend is not None
    assert (better.trend.newest, better.trend.before, better.trend.customers) == (0.5, 0.0, 60)
    assert better.trend.differs
    alike = of(joining(20, 20, 20, 20, 20, 20, 20, returning=5), "2026-08-01").trend
    assert alike is not None
    assert not alike.differs
    assert of(joining(20, 20, 20)).trend is None


def test_cohorts_of_cdnow() -> None:
    """Recounted with pandas: customers who joined in the first quarter of 1997, and who of them bought again."""
    (dataset,) = (
        d for d in read(shared_file("cdnow_sample.csv").read_bytes(), "cdnow_sample.csv") if d.kind is Kind.ORDERS
    )
    lines = dataset.frame("customer", "time", "amount")
    table = rfm.customer_table(lines)
    found = cohorts(occasions(lines, table), table.reference)
    assert [cohort.active[:4] for cohort in found.cohorts] == [
        (781, 124, 95, 70),
        (857, 134, 110, 75),
        (719, 87, 84, 78),
    ]
    assert (found.partial, found.truncated) == (False, False)


def test_every_customer_is_in_one_cohort() -> None:
    assert sum(cohort.customers for cohort in of(lively()).cohorts) == 120


def test_order_of_rows_and_names_change_nothing() -> None:
    rows = [{**row, "customer": f"x{row['customer']}"} for row in lively()]
    Random(3).shuffle(rows)
    assert of(rows) == of(lively())


@pytest.mark.parametrize("rows", [[line("a", 0, 5.0)], [line(f"c{i}", 5, 5.0) for i in range(30)]])
def test_one_day_makes_one_cohort_and_no_picture(rows: list[Row]) -> None:
    table = of(rows)
    assert len(table.cohorts) == 1
    assert (table.retention(1), table.trend, chart(table, "en")) == (None, None, None)


@pytest.mark.parametrize("reader", ["en", "zh"])
@pytest.mark.parametrize("months", [(40, 10, 12, 11), (20,) * 12, (3,) * 30])
def test_the_picture_is_drawn(monkeypatch: pytest.MonkeyPatch, reader: str, months: tuple[int, ...]) -> None:
    drawn: dict[str, object] = {}

    def heat(title: str, subtitle: str, columns: Sequence[str], rows: Sequence[charts.Cells]) -> bytes:
        drawn.update(title=title, subtitle=subtitle, columns=columns, rows=rows)
        return png(title, subtitle, columns, rows)

    png = charts.heat
    monkeypatch.setattr(charts, "heat", heat)
    picture = chart(of(joining(*months, returning=3)), reader)
    assert picture is not None
    assert picture.startswith(b"\x89PNG")
    rows, columns = drawn["rows"], drawn["columns"]
    assert isinstance(rows, list)
    assert isinstance(columns, list)
    assert len(rows) <= 12
    assert len(columns) == max(len(row.shares) for row in rows) <= 10
    assert all(len(row.shares) == len(row.faint) for row in rows)


def test_small_and_unfinished_cohorts_are_grey_and_old_customers_are_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[charts.Cells] = []

    def heat(_title: str, _subtitle: str, _columns: Sequence[str], rows: Sequence[charts.Cells]) -> bytes:
        drawn.extend(rows)
        return b""

    monkeypatch.setattr(charts, "heat", heat)
    chart(of(joining(40, 20, 3, 20, returning=2)), "en")
    # The last month, May, only has the returns of those who joined in April: it is not over.
    assert [row.label for row in drawn] == ["≤ Jan 2026 · 40", "Feb 2026 · 20", "Mar 2026 · 3", "Apr 2026 · 20"]
    assert [row.faint[-1] for row in drawn] == [True] * 4
    assert [row.faint[0] for row in drawn] == [False, False, True, True]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("months", "told"), [(12, True), (20, False)])
def test_the_row_of_old_customers_is_spoken_of_only_where_it_is_drawn(language: str, months: int, told: bool) -> None:
    rows = [
        {
            "customer": f"c{month}-{n}",
            "time": pd.Timestamp(2025 + m // 12, m % 12 + 1, 5),
            "amount": 5.0,
            "order": f"{month}-{n}-{m}",
        }
        for month in range(months)
        for n in range(60 if month == 0 else 20)
        for m in (month, month + 1)
    ]
    outcome = analyse("lifecycle", shop(rows), ("cohorts",), Asked(language=language, pictures=False))
    assert outcome.report.cohorts.truncated
    said = Renderer(TEMPLATES).outcome(outcome, language).html
    words = {"en": "The row of Jan 2025 holds", "zh": "2025年1月那一行混有"}[language]
    assert (words in said) is told
    assert ({"en": "from before your data begins", "zh": "数据开始之前"}[language] in said) is told
