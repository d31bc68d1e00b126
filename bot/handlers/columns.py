"""Which column was taken for what; a tap changes it, the file is read again, and the choice is remembered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from analytics.choices import ENCODINGS, Choices, signature
from analytics.dataset import Kind, Role
from analytics.errors import NothingUsable
from bot import jobs
from bot.context import Context
from bot.errors import FileGone, Outdated
from bot.handlers.pointing import pointing
from bot.handlers.upload import choices, numbered, tell
from bot.store import Upload

YEAR = re.compile("(19|20)[0-9]{2}")
MOST_OF_A_TABLE, MOST_KEYS, MOST_TABLES = 24, 60, 12
"""Columns of one table that have keys; keys and tables on one page. Telegram takes 100 keys."""
# What a column can be made into by hand, in the order in which it is offered.
OFFERED: tuple[Role, ...] = (
    Role.TIME,
    Role.CUSTOMER,
    Role.ORDER,
    Role.AMOUNT,
    Role.PAID,
    Role.PRODUCT_NAME,
    Role.PRODUCT,
    Role.CATEGORY,
    Role.QUANTITY,
    Role.PRICE,
    Role.REFUND,
    Role.STATUS,
    Role.NAME,
    Role.EMAIL,
    Role.PHONE,
    Role.PLACE,
    Role.AGE,
    Role.SEX,
    Role.VARIANT,
    Role.OUTCOME,
    Role.TEXT,
    Role.RATING,
    Role.ORDER_TOTAL,
    Role.DISCOUNT,
    Role.POSTAGE,
    Role.PAID_TIME,
    Role.CURRENCY,
    Role.ADDRESS,
    Role.EVENT,
    Role.CONSENT,
)


async def columns(context: Context, words: Sequence[str]) -> None:
    """`columns`: what the latest file's columns were taken for. `columns UPLOAD TABLE`: the page that has that table.

    `columns UPLOAD TABLE COLUMN [ROLE]`: change one.

    The role `first` takes a column for what it was taken for before anybody corrected it. Of a file that is not settled
    yet, the columns that are still missing are asked for; `columns all` shows every one.
    """
    uploads = context.services.store.uploads(context.owner.user_id)
    if not uploads:
        await context.say("chat", "no_data_yet")
        return
    if not words and uploads[0].unsettled and uploads[0].tables[0].columns:
        await context.reply(pointing(context, uploads[0]))
        return
    if not words or words[0] == "all":
        await context.say("columns", "columns", **_page(uploads[0], 0))
        return
    upload, table = _table(uploads, words)
    if len(words) == 2:
        await context.say("columns", "columns", **_page(upload, table))
        return
    column = _column(upload.tables[table], words[2])
    understood = upload.tables[table]
    header = understood.columns[column].header
    layout = signature(entry.header for entry in understood.columns)
    store, owner = context.services.store, context.owner.user_id
    roles = store.roles(owner)
    corrected = dict(roles.get(layout, {}))
    if len(words) == 3:
        page = {"upload": upload, "table": table, "column": column}
        await context.say("columns", "column", **page, offered=OFFERED, corrected=header in corrected)
    elif words[3] == "first":
        corrected.pop(header, None)
        if await _read_again(context, upload, roles={**roles, layout: corrected}):
            store.forget_role(owner, layout, header)
    else:
        role = Role(words[3]) if words[3] in OFFERED else _unused(understood.kind)
        back = f"columns {' '.join(words[:3])} {corrected.get(header, 'first')}"
        # Remembered only once the file could be read so, or while it is still being settled.
        if await _read_again(context, upload, back, roles={**roles, layout: {**corrected, header: role}}):
            store.set_role(owner, layout, header, role)


async def dates(context: Context, words: Sequence[str]) -> None:
    """`dates day|month`: which stands first in the latest file's dates such as 3/5/24."""
    uploads = context.services.store.uploads(context.owner.user_id)
    if not uploads or not words or words[0] not in {"day", "month"}:
        raise Outdated
    back = "dates month" if words[0] == "day" else "dates day"
    await _read_again(context, uploads[0], back, day_first=words[0] == "day")


async def years(context: Context, words: Sequence[str]) -> None:
    """`years 2025`: the year of the latest file's last date, where its dates have none."""
    uploads = context.services.store.uploads(context.owner.user_id)
    if not uploads or len(words) != 1 or not YEAR.fullmatch(words[0]):
        raise Outdated
    await _read_again(context, uploads[0], year=int(words[0]))


async def alone(context: Context, words: Sequence[str]) -> None:
    """`alone UPLOAD`: let the shop be what a file holds that could not be added to it."""
    store, owner = context.services.store, context.owner.user_id
    upload = numbered(store.uploads(owner), words)
    done = store.deed(owner, context.update_id, "alone") is not None
    if not done and not upload.unsettled:
        raise Outdated
    async with context.working(context.worded("upload", "reading", filename=upload.filename)) as progress:
        if not done:
            taken = await _read(context, upload, choices(context), {})
            upload = store.start_with(owner, upload.id, taken, context.update_id)
        await tell(context, upload, progress, news="only")


async def drop(context: Context, words: Sequence[str]) -> None:
    """`dropfile`: leave the file that was never settled."""
    context.services.store.drop_unsettled(context.owner.user_id)
    await context.say("columns", "dropped")


async def encoding(context: Context, words: Sequence[str]) -> None:
    """`encoding`: the latest file's first foreign lines under every encoding. `encoding NAME`: read it so."""
    uploads = context.services.store.uploads(context.owner.user_id)
    if not uploads or uploads[0].raw is None:
        raise Outdated
    if words:
        if words[0] not in ENCODINGS:
            raise Outdated
        await _read_again(context, uploads[0], encoding=words[0])
        return
    shown = await context.compute(jobs.preview, uploads[0].raw)
    await context.say("columns", "encodings", upload=uploads[0], previews=shown)


async def _read_again(context: Context, upload: Upload, back: str = "", **corrected: Any) -> bool:
    """Read the latest file once more, with what the owner corrected; `back` are the words that take it back.

    Whether the correction stands: of a file that is not settled yet it does, whatever came of it.
    """
    store, owner = context.services.store, context.owner.user_id
    async with context.working(context.worded("upload", "reading", filename=upload.filename)) as progress:
        sold = None if upload.unsettled else await _sold(context)
        before = store.current(owner, before=upload.id)
        try:
            taken = await _read(context, upload, choices(context, **corrected), before)
        except NothingUsable as problem:
            if not upload.unsettled or not problem.roles:
                raise
            table = jobs.unsettled(problem, upload.tables[0].receipt.sha256)
            left = store.replace(owner, upload.id, jobs.Taken((table,), ()))
            await progress.finish(pointing(context, left))
            return True
        news = "new" if upload.unsettled else "corrected"
        read = store.replace(owner, upload.id, taken)
        await tell(context, read, progress, news=news, before=sold, back=back, refusing=taken.refusing)
    return True


async def _read(context: Context, upload: Upload, reading: Choices, current: jobs.References) -> jobs.Taken:
    """The file as it was sent, read once more beside the `current` tables; FileGone where it is not kept."""
    store, owner = context.services.store, context.owner
    if upload.raw is None or not upload.raw.exists():
        raise FileGone(upload.filename)
    return await context.compute(
        jobs.read_in,
        upload.raw,
        upload.filename,
        reading,
        current,
        store.folder_of(owner.user_id),
        owner.secret,
        store.forgotten(owner.user_id),
    )


async def _sold(context: Context) -> float | None:
    """What was sold, as far as is known; None without orders that say."""
    references = context.services.store.current(context.owner.user_id)
    if Kind.ORDERS not in references:
        return None
    outcome = await context.compute(jobs.answer, "overview", references, (), replace(context.asked, pictures=False))
    return outcome.report.orders.sales if outcome.report.orders else None


def _page(upload: Upload, table: int) -> dict[str, Any]:
    """What stands on the page that has that table: as many tables, by number, as one message has room and keys for."""
    pages: list[list[int]] = []
    room = 0
    for number, understood in enumerate(upload.tables):
        keys = min(len(understood.columns), MOST_OF_A_TABLE)
        if keys > room or len(pages[-1]) == MOST_TABLES:
            pages.append([])
            room = max(MOST_KEYS, keys)
        pages[-1].append(number)
        room -= keys
    place = next((place for place, numbers in enumerate(pages) if table in numbers), 0)
    return {
        "upload": upload,
        "shown": {number: upload.tables[number] for number in pages[place]},
        "before": pages[place - 1][0] if place else None,
        "after": pages[place + 1][0] if place + 1 < len(pages) else None,
        "most": MOST_OF_A_TABLE,
    }


def _table(uploads: Sequence[Upload], words: Sequence[str]) -> tuple[Upload, int]:
    """The upload and table that the words number; Outdated where there is none."""
    numbers = [int(word) if word.isdecimal() else -1 for word in words[:2]]
    upload = next((upload for upload in uploads if upload.id == numbers[0]), None)
    if upload is None or len(numbers) < 2 or not 0 <= numbers[1] < len(upload.tables):
        raise Outdated
    return upload, numbers[1]


def _column(table: jobs.Table, word: str) -> int:
    """The column that the word numbers; Outdated where there is none."""
    if not word.isdecimal() or int(word) >= len(table.columns):
        raise Outdated
    return int(word)


def _unused(kind: Kind) -> Role:
    """What a column without a meaning of its own is: an order line has none to spare, a customer is described by it."""
    return Role.UNUSED if kind is Kind.ORDERS else Role.ATTRIBUTE


ACTS = {"columns": columns, "dates": dates, "years": years, "encoding": encoding, "dropfile": drop, "alone": alone}
