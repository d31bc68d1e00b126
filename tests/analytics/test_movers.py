from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from random import Random

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from analytics import charts, language, movers, rfm
from analytics.analysis import Cuts
from analytics.movers import RANKED, Move, Standing
from tests.analytics.shops import Row, line, lively, shop


def standing(**groups: tuple[str, float]) -> Standing:
    """Customers by name, each with their group and money."""
    return Standing(
        np.array(list(groups), object),
        np.array([group for group, _ in groups.values()], object),
        np.array([money for _, money in groups.values()], np.float64),
    )


def lines_of(rows: Sequence[Row]) -> pd.DataFrame:
    orders = shop(rows).orders
    assert orders is not None
    return orders.frame("customer", "order", "time", "amount", "taken_back")


BEFORE = standing(ann=("loyal", 90), bob=("loyal", 50), cem=("champions", 500), dot=("lost", 5), eve=("new", 10))
AFTER = standing(
    dot=("potential_loyalist", 25),
    ann=("at_risk", 90),
    bob=("at_risk", 60),
    cem=("loyal", 500),
    eve=("new", 20),
    flo=("new", 7),
)


def test_who_moved_from_where_to_where() -> None:
    assert set(movers.moved(BEFORE, AFTER)) == {
        Move("loyal", "at_risk", ("ann", "bob"), 150),
        Move("champions", "loyal", ("cem",), 500),
        Move("lost", "potential_loyalist", ("dot",), 25),
        Move(None, "new", ("flo",), 7),
    }


def test_losses_come_first_by_money_times_fall_then_gains_then_newcomers() -> None:
    # 150 over six groups weighs more than 500 over one.
    assert [(move.before, move.after) for move in movers.moved(BEFORE, AFTER)] == [
        ("loyal", "at_risk"),
        ("champions", "loyal"),
        ("lost", "potential_loyalist"),
        (None, "new"),
    ]


def test_nobody_moved() -> None:
    assert movers.moved(BEFORE, BEFORE) == ()


def test_newcomers_have_lost_nothing() -> None:
    assert [move.is_loss for move in movers.moved(standing(), AFTER)] == [False] * len(set(AFTER.group))


@pytest.mark.parametrize("vocabulary", ["groups", "classes"])
def test_every_group_has_its_rank(vocabulary: str) -> None:
    assert sorted(RANKED[vocabulary]) == sorted(rfm.VOCABULARIES[vocabulary])  # type: ignore[index]


@pytest.mark.parametrize("vocabulary", ["groups", "classes"])
def test_everybody_moved_stayed_or_joined(vocabulary: str) -> None:
    lines = lines_of(lively())
    after = rfm.customer_table(lines)
    before = movers.table_before(lines, after.reference - pd.Timedelta(days=60))
    assert before is not None
    found = movers.movers(before, after, vocabulary, "days")  # type: ignore[arg-type]
    assert found is not None
    assert sum(move.count for move in (*found.moves, *found.joined)) + found.stayed == len(after)
    assert sum(move.count for move in found.joined) == len(after) - len(before)
    assert (found.days, found.since) == (60, "days")
    assert set(found.losses) | set(found.gains) == set(found.moves)
    assert found.worst == found.losses[0]


def test_too_few_customers_on_either_side_are_not_compared() -> None:
    few = rfm.customer_table(lines_of([line(f"c{i}", i, 5.0) for i in range(29)]))
    many = rfm.customer_table(lines_of([line(f"c{i}", i, 5.0) for i in range(40)]))
    assert movers.movers(few, many, "groups", "days") is None
    assert movers.movers(many, few, "groups", "days") is None
    assert movers.movers(many, many, "groups", "days") is not None


def test_who_stayed_away_slid_and_who_came_rose() -> None:
    early = [line(f"c{i:02}", i, 10.0, f"{i}-{k}") for i in range(40) for k in range(1 + i // 10)]
    late = [line(f"c{i:02}", 60, 10.0, f"late{i}") for i in range(20)]
    before, after = (rfm.customer_table(lines_of(rows)) for rows in (early, [*early, *late]))
    found = movers.movers(before, after, "groups", "upload")
    assert found is not None
    assert {name for move in found.losses for name in move.customers} <= {f"c{i:02}" for i in range(20, 40)}
    assert {name for move in found.gains for name in move.customers} <= {f"c{i:02}" for i in range(20)}
    assert found.losses
    assert found.gains


def test_there_is_no_table_of_a_time_before_the_first_order() -> None:
    assert movers.table_before(lines_of(lively()), pd.Timestamp("2025-01-01")) is None


def test_order_of_rows_and_currency_change_nothing() -> None:
    rows = lively()
    other = [{**row, "amount": 7 * row["amount"]} for row in rows]
    Random(5).shuffle(other)
    moves = []
    for lines in (lines_of(rows), lines_of(other)):
        after = rfm.customer_table(lines)
        before = movers.table_before(lines, after.reference - pd.Timedelta(days=30))
        assert before is not None
        found = movers.movers(before, after, "groups", "days")
        assert found is not None
        moves.append([(move.before, move.after, move.customers) for move in found.moves])
    assert moves[0] == moves[1]


def test_classes_are_by_the_owners_thresholds() -> None:
    table = rfm.customer_table(lines_of(lively()))
    group = movers.standing(table, "classes", Cuts(recency=10_000, frequency=1, money=-1e9)).group
    assert set(group) == {"key_value"}


@pytest.mark.parametrize("reader", ["en", "zh"])
@pytest.mark.parametrize("vocabulary", ["groups", "classes"])
def test_the_picture_has_the_main_moves(monkeypatch: pytest.MonkeyPatch, reader: str, vocabulary: str) -> None:
    drawn: list[charts.Band] = []
    png = charts.flows

    def flows(
        title: str, subtitle: str, before: Sequence[str], after: Sequence[str], bands: Sequence[charts.Band]
    ) -> bytes:
        drawn.extend(bands)
        return png(title, subtitle, before, after, bands)

    monkeypatch.setattr(charts, "flows", flows)
    lines = lines_of(lively())
    after = rfm.customer_table(lines)
    before = movers.table_before(lines, after.reference - pd.Timedelta(days=60))
    assert before is not None
    found = movers.movers(before, after, vocabulary, "days")  # type: ignore[arg-type]
    assert found is not None
    picture = movers.chart(found, reader)
    assert picture is not None
    assert picture.startswith(b"\x89PNG")
    assert found.worst is not None
    assert 0 < len(drawn) <= movers.MOST_BANDS
    worst = (language.named(str(found.worst.before), reader), language.named(found.worst.after, reader))
    assert worst in {(band.before, band.after) for band in drawn}


def test_nobody_moved_is_no_picture() -> None:
    table = rfm.customer_table(lines_of(lively()))
    found = movers.movers(table, table, "groups", "upload")
    assert found is not None
    assert (found.moves, found.stayed, found.worst, movers.chart(found, "en")) == ((), 120, None, None)


@pytest.mark.parametrize("reader", ["en", "zh"])
@pytest.mark.parametrize("vocabulary", ["groups", "classes"])
def test_no_name_is_cut_off(reader: str, vocabulary: str) -> None:
    ranked = RANKED[vocabulary]  # type: ignore[index]
    for first in range(0, len(ranked) - 1, 3):
        moves = tuple(
            Move(ranked[first], code, ("a",) * (1 + 40 * k), 9.0) for k, code in enumerate(ranked) if k != first
        )
        found = movers.Movers("days", 30, vocabulary, date(2026, 1, 1), date(2026, 12, 31), moves, (), 0)  # type: ignore[arg-type]
        picture = movers.chart(found, reader)
        assert picture is not None
        pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("L"))
        assert pixels.shape[1] == 900
        assert min(pixels[:, :8].min(), pixels[:, -8:].min(), pixels[:8].min(), pixels[-4:].min()) > 200


def test_where_frequency_tells_nothing_customers_move_between_classes() -> None:
    lines = lines_of([line(f"c{i:03}", i, 10.0 + i, f"o{i}") for i in range(80)])
    before, after = (
        movers.table_before(lines, pd.Timestamp(lines["time"].min()) + pd.Timedelta(days=40)),
        movers.table_of(lines),
    )
    assert before is not None
    assert after is not None
    found = movers.movers(before, after, "groups", "days")
    assert found is not None
    assert found.vocabulary == "classes"
