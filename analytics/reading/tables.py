"""Tables of the kinds other than orders: customers, results, comments, events, catalogue."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from analytics.choices import Choices
from analytics.dataset import Kind, Role
from analytics.reading import customers
from analytics.reading.profile import Profile
from analytics.reading.roles import PERSON, Found, Roles
from analytics.reading.sheet import Cells
from analytics.reading.tally import Tally
from analytics.reading.values import duplicates, numbers, text, times

NUMBERS = frozenset({Role.QUANTITY, Role.PRICE, Role.AMOUNT, Role.AGE, Role.RATING})
IDENTITY: dict[Kind, frozenset[Role]] = {
    Kind.CUSTOMERS: PERSON,
    Kind.RESULTS: PERSON | {Role.ORDER},
    Kind.COMMENTS: frozenset({Role.ORDER}),
    Kind.EVENTS: frozenset(),
    Kind.CATALOGUE: frozenset({Role.PRODUCT}),
}
"""What tells rows apart, so that two equal ones are the same thing twice."""
NEEDED = {Kind.COMMENTS: Role.TEXT, Kind.RESULTS: Role.VARIANT}
"""The role without which a row says nothing, and why it is then left out."""
MISSING = {Role.TEXT: "no_text", Role.VARIANT: "no_variant"}


def read_table(kind: Kind, roles: Roles, all_columns: tuple[Cells, ...], tally: Tally, choices: Choices) -> pa.Table:
    """One row per row of the sheet; columns without a role of their own become attributes."""
    if roles.given & IDENTITY[kind]:
        tally.leave_out("duplicate", duplicates(all_columns))
    keys = customers.keys({role: roles.get(role) for role in customers.KNOWN_BY})
    if kind is Kind.CUSTOMERS and keys is not None:
        tally.leave_out("no_customer", keys.blank)
    if (needed := NEEDED.get(kind)) and (cells := roles.get(needed)) is not None:
        tally.leave_out(MISSING[needed], cells.blank)
    columns: dict[str, pa.Array | Cells] = {}
    if keys is not None:
        columns[Role.CUSTOMER] = keys
    for found in roles.found:
        if found.role not in (Role.CUSTOMER, Role.UNUSED):
            columns[found.column.name] = _values(found, tally, choices)
    kept = pa.array(tally.kept)
    return pa.table(
        {
            str(name): text(column.codes, column.distinct, tally.kept)
            if isinstance(column, Cells)
            else column.filter(kept)
            for name, column in columns.items()
        }
    )


def _values(found: Found, tally: Tally, choices: Choices) -> pa.Array | Cells:
    cells = found.cells
    if found.role is Role.TIME:
        stamps = times(cells, choices.day_first)
        tally.note("unreadable_date", stamps.unreadable | stamps.impossible)
        stamps.note(tally)
        return pa.array(stamps.times)
    if found.role in NUMBERS or (found.role is Role.ATTRIBUTE and _is_quantity(cells)):
        values = numbers(cells)
        tally.note("unreadable_number", np.isnan(values) & ~cells.blank)
        return pa.array(values, from_pandas=True)
    return cells


def _is_quantity(cells: Cells) -> bool:
    """Numbers to reckon with, not codes: nothing of several digits with a leading zero."""
    profile = Profile(cells)
    return profile.numeric > 0.95 and profile.share(r"^0[0-9]{2,}$") == 0
