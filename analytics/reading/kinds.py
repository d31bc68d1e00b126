"""What a sheet is about, told by the roles of its columns."""

from __future__ import annotations

from analytics.dataset import Kind, Role
from analytics.reading.headers import STAFF, normalise
from analytics.reading.profile import Profile
from analytics.reading.roles import MONEY, PERSON, Roles
from analytics.reading.sheet import Sheet

GOODS = frozenset({Role.PRODUCT, Role.PRODUCT_NAME})
SUBJECT = frozenset({Role.SEX, Role.AGE, Role.PLACE, Role.ATTRIBUTE, Role.ADDRESS})
WHO = PERSON | {Role.ADDRESS, Role.SEX, Role.AGE, Role.PLACE, Role.TIME}
OWN: dict[Kind, frozenset[Role]] = {
    Kind.CUSTOMERS: WHO,
    Kind.RESULTS: WHO | {Role.VARIANT, Role.OUTCOME, Role.AMOUNT, Role.ORDER, Role.QUANTITY},
    Kind.COMMENTS: WHO | GOODS | {Role.TEXT, Role.RATING, Role.CATEGORY, Role.ORDER},
    Kind.EVENTS: WHO | GOODS | {Role.EVENT, Role.CATEGORY, Role.AMOUNT, Role.PRICE, Role.QUANTITY, Role.ORDER},
    Kind.CATALOGUE: GOODS | {Role.CATEGORY, Role.PRICE, Role.QUANTITY},
}
"""Roles that mean something in a table of this kind; in all but orders, the other columns just describe."""


def find_kind(roles: Roles, sheet: Sheet) -> Kind | None:
    """The kind, or None where nothing in the sheet means anything to a shop."""
    given = roles.given
    if sum(normalise(header) in STAFF for header in sheet.headers) > 1 and not given & MONEY:
        return None
    if sheet.baskets or roles.platform:
        return roles.platform.kind if roles.platform else Kind.ORDERS
    if Role.VARIANT in given and (Role.OUTCOME in given or not given & {Role.TIME, Role.ORDER, Role.PRODUCT}):
        return Kind.RESULTS
    told_of_sales = given & {Role.ORDER_TOTAL, Role.PAID, Role.QUANTITY} or (
        Role.PRICE in given and Role.RATING not in given
    )
    if Role.TEXT in given and not told_of_sales and _is_prose(roles):
        return Kind.COMMENTS
    if Role.EVENT in given and Role.TIME in given and given & PERSON:
        return Kind.EVENTS
    if Role.TIME in given and (given & MONEY or (given & GOODS and given & (PERSON | {Role.ORDER, Role.QUANTITY}))):
        return (
            Kind.CUSTOMERS if _one_row_each(roles, sheet) and not given & {Role.ORDER, Role.QUANTITY} else Kind.ORDERS
        )
    if Role.ORDER in given and given & (GOODS | MONEY | ({Role.CUSTOMER} if Role.TIME in given else set())):
        return Kind.ORDERS
    if (
        given & PERSON
        and not ({Role.NAME} == given & PERSON and given & (GOODS | {Role.PRICE}))
        and (given & SUBJECT or not given & GOODS)
    ):
        return Kind.CUSTOMERS
    if (
        (given & GOODS or {Role.NAME, Role.PRICE} <= given)
        and len(sheet.columns) > 1
        and (given & {Role.PRICE, Role.CATEGORY} or given >= GOODS)
    ):
        return Kind.CATALOGUE
    return None


def _is_prose(roles: Roles) -> bool:
    cells = roles.get(Role.TEXT)
    return cells is not None and Profile(cells).length > 8


def _one_row_each(roles: Roles, sheet: Sheet) -> bool:
    """Whether every customer has one row and several columns describe them: a list of people, not of orders."""
    cells = roles.get(Role.CUSTOMER)
    if cells is None or len(sheet.numbers) < 5:
        return False
    return len(cells.distinct) == len(sheet.numbers) and bool(roles.given & {Role.SEX, Role.AGE})
