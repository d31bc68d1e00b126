"""A summary for strangers: what it would tell is said first, then it is drawn once, paid for, and told the same again."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta

from analytics import private_counts
from analytics import share as sharing
from analytics.dataset import Kind
from bot import exporting
from bot.context import Context
from bot.store.summaries import Summary

EARLIEST = date(1900, 1, 1)
MONTHLY = 3.0
"""The epsilon of all summaries in one of the owner's months, together at most."""


async def share(context: Context, words: Sequence[str]) -> None:
    """`/share`: which year, and what it costs. `/share 2026-10-31`: the summary of the year up to that day."""
    store, owner, today = context.services.store, context.owner.user_id, context.asked.today
    assert today is not None
    if not private_counts.available():
        await context.say("privacy", "not_installed")
        return
    last_sent = store.last_sent(owner)
    if last_sent is None or Kind.ORDERS not in store.current(owner):
        await context.say("chat", "no_data_yet")
        return
    month = f"{today:%Y-%m}"
    spent = store.spent(owner, month)
    until = _day(words[0], today) if words else None
    if until is None:
        left = int((MONTHLY - spent) / sharing.EPSILON)
        await context.say("privacy", "share", days=_offered(context, today), left=left)
        return
    kept = store.summary(owner, until, last_sent[0])
    if kept is None:
        if spent + sharing.EPSILON > MONTHLY:
            await context.say("privacy", "spent", again=_next_month(today))
            return
        async with context.working(context.worded("chat", "thinking")):
            drawn = await context.compute(exporting.summary, store.current(owner), until)
        # Paid for before anybody sees it.
        kept = Summary(until, last_sent[0], sharing.dumped(drawn))
        store.add_summary(owner, month, drawn.epsilon, kept)
    await context.say("privacy", "summary", told=sharing.loaded(kept.body))


def _offered(context: Context, today: date) -> tuple[date, ...]:
    """Yesterday, and the end of the month in which the orders end, where that is longer ago: never a customer's own day."""
    yesterday = today - timedelta(days=1)
    uploads = context.services.store.uploads(context.owner.user_id)
    lasts = [table.last for upload in uploads for table in upload.tables if table.kind is Kind.ORDERS and table.last]
    ends = [last.replace(day=calendar.monthrange(last.year, last.month)[1]) for last in lasts]
    return (max(ends), yesterday) if ends and max(ends) < yesterday else (yesterday,)


def _day(word: str, today: date) -> date | None:
    """The day that is meant, today at the latest; None for what is none, or before all orders."""
    try:
        day = min(date.fromisoformat(word), today)
    except ValueError:
        return None
    return day if day >= EARLIEST else None


def _next_month(today: date) -> date:
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


ACTS = {"share": share}
