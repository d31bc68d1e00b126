"""The net money of each order line: less discounts and what came back, without postage."""

from __future__ import annotations

import numpy as np

from analytics.dataset import Role
from analytics.reading.headers import normalise
from analytics.reading.lines import Lines
from analytics.reading.sheet import Cells
from analytics.reading.statuses import AFTER_SALE, CANCELLATION, RETURNED
from analytics.reading.tally import Tally
from analytics.reading.values import Floats, Mask, matches, numbers

CENT = 0.011
TOTALS = (Role.AMOUNT, Role.ORDER_TOTAL, Role.PAID)
PARTS = (Role.QUANTITY, Role.PRICE)
"""Of which the money is the product, where the sheet has no totals."""


def line_money(lines: Lines) -> Floats | None:
    """What a line says of itself: its total, else quantity times price."""
    amount, price, quantity = (lines.number(role) for role in (Role.AMOUNT, Role.PRICE, Role.QUANTITY))
    if amount is not None:
        return amount
    if price is None:
        return None
    return price if quantity is None else price * quantity


def net_money(lines: Lines, tally: Tally, *, returns: bool) -> tuple[Floats, Mask, Mask] | None:
    """Net money by line, NaN-free on kept rows, which lines took goods back, and of which some money was given back.

    None: the sheet tells no money.

    `returns`: the sheet lists what came back, so that every line does.
    """
    has_total = any(role in lines.roles for role in TOTALS)
    for role in (*TOTALS, *PARTS):
        if (cells := lines.roles.get(role)) is None or (values := lines.number(role)) is None:
            continue
        unreadable = np.isnan(values) & ~cells.blank
        if role in TOTALS or not has_total:
            tally.leave_out("unreadable_number", unreadable)
        else:
            tally.note("unreadable_quantity" if role is Role.QUANTITY else "unreadable_number", unreadable)
    gross = _gross(lines, tally.kept)
    if gross is None:
        return None
    tally.leave_out("no_amount", np.isnan(gross))
    if returns:
        return -np.abs(gross), np.ones(len(lines), dtype=bool), np.zeros(len(lines), dtype=bool)
    refund, refunded = _refund(lines, gross, tally.kept)
    net = gross - refund
    back = (net < 0) | (refunded & (np.abs(net) < CENT))
    if (quantity := lines.number(Role.QUANTITY)) is not None:
        back |= quantity < 0
    if (orders := lines.roles.get(Role.ORDER)) is not None:
        back |= matches(orders, CANCELLATION)
    return net, back, refunded


def _gross(lines: Lines, kept: Mask) -> Floats | None:
    """Money before refunds: what was paid without postage, else the line's own less discount, else the order's total.

    Broken discounts that never pass 1, beside money that does, are shares of the line.
    """
    own, paid, total = line_money(lines), lines.number(Role.PAID), lines.number(Role.ORDER_TOTAL)
    weights = np.where(kept, _weights(lines, own), 0.0)
    if paid is not None:
        paid = lines.by_line(paid, weights, own)
        postage = lines.number(Role.POSTAGE)
        if postage is None:
            return paid
        postage = np.nan_to_num(lines.by_line(postage, weights))
        return np.asarray(paid - np.where(postage <= paid, postage, 0.0), dtype=np.float64)
    before_discount = lines.roles.platform is not None and lines.roles.platform.before_discount
    discount = lines.number(Role.DISCOUNT)
    if own is None:
        total = None if total is None else lines.by_line(total, weights)
        return (
            total
            if total is None or discount is None or not before_discount
            else _less(total, discount, lines, weights)
        )
    if discount is None or (Role.AMOUNT in lines.roles and not before_discount):
        return own
    return _less(own, discount, lines, weights)


def _less(money: Floats, discount: Floats, lines: Lines, weights: Floats) -> Floats:
    """Money less its discount; of what is taken back, the discount that was granted is kept."""
    discount = np.abs(discount)
    if (discount[discount > 0] <= 1).all() and (discount % 1 > 0).any() and np.nanmedian(np.abs(money)) > 2:
        return money * (1.0 - np.nan_to_num(discount))
    if Role.AMOUNT not in lines.roles:
        discount = lines.by_line(discount, weights, rare=True)
    discount = np.nan_to_num(discount)
    return np.asarray(money - np.copysign(np.minimum(discount, np.abs(money)), money), dtype=np.float64)


def _weights(lines: Lines, own: Floats | None) -> Floats:
    """By what an order's money is shared out over its lines: their own money, else their quantities, else equally."""
    for weights in (own, lines.number(Role.QUANTITY)):
        if weights is not None:
            return np.maximum(np.nan_to_num(weights), 0.0)
    return np.ones(len(lines))


def _refund(lines: Lines, gross: Floats, kept: Mask) -> tuple[Floats, Mask]:
    """What came back of each line's money, at most all of it, and on which lines the sheet says so.

    Nothing is taken off where paid and refunded money add up to the order's total: there the paid money is net already.
    """
    at_most = np.maximum(np.nan_to_num(gross), 0.0)
    told = _told_refund(lines)
    refund = np.zeros(len(lines))
    if told is not None:
        refund = np.nan_to_num(np.abs(lines.by_line(told, np.where(kept, at_most, 0.0), rare=True)))
    refunded = refund > 0
    paid, total = lines.number(Role.PAID), lines.number(Role.ORDER_TOTAL)
    if told is not None and paid is not None and total is not None and (some := np.abs(told) > 0).any():
        net_already = np.abs(paid + np.abs(told) - total)[some] < CENT
        if net_already.mean() > 0.9:
            refund = np.zeros(len(lines))
    if told is not None and paid is None and total is not None:
        refund = refund * _still_due(lines, total, np.abs(told))
    for status in _states(lines):
        returned = matches(status, RETURNED) & ~refunded & (at_most > 0)
        refund, refunded = np.where(returned, at_most, refund), refunded | returned
    return np.minimum(refund, at_most), refunded


def _told_refund(lines: Lines) -> Floats | None:
    """What the sheet says was given back, in so many words or as the fall of an order's total."""
    told = lines.number(Role.REFUND)
    if told is not None or lines.roles.platform is None or lines.roles.platform.adjusted is None:
        return told
    headers = [normalise(found.cells.header) for found in lines.roles.found]
    if not set(lines.roles.platform.adjusted) <= set(headers):
        return None
    before, after = (
        numbers(lines.roles.found[headers.index(header)].cells, lines.decimal_comma)
        for header in lines.roles.platform.adjusted
    )
    return np.where(after > 0, before - after, 0.0)


def _still_due(lines: Lines, total: Floats, told: Floats) -> Floats:
    """The share of each line's refund that its own money does not show yet.

    Some sheets take pieces that came back off the quantity as well: there the lines of refunded orders, and of these
    only, add up to less than the order's total.
    """
    own = line_money(lines)
    if own is None:
        return np.ones(len(lines))
    sums = np.bincount(lines.order, np.nan_to_num(own), int(lines.order.max(initial=-1)) + 1)
    missing, refund = lines.first_told(total) - sums, np.nan_to_num(lines.first_told(told))
    untouched = (refund == 0) & np.isfinite(missing)
    if not untouched.any() or (np.abs(missing[untouched]) < CENT).mean() <= 0.9:
        return np.ones(len(lines))
    due = np.maximum(refund - np.maximum(np.nan_to_num(missing), 0.0), 0.0) / np.where(refund > 0, refund, 1.0)
    return np.asarray(due[lines.order], dtype=np.float64)


def _states(lines: Lines) -> list[Cells]:
    """The columns that say whether a line came back; none where that is a line of its own."""
    if lines.roles.platform is not None and lines.roles.platform.refunds:
        return []
    states = [found.cells for found in lines.roles.found if normalise(found.cells.header) in AFTER_SALE]
    status = lines.cells(Role.STATUS)
    return states if status is None else [status, *states]
