"""Small shops for tests: rows as a person would jot them down, to datasets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa

from analytics import people
from analytics.dataset import Column, Dataset, Kind, Receipt, Role, Shop

TEXT = pa.dictionary(pa.int32(), pa.string())
TYPES = {
    Role.TIME: pa.timestamp("us"),
    Role.AMOUNT: pa.float64(),
    Role.QUANTITY: pa.float64(),
    Role.PRICE: pa.float64(),
    Role.AGE: pa.float64(),
    Role.TAKEN_BACK: pa.bool_(),
    Role.NOT_A_PRODUCT: pa.bool_(),
}
FIRST_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - shops know no zones

Row = Mapping[str, Any]


def dataset(
    kind: Kind, columns: Mapping[str, Sequence[Any]], currency: str | None = None, name: str = "shop.csv"
) -> Dataset:
    """The columns by role, or by header for attributes; numbers stay numbers, text becomes categories."""
    roles = [Column(name, _role(name), 1.0) for name in columns]
    table = pa.table({column.name: _array(column.role, columns[column.header]) for column in roles})
    receipt = Receipt(name, None, "0" * 64, "utf-8", ",", table.num_rows, table.num_rows)
    return Dataset(kind, tuple(roles), receipt, currency, table)


def orders(rows: Sequence[Row], currency: str | None = "GBP") -> Dataset:
    """Order lines, one mapping of roles a line; `day` counts from 1 January 2026 and stands for the time."""
    told: list[Row] = [{**row, "time": FIRST_DAY + timedelta(days=row["day"])} if "day" in row else row for row in rows]
    names = [name for name in dict.fromkeys(name for row in told for name in row) if name != "day"]
    blank = {Role.TAKEN_BACK: False}
    columns = {name: [row.get(name, blank.get(_role(name))) for row in told] for name in names}
    return dataset(Kind.ORDERS, columns, currency)


def customers(columns: Mapping[str, Sequence[Any]]) -> Dataset:
    """A customer list, numbered unless `columns` has the role customer."""
    length = len(next(iter(columns.values())))
    numbers = {} if "customer" in columns else {"customer": [f"c{i:04}" for i in range(length)]}
    return dataset(Kind.CUSTOMERS, {**numbers, **columns})


def line(customer: str | None, day: int, amount: float, order: str | None = None, **more: object) -> dict[str, Any]:
    """One order line; without `order` there is no order number."""
    numbered = {} if order is None else {"order": order}
    return {"customer": customer, "day": day, "amount": amount, **numbered, **more}


def lively(size: int = 120, seed: int = 1) -> list[dict[str, Any]]:
    """A shop with regulars, newcomers, people who came once, and good customers who went quiet; amounts in pennies."""
    dice = Random(seed)
    rows: list[dict[str, Any]] = []
    for number in range(size):
        customer = f"c{number:03}"
        first, last, times, spent = (
            (0, 360, 12, 60),
            (300, 362, 2, 25),
            (20, 200, 1, 15),
            (5, 120, 10, 80),
        )[number % 4]
        for _ in range(1 + dice.randrange(times)):
            order = f"o{len(rows):04}"
            rows.append(line(customer, dice.randint(first, last), dice.randint(100, 100 * spent) / 100, order))
    return rows


def pairs_shop(size: int = 400, seed: int = 2) -> list[dict[str, Any]]:
    """Each order has three of ten things at random; half of the orders with tea have a cup besides."""
    dice = Random(seed)
    rows: list[dict[str, Any]] = []
    for number in range(size):
        things = dice.sample([f"thing {i}" for i in range(10)] + ["tea"], 3)
        if "tea" in things and dice.random() < 0.5:
            things.append("cup")
        customer = f"c{dice.randrange(60):02}"
        for name in things:
            price = {"tea": 5.0, "cup": 12.0}.get(name, 7.0)
            rows.append(line(customer, number % 300, price, f"o{number}", product_name=name))
    return rows


def shop(rows: Iterable[Row], currency: str | None = "GBP") -> Shop:
    """A shop that has sent these order lines."""
    return Shop(orders=orders(list(rows), currency))


def named_shop(rows: Iterable[Row]) -> Shop:
    """The same as it arrives in a bot: customers under keys, and the people behind them at hand."""
    kept, behind = people.split(orders(list(rows)), b"secret")
    return Shop(orders=kept, people=behind)


def _role(name: str) -> Role:
    return Role(name) if name in set(Role) else Role.ATTRIBUTE


def _array(role: Role, values: Sequence[Any]) -> pa.Array:
    if role in TYPES:
        return pa.array(values, TYPES[role])
    if role is Role.ATTRIBUTE and all(value is None or isinstance(value, int | float) for value in values):
        return pa.array(values, pa.float64())
    return pa.array(values, pa.string()).dictionary_encode().cast(TEXT)
