"""A file that could not be used as it came: the owner points at its columns, one question at a time."""

from __future__ import annotations

from analytics.dataset import Role
from bot.context import Context
from bot.render import Reply
from bot.store import Upload

MOST_KEYS = 12
NEEDED: tuple[tuple[Role, frozenset[Role]], ...] = (
    (Role.TIME, frozenset({Role.TIME})),
    (Role.AMOUNT, frozenset({Role.AMOUNT, Role.PAID, Role.ORDER_TOTAL, Role.PRICE})),
    (Role.CUSTOMER, frozenset({Role.CUSTOMER, Role.NAME, Role.EMAIL, Role.PHONE})),
)
"""What orders are made of: what to ask for, and what answers it."""
NOTHING = frozenset({Role.ATTRIBUTE, Role.UNUSED})


def pointing(context: Context, upload: Upload) -> Reply:
    """Which column is the first of date, money and buyer that is still missing; its keys are the columns left over."""
    table = upload.tables[0]
    given = {column.role for column in table.columns}
    unread = table.receipt.left_out
    lacking = None if unread else next((asked for asked, answers in NEEDED if not answers & given), None)
    free = [place for place, column in enumerate(table.columns) if column.role in NOTHING]
    return context.worded(
        "columns", "pointing", upload=upload, lacking=str(lacking) if lacking else "", free=free[:MOST_KEYS]
    )
