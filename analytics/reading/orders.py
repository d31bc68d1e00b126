"""Order lines: one row per line, its net money, and what must not count."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.choices import Choices
from analytics.dataset import Role
from analytics.reading import customers
from analytics.reading.headers import normalise
from analytics.reading.lines import Lines, find_lines
from analytics.reading.money import CENT, line_money, net_money
from analytics.reading.profile import Profile
from analytics.reading.roles import Roles
from analytics.reading.sheet import Cells
from analytics.reading.statuses import CLOCK, LEFT_OUT, NOT_A_PRODUCT, SHORT_CODE
from analytics.reading.tally import Tally
from analytics.reading.titles import find_titles, taken_apart
from analytics.reading.values import Mask, duplicates, matches, text, times

TEXTS = (
    Role.ORDER, Role.PRODUCT, Role.PRODUCT_NAME, Role.CATEGORY, Role.PLACE, Role.NAME, Role.EMAIL, Role.PHONE, Role.ADDRESS,
    Role.CONSENT,
)  # fmt: skip


def read_orders(roles: Roles, columns: tuple[Cells, ...], tally: Tally, choices: Choices, *, returns: bool) -> pa.Table:
    """Raises nothing: what cannot be used is left out by the tally. `returns`: the sheet lists what came back."""
    lines = find_lines(roles, len(tally.kept))
    if Role.ORDER in roles:
        tally.leave_out("duplicate", _repeated(lines, columns))
    table = _times(lines, tally, choices)
    _leave_out_no_sales(lines, tally)
    _leave_out_by_words(lines, tally)
    _leave_out_unpaid(lines, tally)
    _leave_out_other_currencies(lines, tally)
    table |= _money(lines, tally, returns=returns)
    table |= _customers(lines, tally)
    not_a_product = _not_a_product(lines)
    tally.note("not_a_product", not_a_product)
    if not_a_product.any():
        table[Role.NOT_A_PRODUCT] = pa.array(not_a_product)
    table |= {role: cells for role in TEXTS if (cells := lines.cells(role)) is not None and not cells.blank.all()}
    if (products := _products(lines)) is not None:
        table[Role.PRODUCT] = products
    result = _table(table, tally.kept)
    if (titles := find_titles(result)) is None:
        return result
    joined = np.zeros(len(tally.kept), dtype=bool)
    joined[tally.kept] = titles.joined
    tally.note("several_in_one", joined)
    return taken_apart(result, titles)


def _table(columns: Mapping[Role, pa.Array | Cells], kept: Mask) -> pa.Table:
    rows = None if kept.all() else kept
    picked = None if rows is None else pa.array(rows)
    return pa.table(
        {
            str(role): text(column.codes, column.distinct, rows)
            if isinstance(column, Cells)
            else (column if picked is None else column.filter(picked))
            for role in Role
            if (column := columns.get(role)) is not None
        }
    )


def _times(lines: Lines, tally: Tally, choices: Choices) -> dict[Role, pa.Array | Cells]:
    cells = lines.cells(Role.TIME)
    if cells is None:
        return {}
    stamps = times(_with_clock(cells, lines.roles), choices.day_first)
    tally.leave_out("unreadable_date", stamps.unreadable)
    tally.leave_out("impossible_date", stamps.impossible)
    tally.leave_out("no_date", np.isnat(stamps.times))
    stamps.note(tally)
    return {Role.TIME: pa.array(stamps.times)}


def _with_clock(day: Cells, roles: Roles) -> Cells:
    """The day with the hour behind it, where the sheet keeps them in two columns."""
    spare = (f.cells for f in roles.found if f.role in (Role.UNUSED, Role.ATTRIBUTE) and len(f.cells.distinct))
    clock = next((cells for cells in spare if Profile(cells).share(CLOCK) > 0.9), None)
    if clock is None or matches(day, ":").any():
        return day
    joined = pc.binary_join_element_wise(
        day.encoded.cast(pa.string()), clock.encoded.cast(pa.string()).fill_null("00:00"), " "
    )
    return Cells(day.header, joined.dictionary_encode())


def _money(lines: Lines, tally: Tally, *, returns: bool) -> dict[Role, pa.Array | Cells]:
    table: dict[Role, pa.Array | Cells] = {
        role: pa.array(values, from_pandas=True)
        for role in (Role.QUANTITY, Role.PRICE)
        if (values := lines.number(role)) is not None
    }
    if (money := net_money(lines, tally, returns=returns)) is not None:
        net, back, refunded = money
        tally.weigh(net)
        whole, part = _returned(lines, back, refunded, tally.kept)
        tally.note("taken_back", whole)
        tally.note("refunded", part)
        tally.note("zero_price", (net == 0) & ~back)
        table |= {Role.AMOUNT: pa.array(net), Role.TAKEN_BACK: pa.array(back)}
    return table


def _returned(lines: Lines, back: Mask, refunded: Mask, kept: Mask) -> tuple[Mask, Mask]:
    """The first kept line of each order that came back whole, and of each that did in part."""
    orders = int(lines.order.max(initial=-1)) + 1
    size, whole, some = (np.bincount(lines.order, kept & rows, orders) for rows in (kept, back, back | refunded))
    first = np.zeros(len(lines), dtype=bool)
    rows = np.flatnonzero(kept)
    first[rows[np.unique(lines.order[rows], return_index=True)[1]]] = True
    all_of_it = whole == size
    return first & all_of_it[lines.order], first & ((some > 0) & ~all_of_it)[lines.order]


def _customers(lines: Lines, tally: Tally) -> dict[Role, pa.Array | Cells]:
    keys = customers.keys({role: lines.cells(role) for role in customers.KNOWN_BY})
    if keys is None:
        return {}
    tally.note("no_customer", keys.blank)
    return {Role.CUSTOMER: keys}


def _repeated(lines: Lines, columns: tuple[Cells, ...]) -> Mask:
    """Exact copies of an earlier line, save where the order's own total counts them."""
    repeated = duplicates(columns)
    if not repeated.any() or (line := line_money(lines)) is None or not lines.several:
        return repeated
    for role in (Role.ORDER_TOTAL, Role.PAID):
        if (total := lines.number(role)) is not None:
            told = lines.first_told(total)
            adds_up = np.abs(np.bincount(lines.order, np.nan_to_num(line), len(told)) - told) < CENT
            repeated &= ~adds_up[lines.order]
    return repeated


def _leave_out_by_words(lines: Lines, tally: Tally) -> None:
    for reason, roles, pattern in LEFT_OUT:
        for role in roles:
            if (cells := lines.cells(role)) is not None:
                tally.leave_out(reason, matches(cells, pattern))


def _leave_out_no_sales(lines: Lines, tally: Tally) -> None:
    """Withdrawals, fees and the owner's own spending, which the ledgers of payment systems list among the sales."""
    if (platform := lines.roles.platform) is None:
        return
    money = next((values for role in (Role.PAID, Role.AMOUNT) if (values := lines.number(role)) is not None), None)
    for found in lines.roles.found:
        cells, header = found.cells, normalise(found.cells.header)
        if pattern := platform.no_sale.get(header):
            tally.leave_out("no_sale", matches(cells, pattern))
        if pattern := platform.sales.get(header):
            tally.leave_out("no_sale", ~matches(cells, pattern))
        if money is not None and (pattern := platform.refunds.get(header)):
            tally.leave_out("no_sale", (money < 0) & ~matches(cells, pattern))


def _leave_out_unpaid(lines: Lines, tally: Tally) -> None:
    """No time of payment means no payment, where the sheet tells both or has no states."""
    paid_at, paid = lines.cells(Role.PAID_TIME), lines.number(Role.PAID)
    if paid_at is None or paid_at.blank.all() or (paid is None and Role.STATUS in lines.roles):
        return
    tally.leave_out("unpaid", paid_at.blank if paid is None else paid_at.blank & ~(paid > 0))


def _leave_out_other_currencies(lines: Lines, tally: Tally) -> None:
    """Sums of two currencies mean nothing: the one with most lines stays, the others are told."""
    currency = lines.cells(Role.CURRENCY)
    if currency is not None and len(currency.distinct) > 1:
        used = currency.codes[tally.kept & ~currency.blank]
        most = np.bincount(used).argmax() if len(used) else 0
        tally.leave_out("other_currency", ~currency.blank & (currency.codes != most))


def _products(lines: Lines) -> Cells | None:
    """The codes of products, and the names of those that have none, where some have."""
    codes, names = lines.cells(Role.PRODUCT), lines.cells(Role.PRODUCT_NAME)
    if codes is None or names is None or codes.blank.all() or not (codes.blank & ~names.blank).any():
        return None
    told = pc.coalesce(codes.encoded.cast(pa.string()), names.encoded.cast(pa.string()))
    return Cells(codes.header, told.dictionary_encode())


def _not_a_product(lines: Lines) -> Mask:
    found = np.zeros(len(lines), dtype=bool)
    for role, pattern in NOT_A_PRODUCT:
        if (cells := lines.cells(role)) is not None:
            found |= matches(cells, pattern)
    if (codes := lines.cells(Role.PRODUCT)) is not None and Profile(codes).length >= 4:
        found |= matches(codes, SHORT_CODE)
    return found
