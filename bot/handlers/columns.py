"""Which column was taken for what; a tap changes it, the file is read again, and the choice is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analytics.choices import ENCODINGS, signature
from analytics.dataset import Kind, Role
from bot import jobs
from bot.context import Context
from bot.errors import FileGone, Outdated
from bot.handlers.upload import choices, tell
from bot.store import Upload

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
)


async def columns(context: Context, words: Sequence[str]) -> None:
    """`columns`: what the latest file's columns were taken for. `columns UPLOAD TABLE COLUMN [ROLE]`: change one.

    The role `first` takes a column for what it was taken for before anybody corrected it.
    """
    uploads = context.services.store.uploads(context.owner.user_id)
    if not uploads:
        await context.say("chat", "no_data_yet")
        return
    if not words:
        await context.say("columns", "columns", upload=uploads[0])
        return
    upload, table, column = _found(uploads, words)
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
        await _read_again(context, upload, roles={**roles, layout: corrected})
        store.forget_role(owner, layout, header)
    else:
        role = Role(words[3]) if words[3] in OFFERED else _unused(understood.kind)
        # Remembered only once the file could be read so.
        await _read_again(context, upload, roles={**roles, layout: {**corrected, header: role}})
        store.set_role(owner, layout, header, role)


async def dates(context: Context, words: Sequence[str]) -> None:
    """`dates day|month`: which stands first in the latest file's dates such as 3/5/24."""
    uploads = context.services.store.uploads(context.owner.user_id)
    if not uploads or not words or words[0] not in {"day", "month"}:
        raise Outdated
    await _read_again(context, uploads[0], day_first=words[0] == "day")


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


async def _read_again(context: Context, upload: Upload, **corrected: Any) -> None:
    """Read the latest file once more, with what the owner corrected."""
    store, owner = context.services.store, context.owner.user_id
    if upload.raw is None or not upload.raw.exists():
        raise FileGone(upload.filename)
    async with context.working(context.worded("upload", "reading", filename=upload.filename)) as progress:
        before = store.current(owner, before=upload.id)
        reading = choices(context, **corrected)
        taken = await context.compute(
            jobs.read_in,
            upload.raw,
            upload.filename,
            reading,
            before,
            store.folder_of(owner),
            context.owner.secret,
            store.forgotten(owner),
        )
        await tell(context, store.replace(owner, upload.id, taken), progress, news="corrected")


def _found(uploads: Sequence[Upload], words: Sequence[str]) -> tuple[Upload, int, int]:
    """The upload, table and column that the words number; Outdated where there is none."""
    numbers = [int(word) if word.isdecimal() else -1 for word in words[:3]]
    upload = next((upload for upload in uploads if upload.id == numbers[0]), None)
    if upload is None or len(numbers) < 3 or not 0 <= numbers[1] < len(upload.tables):
        raise Outdated
    if not 0 <= numbers[2] < len(upload.tables[numbers[1]].columns):
        raise Outdated
    return upload, numbers[1], numbers[2]


def _unused(kind: Kind) -> Role:
    """What a column without a meaning of its own is: an order line has none to spare, a customer is described by it."""
    return Role.UNUSED if kind is Kind.ORDERS else Role.ATTRIBUTE


ACTS = {"columns": columns, "dates": dates, "encoding": encoding}
