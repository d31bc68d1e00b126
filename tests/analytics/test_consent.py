"""Who wants no messages, by the orders themselves: the latest that says so decides, and nothing said stays nothing."""

from __future__ import annotations

import pytest

from analytics import people, reach
from analytics.analysis import Asked
from analytics.dataset import Role, Shop
from tests.analytics.reading.sheets import one, roles

HEADER = "Name,Email,Financial Status,Paid at,Accepts Marketing,Currency,Subtotal,Created at,Lineitem quantity,Lineitem name,Lineitem price\n"


def orders(*rows: tuple[str, str, str]) -> str:
    """Shopify's export: order, e-mail and what stands under Accepts Marketing, with a second line that says nothing."""
    lines = []
    for n, (number, email, accepts) in enumerate(rows):
        day = f"2026-09-{1 + n:02} 10:00:00"
        lines.append(f"{number},{email},paid,{day},{accepts},USD,20,{day},1,Mug,10")
        lines.append(f"{number},{email},,,,,,{day},1,Cup,10")
    return HEADER + "\n".join(lines)


ROWS = (
    ("#1", "ann@x.example", "yes"),
    ("#2", "ben@x.example", "no"),
    ("#3", "ann@x.example", "no"),
    ("#4", "ben@x.example", "yes"),
    ("#5", "cy@x.example", ""),
    ("#6", "dee@x.example", "no"),
    ("#7", "dee@x.example", ""),
)


def test_the_latest_order_that_says_anything_decides() -> None:
    dataset = one(orders(*ROWS))
    assert roles(dataset)["Accepts Marketing"] is Role.CONSENT
    assert reach.refused(dataset) == {"ann@x.example", "dee@x.example"}


@pytest.mark.parametrize("shuffled", [ROWS[::-1], ROWS[3:] + ROWS[:3]])
def test_it_goes_by_time_and_not_by_row(shuffled: tuple[tuple[str, str, str], ...]) -> None:
    kept = {number: n for n, (number, _, _) in enumerate(ROWS)}
    lines = orders(*ROWS).splitlines()[1:]
    sheet = HEADER + "\n".join(line for row in shuffled for line in lines[2 * kept[row[0]] : 2 * kept[row[0]] + 2])
    assert reach.refused(one(sheet)) == {"ann@x.example", "dee@x.example"}


def test_who_refused_is_on_no_list() -> None:
    dataset, _ = people.split(one(orders(*ROWS)), b"secret")
    keys = [people.pseudonym(f"{name}@x.example", b"secret") for name in ("ann", "ben", "cy", "dee")]
    found = reach.reachable(Shop(orders=dataset), keys, Asked("en"))
    assert found.kept == (keys[1], keys[2])
    assert found.left_out == {"said_no": 2}


def test_orders_that_say_nothing_refuse_nobody() -> None:
    assert reach.refused(one("order id,date,customer id,total\n1,2026-09-01,a,9\n2,2026-09-02,b,9\n")) == frozenset()
    assert reach.refused(None) == frozenset()


def test_case_and_blanks_tell_no_two_people_apart() -> None:
    sheet = "date,who,amount\n2026-09-01,Lucy,5\n2026-09-02,lucy,6\n2026-09-03,lucy ,7\n2026-09-04,Tom,8\n2026-09-05,Lucy,3\n"
    dataset, everybody = people.split(one(sheet), b"secret")
    assert everybody is not None
    assert dataset.frame("customer").customer.nunique() == 2
    assert sorted(everybody.table("label")["label"].to_pylist()) == ["Lucy", "Tom"]
    assert people.pseudonym("LUCY", b"secret") in set(dataset.frame("customer").customer)
